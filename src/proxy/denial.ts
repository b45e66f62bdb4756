// What an agent reads when policy says no: which rule, or that no rule allows it, and the record's id. Written for a model and the
// person behind it; it names nothing the caller did not name.

import type { Verdict } from '../policies/index.ts';
import type { Question } from './exchange.ts';

/** One sentence about a denial. */
export function describeDenial(verdict: Extract<Verdict, { kind: 'deny' }>, question: Question, auditId: string): string {
  const what = question.subject.kind === 'server' ? `the method '${question.method}'` : `the ${question.subject.kind} '${clip(question.subject.name)}'`;
  return `Denied by policy: ${why(verdict, what)} Do not retry; ask whoever runs the gateway. (record ${auditId})`;
}

function why(verdict: Extract<Verdict, { kind: 'deny' }>, what: string): string {
  switch (verdict.reason) {
    case 'rule':
      return `the rule '${verdict.rule ?? ''}' forbids ${what}.`;
    case 'no-rule':
      return `no rule allows ${what}.`;
    case 'ambiguous-name':
      return `the name of ${what} can be read in more than one way.`;
    default:
      return verdict.reason satisfies never;
  }
}

const MAX_NAME_CHARS = 200;

function clip(name: string): string {
  return name.length <= MAX_NAME_CHARS ? name : `${name.slice(0, MAX_NAME_CHARS)}…`;
}
