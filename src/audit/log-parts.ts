// What a log is made of, in order: segments, and where some were removed because their time was over, the tombstone that stands for them.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbout } from './log-identity.ts';
import type { LogIdentity } from './log-identity.ts';
import type { VerifierKey } from './note.ts';
import { openTombstone, parseTombstoneName, readTombstone } from './tombstone.ts';
import type { Tombstone } from './tombstone.ts';

/** A segment by its number, or what stands for several that are gone. */
export type LogPart =
  | { readonly kind: 'segment'; readonly number: number }
  | { readonly kind: 'removed'; readonly file: string; readonly tombstone: Tombstone };

export interface LogParts {
  readonly parts: readonly LogPart[];
  /** Tombstones that say nothing, because nobody who is trusted signed them for this log. */
  readonly refused: readonly { readonly file: string; readonly says: string }[];
}

/** Most bytes of a tombstone; what is longer is none. */
const TOMBSTONE_BYTES = 65_536;

/** `segments`: the numbers of those that are there, rising. `keys`: undefined where signatures cannot be checked. */
export async function readLogParts(
  directory: string,
  segments: readonly number[],
  identity: LogIdentity,
  keys: readonly VerifierKey[] | undefined,
): Promise<LogParts> {
  const there = new Set(segments);
  const removed: Extract<LogPart, { kind: 'removed' }>[] = [];
  const refused: { file: string; says: string }[] = [];
  for (const file of (await readdir(directory)).filter((name) => parseTombstoneName(name) !== undefined).sort()) {
    const text = (await readFile(join(directory, file), 'utf8')).slice(0, TOMBSTONE_BYTES);
    const tombstone = keys === undefined ? readTombstone(text) : openTombstone(text, keys);
    if (tombstone === undefined) refused.push({ file, says: 'This tombstone was not signed by a key that is trusted.' });
    else if (!isAbout(identity, tombstone.origin))
      refused.push({ file, says: `This tombstone is about another log, ${tombstone.origin}.` });
    // Until the first of its files is gone, they count as any others do.
    else if (!isWhole(tombstone, there)) removed.push({ kind: 'removed', file, tombstone });
  }
  const parts: LogPart[] = segments
    .filter((number) => !removed.some(({ tombstone }) => number >= tombstone.first && number <= tombstone.last))
    .map((number) => ({ kind: 'segment', number }));
  return { parts: [...parts, ...removed].sort((a, b) => placeOf(a) - placeOf(b)), refused };
}

function isWhole({ first, last }: Tombstone, there: ReadonlySet<number>): boolean {
  for (let number = first; number <= last; number++) if (!there.has(number)) return false;
  return true;
}

function placeOf(part: LogPart): number {
  return part.kind === 'segment' ? part.number : part.tombstone.first;
}
