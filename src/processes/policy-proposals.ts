// Changes of the policy that wait for a second person. Whoever proposed one is not who accepts it; both must be signed in, as nobody else is known to be
// anybody. What was proposed against a policy that has been changed since is not accepted: nobody has seen what would come of it.

import { randomBytes } from 'node:crypto';
import type { AdminProblem, DecideProposalInput, PolicyDocumentPort, PolicyWriter, ProposalView } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { PolicyProposal, PolicyStore } from '../cluster/index.ts';
import type { NewProposal, PolicyDocument } from './policy-document.ts';
import { STARTING, toDiff } from './policy-history.ts';

export interface PolicyProposalsOptions {
  readonly tenant: string;
  readonly nowMs: () => number;
  readonly policies: () => PolicyStore | undefined;
  readonly document: () => Pick<PolicyDocument, 'tag' | 'check' | 'apply' | 'read'>;
  /** Whether two who stand on record like this are one person. */
  readonly isSamePerson: (one: string, other: string) => Promise<boolean>;
}

export interface PolicyProposals extends Pick<PolicyDocumentPort, 'proposals' | 'readProposal' | 'decide'> {
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
    const refusal = whyNot(await isSamePerson(found.by, who.actor.by), input, who);
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

/** Why this person may not decide like this. */
function whyNot(isOwn: boolean, { decision }: DecideProposalInput, who: PolicyWriter): AdminProblem | undefined {
  if (!who.isSignedIn) return { code: 'forbidden', detail: 'It must be known who decides: sign in to the console.' };
  if (decision === 'withdraw')
    return isOwn ? undefined : { code: 'forbidden', detail: 'Only whoever proposed this can take it back; others can reject it.' };
  if (!who.mayAccept) return { code: 'forbidden', detail: 'Proposals are decided by the role approver or admin.' };
  return isOwn ? { code: 'forbidden', detail: 'You proposed this; it takes another person to decide about it.' } : undefined;
}

function toOver({ state }: PolicyProposal): AdminProblem {
  return {
    code: 'proposal_over',
    detail: state === 'open' ? 'Somebody else decided about this just now.' : `This proposal was ${state} already.`,
  };
}

const UNKNOWN: AdminProblem = { code: 'proposal_unknown', detail: 'There is no such proposal, or it is so old that it was forgotten.' };
const TOO_MANY: AdminProblem = {
  code: 'too_many_proposals',
  detail: 'Too many proposals are open. Have some of them decided first, or take yours back.',
};
