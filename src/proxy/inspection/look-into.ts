// Looks into a whole message where it stands, in the loop of whoever asks: for what is small, and for what cannot wait.

import type { Found, Scan, Surface } from '../../inspection/index.ts';
import { notLookedInto } from './inspector.ts';

/** Begins to look into one message. */
export type BeginScan = (surface: Surface) => Scan;

/** Everything that is found in a whole message; never throws. */
export function lookInto(bytes: Uint8Array, surface: Surface, begin: BeginScan): readonly Found[] {
  try {
    const scan = begin(surface);
    const { found } = scan.push(bytes);
    return [...found, ...scan.end().found];
  } catch {
    // What a detector or a validator threw may hold a piece of what it looked at, so nobody is told what it was.
    return [notLookedInto('failed')];
  }
}
