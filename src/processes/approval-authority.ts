// The one place that knows which calls wait for a person, and what was said about them. What it decides is in the store before anybody hears of it;
// what a question is about in words, which the store must not have, is here in memory for as long as it is pending, and nowhere else. After a restart
// such a question is known by its digest only: nobody can look at it, so nobody can approve it, until its agent asks again.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { ApprovalQuestion, ApprovalRecord, ApprovalRefusal, ApprovalState, ApprovalStore, Asked } from '../cluster/index.ts';
import { approverFault, RISKS } from '../policies/index.ts';
import type { Approver, ApproverFault } from '../policies/index.ts';
import type { AskedAnswer, AskedQuestion, Taken } from '../proxy/index.ts';

/** A question as people see it. */
export interface ApprovalEntry {
  readonly record: ApprovalRecord;
  /** Where it stands now. */
  readonly state: ApprovalState | 'expired';
  /** What the server would get, as canonical JSON; undefined: not known here. */
  readonly content: string | undefined;
}

/** Why a person's word was not taken. */
export type DecideFault =
  | ApprovalRefusal
  /** The log takes nothing. */
  | { readonly kind: 'unrecorded' }
  | { readonly kind: 'not_seen'; readonly id: string }
  | { readonly kind: 'not_allowed'; readonly id: string; readonly fault: ApproverFault }
  | { readonly kind: 'not_alike' | 'one_by_one' | 'too_many'; readonly id: string };

/** What happens to questions, for whoever counts and records. */
export type ApprovalEvent = 'asked' | 'joined' | 'approved' | 'rejected' | 'used' | 'refused';

export interface ApprovalAuthority {
  ask(question: AskedQuestion, call: string): Promise<AskedAnswer>;
  take(taken: Taken): Promise<boolean>;
  takeRound(taken: Taken, round: number): Promise<boolean>;
  decide(ids: readonly string[], decision: 'approve' | 'reject', by: Approver): Promise<Result<readonly ApprovalRecord[], DecideFault>>;
  /** What waits, most dangerous first, oldest first among equals; with `all`, also what is over. */
  list(all: boolean): Promise<readonly ApprovalEntry[]>;
  read(id: string): Promise<ApprovalEntry | undefined>;
  /** Forgets what is over; gives back how many wait. */
  sweep(): Promise<number>;
}

export interface ApprovalAuthorityOptions {
  readonly store: ApprovalStore;
  readonly tenant: string;
  /** Keyed digest of a text; rejects when there is no key. */
  readonly digest: (text: string) => Promise<string>;
  readonly nowMs: () => number;
  readonly newId: (prefix: 'apr' | 'act') => string;
  readonly onEvent: (event: ApprovalEvent) => void;
}

/** An agent cannot fill the list, nor all agents together; who asks for more within an hour is not asking a person any more. */
const CAPS = { maxPendingPerAgent: 20, maxPending: 1_000, maxAskedPerAgent: 100, windowMs: 3_600_000 } as const;
/** Who has said yes so often within ten minutes does not look any more (T27): a second person has to, or some time has to pass. */
const PACE = { maxActs: 20, windowMs: 600_000 } as const;
/** What one word may approve, and only of one agent, one thing, and nothing of high risk. */
const MAX_AT_ONCE = 10;
/** What is over is shown for a day. */
const KEPT_MS = 24 * 3_600_000;
const MAX_CONTENT_BYTES = 64 * 1024 * 1024;

