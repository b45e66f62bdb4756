// The catalogue's step: what is used must be what was approved.

import type { NotUsable } from '../gate.ts';
import { mayEver } from '../verdicts.ts';
import { LATER } from './types.ts';
import type { NotAdmitted, Step, Stepped } from './types.ts';

/** Ends the use of what is not approved as it is now; where this worker cannot say, its list is read first. */
export const checkApproved: Step = (admission, ports) => {
  const { call, principal, snapshot } = admission;
  // What is never allowed is policy's to deny: no list is read for it, and nobody learns from the catalogue about what they may not use.
  if (call.members === undefined && !mayEver(principal, call.server.name, call.question.subject, snapshot)) return undefined;
  let said: Stepped = LATER;
  let inside = true;
  ports.gate.pass(call, ports, (notUsable) => {
    const refusal = notUsable === undefined ? undefined : toRefusal(notUsable);
    if (inside) said = refusal;
    else admission.proceed(refusal);
  });
  inside = false;
  return said;
};

function toRefusal({ reason, refused }: NotUsable): NotAdmitted {
  return { verdict: 'deny', rule: undefined, reason: reason === 'upstream' ? refused.code : reason, refused };
}
