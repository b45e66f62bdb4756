// What an agent reads of a denial where the operator wants it to learn nothing (`denyDetail: generic`): what it may never use, or nobody has approved,
// is refused exactly as if it did not exist, so that names cannot be probed; what it may use some other time is refused without the reason.
// The record says what decided in any case.

import { unknownName } from '../unknown-name.ts';
import { mayEver } from '../verdicts.ts';
import type { Admission, NotAdmitted } from './types.ts';

/** What policy and catalogue say no to. A limit or a person's answer is the agent's to know: it can do something about it. */
const WITHOUT_REASON: ReadonlySet<string> = new Set(['denied', 'condition-error', 'flow', 'lockdown', 'inspection', 'unscanned']);
/** What is on no list. */
const ON_NO_LIST: ReadonlySet<string> = new Set(['not-approved', 'changed', 'unknown-tool', 'unknown-prompt']);

/** The refusal in the words that the policy's `denyDetail` allows. */
export function veil(refusal: NotAdmitted, { call, principal, snapshot }: Admission): NotAdmitted {
  const { reason, verdict } = refusal;
  if (snapshot.policy.denyDetail === 'rule' || verdict === 'ask') return refusal;
  const { subject } = call.question;
  const isHidden = ON_NO_LIST.has(reason) || (WITHOUT_REASON.has(reason) && !mayEver(principal, call.server.name, subject, snapshot));
  if (isHidden && subject.kind !== 'server') return { ...refusal, refused: unknownName(subject) };
  return WITHOUT_REASON.has(reason) ? { ...refusal, refused: { code: 'denied', say: `Denied: record ${call.id}.` } } : refusal;
}
