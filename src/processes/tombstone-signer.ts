// The keeper's part in removing records: it signs for what is proved to be old enough, by checkpoints that it signed itself, and by a clock that it has
// watched; for nothing else, whoever asks.

import { createPublicKey } from 'node:crypto';
import { isRemoval, proveRemoval, signTombstone, toVerifierKey } from '../audit/keeping.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { SigningKey } from './checkpoint-signer.ts';
import type { RetentionClock } from './retention-clock.ts';

export interface TombstoneSignerOptions {
  /** Throws where there is none. */
  readonly signingKey: () => SigningKey;
  readonly clock: RetentionClock;
  readonly nowMs: () => number;
  /** How long records are kept; undefined: nobody has said so yet. */
  readonly retentionDays: () => number | undefined;
}

/** Signs a tombstone, or says why not. Throws where the keeper's own files cannot be read. */
export type SignTombstone = (removal: unknown) => Result<string, string>;

const DAY_MS = 86_400_000;

export function createTombstoneSigner({ signingKey, clock, nowMs, retentionDays }: TombstoneSignerOptions): SignTombstone {
  return (removal) => {
    const days = retentionDays();
    if (days === undefined || !Number.isSafeInteger(days) || days < 1) return fail('it was not told how long records are kept');
    if (!isRemoval(removal)) return fail('the question is of no known form');
    const state = clock.look();
    if (state.kind !== 'steady') return fail('the clock cannot be gone by');
    const { name, key } = signingKey();
    const proved = proveRemoval(removal, [toVerifierKey(name, createPublicKey(key))]);
    if (!proved.ok) return proved;
    const time = nowMs();
    if (proved.value.before > time - days * DAY_MS)
      return fail(
        `records are kept for ${days} days, and the last of these may have been written after ${new Date(time - days * DAY_MS).toISOString()}`,
      );
    return ok(signTombstone({ ...proved.value, time, reason: `kept for ${days} days` }, name, key));
  };
}
