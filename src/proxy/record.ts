// What the road writes into the log: a decision for every request of a known caller, an outcome for every call that was allowed,
// and a decision without a name for what could not be read. Never a value.

import { MAX_RECORDED_FINDINGS } from '../audit/index.ts';
import type { DecisionReason, OutcomeRecord, RecordedCapture } from '../audit/index.ts';
import type { ErrorCode } from '../base/index.ts';
import type { Snapshot } from '../config/index.ts';
import type { Admitted } from './admission/index.ts';
import { beginCapture, sealAnswer } from './capture.ts';
import type { Captured } from './capture.ts';
import { answerCommitment, argumentsCommitment } from './committed.ts';
import type { Arrival, Call, OutcomeStatus, Ports } from './exchange.ts';
import { recordedName } from './inspection/recorded-name.ts';
import type { Noted } from './inspection/treat.ts';
import { isSearch, searchName } from './find-tools.ts';
import { callerOf } from './subjects.ts';
import { serverUsOf } from './times.ts';

/** What was decided about a request. */
export interface Decision {
  readonly verdict: 'allow' | 'ask' | 'deny';
  readonly rule: string | undefined;
  /** Why not. */
  readonly reason: DecisionReason | undefined;
  /** The limit that it was over. */
  readonly limit?: string | undefined;
  /** What the task had used before, where that was looked at. */
  readonly taint?: readonly string[] | undefined;
  /** What the call is to the operator; known where it was let through. */
  readonly class?: 'critical' | 'standard' | 'low' | undefined;
  /** Revision of the snapshot that it was decided on. */
  readonly revision: number;
  /** Set where a rule wants what is said sealed. */
  readonly captured?: Captured | undefined;
}

/** What an admission decided. `arrived`: what was in force when the request came, where nothing else is known. */
export function decisionOf(admitted: Admitted, arrived: Snapshot): Decision {
  if (admitted.kind === 'refused') {
    const { verdict, rule, reason, limit, taint } = admitted;
    return { verdict, rule, reason, limit, taint, revision: arrived.revision };
  }
  const { allow, snapshot, taint } = admitted;
  const { class: callClass, capture } = allow.obligations;
  const captured = capture === undefined ? undefined : admitted;
  return { verdict: 'allow', rule: allow.rule, reason: undefined, taint, class: callClass, revision: snapshot.revision, captured };
}

/**
 * Writes the decision. False: the log takes nothing, or the vault does not take what a rule wants sealed, so nothing may be carried. What was taken for
 * a call that is not carried is given back.
 */
export function recordDecision(call: Call, decision: Decision, ports: Ports): boolean {
  const begun = decision.captured === undefined ? undefined : beginCapture(call, decision.captured, ports);
  if (begun === 'refused') {
    recordDecision(call, { ...decision, captured: undefined, verdict: 'deny', reason: 'vault-unavailable' }, ports);
    return false;
  }
  call.denied = decision.verdict !== 'allow';
  ports.metrics.verdict(call, decision.reason === 'hung-up' ? 'given_up' : decision.verdict);
  call.decisionSeq = append(call, decision, ports, begun?.request.capture);
  const isRecorded = call.decisionSeq > 0;
  if (call.denied || !isRecorded) giveBack(call);
  else if (begun !== undefined) {
    begun.request.keep();
    call.capturing = begun.answer;
  }
  return isRecorded;
}

/** Writes that a person was asked, before the call waits for that; gives back the sequence number, which is 0 where the log takes nothing. */
export function recordAsked(call: Call, rule: string, revision: number, ports: Ports): number {
  return append(call, { verdict: 'ask', rule, reason: 'approval-asked', revision }, ports);
}

