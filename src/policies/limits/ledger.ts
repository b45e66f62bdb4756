// One bucket as the authority keeps it: what is in it, who holds how much of it, and what of it a successor may believe.
//
// What holders have is theirs: together with what is in the bucket it never exceeds the capacity, or they could spend it on top of a bucket that
// has filled up meanwhile.
//
// A successor reads what was written down last. It must not find more there than there is, and writing at every call would be slow: so what is
// written down is less than what there is, by what will probably be taken next (`ahead`). As long as there is more than that, nothing need be
// written; what a successor does not find is lost, until it comes back with time.

import { fullBucket, levelAfter, refill, reshape, tokensIn, waitMs } from './bucket.ts';
import type { Bucket } from './bucket.ts';
import type { BucketShape } from './types.ts';

/** A bucket as it was written down: its level, in ticks of these numbers, and up to where it may fill by itself. */
export interface WrittenBucket extends BucketShape {
  readonly level: number;
  readonly room: number;
  readonly atMs: number;
}

/** What one holder has, and how it took it. */
interface Holder {
  held: number;
  /** It has given back what it did not need, and goes on doing so by itself. */
  isRecalled: boolean;
  /** Taken at its last visit, and when that was: the measure of the next allotment. */
  drawn: number;
  lastMs: number;
}

/** The share of a bucket that one holder may have at most. */
const LARGEST_SHARE = 8;
/** An allotment should last about so long; a holder that comes back sooner gets twice as much. */
const LEASE_MS = 100;
/** Who writes again so soon writes further ahead. */
const WRITE_PAUSE_MS = 1_000;

/** A bucket and its holders. */
export interface Ledger {
  readonly shape: BucketShape;
  readonly holders: ReadonlyMap<string, { readonly held: number; readonly isRecalled: boolean }>;
  /** Something must be written down before what was taken last may be used. */
  readonly isUnwritten: boolean;
  /** Somebody was asked for what they have unspent, and has not answered. */
  readonly isContended: boolean;
  /** For people. */
  admitted: number;
  refused: number;
  lastRefusedMs: number;
  /** Lets time pass; then, whether so much is in it. */
  has(tokens: number, nowMs: number): boolean;
  /** Takes what a call costs, which must be in it, and an allotment; gives back how large that is. */
  take(holder: string, cost: number, nowMs: number): number;
  /** A holder is asked for what it has unspent, and has answered: between the two nobody gets more than it needs. */
  recall(): void;
  recalled(holder: string): void;
  /** How long until so much is in it, if nobody gives anything back. */
  waitMs(tokens: number): number;
  report(holder: string, said: { readonly spent: number; readonly back: number; readonly owed: number }, nowMs: number): void;
  /** What a holder has of it, as it says itself. */
  claim(holder: string, held: number, nowMs: number): void;
  /** A holder is gone: its places are free again, its tokens are taken to be spent. */
  leave(holder: string, nowMs: number): void;
  /** Other numbers from now on; the tokens in it stay. */
  change(shape: BucketShape, nowMs: number): void;
  /** Whole tokens in it now; negative: a debt. */
  remaining(nowMs: number): number;
  /** Whether it is as if nothing had ever been taken. */
  isFull(nowMs: number): boolean;
  /** What to write down, which then counts as written. `isLast`: nothing will be taken after it. */
  write(nowMs: number, isLast: boolean): WrittenBucket;
}

