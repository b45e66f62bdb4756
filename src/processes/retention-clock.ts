// Whether the time of day can be gone by when records are removed for good. A clock that leaps ahead makes everything look old: a machine whose battery
// is empty, a wrong time server. So the keeper notes down what the clock shows, and after a leap nothing is removed until it has run evenly for some days,
// in which somebody will see that it is wrong; after one so far that no weekend and no holiday explains it, until somebody has said that it is right.

import { existsSync, readFileSync } from 'node:fs';
import { writePrivate } from './private-file.ts';

/** What can be said of the clock. */
export type ClockState =
  | { readonly kind: 'steady' }
  /** It went ahead, or back: it will be gone by from then on. */
  | { readonly kind: 'settling'; readonly untilMs: number; readonly since: UnevenSince | undefined }
  /** It went so far ahead that somebody has to look at it. */
  | { readonly kind: 'leapt'; readonly fromMs: number; readonly toMs: number };

/** Why it is not gone by yet: nobody looked at it before; it went ahead, or nobody looked for days; it went back. */
export type UnevenSince = (typeof SINCE)[number];

const SINCE = ['new', 'ahead', 'back'] as const;

/** Throws when the note cannot be read or written: then nothing is removed. */
export interface RetentionClock {
  /** Notes what the clock shows now; to be called often. */
  look(): ClockState;
  /** Somebody has said that it is right. */
  confirm(): void;
}

interface Note {
  readonly format: 1;
  /** What it showed last. */
  readonly seenMs: number;
  /** Since when it has run evenly. */
  readonly evenSinceMs: number;
  readonly leap: { readonly fromMs: number; readonly toMs: number } | null;
  /** What was at `evenSinceMs`; notes of earlier versions do not say. */
  readonly since?: UnevenSince;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A gateway may be off over a weekend. Every retention time has more days than the law behind it asks for. */
const LEAP_MS = 3 * DAY_MS;
const SETTLE_MS = 3 * DAY_MS;
const FAR_MS = 30 * DAY_MS;
/** Clocks are set back by a little all the time. */
const BACK_MS = HOUR_MS;

/** The clock as noted down in `file`. */
export function createRetentionClock(file: string, nowMs: () => number): RetentionClock {
  let note: Note | undefined;
  const keep = (next: Note): void => {
    writePrivate(file, JSON.stringify(next));
    note = next;
  };
  return {
    look() {
      const now = nowMs();
      note ??= readNote(file);
      const next = advance(note, now);
      keep(next);
      if (next.leap !== null) return { kind: 'leapt', ...next.leap };
      const untilMs = next.evenSinceMs + SETTLE_MS;
      return now < untilMs ? { kind: 'settling', untilMs, since: next.since } : { kind: 'steady' };
    },
    confirm() {
      const now = nowMs();
      keep({ format: 1, seenMs: now, evenSinceMs: now - SETTLE_MS, leap: null });
    },
  };
}

function advance(note: Note | undefined, now: number): Note {
  if (note === undefined) return { format: 1, seenMs: now, evenSinceMs: now, leap: null, since: 'new' };
  const ahead = now - note.seenMs;
  if (ahead > FAR_MS) return { format: 1, seenMs: now, evenSinceMs: now, leap: { fromMs: note.seenMs, toMs: now } };
  // Back again: whatever it leapt to before was wrong.
  if (ahead < -BACK_MS) return { format: 1, seenMs: now, evenSinceMs: now, leap: null, since: 'back' };
  if (ahead > LEAP_MS) return { ...note, seenMs: now, evenSinceMs: now, since: 'ahead' };
  return { ...note, seenMs: now };
}

function readNote(file: string): Note | undefined {
  if (!existsSync(file)) return undefined;
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!isNote(value)) throw new Error(`${file} is of no known form`);
  return value;
}

/** The word for why a clock is not gone by; undefined for anything else. */
export function toUnevenSince(value: unknown): UnevenSince | undefined {
  return SINCE.find((one) => one === value);
}

function isNote(value: unknown): value is Note {
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== 1) return false;
  if (!('seenMs' in value) || typeof value.seenMs !== 'number' || !('evenSinceMs' in value) || typeof value.evenSinceMs !== 'number')
    return false;
  if (!('leap' in value)) return false;
  if ('since' in value && toUnevenSince(value.since) === undefined) return false;
  const { leap } = value;
  return (
    leap === null ||
    (typeof leap === 'object' && 'fromMs' in leap && typeof leap.fromMs === 'number' && 'toMs' in leap && typeof leap.toMs === 'number')
  );
}
