// The step of the approved schema: what a call sends is what its tool was approved to take, so that policy judges what it thinks it does, and a
// server that asks a model for one thing more than was approved does not get it (T23).

import type { DecisionReason } from '../../audit/index.ts';
import type { Held } from '../../tools/index.ts';
import type { Call } from '../exchange.ts';
import { holdArguments } from '../held-arguments.ts';
import type { NotAdmitted, Step } from './types.ts';
import { mayEver } from '../verdicts.ts';

/** Ends a call whose arguments are not as the approved schema says, or that nobody can hold against it. */
export const checkArguments: Step = ({ call, params, principal, snapshot }, ports) => {
  const held = holdArguments(call, params, snapshot, ports);
  if (held === undefined || held.kind === 'valid') return undefined;
  // What is never allowed is policy's to deny: nobody learns from a schema about what they may not use.
  if (!mayEver(principal, call.server.name, call.question.subject, snapshot)) return undefined;
  return toRefusal(call, held);
};

function toRefusal({ id, question: { subject } }: Call, held: Exclude<Held, { kind: 'valid' }>): NotAdmitted {
  const what = subject.kind === 'prompt' ? 'prompt' : 'tool';
  const record = `(record ${id})`;
  if (held.kind === 'unusable') return refusal('not-usable', `This ${what} is withheld, although it was approved: ${held.say} ${record}.`);
  return held.kind === 'invalid'
    ? refusal('invalid-arguments', `${held.say} The ${what} was not called ${record}.`)
    : refusal('unvalidated-arguments', `${held.say} The ${what} was not called ${record}.`);
}

function refusal(reason: DecisionReason, say: string): NotAdmitted {
  return { verdict: 'deny', rule: undefined, reason, refused: { code: 'denied', say } };
}
