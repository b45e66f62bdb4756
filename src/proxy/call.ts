// How a call begins: judged by nothing yet, and with nothing on record.

import type { Call } from './exchange.ts';
import type { InspectingPorts } from './inspection/answer-treatment.ts';
import { noTimes } from './times.ts';

/** What is known of a call from its request. */
export type CallParts = Pick<Call, 'id' | 'arrival' | 'inbound' | 'question' | 'server' | 'members'> & Partial<Pick<Call, 'trace'>>;

/** A call that has just come. */
export function beginCall(parts: CallParts, ports: InspectingPorts): Call {
  return {
    ...parts,
    inspecting: ports,
    decisionSeq: 0,
    denied: false,
    refusedWith: undefined,
    trace: parts.trace,
    times: noTimes(),
    forwardedUs: 0,
    answeredUs: 0,
    answerBytes: 0,
    outcome: undefined,
    atEnd: [],
  };
}
