// The clock of the open pace: a thread that sleeps to each scheduled instant (grain: tens of microseconds, where the event
// loop's timers have a millisecond) and posts it. It never skips an instant, however late it wakes: that would hide latency.

import { parentPort, workerData } from 'node:worker_threads';

import { monotonicMs } from './clock.ts';

const { intervalMs, startMs }: { readonly intervalMs: number; readonly startMs: number } = workerData;
const never = new Int32Array(new SharedArrayBuffer(4));

for (let count = 0; ; count += 1) {
  const instant = startMs + count * intervalMs;
  const waitMs = instant - monotonicMs();
  if (waitMs > 0) Atomics.wait(never, 0, 0, waitMs);
  parentPort?.postMessage(instant);
}
