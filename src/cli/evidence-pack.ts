// A folder that is handed to somebody else as it is: every file in it is new, readable by its owner alone, and listed with its SHA-256 in a manifest, whose
// own digest goes on record. Whoever gets the folder can tell whether it is still what was made.

import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createSha256, sha256Hex } from '../base/index.ts';
import { fileSink, toUnwritable } from './sink.ts';

/** A file of the pack. */
export interface PackedFile {
  /** From the pack's folder on, with slashes. */
  readonly path: string;
  /** What it is, in a sentence. */
  readonly what: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A pack that is being made. */
export interface EvidencePack {
  readonly files: readonly PackedFile[];
  write(path: string, what: string, text: string): Promise<void>;
  /** Pieces that each end with a line. */
  writePieces(path: string, what: string, pieces: AsyncIterable<string>): Promise<void>;
  copy(path: string, what: string, from: string): Promise<void>;
  /** Lists everything; gives back the SHA-256 of the list. */
  finish(about: Readonly<Record<string, unknown>>): Promise<string>;
}

/** The list of a pack. */
export const MANIFEST_FILE = 'manifest.json';
/** The same list for `sha256sum --check`. */
export const SUMS_FILE = 'SHA256SUMS';
const FORMAT = 'sallyport-evidence/1';

/** Begins a pack in a new folder. Throws an UnwritableError when it cannot be made or is there already: a pack holds nothing that was not put into it. */
export function createEvidencePack(folder: string): EvidencePack {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    throw toUnwritable(error, folder);
  }
  const files: PackedFile[] = [];

  const writePieces = async (path: string, what: string, pieces: AsyncIterable<string>): Promise<void> => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const sink = await fileSink(file);
    const digest = createSha256();
    let bytes = 0;
    try {
      for await (const piece of pieces) {
        const encoded = Buffer.from(piece);
        digest.update(encoded);
        bytes += encoded.length;
        await sink.write(piece);
      }
    } finally {
      await sink.close();
    }
    files.push({ path, what, bytes, sha256: Buffer.from(digest.digest()).toString('hex') });
  };
  const write = (path: string, what: string, text: string): Promise<void> => writePieces(path, what, once(text));

  return {
    files,
    write,
    writePieces,
    copy: async (path, what, from) => write(path, what, await readFile(from, 'utf8')),
    finish: async (about) => {
      const listed = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
      const manifest = `${JSON.stringify({ format: FORMAT, ...about, files: listed }, undefined, 2)}\n`;
      const sums = [...listed.map(({ path, sha256 }) => [sha256, path]), [sha256Hex(manifest), MANIFEST_FILE]];
      await write(MANIFEST_FILE, 'what is in this folder', manifest);
      await write(SUMS_FILE, 'the same for sha256sum', sums.map(([sha256 = '', path = '']) => `${sha256}  ${path}\n`).join(''));
      return sha256Hex(manifest);
    },
  };
}

async function* once(text: string): AsyncGenerator<string, void, undefined> {
  yield text;
}
