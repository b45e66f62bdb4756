// Changes of the policy that wait for a second person. Whoever proposed one is not who accepts it; of both it must be known who they are, and of who accepts
// since before it was proposed. What was proposed against a policy that has been changed since is not accepted: nobody has seen what would come of it.

import { randomBytes } from 'node:crypto';
import type { AdminProblem, DecideProposalInput, PolicyDocumentPort, ProposalView } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { PolicyProposal, PolicyStore } from '../cluster/index.ts';
import type { NewProposal, PolicyDocument } from './policy-document.ts';
import { STARTING, toDiff } from './policy-history.ts';
import { mayAccept, whyUnknown } from './policy-writer.ts';
import type { PolicyWriter } from './policy-writer.ts';
import { wasKnownBefore } from './releases.ts';

export interface PolicyProposalsOptions {
  readonly tenant: string;
  readonly nowMs: () => number;
  readonly policies: () => PolicyStore | undefined;
  readonly document: () => Pick<PolicyDocument, 'tag' | 'check' | 'apply' | 'read'>;
  /** Whether two who stand on record like this are one person. */
  readonly isSamePerson: (one: string, other: string) => Promise<boolean>;
}

export interface PolicyProposals extends Pick<PolicyDocumentPort, 'proposals' | 'readProposal'> {
  /** Refused to whoever proposed it, but for taking it back, and to whom nobody knows, or accepting to whom nobody knew when it was proposed. */
  readonly decide: (id: string, input: DecideProposalInput, who: PolicyWriter) => Promise<Result<ProposalView, AdminProblem>>;
  readonly propose: (proposal: NewProposal) => Promise<Result<PolicyProposal, AdminProblem>>;
}

/** Ids sort by when they were drawn. */
const TIME_DIGITS = 12;
const RANDOM_BYTES = 4;

export function createPolicyProposals({ tenant, nowMs, policies, document, isSamePerson }: PolicyProposalsOptions): PolicyProposals {
  const toView = (proposal: Omit<PolicyProposal, 'text'>, tag: string | undefined): ProposalView => ({
    proposal: proposal.id,
    state: proposal.state === 'open' && proposal.base !== tag ? 'outdated' : proposal.state,
    at: new Date(proposal.atMs).toISOString(),
    by: proposal.by,
    reason: proposal.reason,
    restores: proposal.restores,
    decidedBy: proposal.decidedBy,
    decidedAt: proposal.decidedMs === null ? null : new Date(proposal.decidedMs).toISOString(),
    decidedReason: proposal.decidedReason,
    revision: proposal.revision,
  });

  /** Puts a proposal in force. What it was told when it was proposed may not be so any more: it is checked again. */
  const accept = async (
    { text, base, reason, restores, by, via }: PolicyProposal,
    who: PolicyWriter,
  ): Promise<Result<number | null, AdminProblem>> => {
    const applied = await document().apply(text, base, { actor: { by, via }, reason, restores, acceptedBy: who.actor.by });
    return applied.ok ? ok(applied.value.revision) : applied;
  };
  const decide = async (
    store: PolicyStore,
    id: string,
    input: DecideProposalInput,
    who: PolicyWriter,
  ): Promise<Result<ProposalView, AdminProblem>> => {
    const found = await store.proposal(tenant, id);
    if (found === undefined) return fail(UNKNOWN);
    if (found.state !== 'open') return fail(toOver(found));
    const refusal = whyNot(found, await isSamePerson(found.by, who.actor.by), input, who);
    if (refusal !== undefined) return fail(refusal);
    const accepted = input.decision === 'accept' ? await accept(found, who) : ok(null);
    if (!accepted.ok) return accepted;
    const decided = await store.decide({
      tenant,
      id,
      state: STATES[input.decision],
      by: who.actor.by,
      reason: input.reason,
      atMs: nowMs(),
      revision: accepted.value,
    });
    if (!decided.ok) return fail(decided.error === 'proposal_unknown' ? UNKNOWN : toOver(found));
    return ok(toView(decided.value, document().tag()));
  };
  let turn: Promise<unknown> = Promise.resolve();

  return {
    propose: async ({ input: { text, reason, restores }, who: { actor }, base }) => {
      const store = policies();
      if (store === undefined) return STARTING;
      const atMs = nowMs();
      const id = `prp_${atMs.toString(16).padStart(TIME_DIGITS, '0')}${randomBytes(RANDOM_BYTES).toString('hex')}`;
      const added = await store.addProposal({
        tenant,
        id,
        atMs,
        by: actor.by,
        via: actor.via,
        reason,
        restores,
        base,
        text,
        state: 'open',
        decidedBy: null,
        decidedMs: null,
        decidedReason: null,
        revision: null,
      });
      return added.ok ? added : fail(TOO_MANY);
    },
    proposals: async ({ state, limit, cursor }) => {
      const store = policies();
      if (store === undefined) return STARTING;
      const rows = await store.proposals({ tenant, limit: limit + 1, before: cursor, isOpen: state === 'open' });
      const shown = rows.slice(0, limit);
      const tag = document().tag();
      return ok({ proposals: shown.map((row) => toView(row, tag)), next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null });
    },
    readProposal: async (id) => {
      const found = await policies()?.proposal(tenant, id);
      if (found === undefined) return policies() === undefined ? STARTING : fail(UNKNOWN);
      const standing = await document().read();
      if (!standing.ok) return standing;
      const view = toView(found, standing.value.tag);
      const checked = view.state === 'open' ? ((await document().check(found.text)) ?? null) : null;
      return ok({ ...view, text: found.text, diff: toDiff(standing.value.text, found.text), checked });
    },
    decide: (id, input, who) => {
      const store = policies();
      if (store === undefined) return Promise.resolve(STARTING);
      // One after the other: two people who accept at once have accepted once.
      const decided = turn.then(() => decide(store, id, input, who));
      turn = decided.catch(() => {});
      return decided;
    },
  };
}

const STATES = { accept: 'accepted', reject: 'rejected', withdraw: 'withdrawn' } as const;

/** Why this person may not decide like this. Saying no changes nothing: that can be somebody new. */
function whyNot({ atMs }: PolicyProposal, isOwn: boolean, { decision }: DecideProposalInput, who: PolicyWriter): AdminProblem | undefined {
  if (who.role === undefined) return toRefused(`It must be known who decides: ${whyUnknown(who)}.`);
  if (decision === 'withdraw') return isOwn ? undefined : toRefused('Only whoever proposed this can take it back; others can reject it.');
  if (!mayAccept(who)) return { code: 'forbidden', detail: 'Proposals are decided by the role approver or admin.' };
  if (isOwn) return toRefused('You proposed this; it takes another person to decide about it.');
  return decision === 'accept' && !wasKnownBefore(who, atMs) ? TOO_NEW : undefined;
}

function toRefused(detail: string): AdminProblem {
  return { code: 'proposal_refused', detail };
}

function toOver({ state }: PolicyProposal): AdminProblem {
  return {
    code: 'proposal_over',
    detail: state === 'open' ? 'Somebody else decided about this just now.' : `This proposal was ${state} already.`,
  };
}

const UNKNOWN: AdminProblem = { code: 'proposal_unknown', detail: 'There is no such proposal, or it is so old that it was forgotten.' };
const TOO_NEW = toRefused(
  'Your sign-in or key was made after this was proposed, so you do not count as the second person. Somebody whose link or key is older accepts it; or whoever proposed it withdraws it and proposes it anew, now that you have yours.',
);
const TOO_MANY: AdminProblem = {
  code: 'too_many_proposals',
  detail: 'Too many proposals are open. Have some of them decided first, or take yours back.',
};
