// Removes what was sealed in the vault once its time is over. Each envelope says itself until when it is kept; its head is in clear, so nothing is opened.
// What a head says is believed only within what the config says: whoever has taken over a worker can write there what would keep an envelope, and with it the
// keys of all months, for ever.

import { unlink } from 'node:fs/promises';
import { createEnvelopeTest } from './holds.ts';
import type { Hold } from './holds.ts';
import { isWhole, sealedFiles } from './vault/index.ts';
import type { EnvelopeHead, SealedFile } from './vault/index.ts';

export interface EnvelopeSweep {
  /** Epoch milliseconds. */
  readonly nowMs: number;
  readonly holds: readonly Hold[];
  readonly isDryRun: boolean;
  /** How long envelopes are kept, in days: by purpose, as the config has it now. */
  readonly keepDays: ReadonlyMap<string, number>;
  /** How long records are, in days. */
  readonly retentionDays: number;
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
/** A clock that was put right has left times in the future; nobody goes by a head that is further ahead. */
const AHEAD_MS = 24 * 3_600_000;
const DAY_MS = 86_400_000;

/** Goes through the vault in a folder. */
export async function removeEnvelopes(folder: string, sweep: EnvelopeSweep): Promise<SweptEnvelopes> {
  const { holds, isDryRun } = sweep;
  const isOver = createOverTest(sweep);
  const isAbout = createEnvelopeTest(holds);
  // Of what no head speaks for, nobody can say that a hold is not about it.
  const isHeld = (head: EnvelopeHead | undefined): boolean => (head === undefined ? holds.length > 0 : isAbout(head));
  let removed = 0;
  let held = 0;
  let oldestMs: number | undefined;
  for await (const file of sealedFiles(folder)) {
    const head = believed(file, sweep.nowMs);
    const over = isOver(file, head);
    if (over && !isHeld(head)) {
      if (!isDryRun) await unlink(file.path);
      removed += 1;
      continue;
    }
    if (over) held += 1;
    if (head !== undefined) oldestMs = Math.min(oldestMs ?? Infinity, head.time);
  }
  return { removed, held, oldestMs };
}

function believed({ head }: SealedFile, nowMs: number): EnvelopeHead | undefined {
  return head !== undefined && head.time <= nowMs + AHEAD_MS ? head : undefined;
}

/** Whether the time of an envelope is over. One without a head that can be believed is kept for as long as any other could be. */
function createOverTest({ nowMs, keepDays, retentionDays }: EnvelopeSweep): (file: SealedFile, head: EnvelopeHead | undefined) => boolean {
  const longest = Math.max(retentionDays, ...keepDays.values());
  return (file, head) => {
    if (head === undefined) return file.writtenMs + longest * DAY_MS <= nowMs;
    const until = Math.min(head.until, head.time + (keepDays.get(head.purpose) ?? longest) * DAY_MS);
    return until <= nowMs || (!isWhole({ ...file, head }) && head.time + HALF_WRITTEN_MS <= nowMs);
  };
}
