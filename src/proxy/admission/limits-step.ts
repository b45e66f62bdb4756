// The step of limits: a call takes what it owes, from all limits that concern it or from none.

import { describeOver, REASONS } from '../../policies/index.ts';
import type { Asked, Charge, Over, Receipt, Taking, Unreachable } from '../../policies/index.ts';
import type { Call, Ports } from '../exchange.ts';
import { ownQuestionOf } from '../find-tools.ts';
import { argumentsOf, USES } from '../verdicts.ts';
import { LATER } from './types.ts';
import type { Admission, NotAdmitted, Step } from './types.ts';

/** The way to what this worker was leased, and to whoever leases it. */
export interface LimitsPort {
  /** `later` is called once if it was asked. */
  take(charges: readonly Charge[], later: (taking: Taking) => void): Receipt | Over | Asked;
  abandon(asked: Asked): void;
  /** A call is over, and so many bytes passed for it. */
  end(receipt: Receipt, bytes: number): void;
  /** It did not go on. */
  undo(receipt: Receipt): void;
}

/** Ends what is over a limit. A later message of a call was charged with the first. */
export const chargeLimits: Step = (admission, ports) => {
  const { call, isLater, snapshot } = admission;
  if (snapshot.policy.limits.isEmpty || isLater || call.receipt !== undefined) return undefined;
  // Several servers asked as one: each share is charged for itself. What the gateway answers itself has none.
  if (call.members !== undefined && ownQuestionOf(call) === undefined) return undefined;
  const charges = chargesOf(admission);
  if (charges.length === 0) return undefined;
  const taken = ports.limits.take(charges, (taking) => admission.proceed(settle(admission, charges, taking, ports)));
  if (taken.kind !== 'asked') return settle(admission, charges, taken, ports);
  admission.onAbandoned = () => ports.limits.abandon(taken);
  return LATER;
};

function chargesOf({ call, params, principal, snapshot, verdict }: Admission): readonly Charge[] {
  const { inbound, question, server } = call;
  const { subject, method } = question;
  const named = verdict?.kind === 'allow' ? verdict.obligations.limits : undefined;
  if (inbound.kind === 'unread') {
    if (inbound.method !== 'POST') return [];
    const unread = { principal, server: server.name, subject, labels: [], isUse: true, args: undefined, named };
    // Nobody can say of two such requests that they are the same.
    return snapshot.policy.limits.charges(unread).filter(({ kind }) => kind !== 'repeats');
  }
  // What ends a call, or answers a server's question, must get through most of all where there is too much.
  if ((inbound.kind !== 'modern' && inbound.kind !== 'legacy') || inbound.message.kind !== 'request') return [];
  return snapshot.policy.limits.charges({
    principal,
    server: server.name,
    subject,
    labels: subject.kind === 'tool' ? snapshot.toolFacts(server.name, subject.name).labels : [],
    isUse: USES.has(method),
    args: argumentsOf(method, params),
    named,
  });
}

/** What comes of taking: it is given back at the end of the call, or the call ends here. */
function settle(admission: Admission, charges: readonly Charge[], taking: Taking, ports: Ports): NotAdmitted | undefined {
  const { call } = admission;
  switch (taking.kind) {
    case 'receipt':
      call.receipt = taking;
      call.atEnd.push(() => giveBack(call, taking, ports));
      for (const { limit } of charges) ports.metrics.limit(limit, 'admitted');
      return undefined;
    case 'over':
      ports.metrics.limit(taking.limit, 'refused');
      return refusal(call, taking);
    case 'unreachable':
      ports.metrics.limit(taking.limit, 'refused');
      return unreachable(call, taking);
    default:
      return taking satisfies never;
  }
}

function giveBack(call: Call, receipt: Receipt, ports: Ports): void {
  if (call.denied) ports.limits.undo(receipt);
  else ports.limits.end(receipt, (call.sentBytes ?? call.arrival.body.length) + call.answerBytes);
}

function refusal(call: Call, over: Over): NotAdmitted {
  const { limit, limitKind, retryAfterMs } = over;
  return {
    verdict: 'deny',
    rule: undefined,
    limit,
    reason: REASONS[limitKind],
    refused: {
      code: 'limited',
      say: say(call, describeOver(over)),
      retryAfterMs,
      data: { limit, retryAfterMs, auditId: call.id },
      as: formOf(call),
    },
  };
}

/** Nobody can say whether there is room, so there is none. */
function unreachable(call: Call, { limit }: Unreachable): NotAdmitted {
  const retryAfterMs = 1_000;
  return {
    verdict: 'deny',
    rule: undefined,
    limit,
    reason: 'limit-unavailable',
    refused: {
      code: 'limited',
      say: say(call, `Nobody can say now how much of the limit "${limit}" is left. Try again in a moment.`),
      retryAfterMs,
      data: { limit, retryAfterMs, auditId: call.id },
      as: formOf(call),
    },
  };
}

function say(call: Call, text: string): string {
  return `${text} Whoever runs the gateway can look it up: record ${call.id}.`;
}

/** A status needs an HTTP answer of the call's own; in a stream or a batch it is a result like any. */
function formOf({ arrival: { route, reply } }: Call): 'result' | 'status' {
  return route.overLimit === 'status' && reply.event === undefined ? 'status' : 'result';
}
