// The token bucket: holds up to a capacity, gains at a steady pace, and gives what it has. Whole numbers only: a level is kept in ticks, of which
// a token has as many as the period has milliseconds, so that each millisecond adds a whole number of them and nothing is ever rounded up.
// (Beyond 2^53 ticks, which takes a hundred megabytes a day, a token may be off by less than a thousandth.)

import type { BucketShape } from './types.ts';

/** How full a bucket is. */
export interface Bucket {
  /** In ticks; below zero it is in debt. */
  level: number;
  /** When that was so. */
  atMs: number;
}

/** A bucket that nothing was taken from. */
export function fullBucket({ capacity, periodMs }: BucketShape, nowMs: number): Bucket {
  return { level: capacity * periodMs, atMs: nowMs };
}

/** Lets time pass. `room`: tokens that may be in it, of its capacity; the others are elsewhere, unspent. A clock that goes back adds nothing. */
export function refill(bucket: Bucket, { amount, periodMs }: BucketShape, room: number, nowMs: number): void {
  const passedMs = nowMs - bucket.atMs;
  if (passedMs > 0) bucket.atMs = nowMs;
  bucket.level = levelAfter(bucket.level, Math.max(0, passedMs), amount, room * periodMs);
}

/** A level some time later: never above the room, unless it was before, and then it falls to it. */
export function levelAfter(level: number, passedMs: number, amount: number, roomTicks: number): number {
  return Math.min(roomTicks, level + passedMs * amount);
}

/** Whole tokens in it. */
export function tokensIn(bucket: Bucket, { periodMs }: BucketShape): number {
  return Math.floor(bucket.level / periodMs);
}

/** How long until it holds so many tokens; Infinity: never by itself. */
export function waitMs(bucket: Bucket, { amount, periodMs }: BucketShape, tokens: number): number {
  const missing = tokens * periodMs - bucket.level;
  if (missing <= 0) return 0;
  return amount === 0 ? Infinity : Math.ceil(missing / amount);
}

/** The same number of tokens under other numbers, and no more than fit. */
export function reshape(bucket: Bucket, before: BucketShape, after: BucketShape): void {
  bucket.level = Math.min(Math.floor((bucket.level / before.periodMs) * after.periodMs), after.capacity * after.periodMs);
}