/** A bucket that nothing was taken from, or as it was written down. */
export function createLedger(shape: BucketShape, nowMs: number, written?: WrittenBucket): Ledger {
  const holders = new Map<string, Holder>();
  const bucket: Bucket = written === undefined ? fullBucket(shape, nowMs) : restore(written, shape, nowMs);
  /** What a successor would find: at `atMs` so much, growing up to `room`. Nothing written: a full bucket. */
  let found = written === undefined ? fullBucket(shape, nowMs) : { level: bucket.level, atMs: nowMs };
  let foundRoom = written === undefined ? shape.capacity : Math.min(shape.capacity, roomOf(written, shape));
  let current = shape;
  let outstanding = 0;
  let recalls = 0;
  let ahead = 0;
  let writtenMs = -Infinity;
  let isUnwritten = written !== undefined && !isSame(written, shape);

  /** Places come back from their holders, and from there only: who succeeds asks them, and nothing is written down. */
  const isPlaces = (): boolean => current.amount === 0;
  const settle = (nowMs: number): void => refill(bucket, current, current.capacity - outstanding, nowMs);
  const holderOf = (name: string): Holder => {
    let holder = holders.get(name);
    if (holder === undefined) holders.set(name, (holder = { held: 0, isRecalled: false, drawn: 0, lastMs: -Infinity }));
    return holder;
  };
  const hold = (holder: Holder, tokens: number): void => {
    const change = Math.max(-holder.held, tokens);
    holder.held += change;
    outstanding += change;
  };
  const put = (tokens: number): void => {
    bucket.level += tokens * current.periodMs;
  };
  const compare = (nowMs: number): void => {
    if (isPlaces() || isUnwritten) return;
    const passedMs = Math.max(0, nowMs - found.atMs);
    // What holders got meanwhile they may have spent when a successor asks them, and it must not have filled up for it.
    if (foundRoom > current.capacity - outstanding) isUnwritten = true;
    else isUnwritten = bucket.level < levelAfter(found.level, passedMs, current.amount, foundRoom * current.periodMs);
  };

  return {
    get shape() {
      return current;
    },
    holders,
    get isContended() {
      return recalls > 0;
    },
    get isUnwritten() {
      return isUnwritten;
    },
    admitted: 0,
    refused: 0,
    lastRefusedMs: 0,
    has: (tokens, nowMs) => {
      settle(nowMs);
      return bucket.level >= tokens * current.periodMs;
    },
    take: (name, cost, nowMs) => {
      put(-cost);
      const holder = holderOf(name);
      const wanted = Math.min(
        Math.floor(current.capacity / LARGEST_SHARE),
        Math.floor((holder.drawn * 2 * LEASE_MS) / Math.max(LEASE_MS, nowMs - holder.lastMs)),
      );
      // Where fewer than two are left everybody asks for every call, so that what is there goes to whoever needs it.
      const extra = recalls === 0 && tokensIn(bucket, current) >= 2 * wanted ? wanted : 0;
      put(-extra);
      hold(holder, isPlaces() ? cost + extra : extra);
      if (extra > 0) holder.isRecalled = false;
      holder.drawn = cost + extra;
      holder.lastMs = nowMs;
      compare(nowMs);
      return extra;
    },
    recall: () => {
      recalls++;
    },
    recalled: (name) => {
      recalls = Math.max(0, recalls - 1);
      const holder = holders.get(name);
      if (holder !== undefined) holder.isRecalled = true;
    },
    waitMs: (tokens) => waitMs(bucket, current, tokens),
    report: (name, { spent, back, owed }, nowMs) => {
      settle(nowMs);
      const holder = holderOf(name);
      hold(holder, -spent);
      hold(holder, -back);
      put(back - owed);
      // A debt is taken like everything else: who leaves one takes the more.
      holder.drawn += owed;
      settle(nowMs);
      compare(nowMs);
    },
    claim: (name, held, nowMs) => {
      settle(nowMs);
      const holder = holderOf(name);
      const more = held - holder.held;
      hold(holder, more);
      settle(nowMs);
    },
    leave: (name, nowMs) => {
      const holder = holders.get(name);
      if (holder === undefined) return;
      settle(nowMs);
      holders.delete(name);
      outstanding -= holder.held;
      if (isPlaces()) put(holder.held);
    },
    change: (next, nowMs) => {
      settle(nowMs);
      if (next.amount === 0) bucket.level += (next.capacity - current.capacity) * next.periodMs;
      else reshape(bucket, current, next);
      current = next;
      settle(nowMs);
      // Until it is written anew, a successor would read the old numbers.
      found = { level: Infinity, atMs: nowMs };
      foundRoom = next.capacity;
      compare(nowMs);
    },
    remaining: (nowMs) => {
      settle(nowMs);
      return tokensIn(bucket, current);
    },
    isFull: (nowMs) => {
      settle(nowMs);
      return outstanding === 0 && bucket.level >= current.capacity * current.periodMs;
    },
    write: (nowMs, isLast) => {
      settle(nowMs);
      const quarter = Math.floor(current.capacity / 4);
      ahead = nowMs - writtenMs < WRITE_PAUSE_MS ? Math.min(quarter, Math.max(1, ahead * 2)) : Math.min(quarter, 1);
      if (isLast) ahead = 0;
      writtenMs = nowMs;
      isUnwritten = false;
      found = { level: Math.min(bucket.level, Math.max(0, bucket.level - ahead * current.periodMs)), atMs: nowMs };
      foundRoom = Math.max(0, current.capacity - outstanding - ahead);
      return { ...current, level: found.level, room: foundRoom, atMs: nowMs };
    },
  };
}

/** What was written down, as it is now, in the numbers that hold now. */
function restore(written: WrittenBucket, shape: BucketShape, nowMs: number): Bucket {
  const bucket: Bucket = { level: written.level, atMs: Math.min(written.atMs, nowMs) };
  refill(bucket, written, written.room, nowMs);
  reshape(bucket, written, shape);
  bucket.atMs = nowMs;
  return bucket;
}

function isSame(a: BucketShape, b: BucketShape): boolean {
  return a.capacity === b.capacity && a.amount === b.amount && a.periodMs === b.periodMs;
}

function roomOf(written: WrittenBucket, shape: BucketShape): number {
  // Holders spend what they have without a word to a successor that they never met: until they do, that much does not fill up.
  return Math.max(0, shape.capacity - (written.capacity - written.room));
}
