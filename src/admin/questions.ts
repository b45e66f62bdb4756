// Questions that keep control's one thread busy for a while, and that anybody who is signed in may ask: what would become of a call, what would come of a text.
// The same thread answers for the kill switch and for approvals. So one is under way at a time, whoever waits takes turns with whoever else does, and after each
// there is as long a rest as it took: half of the time at least is for everything else, whatever is asked.

import { setTimeout } from 'node:timers/promises';
import { fail } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { EndpointName } from './contract.ts';
import type { AdminProblem } from './problems.ts';

/** Asks something for a person as soon as it is their turn; refused where they have asked too much at once. */
export interface Questions {
  ask<T>(operator: string, work: () => Promise<Result<T, AdminProblem>>): Promise<Result<T, AdminProblem>>;
}

const COSTLY: ReadonlySet<EndpointName> = new Set<EndpointName>([
  'explain',
  'readArgumentTypes',
  'readWorld',
  'readPolicy',
  'listProposals',
  'readProposal',
  'listPolicyRevisions',
  'readPolicyRevision',
  'beginReplay',
]);

/** Of one person: a page asks a few at once. */
const MAX_WAITING = 8;
/** Of all. */
const MAX_WAITING_OF_ALL = 64;
/** What takes longer than this waits for something else than the thread. */
const PATIENCE_MS = 10_000;
const LONGEST_REST_MS = 5_000;

const TOO_MANY: AdminProblem = { code: 'too_many_questions', detail: 'Wait until what you have asked is answered, then try again.' };

/** Whether something is one of these questions. */
export function isCostly(name: EndpointName, isDryRun: boolean): boolean {
  return isDryRun || COSTLY.has(name);
}

export function createQuestions(
  nowMs: () => number = () => performance.now(),
  rest: (ms: number) => Promise<unknown> = (ms) => setTimeout(ms, undefined, { ref: false }),
): Questions {
  /** Who waits, each with what they have asked; whose turn is next comes first. */
  const waiting = new Map<string, (() => Promise<unknown>)[]>();
  let count = 0;
  let isBusy = false;

  const next = (): (() => Promise<unknown>) | undefined => {
    const [found] = waiting;
    if (found === undefined) return undefined;
    const [operator, [work, ...others]] = found;
    waiting.delete(operator);
    if (others.length > 0) waiting.set(operator, others);
    if (work !== undefined) count--;
    return work;
  };

  const serve = async (): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    for (let work = next(); work !== undefined; work = next()) {
      const began = nowMs();
      const patience = new AbortController();
      const over = setTimeout(PATIENCE_MS, undefined, { ref: false, signal: patience.signal }).catch(() => {});
      await Promise.race([work(), over]);
      patience.abort();
      await rest(Math.min(LONGEST_REST_MS, Math.max(1, nowMs() - began)));
    }
    isBusy = false;
  };

  return {
    ask: (operator, work) => {
      const own = waiting.get(operator) ?? [];
      if (own.length >= MAX_WAITING || count >= MAX_WAITING_OF_ALL) return Promise.resolve(fail(TOO_MANY));
      return new Promise((resolve, reject) => {
        const ask = (): Promise<unknown> => work().then(resolve, reject);
        waiting.set(operator, [...own, ask]);
        count++;
        void serve();
      });
    },
  };
}
