// The breaker for identical calls: after so many of one kind within a window it opens, and lets nothing of that kind through until it has cooled
// down. An agent in a loop gets nothing new by the hundredth identical call, and pays for each.

import type { BreakerShape } from './types.ts';

/** What is known of one kind of call. */
export interface Breaker {
  /** When the last of them were let through, oldest first. */
  readonly times: number[];
  /** Nothing passes before; 0: it is closed. */
  openUntilMs: number;
}

/** A breaker that has seen nothing. */
export function closedBreaker(): Breaker {
  return { times: [], openUntilMs: 0 };
}

/** How long a call has to wait; 0: it may pass. The one that is too many opens it. */
export function heldMs(breaker: Breaker, { calls, windowMs, coolDownMs }: BreakerShape, nowMs: number): number {
  if (breaker.openUntilMs > nowMs) return breaker.openUntilMs - nowMs;
  if (breaker.openUntilMs > 0) {
    // Cooled down: what was before does not count again.
    breaker.openUntilMs = 0;
    breaker.times.length = 0;
  }
  forget(breaker, nowMs - windowMs);
  if (breaker.times.length < calls) return 0;
  breaker.openUntilMs = nowMs + coolDownMs;
  return coolDownMs;
}

/** A call was let through. */
export function passed(breaker: Breaker, nowMs: number): void {
  breaker.times.push(nowMs);
}

/** Whether nothing would change if it were forgotten. */
export function isIdle(breaker: Breaker, { windowMs }: BreakerShape, nowMs: number): boolean {
  return breaker.openUntilMs <= nowMs && (breaker.times.at(-1) ?? 0) <= nowMs - windowMs;
}

function forget(breaker: Breaker, untilMs: number): void {
  const first = breaker.times.findIndex((time) => time > untilMs);
  breaker.times.splice(0, first < 0 ? breaker.times.length : first);
}

/** The breakers of one limit, by the key of the call. */
export interface Breakers {
  /** How long a call has to wait; 0: it may pass. */
  heldMs(key: string, shape: BreakerShape, nowMs: number): number;
  passed(key: string, nowMs: number): void;
  /** Calls that were let through under an authority before this one. */
  claim(key: string, times: readonly number[], openUntilMs: number): void;
  /** Drops those that know nothing any more. */
  sweep(shape: BreakerShape, nowMs: number): void;
  /** Those that let nothing through, and until when. */
  open(nowMs: number): readonly (readonly [key: string, openUntilMs: number])[];
}

/** Calls remembered of one limit; the least recently seen go first. Whoever makes so many different ones is in no loop. */
const MAX_BREAKERS = 100_000;

/** Breakers that have seen nothing. */
export function createBreakers(): Breakers {
  const breakers = new Map<string, Breaker>();
  const breakerOf = (key: string): Breaker => {
    const breaker = breakers.get(key) ?? closedBreaker();
    breakers.delete(key);
    breakers.set(key, breaker); // The last is the most recent.
    const [oldest] = breakers.size > MAX_BREAKERS ? breakers.keys() : [];
    if (oldest !== undefined) breakers.delete(oldest);
    return breaker;
  };
  return {
    heldMs: (key, shape, nowMs) => heldMs(breakerOf(key), shape, nowMs),
    passed: (key, nowMs) => passed(breakerOf(key), nowMs),
    claim: (key, times, openUntilMs) => {
      const breaker = breakerOf(key);
      breaker.times.push(...times);
      breaker.times.sort((a, b) => a - b);
      breaker.openUntilMs = Math.max(breaker.openUntilMs, openUntilMs);
    },
    sweep: (shape, nowMs) => {
      for (const [key, breaker] of breakers) if (isIdle(breaker, shape, nowMs)) breakers.delete(key);
    },
    open: (nowMs) => [...breakers].flatMap(([key, { openUntilMs }]) => (openUntilMs > nowMs ? [[key, openUntilMs] as const] : [])),
  };
}
