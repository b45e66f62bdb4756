// Buckets as they are written down, and as people see them.

import { bucketShape, kindOf, perOf } from './compile.ts';
import type { WrittenBucket } from './ledger.ts';
import type { Account } from './leases.ts';
import type { Limit } from './types.ts';

/** A bucket as it is written down. */
export interface WrittenAccount extends Account, WrittenBucket {
  readonly tenant: string;
  /** What the limit was then; where that has changed, the bucket means something else. */
  readonly meaning: string;
}

/** A bucket, for people. */
export interface AccountView extends Account {
  /** Tokens that are left, with those that holders have; negative: a debt. */
  readonly remaining: number;
  readonly admitted: number;
  readonly refused: number;
  /** 0: never. */
  readonly lastRefusedMs: number;
  readonly retryAfterMs: number;
}

/** What must be equal for the tokens of a bucket to mean the same. */
export function meaningOf(limit: Limit): string {
  return [kindOf(limit), ...perOf(limit)].join(' ');
}

/** The place of a bucket among those that were written down. */
export function rowKey(limit: string, key: string): string {
  return `${limit}\u0001${key}`;
}

/** A row of no limit that is in force is kept for as long as it would matter if the limit came back. */
export function hasFilled({ level, amount, periodMs, capacity, atMs }: WrittenAccount, limit: Limit | undefined, nowMs: number): boolean {
  const shape = limit === undefined ? undefined : bucketShape(limit);
  const [slowest, largest] =
    shape === undefined
      ? [amount / periodMs, capacity]
      : [Math.min(amount / periodMs, shape.amount / shape.periodMs), Math.max(capacity, shape.capacity)];
  return level / periodMs + (nowMs - atMs) * slowest >= largest;
}