export function createApprovalAuthority(options: ApprovalAuthorityOptions): ApprovalAuthority {
  const { store, tenant, digest, nowMs, newId, onEvent } = options;
  const contents = new Map<string, { readonly text: string; readonly expiresAt: number }>();
  let contentBytes = 0;

  const keep = ({ id, expiresAt }: ApprovalRecord, text: string): void => {
    if (contents.has(id) || contentBytes + text.length > MAX_CONTENT_BYTES) return;
    contentBytes += text.length;
    contents.set(id, { text, expiresAt });
  };
  const forget = (id: string): void => {
    contentBytes -= contents.get(id)?.text.length ?? 0;
    contents.delete(id);
  };
  const stateOf = ({ state, expiresAt }: ApprovalRecord): ApprovalEntry['state'] =>
    (state === 'pending' || state === 'approved') && expiresAt <= nowMs() ? 'expired' : state;
  const entryOf = (record: ApprovalRecord): ApprovalEntry => ({ record, state: stateOf(record), content: contents.get(record.id)?.text });

  const answerTo = (asked: Asked, { content }: AskedQuestion): AskedAnswer => {
    switch (asked.kind) {
      case 'granted':
        onEvent('used');
        return { kind: 'granted', id: asked.record.id };
      case 'rejected':
        return { kind: 'rejected', id: asked.record.id, expiresAtMs: asked.record.expiresAt };
      case 'pending':
        onEvent(asked.isNew ? 'asked' : 'joined');
        keep(asked.record, content);
        return { kind: 'pending', id: asked.record.id, expiresAtMs: asked.record.expiresAt };
      case 'full':
        onEvent('refused');
        return { kind: 'refused', why: asked.which === 'agent' ? 'agent-full' : asked.which === 'all' ? 'full' : asked.which };
      default:
        return asked satisfies never;
    }
  };

  /** Why these may not be answered with one word by this person. */
  const faultIn = (entries: readonly ApprovalEntry[], decision: 'approve' | 'reject', by: Approver): DecideFault | undefined => {
    const [first] = entries;
    if (first === undefined) return undefined;
    for (const { record, state, content } of entries) {
      const { id, terms, agent, user } = record;
      const fault = approverFault(terms, { agent, user: user ?? undefined }, by);
      // Whoever may not say yes may not say no either, except to what they asked for themselves.
      if (fault !== undefined && !(decision === 'reject' && fault === 'is-requester')) return { kind: 'not_allowed', id, fault };
      if (decision === 'reject') continue;
      if (content === undefined && state === 'pending') return { kind: 'not_seen', id };
      if (entries.length > 1 && record.risk === 'high') return { kind: 'one_by_one', id };
      if (agent !== first.record.agent || nameOf(record) !== nameOf(first.record)) return { kind: 'not_alike', id };
    }
    return decision === 'approve' && entries.length > MAX_AT_ONCE ? { kind: 'too_many', id: first.record.id } : undefined;
  };

  return {
    ask: async (question, call) => {
      const kept = toKept(question, await digest(textOf(question)));
      const asked = await store.ask(kept, { id: newId('apr'), call, nowMs: nowMs(), caps: CAPS });
      return answerTo(asked, question);
    },
    take: async (taken) => {
      const isTaken = await store.take({ ...taken, nowMs: nowMs() });
      if (isTaken) onEvent('used');
      return isTaken;
    },
    takeRound: (taken, round) => store.takeRound({ ...taken, nowMs: nowMs() }, round),
    decide: async (ids, decision, by) => {
      const wanted = [...new Set(ids)];
      const entries: ApprovalEntry[] = [];
      for (const id of wanted) {
        const record = await store.read(tenant, id);
        if (record === undefined) return fail({ kind: 'approval_unknown', id, state: undefined });
        entries.push(entryOf(record));
      }
      const fault = faultIn(entries, decision, by);
      if (fault !== undefined) return fail(fault);
      const act = newId('act');
      const decided = await store.decide({ tenant, ids: wanted, decision, by: by.identity, act, nowMs: nowMs(), pace: PACE });
      if (!decided.ok) return decided;
      for (const record of decided.value) {
        forget(record.id);
        onEvent(decision === 'approve' ? 'approved' : 'rejected');
      }
      return ok(decided.value);
    },
    list: async (all) => {
      const entries = (await store.list(tenant)).map(entryOf);
      return entries
        .filter(({ state }) => all || state === 'pending')
        .toSorted((a, b) => RISKS.indexOf(a.record.risk) - RISKS.indexOf(b.record.risk) || a.record.createdAt - b.record.createdAt);
    },
    read: async (id) => {
      const record = await store.read(tenant, id);
      return record === undefined ? undefined : entryOf(record);
    },
    sweep: async () => {
      for (const [id, { expiresAt }] of contents) if (expiresAt <= nowMs()) forget(id);
      await store.prune(nowMs() - KEPT_MS);
      return (await store.list(tenant)).filter((record) => stateOf(record) === 'pending').length;
    },
  };
}

/** What the store gets of it: all but the words. */
function toKept(
  { tenant, agent, user, server, kind, name, fingerprint, rule, terms, risk }: AskedQuestion,
  digest: string,
): ApprovalQuestion {
  return { tenant, digest, agent, user: user ?? null, server, kind, name, fingerprint: fingerprint ?? null, rule, terms, risk };
}

/** All of a question: any other text is another question. */
function textOf({ tenant, agent, user, server, kind, name, fingerprint, rule, terms, content }: AskedQuestion): string {
  return JSON.stringify([
    'sallyport approval 1',
    tenant,
    agent,
    user ?? null,
    server,
    kind,
    name,
    fingerprint ?? null,
    rule,
    [terms.approvers, terms.notRequester, terms.expiresAfterMs],
    content,
  ]);
}

function nameOf({ server, kind, name }: ApprovalRecord): string {
  return JSON.stringify([server, kind, name]);
}
