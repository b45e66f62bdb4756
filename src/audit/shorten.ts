// Removes segments for which there is a tombstone. The tombstone is durable before the first of them goes, and they go from the first on; so after a crash
// in between, what is left of them is known by the tombstone and nothing else. Nobody else removes anything of a log.

import { constants, existsSync } from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { toSegmentName } from './format.ts';
import { listLogs, listTombstones } from './log-directory.ts';
import type { VerifierKey } from './note.ts';
import { readSmallFile } from './small-file.ts';
import { openTombstone, readTombstone, toTombstoneName } from './tombstone.ts';

/** Segments of one log. */
export interface SegmentSpan {
  readonly first: number;
  readonly last: number;
}

/** Puts the tombstone of segments from `first` on beside them. Durable when it resolves. */
export async function placeTombstone(directory: string, first: number, note: string): Promise<void> {
  const path = join(directory, toTombstoneName(first));
  const file = await open(`${path}.new`, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_DSYNC, 0o600);
  try {
    await file.writeFile(note);
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  await syncDirectory(directory);
}

/** Removes segments that have a tombstone. Gone for good when it resolves; those that are gone already are none to complain of. */
export async function removeSegments(directory: string, { first, last }: SegmentSpan): Promise<void> {
  for (let number = first; number <= last; number++) await remove(join(directory, toSegmentName(number)));
  await syncDirectory(directory);
}

/**
 * Brings to an end what a crash left half done in the logs below a directory: a removal that had begun is finished, and of one that had not, the tombstone
 * is taken back, because a hold may have come since. Says what was finished.
 */
export async function finishRemovals(
  directory: string,
  /** Asked once there is something to finish. */
  trusted: () => Promise<readonly VerifierKey[]>,
): Promise<readonly (SegmentSpan & { readonly slot: string })[]> {
  const finished: (SegmentSpan & { readonly slot: string })[] = [];
  for (const log of await listLogs(directory)) {
    for (const name of await listTombstones(log.directory)) {
      const note = (await readSmallFile(join(log.directory, name))) ?? '';
      const said = readTombstone(note);
      if (said === undefined) continue;
      const { first, last } = said;
      const left = log.segments.filter((number) => number >= first && number <= last);
      // What nobody signed is nobody's word to remove anything; verify says what it is worth.
      if (left.length === 0 || openTombstone(note, await trusted()) === undefined) continue;
      if (left.length === last - first + 1) {
        await unlink(join(log.directory, name));
        await syncDirectory(log.directory);
      } else {
        await removeSegments(log.directory, { first: Math.min(...left), last });
        finished.push({ slot: log.slot, first, last });
      }
    }
  }
  return finished;
}

async function remove(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (existsSync(path)) throw error;
  }
}

/** A name that was taken out of a directory comes back with a power cut until the directory is written. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
