// Something done so many milliseconds later, to within a tenth of one. Timers of the event loop begin and end on whole milliseconds: a server that
// waited with them would swallow what a proxy adds in front of it.

import { Worker } from 'node:worker_threads';

import { monotonicMs } from './clock.ts';

/** Most that may wait at once. */
const ROOM = 4096;

/** What the two threads share: how many instants there have been, and the last of them. */
export interface Instants {
  readonly count: Int32Array;
  readonly ring: Float64Array;
}

/** Makes a delay of always the same length, so that whatever waits comes in turn. */
export function createDelay(delayMs: number): (then: () => void) => void {
  const instants: Instants = {
    count: new Int32Array(new SharedArrayBuffer(4)),
    ring: new Float64Array(new SharedArrayBuffer(8 * ROOM)),
  };
  const waiting: (() => void)[] = [];
  const thread = new Worker(new URL('./delay-thread.ts', import.meta.url), { workerData: instants });
  thread.on('message', () => waiting.shift()?.());
  thread.unref();
  let made = 0;
  return (then) => {
    if (waiting.length >= ROOM) throw new Error(`${ROOM} answers wait at once`);
    waiting.push(then);
    instants.ring[made % ROOM] = monotonicMs() + delayMs;
    made += 1;
    Atomics.store(instants.count, 0, made);
    Atomics.notify(instants.count, 0);
  };
}
