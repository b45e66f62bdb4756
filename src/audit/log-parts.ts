// What a log is made of, in order: segments, and where some were removed because their time was over, the tombstone that stands for them.

import { join } from 'node:path';
import { listTombstones } from './log-directory.ts';
import { isAbout } from './log-identity.ts';
import type { LogIdentity } from './log-identity.ts';
import type { VerifierKey } from './note.ts';
import { readSmallFile } from './small-file.ts';
import { openTombstone, parseTombstoneName, readTombstone } from './tombstone.ts';
import type { Tombstone } from './tombstone.ts';

/** A segment by its number, or what stands for several that are gone. */
export type LogPart =
  | { readonly kind: 'segment'; readonly number: number }
  | {
      readonly kind: 'removed';
      readonly file: string;
      readonly tombstone: Tombstone;
      /** Segments of it that are still there: a removal that was not finished. */
      readonly left: readonly number[];
    };

export interface LogParts {
  readonly parts: readonly LogPart[];
  /** Tombstones that say nothing, because nobody who is trusted signed them for this log. */
  readonly refused: readonly { readonly file: string; readonly says: string }[];
}

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
  for (const file of await listTombstones(directory)) {
    const text = (await readSmallFile(join(directory, file))) ?? '';
    const tombstone = keys === undefined ? readTombstone(text) : openTombstone(text, keys);
    if (tombstone === undefined) refused.push({ file, says: 'This tombstone was not signed by a key that is trusted.' });
    else if (!isAbout(identity, tombstone.origin))
      refused.push({ file, says: `This tombstone is about another log, ${tombstone.origin}.` });
    else if (tombstone.first !== parseTombstoneName(file))
      refused.push({ file, says: `This tombstone stands for segments from ${tombstone.first} on, and not in their place.` });
    // Until the first of its files is gone, they count as any others do.
    else if (!isWhole(tombstone, there))
      removed.push({ kind: 'removed', file, tombstone, left: segments.filter((number) => isAmong(tombstone, number)) });
  }
  // A removal that began anew after a crash may have named more segments than before: the larger tombstone says all that the smaller one does.
  const stands = removed.filter((one) => !removed.some((other) => other !== one && isWithin(one.tombstone, other.tombstone)));
  const parts: LogPart[] = segments
    .filter((number) => !removed.some(({ tombstone }) => isAmong(tombstone, number)))
    .map((number) => ({ kind: 'segment', number }));
  return { parts: [...parts, ...stands].sort((a, b) => placeOf(a) - placeOf(b)), refused };
}

function isWhole({ first, last }: Tombstone, there: ReadonlySet<number>): boolean {
  for (let number = first; number <= last; number++) if (!there.has(number)) return false;
  return true;
}

function isAmong({ first, last }: Tombstone, number: number): boolean {
  return number >= first && number <= last;
}

function isWithin(one: Tombstone, other: Tombstone): boolean {
  return one.first >= other.first && one.last <= other.last && one.from >= other.from && one.to <= other.to;
}

function placeOf(part: LogPart): number {
  return part.kind === 'segment' ? part.number : part.tombstone.first;
}
