// Control's end of asking people: questions of calls come in from every worker, answers of people go out to all of them. One after the other, so that
// no worker hears that a question was answered before it hears that it was put.

import { createHmac } from 'node:crypto';
import { fail } from '../base/index.ts';
import type { ApprovalRecord, Store } from '../cluster/index.ts';
import type { AskedQuestion, Taken } from '../proxy/index.ts';
import type { Log, Metrics } from '../telemetry/index.ts';
import { createApprovalAuthority } from './approval-authority.ts';
import type { ApprovalAuthority, ApprovalEvent } from './approval-authority.ts';
import type { Frame } from './channel.ts';
import type { Links } from './child.ts';
import type { Caller, Desk } from './conversation.ts';

export interface ApprovalsDeskOptions {
  readonly links: Pick<Links, 'all' | 'request'>;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tenant: string;
  readonly nowMs: () => number;
  readonly newId: (prefix: 'apr' | 'act') => string;
  /** Whether the log takes records. */
  readonly canRecord: () => boolean;
  /** Puts what people said on record, durably. */
  readonly record: (said: readonly ApprovalRecord[]) => Promise<void>;
  /** Something waits for people, or does no more. */
  readonly onChange?: () => void;
}

/** The desk, and what the admin API uses. */
export interface ApprovalsDesk extends Desk {
  /** Undefined until it was opened. */
  readonly authority: ApprovalAuthority | undefined;
  open(store: Store): void;
  /** What a person says. It is on record when this resolves. */
  readonly decide: ApprovalAuthority['decide'];
}

const KEEPER_TIMEOUT_MS = 3_000;
const SWEEP_PERIOD_MS = 5_000;

export function createApprovalsDesk(options: ApprovalsDeskOptions): ApprovalsDesk {
  const { links, log, metrics, tenant, nowMs, newId, canRecord, record } = options;
  let authority: ApprovalAuthority | undefined;
  let key: Buffer | undefined;
  let begin: () => void = () => {};
  /** What workers ask of a control that is starting waits until it has: they put their questions to it as soon as it is there. */
  let turn: Promise<unknown> = new Promise<void>((resolve) => (begin = resolve));
  let sweeping: NodeJS.Timeout | undefined;

  /** The keeper's key: without it, the store's digests say nothing about what was asked, not even to whoever guesses. */
  const digest = async (text: string): Promise<string> => {
    if (key === undefined) {
      const { fields } = await links.request('keeper', 'approvals-key', {}, KEEPER_TIMEOUT_MS);
      if (typeof fields['key'] !== 'string') throw new Error(`the keeper gives no key: ${String(fields['error'])}`);
      key = Buffer.from(fields['key'], 'base64');
    }
    return createHmac('sha256', key).update(text).digest('hex');
  };
  const noteEvent = (event: ApprovalEvent): void => {
    metrics.counter('sallyport.approvals', { event }).add();
    options.onChange?.();
  };
  const tell = ({ id, state }: ApprovalRecord): void => {
    for (const worker of links.all('worker')) worker.send('approval-decided', { tenant, id, state });
  };

  const inTurn = <T>(work: (to: ApprovalAuthority) => Promise<T>): Promise<T> => {
    const mine = turn.then(() => {
      if (authority === undefined) throw new Error('control is starting');
      return work(authority);
    });
    turn = mine.catch(() => {});
    return mine;
  };
  const orElse =
    (failed: () => void) =>
    (error: unknown): void => {
      log.error('a question to a person could not be kept', { error: error instanceof Error ? error : new Error(String(error)) });
      failed();
    };

  const ask = ({ fields }: Frame, { channel }: Caller): void => {
    const { number, question, call } = fields;
    const refuse = (): void => channel.send('approval-answer', { number, kind: 'refused', why: 'unavailable' });
    if (!isQuestion(question) || typeof call !== 'string' || question.tenant !== tenant) return refuse();
    inTurn(async (to) => channel.send('approval-answer', { number, ...(await to.ask(question, call)) })).catch(orElse(refuse));
  };
  const take = ({ fields }: Frame, { channel }: Caller): void => {
    const { number, taking, round } = fields;
    const failed = (): void => channel.send('approval-taken', { number });
    if (!isTaking(taking) || taking.tenant !== tenant) return failed();
    inTurn(async (to) => {
      const isTaken = typeof round === 'number' ? await to.takeRound(taking, round) : await to.take(taking);
      channel.send('approval-taken', { number, isTaken });
    }).catch(orElse(failed));
  };
  const sweep = (): void =>
    void inTurn(async (to) => metrics.gauge('sallyport.approvals.pending', {}).set(await to.sweep())).catch(orElse(() => {}));

  return {
    get authority() {
      return authority;
    },
    open: (store) => {
      authority = createApprovalAuthority({ store: store.approvals, tenant, digest, nowMs, newId, onEvent: noteEvent });
      sweeping = setInterval(sweep, SWEEP_PERIOD_MS);
      sweeping.unref();
      begin();
    },
    decide: (ids, decision, by) =>
      inTurn(async (to) => {
        if (!canRecord()) return fail({ kind: 'unrecorded' });
        const decided = await to.decide(ids, decision, by);
        if (!decided.ok) return decided;
        // Nobody goes by what is not on record. If this process dies here, whoever asks again finds the answer in the store.
        await record(decided.value);
        for (const one of decided.value) tell(one);
        return decided;
      }),
    hears: { 'approval-ask': ask, 'approval-take': take, 'approval-round': take },
    close: async () => {
      clearInterval(sweeping);
      if (authority !== undefined) await turn;
    },
  };
}

/** Both ends are one program: the shape is looked at so that another version's frame is refused and not believed. */
function isQuestion(value: unknown): value is AskedQuestion {
  if (typeof value !== 'object' || value === null) return false;
  const wanted = ['tenant', 'agent', 'server', 'kind', 'name', 'rule', 'risk', 'content'];
  const texts = new Map<string, unknown>(Object.entries(value));
  return wanted.every((member) => typeof texts.get(member) === 'string') && typeof texts.get('terms') === 'object';
}

function isTaking(value: unknown): value is Taken {
  if (typeof value !== 'object' || value === null) return false;
  return 'tenant' in value && 'id' in value && 'call' in value && typeof value.id === 'string' && typeof value.call === 'string';
}
