// How often anybody may try to sign in. A link has too many bits to be guessed at any speed; this keeps whoever tries all the same from filling the log and
// from keeping control busy.

/** Tries in a row, and how long it takes until there is one more. */
const BURST = 30;
const REFILL_MS = 2_000;
/** Of all addresses together: who has many is still one. */
const BURST_OF_ALL = 200;
const REFILL_OF_ALL_MS = 300;
/** More addresses than this are not told apart. */
const MAX_ADDRESSES = 1_000;

interface Bucket {
  left: number;
  at: number;
}

/** Takes one try from an address; 0: go on, else the milliseconds after which to try again. */
export type SignInLimit = (address: string) => number;

export function createSignInLimit(nowMs: () => number): SignInLimit {
  const all: Bucket = { left: BURST_OF_ALL, at: nowMs() };
  const byAddress = new Map<string, Bucket>();

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
    return take(bucketOf(address, now), BURST, REFILL_MS, now) || take(all, BURST_OF_ALL, REFILL_OF_ALL_MS, now);
  };
}

function take(bucket: Bucket, burst: number, refillMs: number, now: number): number {
  bucket.left = Math.min(burst, bucket.left + Math.max(0, now - bucket.at) / refillMs);
  bucket.at = now;
  if (bucket.left < 1) return Math.ceil((1 - bucket.left) * refillMs);
  bucket.left--;
  return 0;
}
