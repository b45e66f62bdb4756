// A worker's end of asking people: it puts questions to control and hears what was answered. It keeps nothing: a question that control has forgotten,
// because it was replaced, is put again while its call waits.

import { createApprovalStates } from '../proxy/index.ts';
import type { Approvals, AskedAnswer, AskedQuestion, NotAsked, SealingKey } from '../proxy/index.ts';
import type { Metrics } from '../telemetry/index.ts';
import type { Frame } from './channel.ts';
import type { Links } from './child.ts';
import type { Door } from './conversation.ts';

/** The door, and what the road uses. */
export interface ApprovalsDoor extends Door {
  readonly approvals: Approvals;
  /** The worker goes: whoever waits is told to ask again. */
  endWaits(): void;
}

export interface ApprovalsDoorOptions {
  readonly links: Pick<Links, 'get'>;
  readonly keys: () => readonly SealingKey[];
  readonly metrics: Metrics;
}

/** Control answers in a millisecond; where it is being replaced, in a second or two. */
const ANSWER_MS = 5_000;
const MS_PER_SECOND = 1_000;
const REFUSALS: readonly NotAsked[] = ['agent-full', 'full', 'asked-too-often', 'unavailable'];

interface Asking {
  readonly question: AskedQuestion;
  readonly call: string;
  readonly heard: (answer: AskedAnswer) => void;
  /** Id of the question, once control has given it one. */
  id: string | undefined;
  expiresAtMs: number;
  patience: NodeJS.Timeout | undefined;
}

interface Wanting {
  readonly send: () => void;
  readonly done: (isTaken: boolean | undefined) => void;
  readonly patience: NodeJS.Timeout;
}

export function createApprovalsDoor({ links, keys, metrics }: ApprovalsDoorOptions): ApprovalsDoor {
  const askings = new Map<number, Asking>();
  const wantings = new Map<number, Wanting>();
  let next = 1;

  const over = (number: number, answer: AskedAnswer): void => {
    const asking = askings.get(number);
    if (asking === undefined) return;
    askings.delete(number);
    clearTimeout(asking.patience);
    asking.heard(answer);
  };
  const put = (number: number, { question, call }: Asking): void => links.get('control')?.send('approval-ask', { number, question, call });

  const answered = ({ fields }: Frame): void => {
    const number = Number(fields['number']);
    const asking = askings.get(number);
    if (asking === undefined) return; // Its call waits no more.
    const answer = readAnswer(fields);
    if (answer.kind !== 'pending') return over(number, answer);
    const isNews = asking.id !== answer.id;
    asking.id = answer.id;
    asking.expiresAtMs = answer.expiresAtMs;
    clearTimeout(asking.patience);
    if (isNews) asking.heard(answer);
  };
  /** Somebody has answered: every call that waits for it hears so; which of them may use it, control says. */
  const decided = ({ fields }: Frame): void => {
    const { id, state, tenant } = fields;
    for (const [number, asking] of askings) {
      if (asking.id !== id || asking.question.tenant !== tenant) continue;
      if (state === 'approved') over(number, { kind: 'approved', id: asking.id ?? '' });
      else if (state === 'rejected') over(number, { kind: 'rejected', id: asking.id ?? '', expiresAtMs: asking.expiresAtMs });
    }
  };
  const taken = ({ fields }: Frame): void => {
    const number = Number(fields['number']);
    const wanting = wantings.get(number);
    if (wanting === undefined) return;
    wantings.delete(number);
    clearTimeout(wanting.patience);
    wanting.done(typeof fields['isTaken'] === 'boolean' ? fields['isTaken'] : undefined);
  };
  const want = (type: string, fields: Readonly<Record<string, unknown>>, done: Wanting['done']): void => {
    const number = next++;
    const send = (): void => links.get('control')?.send(type, { ...fields, number });
    const patience = setTimeout(() => {
      wantings.delete(number);
      done(undefined);
    }, ANSWER_MS);
    wantings.set(number, { send, done, patience });
    send();
  };

  const approvals: Approvals = {
    ask: (question, call, heard) => {
      const number = next++;
      const patience = setTimeout(() => over(number, { kind: 'refused', why: 'unavailable' }), ANSWER_MS);
      const asking: Asking = { question, call, heard, id: undefined, expiresAtMs: 0, patience };
      askings.set(number, asking);
      put(number, asking);
      return {
        drop: () => {
          clearTimeout(asking.patience);
          askings.delete(number);
        },
      };
    },
    take: (taking, done) => want('approval-take', { taking }, done),
    takeRound: (taking, round, done) => want('approval-round', { taking, round }, done),
    states: createApprovalStates(keys),
    waited: (outcome, waitedMs) => metrics.histogram('sallyport.approvals.wait', { outcome }).observe(waitedMs / MS_PER_SECOND),
  };

  return {
    approvals,
    endWaits: () => {
      for (const number of askings.keys()) over(number, { kind: 'refused', why: 'unavailable' });
    },
    hears: { 'approval-answer': answered, 'approval-decided': decided, 'approval-taken': taken },
    onControl: () => {
      for (const [number, asking] of askings) put(number, asking);
      for (const { send } of wantings.values()) send();
    },
  };
}

function readAnswer(fields: Frame['fields']): AskedAnswer {
  const { kind, id, expiresAtMs, why } = fields;
  if (typeof id === 'string') {
    if (kind === 'granted') return { kind, id };
    if ((kind === 'pending' || kind === 'rejected') && typeof expiresAtMs === 'number') return { kind, id, expiresAtMs };
  }
  return { kind: 'refused', why: REFUSALS.find((one) => one === why) ?? 'unavailable' };
}
