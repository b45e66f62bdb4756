// How fast anybody may try to sign in. A link has too many bits to be guessed at any speed; this keeps whoever tries all the same from keeping control busy.
// Only wrong links count, and who has shown too many waits instead of being refused: strangers who guess, at one address with everybody else of this machine,
// must not keep out whoever has a link that is right.

import { setTimeout } from 'node:timers/promises';

/** Wrong links in a row, and how long it takes until there is one more. */
const BURST = 30;
const REFILL_MS = 2_000;
/** Of all addresses together: who has many is still one. */
const BURST_OF_ALL = 200;
const REFILL_OF_ALL_MS = 300;
/** More addresses than this are not told apart. */
const MAX_ADDRESSES = 1_000;
/** Between those who wait: a connection has one try at a time, so the last of them waits for seconds. */
const PACE_MS = 10;

interface Bucket {
  left: number;
  at: number;
}

/** One try. */
export interface Try {
  /** Resolves when control may be asked. Who is gone by then holds up nobody. */
  turn(isGone: () => boolean): Promise<void>;
  /** The link was wrong, or was not judged. */
  end(isWrong: boolean): void;
}

/** Takes a try for an address; it is given back where it was not wrong. */
export type SignInLimit = (address: string) => Try;

export function createSignInLimit(nowMs: () => number, pause: (ms: number) => Promise<unknown> = setTimeout): SignInLimit {
  const all: Bucket = { left: BURST_OF_ALL, at: nowMs() };
  const byAddress = new Map<string, Bucket>();
  let queue: Promise<unknown> = Promise.resolve();

  /** Those that have all their tries again are as good as unknown. */
  const forget = (now: number): void => {
    for (const [address, { left, at }] of byAddress) if (left + (now - at) / REFILL_MS >= BURST) byAddress.delete(address);
  };

  const bucketOf = (address: string, now: number): Bucket => {
    const known = byAddress.get(address);
    if (known !== undefined) return known;
    if (byAddress.size >= MAX_ADDRESSES) forget(now);
    const name = byAddress.size >= MAX_ADDRESSES ? '' : address;
    const bucket = byAddress.get(name) ?? { left: BURST, at: now };
    byAddress.set(name, bucket);
    return bucket;
  };

  return (address) => {
    const now = nowMs();
    const own = bucketOf(address, now);
    const taken = [
      { bucket: own, burst: BURST, had: take(own, BURST, REFILL_MS, now) },
      { bucket: all, burst: BURST_OF_ALL, had: take(all, BURST_OF_ALL, REFILL_OF_ALL_MS, now) },
    ];
    return {
      turn: async (isGone) => {
        if (taken.every(({ had }) => had)) return;
        const turn = queue.then(() => (isGone() ? undefined : pause(PACE_MS)));
        queue = turn.catch(() => {});
        await turn;
      },
      end: (isWrong) => {
        if (!isWrong) for (const { bucket, burst, had } of taken) if (had) bucket.left = Math.min(burst, bucket.left + 1);
        taken.length = 0;
      },
    };
  };
}

function take(bucket: Bucket, burst: number, refillMs: number, now: number): boolean {
  bucket.left = Math.min(burst, bucket.left + Math.max(0, now - bucket.at) / refillMs);
  bucket.at = now;
  if (bucket.left < 1) return false;
  bucket.left--;
  return true;
}
