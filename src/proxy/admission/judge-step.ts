// Policy's step: the full verdict on a request, by its arguments too.

import { describeDenial } from '../../policies/index.ts';
import type { Denial } from '../../policies/index.ts';
import { judgeCall } from '../verdicts.ts';
import type { Admission, NotAdmitted, Step } from './types.ts';

/** Ends what policy denies; leave, or the wish for a person, stays in `verdict`. */
export const judge: Step = (admission, ports) => {
  const { call, params, taint, principal, snapshot } = admission;
  const verdict = judgeCall({ call, params, taint }, principal, snapshot, ports.nowMs());
  admission.verdict = verdict;
  return verdict.kind === 'deny' ? denied(admission, verdict) : undefined;
};

/** In the words of the log: a rule that denies and none that allows are told apart by the rule. */
function denied({ call }: Admission, denial: Denial): NotAdmitted {
  const { reason } = denial;
  return {
    verdict: 'deny',
    rule: denial.rule,
    reason: reason === 'condition-error' || reason === 'approval-needed' || reason === 'flow' || reason === 'lockdown' ? reason : 'denied',
    refused: {
      code: 'denied',
      say: `${describeDenial(denial, call.question.subject)} Whoever runs the gateway can look it up: record ${call.id}.`,
    },
  };
}
