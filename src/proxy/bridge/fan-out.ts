// Tells many the same, one after the other, in pieces: a worker with thousands of listeners has other things to do meanwhile.

import type { Listed } from '../../base/index.ts';

/** Listeners that are told in one go. */
const AT_ONCE = 64;

/** One thing to be told. */
export interface Telling<T> {
  /** Where it is told of the same thing, and nobody has been told yet, the newer one stands for both; undefined: it is told whatever comes. */
  readonly about: string | undefined;
  readonly to: readonly T[];
  tell(one: T): void;
  /** All have been told. */
  done(): void;
}

/** What is told in the order in which it came. */
export interface FanOut<T extends Listed> {
  /** What has not been told to everybody yet. */
  readonly waiting: number;
  add(telling: Telling<T>): void;
}

/** Nothing to be told. `tell` and `done` must not throw. */
export function createFanOut<T extends Listed>(): FanOut<T> {
  const waiting: Telling<T>[] = [];
  let told = 0;

  const goOn = (): void => {
    let left = AT_ONCE;
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      for (; told < first.to.length && left > 0; told += 1, left -= 1) {
        const one = first.to[told];
        if (one !== undefined) first.tell(one);
      }
      if (told < first.to.length) return void setImmediate(goOn);
      waiting.shift();
      told = 0;
      first.done();
    }
  };
  return {
    get waiting() {
      return waiting.length;
    },
    add: (telling) => {
      const same = telling.about === undefined ? -1 : waiting.findIndex(({ about }, place) => place > 0 && about === telling.about);
      if (same >= 0) {
        waiting[same] = telling;
        return;
      }
      waiting.push(telling);
      if (waiting.length === 1) goOn();
    },
  };
}
