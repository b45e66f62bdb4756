// What an approval must be: who may give it, by all the rules that ask about one call, and how carefully people should look at it. Pure.

import { compileGlob } from '../base/index.ts';
import type { Approval, ApprovalTerms, CallClass } from './types.ts';

/** Who says yes or no. */
export interface Approver {
  /** As the record has it. */
  readonly identity: string;
  /** Every name under which the gateway knows them, of agents and of operators; undefined: only that they may use the gateway's own socket. */
  readonly names: readonly string[] | undefined;
  readonly groups: readonly string[];
}

/** Whose call it is. */
export interface Requester {
  readonly agent: string;
  readonly user: string | undefined;
}

/**
 * Why somebody may not approve. `not-in-group`: a rule names groups and they are in none. `is-requester`: they asked for it themselves.
 * `identity-needed`: the rule wants somebody else than the requester, and who they are is not known.
 */
export type ApproverFault = 'not-in-group' | 'is-requester' | 'identity-needed';

/** How carefully people should look at a request: what cannot be undone comes first. */
export type Risk = 'high' | 'medium' | 'low';

/** The order in which people look at requests. */
export const RISKS: readonly Risk[] = ['high', 'medium', 'low'];

const HIGH: ReadonlySet<string> = new Set(['destructive']);
const MEDIUM: ReadonlySet<string> = new Set(['external-sink', 'memory-write']);

/** The terms of several rules that ask about the same call: all of them hold, so that their order decides nothing. */
export function mergeTerms(approvals: readonly Approval[]): ApprovalTerms {
  return {
    expiresAfterMs: Math.min(...approvals.map((one) => one.expiresAfterMs)),
    approvers: approvals.flatMap(({ approvers }) => (approvers === 'any' ? [] : [approvers])),
    notRequester: approvals.some((one) => one.notRequester),
  };
}

/** Why somebody may not approve a call under these terms; undefined: they may. */
export function approverFault(terms: ApprovalTerms, requester: Requester, approver: Approver): ApproverFault | undefined {
  const isIn = (patterns: readonly string[]): boolean =>
    patterns.some((pattern) => approver.groups.some((group) => compileGlob(pattern)(group)));
  if (!terms.approvers.every(isIn)) return 'not-in-group';
  if (!terms.notRequester) return undefined;
  if (approver.names === undefined) return 'identity-needed';
  return approver.names.some((name) => name === requester.agent || name === requester.user) ? 'is-requester' : undefined;
}

/** The risk of using something with these labels and this class. What is not known to be harmless is not taken for that. */
export function riskOf(labels: readonly string[], callClass: CallClass): Risk {
  if (callClass === 'critical' || labels.some((label) => HIGH.has(label))) return 'high';
  return callClass === 'low' && !labels.some((label) => MEDIUM.has(label)) ? 'low' : 'medium';
}
