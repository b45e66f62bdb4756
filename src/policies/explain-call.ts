// A verdict as a person reads it: what came, every rule's part in it, and what else stands between the call and its server by the policy.

import type { FindingClass } from '../inspection/index.ts';
import { describeDenial, describeMatch } from './describe.ts';
import { describeLimit } from './limits/index.ts';
import type { Approval, CallClass, Effect, Policy, PolicyDocument, Question, RuleMatch, Verdict } from './types.ts';

/** A rule's part in a verdict. */
export interface ExplainedRule {
  readonly rule: string;
  readonly effect: Effect;
  readonly match: RuleMatch;
  /** Behind the name of the rule: `is about groups finance`. */
  readonly says: string;
  /** Its condition. */
  readonly when: string | null;
}

/** A verdict, explained. */
export interface ExplainedCall {
  readonly verdict: { readonly kind: Verdict['kind']; readonly rule: string | null; readonly reason: string | null; readonly says: string };
  readonly rules: readonly ExplainedRule[];
  /** What is charged for the call where it is let through. */
  readonly limits: readonly { readonly limit: string; readonly says: string }[];
  /** What the rules that let it through oblige to. */
  readonly inspect: 'required' | null;
  readonly redact: readonly FindingClass[];
  /** The purpose for which what is said would be sealed. */
  readonly capture: string | null;
}

/** Explains what a policy says of a call. */
export function explainCall(policy: Policy, document: Pick<PolicyDocument, 'limits'>, question: Question): ExplainedCall {
  const { verdict, rules } = policy.explain(question);
  return {
    verdict: {
      kind: verdict.kind,
      rule: verdict.rule ?? null,
      reason: verdict.kind === 'deny' ? verdict.reason : null,
      says: sayVerdict(verdict, question, policy),
    },
    rules: rules.map((explained, i) => {
      const rule = policy.rules[i];
      return {
        rule: explained.rule,
        effect: explained.effect,
        match: explained.match,
        says: rule === undefined ? explained.match : describeMatch(rule, explained),
        when: rule?.when ?? null,
      };
    }),
    inspect: verdict.kind === 'deny' ? null : (verdict.obligations.inspect ?? null),
    redact: verdict.kind === 'deny' ? [] : (verdict.obligations.redact ?? []),
    capture: verdict.kind === 'deny' ? null : (verdict.obligations.capture ?? null),
    limits: verdict.kind === 'deny' ? [] : limitsOf(policy, document, question, verdict.obligations.limits),
  };
}

/** The same for a request that nobody looks into: whatever it is about, it is decided by who asks and whom. */
export function explainUnread(
  policy: Policy,
  document: Pick<PolicyDocument, 'limits'>,
  question: Question,
  toolClass: CallClass | undefined,
): ExplainedCall {
  const { principal, server } = question;
  const subject = { kind: 'server' } as const;
  const verdict = policy.judgeUnread(principal, server, toolClass);
  const asked: Question = { ...question, subject, tool: undefined, labels: [], args: undefined };
  return {
    verdict: {
      kind: verdict.kind,
      rule: verdict.rule ?? null,
      reason: verdict.kind === 'deny' ? verdict.reason : null,
      says: `${sayVerdict(verdict, asked, policy)} Nothing of this server is looked at (audit.noInspect), so it is decided by agent and server alone.`,
    },
    rules: [],
    inspect: null,
    redact: [],
    capture: null,
    limits: verdict.kind === 'deny' ? [] : limitsOf(policy, document, asked, verdict.obligations.limits, true),
  };
}

function sayVerdict(verdict: Verdict, { subject }: Question, { rules }: Policy): string {
  switch (verdict.kind) {
    case 'allow':
      return `Allowed by rule ${verdict.rule}. Its record is of class ${verdict.obligations.class}.`;
    case 'ask': {
      const asking = rules.find(({ name }) => name === verdict.rule);
      return `A person has to approve it, by rule ${verdict.rule}. ${sayApproval(asking?.approval)}`;
    }
    case 'deny':
      return describeDenial(verdict, subject);
  }
}

function sayApproval(approval: Approval | undefined): string {
  const who =
    approval === undefined || approval.approvers === 'any' ? 'Whoever may approve at all' : `Somebody in ${approval.approvers.join(', ')}`;
  return `${who} may${approval?.notRequester === true ? ', except who asked' : ''}.`;
}

function limitsOf(
  { limits }: Policy,
  document: Pick<PolicyDocument, 'limits'>,
  { principal, server, subject, tool, labels, args }: Question,
  named: readonly string[] | undefined,
  isUse = subject.kind !== 'server',
): ExplainedCall['limits'] {
  const charges = limits.charges({
    principal,
    server,
    subject,
    labels: tool?.labels ?? labels ?? [],
    isUse,
    args,
    named,
  });
  return [...new Set(charges.map(({ limit }) => limit))].map((limit) => {
    const written = document.limits?.[limit];
    return { limit, says: written === undefined ? '' : describeLimit(written) };
  });
}
