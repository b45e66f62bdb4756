// Refusals of what nobody has read, of strangers and under overload: counted by source and reason, one record per minute each, at most so many of them.
// Whoever can reach the port can cause them, so they must never cost the disk or the memory more than that.

import type { RefusalSummary } from './record.ts';

export interface RefusalCounterOptions {
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly append: (record: RefusalSummary) => void;
  /** Sources × reasons told apart at a time; the others are counted together, by reason, under the source `other`. */
  readonly maxKeys?: number;
  readonly windowMs?: number;
}

/** Counts, and appends each count once its minute is over. A process that is killed loses the counts of its last minute. */
export interface RefusalCounter {
  /** Counts one refusal. `reason` is a code of base/errors.ts, never text of the request. */
  count(address: string, reason: string): void;
  /** Appends the counts whose minute is over. Call it every second or so. */
  flush(): void;
  /** Appends all counts. */
  close(): void;
}

interface Entry {
  readonly source: string;
  readonly reason: string;
  readonly since: number;
  count: number;
}

const WINDOW_MS = 60_000;
const MAX_KEYS = 256;
const OTHER = 'other';
/** Reasons are codes of one table; the bound holds even if a caller forgets that. */
const MAX_OTHER_KEYS = 100;

/** A counter with nothing counted. It has no timer of its own: `flush` is its clockwork. */
export function createRefusalCounter(options: RefusalCounterOptions): RefusalCounter {
  const { clock, append, maxKeys = MAX_KEYS, windowMs = WINDOW_MS } = options;
  const entries = new Map<string, Entry>();

  const entryOf = (source: string, reason: string, limit: number): Entry | undefined => {
    const key = `${reason} ${source}`;
    const known = entries.get(key);
    if (known !== undefined || entries.size >= limit) return known;
    const entry: Entry = { source, reason, since: clock(), count: 0 };
    entries.set(key, entry);
    return entry;
  };

  const tell = (due: (entry: Entry) => boolean): void => {
    for (const [key, entry] of entries) {
      if (!due(entry)) continue;
      entries.delete(key);
      append({ kind: 'refusals', time: clock(), ...entry });
    }
  };

  return {
    count(address, reason) {
      const entry =
        entryOf(toSource(address), reason, maxKeys) ?? entryOf(OTHER, reason, maxKeys + MAX_OTHER_KEYS) ?? entryOf(OTHER, OTHER, Infinity);
      if (entry !== undefined) entry.count += 1;
    },
    flush() {
      const until = clock() - windowMs;
      tell((entry) => entry.since <= until);
    },
    close: () => tell(() => true),
  };
}

/** An IPv4 address as it is; of an IPv6 address the network of 64 bits, since one host has all addresses of it to spend. */
export function toSource(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':') || address === '::1') return address;
  const [front = '', back] = (address.split('%')[0] ?? '').split('::');
  const head = front === '' ? [] : front.split(':');
  const tail = back === undefined || back === '' ? [] : back.split(':');
  const zeros = back === undefined ? 0 : Math.max(0, 8 - head.length - tail.length);
  const groups = [...head, ...Array.from({ length: zeros }, () => '0'), ...tail];
  return `${groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
