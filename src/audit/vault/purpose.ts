// How long something is sealed for a purpose, and kept.

import type { CapturePurpose } from '../privacy.ts';

const DAY_MS = 24 * 3_600_000;

/** Whether the last day of a purpose has passed, in UTC. What cannot be read as a day has. */
export function isOver({ expires }: Pick<CapturePurpose, 'expires'>, nowMs: number): boolean {
  return !(nowMs < Date.parse(`${expires}T00:00:00Z`) + DAY_MS);
}

/** When what is sealed now has to be removed. */
export function keptUntil({ keepDays }: Pick<CapturePurpose, 'keepDays'>, nowMs: number): number {
  return nowMs + keepDays * DAY_MS;
}
