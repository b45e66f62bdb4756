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
