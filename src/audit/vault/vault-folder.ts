// Where envelopes lie: `vault/<worker>/<day>/<id>.sealed`, one file each, so that one can be removed when its time is over. Workers write, each in a
// folder of its own; whoever lists them reads heads only.

import { constants } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HEAD_MAX_BYTES, readHead } from './envelope-head.ts';
import type { EnvelopeHead } from './types.ts';

/** A file of the vault. */
export interface VaultFile {
  readonly id: string;
  /** Absolute. */
  readonly path: string;
}

/** An envelope as it lies there. */
export interface VaultEntry extends VaultFile {
  readonly head: EnvelopeHead;
  readonly sizeBytes: number;
}

/** A file as it lies there, whether or not it is an envelope. */
export interface SealedFile extends VaultFile {
  /** Undefined: a crash has torn it, it says another id than its name, or somebody has put there what is none. */
  readonly head: EnvelopeHead | undefined;
  readonly sizeBytes: number;
  /** When it got to the disk, in epoch milliseconds. */
  readonly writtenMs: number;
}

const SUFFIX = '.sealed';
/** Whoever has taken over a worker can put a pipe there, which would be waited for without end, or a link to elsewhere. */
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
const TAG_BYTES = 16;

/** The vault of a data folder. */
export function vaultFolder(dataFolder: string): string {
  return join(dataFolder, 'vault');
}

/** Where one worker's envelopes go. */
export function workerVaultFolder(dataFolder: string, slot: number): string {
  return join(vaultFolder(dataFolder), `worker-${slot}`);
}

/** The file of an envelope, below its worker's folder. */
export function envelopeFile(id: string, time: number): { readonly day: string; readonly file: string } {
  return { day: new Date(time).toISOString().slice(0, 10), file: id + SUFFIX };
}

/** Every file, oldest day first; none where there is no vault. */
export async function* vaultFiles(folder: string): AsyncGenerator<VaultFile> {
  const days: { readonly day: string; readonly path: string }[] = [];
  for (const worker of await namesIn(folder))
    for (const day of await namesIn(join(folder, worker))) days.push({ day, path: join(folder, worker, day) });
  for (const { path } of days.toSorted((a, b) => (a.day < b.day ? -1 : 1)))
    for (const name of await namesIn(path)) if (name.endsWith(SUFFIX)) yield { id: name.slice(0, -SUFFIX.length), path: join(path, name) };
}

/** Every envelope with its head. What is no envelope, or is gone since, is left out. */
export async function* listVault(folder: string): AsyncGenerator<VaultEntry> {
  for await (const { head, ...file } of sealedFiles(folder)) if (head !== undefined) yield { ...file, head };
}

/** Every file with what can be read of its head. What is no file at all, or is gone since, is left out. */
export async function* sealedFiles(folder: string): AsyncGenerator<SealedFile> {
  for await (const file of vaultFiles(folder)) {
    const read = await readFileHead(file).catch(() => undefined);
    if (read !== undefined) yield read;
  }
}

/** All of an envelope's bytes; undefined where it is gone. */
export async function readEnvelope(path: string): Promise<Uint8Array | undefined> {
  return readFile(path).catch(() => undefined);
}

/** Whether all of it is there: a crash can leave the beginning of one. */
export function isWhole({ head, sizeBytes }: VaultEntry): boolean {
  return sizeBytes === head.length + head.bytes + TAG_BYTES;
}

async function readFileHead(file: VaultFile): Promise<SealedFile | undefined> {
  const handle = await open(file.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) return undefined;
    const { size, mtimeMs, ctimeMs } = stat;
    const bytes = Buffer.alloc(Math.min(size, HEAD_MAX_BYTES));
    await handle.read(bytes, 0, bytes.length, 0);
    const head = readHead(bytes);
    // The name is what a release is about: a head that says another is not what it seems.
    const own = head?.id === file.id ? head : undefined;
    // One of the two can be set by the owner of a file, the other is new where it was copied.
    return { ...file, head: own, sizeBytes: size, writtenMs: Math.min(mtimeMs, ctimeMs) };
  } finally {
    await handle.close();
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const names: readonly string[] = await readdir(folder).catch(() => []);
  return names.toSorted((a, b) => (a < b ? -1 : 1));
}