function append(call: Call, decision: Decision, ports: Ports, capture?: RecordedCapture): number {
  const { taint } = decision;
  const { arrival, question, server } = call;
  const { subject } = question;
  const { snapshot, unread } = arrival;
  const caller = callerOf(arrival);
  const { findings, findingsTotal } = recordedFindings(call.findings?.requests);
  const name = recordedName(call);
  const isTool = subject.kind === 'tool';
  // Each record of a call has all of its members, and in one order: what reads them knows where they are.
  return ports.audit.append({
    kind: 'decision',
    id: call.id,
    time: ports.nowMs(),
    verdict: decision.verdict,
    rule: decision.rule,
    reason: decision.reason,
    limit: decision.limit,
    taint: taint?.length === 0 ? undefined : taint,
    findings,
    findingsTotal,
    tenant: caller.tenant,
    agent: caller.agent,
    user: caller.user,
    keyId: caller.keyId,
    listener: arrival.peer.listener,
    server: server.name,
    era: question.era,
    revision: question.revision ?? '',
    method: question.method,
    tool: isTool ? name : isSearch(call) ? searchName(arrival, ports) : undefined,
    fingerprint: isTool ? snapshot.toolFacts(server.name, subject.name).fingerprint : undefined,
    prompt: subject.kind === 'prompt' ? name : undefined,
    resource: subject.kind === 'resource' ? name : undefined,
    snapshot: decision.revision,
    requestBytes: unread === undefined ? arrival.body.length : (unread.bytes ?? 0),
    subject: caller.subject,
    class: decision.class,
    args: argumentsCommitment(call),
    inspection: unread === undefined ? undefined : 'bypassed',
    capture,
    mono: Math.round(ports.nowUs()),
    approval: call.approvalId,
  });
}

/** What of the findings in a message stands on record. */
type RecordedFindings = Required<Pick<OutcomeRecord, 'findings' | 'findingsTotal'>>;

const NO_FINDINGS: RecordedFindings = Object.freeze({ findings: undefined, findingsTotal: undefined });

/** What was found, as far as a record has room for it. */
function recordedFindings(noted: Noted | undefined): RecordedFindings {
  if (noted === undefined || noted.total === 0) return NO_FINDINGS;
  const findings = [...noted.kinds.values()].slice(0, MAX_RECORDED_FINDINGS);
  const counted = findings.reduce((sum, { count }) => sum + count, 0);
  return { findings, findingsTotal: counted === noted.total ? undefined : noted.total };
}

/** Writes how an allowed call ended, measures it, and gives back what was taken for it. Gives the ticket of the record. */
export function recordOutcome(call: Call, outcome: OutcomeStatus, ports: Ports): number {
  const nowUs = ports.nowUs();
  const totalUs = nowUs - call.arrival.arrivedUs;
  const serverUs = serverUsOf(call, nowUs);
  ports.metrics.outcome(call, outcome, { totalUs, serverUs, nowUs });
  ports.tracing.end(call, outcome, nowUs);
  giveBack(call);
  if (call.denied) return call.decisionSeq; // Its decision says it all.
  const sealed = sealAnswer(call, outcome);
  const { findings, findingsTotal } = recordedFindings(call.findings?.answers);
  const ticket = ports.audit.append({
    kind: 'outcome',
    id: call.id,
    time: ports.nowMs(),
    status: outcome,
    code: call.refusedWith ?? call.markedWith,
    questions: call.refusedQuestions,
    findings,
    findingsTotal,
    rpcCode: undefined,
    requestBytes: call.sentBytes,
    answerBytes: call.answerBytes,
    gatewayUs: Math.round(totalUs - serverUs),
    serverUs: Math.round(serverUs),
    forwardedUs: sinceArrival(call, call.forwardedUs),
    firstByteUs: sinceArrival(call, call.times.firstByteUs),
    answer: answerCommitment(call, outcome),
    capture: sealed?.capture,
    mono: Math.round(nowUs),
  });
  if (ticket > 0) sealed?.keep();
  return ticket;
}

/** Undefined where the call did not come by. */
function sinceArrival({ arrival }: Call, atUs: number): number | undefined {
  return atUs === 0 ? undefined : Math.round(atUs - arrival.arrivedUs);
}

/** Gives back what was taken, once. */
function giveBack(call: Call): void {
  if (call.atEnd.length > 0) for (const back of call.atEnd.splice(0)) back();
}

/** Writes that a known caller sent what cannot be read. */
export function recordUnreadable(arrival: Arrival, code: ErrorCode, id: string, ports: Ports): void {
  ports.metrics.refused(code, arrival.peer.listener);
  ports.audit.append({
    kind: 'decision',
    id,
    time: ports.nowMs(),
    verdict: 'deny',
    rule: undefined,
    reason: code,
    ...callerOf(arrival),
    listener: arrival.peer.listener,
    server: arrival.route.key,
    era: arrival.headers.get('mcp-session-id') === undefined ? 'modern' : 'legacy',
    revision: '',
    method: '',
    tool: undefined,
    prompt: undefined,
    resource: undefined,
    snapshot: arrival.snapshot.revision,
    requestBytes: arrival.body.length,
    mono: Math.round(ports.nowUs()),
  });
}
