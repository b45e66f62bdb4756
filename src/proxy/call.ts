// How a call begins: judged by nothing yet, and with nothing on record.

import type { Call } from './exchange.ts';
import type { InspectingPorts } from './inspection/answer-treatment.ts';
import { noTimes } from './times.ts';

/** What is known of a call from its request. */
export type CallParts = Pick<Call, 'id' | 'arrival' | 'inbound' | 'question' | 'server' | 'members'> & Partial<Pick<Call, 'trace'>>;

/** A call that has just come. All that it may come to hold has its place from the beginning, so that all calls look alike to the engine. */
export function beginCall({ id, arrival, inbound, question, server, members, trace }: CallParts, ports: InspectingPorts): Call {
  return {
    id,
    arrival,
    inbound,
    question,
    server,
    members,
    serverRevision: undefined,
    declared: undefined,
    refusedQuestions: undefined,
    approvalId: undefined,
    wait: undefined,
    approval: undefined,
    decisionSeq: 0,
    denied: false,
    refusedWith: undefined,
    markedWith: undefined,
    trace,
    times: noTimes(),
    forwardedUs: 0,
    answeredUs: 0,
    answerBytes: 0,
    sentBytes: undefined,
    outcome: undefined,
    argumentsDigest: undefined,
    releasedDigest: undefined,
    releasedHash: undefined,
    capturing: undefined,
    requestFindings: undefined,
    unwritable: undefined,
    sentArguments: undefined,
    inspecting: ports,
    duties: undefined,
    isCritical: false,
    findings: undefined,
    receipt: undefined,
    atEnd: [],
  };
}
