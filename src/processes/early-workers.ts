// Processes of workers that load the program while control still reads the config: most of a start is loading. They are told nothing, know nothing and serve
// nothing until there is a plan; then each becomes the worker of its slot, and what the plan has no use for is ended.

import type { ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';

export interface EarlyWorkers {
  /** The one of this slot, from now on the caller's; undefined: there is none. */
  take(slot: number): ChildProcess | undefined;
  /** Ends those that nobody took. */
  end(): void;
}

/** As many as a gateway has where its config says nothing. */
const COUNT = Math.min(2, availableParallelism());

/** Starts them, the first slots first. */
export function startEarlyWorkers(spawn: (slot: number) => ChildProcess): EarlyWorkers {
  const waiting = new Map<number, ChildProcess>();
  for (let slot = 0; slot < COUNT; slot++) {
    const early = spawn(slot);
    const forget = (): void => {
      if (waiting.get(slot) === early) waiting.delete(slot);
    };
    // One that is gone too soon is started again when there is a plan, as any worker is, and whatever ails it is said then.
    early.once('exit', forget);
    early.once('error', forget);
    waiting.set(slot, early);
  }
  return {
    take: (slot) => {
      const early = waiting.get(slot);
      waiting.delete(slot);
      return early;
    },
    end: () => {
      for (const early of waiting.values()) early.kill('SIGKILL');
      waiting.clear();
    },
  };
}
