// Removes what was sealed in the vault once its time is over. Each envelope says itself until when it is kept; its head is in clear, so nothing is opened.

import { unlink } from 'node:fs/promises';
import { createEnvelopeTest } from './holds.ts';
import type { Hold } from './holds.ts';
import { isWhole, listVault } from './vault/index.ts';

export interface EnvelopeSweep {
  /** Epoch milliseconds. */
  readonly nowMs: number;
  readonly holds: readonly Hold[];
  readonly isDryRun: boolean;
}

/** What a sweep came to. */
export interface SweptEnvelopes {
  readonly removed: number;
  /** Old enough, and kept because of holds. */
  readonly held: number;
  /** Time of the oldest that stays; undefined where there is none. */
  readonly oldestMs: number | undefined;
}

/** An envelope that a crash left half written can never be opened; nobody is at work on one for so long. */
const HALF_WRITTEN_MS = 24 * 3_600_000;

/** Goes through the vault in a folder. */
export async function removeEnvelopes(folder: string, { nowMs, holds, isDryRun }: EnvelopeSweep): Promise<SweptEnvelopes> {
  const isHeld = createEnvelopeTest(holds);
  let removed = 0;
  let held = 0;
  let oldestMs: number | undefined;
  for await (const entry of listVault(folder)) {
    const { head, path } = entry;
    const isOver = head.until <= nowMs || (!isWhole(entry) && head.time + HALF_WRITTEN_MS <= nowMs);
    if (isOver && !isHeld(head)) {
      if (!isDryRun) await unlink(path);
      removed += 1;
      continue;
    }
    if (isOver) held += 1;
    oldestMs = Math.min(oldestMs ?? Infinity, head.time);
  }
  return { removed, held, oldestMs };
}
