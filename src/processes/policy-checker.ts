// Control's side of the thread that reads policy texts. It stands ready while somebody edits, and goes when nobody does. One text after the other; a thread
// that dies takes the text it read with it, and the next text starts another.

import { Worker } from 'node:worker_threads';
import type { ConfigProblem, ConfigShard } from '../config/index.ts';
import type { PolicyProblem } from '../policies/index.ts';
import type { PolicyAsk, PolicyReading } from './policy-check.ts';

/** What control finds wrong with a config, at a place of its policy. */
export type PolicyDoubt = Pick<PolicyProblem, 'path' | 'message' | 'fix' | 'severity'>;

/** To the thread. */
export type ToPolicyThread =
  | { readonly what: 'read'; readonly ask: PolicyAsk }
  /** Of the text that was read last. */
  | { readonly what: 'place'; readonly doubts: readonly PolicyDoubt[] };

/** From it: one answer to each question. */
export type FromPolicyThread =
  | { readonly what: 'read'; readonly reading: PolicyReading }
  | { readonly what: 'placed'; readonly problems: readonly ConfigProblem[] };

export interface PolicyChecker {
  /** `doubtsOf`: what control knows and the files do not, of a text that can be used. */
  check(ask: PolicyAsk, doubtsOf: (shard: ConfigShard) => Promise<readonly PolicyDoubt[]>): Promise<PolicyReading>;
}

/** Far more than it needs: a fault must not take the memory of the machine. */
const MAX_HEAP_MB = 512;
/** Nobody has asked for so long: the thread goes. */
const IDLE_MS = 60_000;
/** Run from source, or built. */
const THREAD = import.meta.url.endsWith('.ts') ? './policy-check-thread.ts' : './policy-check-thread.js';

export function createPolicyChecker(idleMs = IDLE_MS): PolicyChecker {
  let thread: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const start = (): Worker => {
    const started = new Worker(new URL(THREAD, import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } });
    started.on('exit', () => {
      if (thread === started) thread = undefined;
    });
    // `exit` follows; without a listener it would be this process's end.
    started.on('error', () => {});
    return started;
  };
  /** Whoever asks from here on has another. */
  const leave = (): void => {
    const leaving = thread;
    thread = undefined;
    void leaving?.terminate();
  };
  const ask = (message: ToPolicyThread): Promise<FromPolicyThread> =>
    new Promise((resolve, reject) => {
      const asked = (thread ??= start());
      asked.ref();
      const settle = (then: () => void): void => {
        asked.off('message', onMessage).off('error', onError).off('exit', onExit);
        then();
      };
      const onMessage = (answer: FromPolicyThread): void => settle(() => resolve(answer));
      const onError = (cause: unknown): void => settle(() => reject(new Error('the thread that reads policies has failed', { cause })));
      const onExit = (): void => settle(() => reject(new Error('the thread that reads policies has ended')));
      asked.on('message', onMessage).on('error', onError).on('exit', onExit);
      asked.postMessage(message);
    });

  const check: PolicyChecker['check'] = async (asked, doubtsOf) => {
    clearTimeout(idle);
    try {
      const read = await ask({ what: 'read', ask: asked });
      if (read.what !== 'read') throw new Error('the thread that reads policies has answered something else');
      const { reading } = read;
      if (reading.shard === undefined) return reading;
      const doubts = await doubtsOf(reading.shard);
      if (doubts.length === 0) return reading;
      // Only what can be sent to a thread: a doubt may carry more.
      const placed = await ask({
        what: 'place',
        doubts: doubts.map(({ path, message, fix, severity }) => ({ path, message, severity, ...(fix !== undefined && { fix }) })),
      });
      if (placed.what !== 'placed') throw new Error('the thread that reads policies has answered something else');
      return { ...reading, problems: [...reading.problems, ...placed.problems] };
    } finally {
      // What stands ready keeps nothing alive.
      thread?.unref();
      idle = setTimeout(leave, idleMs).unref();
    }
  };
  return {
    check: (asked, doubtsOf) => {
      const result = turn.then(() => check(asked, doubtsOf));
      turn = result.catch(() => undefined);
      return result;
    },
  };
}
