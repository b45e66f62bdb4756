// Whether this process's event loop has time to spare. A durable write costs some 80 µs of processor time whatever its size: with time
// to spare it should go out at once, since somebody waits for it; under load it should take more records along.

import { performance } from 'node:perf_hooks';

/** A share of busy time above which processor time is what is scarce. */
const BUSY_SHARE = 0.6;
const WINDOW_MS = 50;

/** Tells whether the loop was busy in the last window. Cheap enough to ask at every write. */
export function createLoopLoad(): () => boolean {
  let last = performance.eventLoopUtilization();
  let since = performance.now();
  let busy = false;
  return () => {
    const now = performance.now();
    if (now - since < WINDOW_MS) return busy;
    const current = performance.eventLoopUtilization();
    busy = performance.eventLoopUtilization(current, last).utilization > BUSY_SHARE;
    last = current;
    since = now;
    return busy;
  };
}
