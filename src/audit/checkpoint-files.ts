// Where signed checkpoints and their key lie on disk, beside the logs; and how notes that were gathered in one file, as anchors do, are read again.

import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { isMistyped, parseVerifierKey } from './note.ts';
import type { VerifierKey } from './note.ts';

/** In the folder of the logs: the verifier keys of who signs, one a line. */
export const CHECKPOINT_KEY_FILE = 'checkpoint.key';
/** In the folder of one log: the last checkpoint of it. */
export const LAST_CHECKPOINT_FILE = 'checkpoint';

/** A signed note as it was found. */
export interface FoundNote {
  readonly text: string;
  /** The line that it begins at, from 1. */
  readonly line: number;
}

/** More bytes are no keys. */
const KEY_FILE_CHARS = 65_536;
/** A note has a few lines; what goes on longer is none. */
const MAX_NOTE_LINES = 200;
const SIGNATURE = '— ';
/** Of a longer line only the beginning is kept: it is no line of a note, and may have no end. */
const MAX_LINE_CHARS = 8_192;

/** Reads verifier keys, one a line; undefined where there is none, or a line that is no key. */
export function parseKeys(text: string): readonly VerifierKey[] | undefined {
  if (text.length > KEY_FILE_CHARS) return undefined;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const keys = lines.map(parseVerifierKey).filter((key) => key !== undefined);
  return keys.length > 0 && keys.length === lines.length ? keys : undefined;
}

/** The keys that somebody named: as they are, or by files that they stand in. None where none was named; the error is a sentence. */
export async function findKeys(named: readonly string[]): Promise<Result<readonly VerifierKey[] | undefined, string>> {
  const keys: VerifierKey[] = [];
  for (const word of named) {
    const text = parseKeys(word) === undefined ? await readIfThere(word).catch(() => undefined) : word;
    const found = parseKeys(text ?? '');
    if (found === undefined) return fail(whyNoKeys(word, text ?? word));
    keys.push(...found);
  }
  return ok(keys.length === 0 ? undefined : keys);
}

/** Why `text`, what was named or what stands in the file of that name, gives no keys. */
function whyNoKeys(word: string, text: string): string {
  const isNear = text.length <= KEY_FILE_CHARS && text.split('\n').some(isMistyped);
  if (!isNear) return `'${word}' is neither a verifier key nor a file with some.`;
  return `'${word}' ${text === word ? 'is' : 'has'} a verifier key with a mistake in it: its id does not fit it. Copy it anew.`;
}

/** The notes in a file, one behind the other, with or without empty lines between them. What is none of them is given as it stands. */
export async function* readNotes(path: string): AsyncGenerator<FoundNote, void, undefined> {
  let lines: string[] = [];
  let begin = 1;
  let number = 0;
  const take = (): FoundNote => ({ text: `${lines.join('\n')}\n`, line: begin });
  for await (const line of readTextLines(path)) {
    number += 1;
    const ended = lines.at(-1)?.startsWith(SIGNATURE) === true && !line.startsWith(SIGNATURE);
    if (ended || lines.length >= MAX_NOTE_LINES) {
      yield take();
      lines = [];
    }
    if (lines.length === 0) {
      if (line === '') continue;
      begin = number;
    }
    lines.push(line);
  }
  if (lines.length > 0) yield take();
}

async function* readTextLines(path: string): AsyncGenerator<string, void, undefined> {
  let rest = '';
  for await (const chunk of createReadStream(path, 'utf8')) {
    const [first = '', ...more] = String(chunk).split('\n');
    rest = (rest + first).slice(0, MAX_LINE_CHARS);
    for (const line of more) {
      yield rest.replace(/\r$/, '');
      rest = line.slice(0, MAX_LINE_CHARS);
    }
  }
  if (rest !== '') yield rest;
}

/** The text of a small file that somebody named; undefined where there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  return existsSync(path) ? readFile(path, 'utf8') : undefined;
}
