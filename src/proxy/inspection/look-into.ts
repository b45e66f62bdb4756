// Looks into a whole message where it stands, in the loop of whoever asks: for what is small, and for what cannot wait.

import type { Found, Scan, Surface } from '../../inspection/index.ts';
import { notLookedInto } from './inspector.ts';

/** Begins to look into one message. `maxSteps`: what it may cost however long it is; else as much as its length lets it. */
export type BeginScan = (surface: Surface, maxSteps?: number) => Scan;

/**
 * What looking in a loop may cost, in steps. A step takes ten nanoseconds, and fifty in the text that is worst for it, so nobody in the loop waits longer than
 * for a tenth of a second because of one message. It is more than any message may cost that is short enough to be looked into there by rule; of what is longer and
 * cannot wait, half a MiB of prose costs as much.
 */
const MAX_STEPS_IN_LOOP = 2_097_152;
/**
 * What comes unasked may come as often as a server likes. Any message of a call may cost a quarter of a million steps, however short it is; of a kilobyte that
 * comes a thousand times a second that would be all that a worker has. From some ten kilobytes on they may cost as much as others.
 */
const UNASKED_STEPS = 32_768;
const UNASKED_STEPS_PER_BYTE = 64;

/** What looking into what comes unasked may cost. */
export function stepsUnasked(bytes: number): number {
  return Math.min(MAX_STEPS_IN_LOOP, UNASKED_STEPS + UNASKED_STEPS_PER_BYTE * bytes);
}

/** Everything that is found in a whole message; never throws. */
export function lookInto(bytes: Uint8Array, surface: Surface, begin: BeginScan, maxSteps = MAX_STEPS_IN_LOOP): readonly Found[] {
  try {
    const scan = begin(surface, maxSteps);
    const { found } = scan.push(bytes);
    return [...found, ...scan.end().found];
  } catch {
    // What a detector or a validator threw may hold a piece of what it looked at, so nobody is told what it was.
    return [notLookedInto('failed')];
  }
}
