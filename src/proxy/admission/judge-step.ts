// Policy's step: the full verdict on a request, by its arguments too.

import { describeDenial, factsOfUnread } from '../../policies/index.ts';
import type { Denial, Subject } from '../../policies/index.ts';
import { judgeCall, judgeWatch } from '../verdicts.ts';
import { thingsOf } from './things.ts';
import { noteDenied } from './inspect-steps.ts';
import type { Admission, NotAdmitted, Step } from './types.ts';

const NOTHING: readonly string[] = Object.freeze([]);

/** Ends what policy denies; leave, or the wish for a person, stays in `verdict`. */
export const judge: Step = (admission, ports) => {
  const { call, params, taint, findings, principal, snapshot } = admission;
  const nowMs = ports.nowMs();
  const verdict = judgeCall({ call, params, taint, findings }, principal, snapshot, nowMs);
  admission.verdict = verdict;
  if (verdict.kind === 'deny') noteDenied(admission, ports);
  if (verdict.kind === 'deny') return denied(admission, verdict, call.question.subject);
  if (call.question.subject.kind !== 'server') return undefined;
  for (const watched of thingsOf(admission)) {
    const watch = { principal, peer: call.arrival.peer, server: call.server.name, uri: watched.name, taint: taint ?? NOTHING };
    const said = judgeWatch(watch, snapshot, nowMs);
    if (said.kind === 'deny') return denied(admission, said, watched);
  }
  return undefined;
};

/** The same for a request that nobody looks into: by who asks and whom alone. */
export const judgeUnread: Step = (admission) => {
  const { call, principal, snapshot } = admission;
  const { name, config } = call.server;
  const verdict = snapshot.policy.judgeUnread(principal, name, factsOfUnread(config).class);
  admission.verdict = verdict;
  return verdict.kind === 'deny' ? denied(admission, verdict, call.question.subject) : undefined;
};

/** In the words of the log: a rule that denies and none that allows are told apart by the rule. */
function denied({ call }: Admission, denial: Denial, subject: Subject): NotAdmitted {
  const { reason } = denial;
  return {
    verdict: 'deny',
    rule: denial.rule,
    reason: reason === 'condition-error' || reason === 'approval-needed' || reason === 'flow' || reason === 'lockdown' ? reason : 'denied',
    refused: {
      code: 'denied',
      say: `${describeDenial(denial, subject)} Whoever runs the gateway can look it up: record ${call.id}.`,
    },
  };
}
