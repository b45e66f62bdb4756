// The thread of bench/delay.ts: sleeps to each instant in turn (grain: tens of microseconds) and says so.

import { parentPort, workerData } from 'node:worker_threads';

import { monotonicMs } from './clock.ts';
import type { Instants } from './delay.ts';

const { count, ring }: Instants = workerData;
const never = new Int32Array(new SharedArrayBuffer(4));

for (let n = 0; ; n += 1) {
  while (Atomics.load(count, 0) <= n) Atomics.wait(count, 0, n);
  const waitMs = (ring[n % ring.length] ?? 0) - monotonicMs();
  if (waitMs > 0) Atomics.wait(never, 0, 0, waitMs);
  parentPort?.postMessage(n);
}
