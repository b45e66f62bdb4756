// The last word before the road: a verdict and the final envelope become a permit or a denial. The envelope holds what goes out, after inspection has taken
// out of it what may not: the permit is for exactly that.

import { mintPermit } from './permit.ts';
import type { Permit } from './permit.ts';
import type { Allow, Ask, Denial, Envelope, Verdict } from './types.ts';

/** A permit, or why there is none. */
export type Settlement<Payload> = { readonly kind: 'permit'; readonly permit: Permit<Payload> } | Denial;

/** Turns an allowed verdict into the permit for exactly this envelope. */
export function settle<Payload>(verdict: Verdict, envelope: Envelope<Payload>): Settlement<Payload> {
  switch (verdict.kind) {
    case 'allow':
      return { kind: 'permit', permit: mintPermit(envelope, verdict.rule, verdict.obligations) };
    case 'ask':
      return needsApproval(verdict);
    case 'deny':
      return verdict;
    default: {
      // A verdict of a kind that is not known here grants nothing.
      const unknown: never = verdict;
      void unknown;
      return { kind: 'deny', rule: undefined, reason: 'no-rule' };
    }
  }
}

/** Leave for a call that a person was asked about and has approved. Whoever calls this has made sure of that. */
export function approvedBy({ rule, obligations }: Ask): Allow {
  return { kind: 'allow', rule, obligations };
}

/** What a question to a person is as long as nobody has said yes. */
export function needsApproval({ rule }: Ask): Denial {
  return { kind: 'deny', rule, reason: 'approval-needed' };
}
