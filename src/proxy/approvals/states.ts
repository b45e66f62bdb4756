// What an agent carries for the gateway between the rounds of a call that a person is asked about (MCP 2026-07-28 basic/patterns/mrtr): a requestState
// of ours. It comes back from the agent and is therefore in its hands; it never says that something is approved. `told` says that the agent has been
// shown what is pending, so that it is not shown again at once. `round` names an approval that is used, and the round it is in: the authority lets
// each round pass once.
//
// Format: bridge/seal.ts, with the prefix "sallyport-a1", bound to purpose, tenant, agent and user. Plaintext: JSON of ApprovalState, in order.

import { seal, unseal } from '../bridge/seal.ts';
import type { Sealed, SealingKey } from '../bridge/seal.ts';
import type { ApprovalState, ApprovalStates, Bound } from './types.ts';

const PREFIX = 'sallyport-a1';

/** States under the keys of now. */
export function createApprovalStates(keys: () => readonly SealingKey[]): ApprovalStates {
  return {
    seal: (state, principal) => {
      const [key] = keys();
      // Without a key nothing can be carried: what comes back will be refused, and asked about anew.
      return key === undefined ? PREFIX : seal(JSON.stringify(toTuple(state)), sealedFor(principal), key);
    },
    open: (state, principal, nowMs) => {
      if (state !== PREFIX && !state.startsWith(`${PREFIX}.`)) return 'foreign';
      const text = unseal(state, sealedFor(principal), keys());
      const opened = text === undefined ? undefined : fromTuple(JSON.parse(text));
      return opened === undefined || opened.expiresAtMs <= nowMs ? undefined : opened;
    },
  };
}

function toTuple(state: ApprovalState): readonly unknown[] {
  const { kind, id, question, expiresAtMs } = state;
  return kind === 'told' ? [kind, id, question, expiresAtMs] : [kind, id, question, expiresAtMs, state.round, state.inner ?? null];
}

function fromTuple(value: unknown): ApprovalState | undefined {
  if (!Array.isArray(value)) return undefined;
  const [kind, id, question, expiresAtMs, round, inner]: readonly unknown[] = value;
  if (typeof id !== 'string' || typeof question !== 'string' || typeof expiresAtMs !== 'number') return undefined;
  if (kind === 'told') return { kind, id, question, expiresAtMs };
  if (kind !== 'round' || typeof round !== 'number' || (typeof inner !== 'string' && inner !== null)) return undefined;
  return { kind, id, question, expiresAtMs, round, inner: inner ?? undefined };
}

function sealedFor({ tenant, agent, user }: Bound): Sealed {
  return { prefix: PREFIX, binding: ['sallyport approval 1', tenant, agent, user ?? null] };
}
