// How far a command has come that takes longer than a second: on standard error, so that results stay what they are; nothing for programs.

import type { CliDeps } from './command.ts';

const EVERY_MS = 1_000;

export interface Progress {
  /** So much is done, of so much where that is known. */
  tell(done: number, of?: number): void;
  /** It is over. Says how long it took where anything was said before. */
  end(): void;
}

/** Says nothing in the first second, and then no more than once in each. */
export function createProgress(
  deps: Pick<CliDeps, 'stderr' | 'errorsAs'>,
  what: string,
  clock: () => number = () => performance.now(),
): Progress {
  const beganMs = clock();
  let toldAtMs = beganMs;
  let hasTold = false;
  const say = (text: string): void => {
    if (deps.errorsAs === 'json') return;
    hasTold = true;
    deps.stderr.write(`sallyport: ${text}\n`);
  };
  return {
    tell: (done, of) => {
      if (clock() - toldAtMs < EVERY_MS) return;
      toldAtMs = clock();
      const share = of === undefined || of === 0 ? '' : ` of ${of} (${Math.floor((100 * done) / of)} %)`;
      say(`${done}${share} ${what}`);
    },
    end: () => {
      if (hasTold) say(`done in ${((clock() - beganMs) / 1_000).toFixed(1)} s`);
    },
  };
}

/** Hands on what comes, and says how much that was. */
export async function* withProgress<T>(
  deps: Pick<CliDeps, 'stderr' | 'errorsAs'>,
  what: string,
  source: AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  const progress = createProgress(deps, what);
  let done = 0;
  for await (const one of source) {
    progress.tell(++done);
    yield one;
  }
  progress.end();
}
