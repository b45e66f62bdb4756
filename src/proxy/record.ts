// What the road writes into the log: a decision for every request of a known caller, an outcome for every call that was allowed,
// and a decision without a name for what could not be read. Never a value.

import { MAX_RECORDED_FINDINGS } from '../audit/index.ts';
import type { OutcomeRecord } from '../audit/index.ts';
import type { ErrorCode } from '../base/index.ts';
import type { Snapshot } from '../config/index.ts';
import type { Admitted } from './admission/index.ts';
import { answerCommitment, argumentsCommitment } from './committed.ts';
import type { Arrival, Call, OutcomeStatus, Ports } from './exchange.ts';
import { recordedName } from './inspection/recorded-name.ts';
import type { Noted } from './inspection/treat.ts';
import { isSearch, searchName } from './find-tools.ts';
import { callerOf } from './subjects.ts';

/** What was decided about a request. */
export interface Decision {
  readonly verdict: 'allow' | 'ask' | 'deny';
  readonly rule: string | undefined;
  /** Why not. */
  readonly reason: string | undefined;
  /** The limit that it was over. */
  readonly limit?: string | undefined;
  /** What the task had used before, where that was looked at. */
  readonly taint?: readonly string[] | undefined;
  /** What the call is to the operator; known where it was let through. */
  readonly class?: 'critical' | 'standard' | 'low' | undefined;
  /** Revision of the snapshot that it was decided on. */
  readonly revision: number;
}

/** What an admission decided. `arrived`: what was in force when the request came, where nothing else is known. */
export function decisionOf(admitted: Admitted, arrived: Snapshot): Decision {
  if (admitted.kind === 'refused') {
    const { verdict, rule, reason, limit, taint } = admitted;
    return { verdict, rule, reason, limit, taint, revision: arrived.revision };
  }
  const { allow, snapshot, taint } = admitted;
  return { verdict: 'allow', rule: allow.rule, reason: undefined, taint, class: allow.obligations.class, revision: snapshot.revision };
}

/** Writes the decision. False: the log takes nothing, so nothing may be carried. What was taken for a call that is not carried is given back. */
export function recordDecision(call: Call, decision: Decision, ports: Ports): boolean {
  call.denied = decision.verdict !== 'allow';
  ports.metrics.verdict(call, decision.verdict);
  call.decisionSeq = append(call, decision, ports);
  const isRecorded = call.decisionSeq > 0;
  if (call.denied || !isRecorded) giveBack(call);
  return isRecorded;
}

/** Writes that a person was asked, before the call waits for that; gives back the sequence number, which is 0 where the log takes nothing. */
export function recordAsked(call: Call, rule: string, revision: number, ports: Ports): number {
  return append(call, { verdict: 'ask', rule, reason: 'approval-asked', revision }, ports);
}

function append(call: Call, decision: Decision, ports: Ports): number {
  const { verdict, rule, reason, limit, taint, revision } = decision;
  const { arrival, question, server } = call;
  const { subject } = question;
  const name = recordedName(call);
  return ports.audit.append({
    kind: 'decision',
    id: call.id,
    time: ports.nowMs(),
    verdict,
    rule,
    reason,
    limit,
    taint: taint?.length === 0 ? undefined : taint,
    ...callerOf(arrival),
    listener: arrival.peer.listener,
    server: server.name,
    era: question.era,
    revision: question.revision ?? '',
    method: question.method,
    tool: subject.kind === 'tool' ? name : isSearch(call) ? searchName(call.arrival, ports) : undefined,
    fingerprint: subject.kind === 'tool' ? arrival.snapshot.toolFacts(server.name, subject.name).fingerprint : undefined,
    prompt: subject.kind === 'prompt' ? name : undefined,
    resource: subject.kind === 'resource' ? name : undefined,
    snapshot: revision,
    requestBytes: arrival.body.length,
    class: decision.class,
    args: argumentsCommitment(call),
    mono: Math.round(ports.nowUs()),
    approval: call.approvalId,
    ...recordedFindings(call.findings?.requests),
  });
}

const NO_FINDINGS: Pick<OutcomeRecord, 'findings' | 'findingsTotal'> = Object.freeze({});

/** What was found, as far as a record has room for it. */
function recordedFindings(noted: Noted | undefined): Pick<OutcomeRecord, 'findings' | 'findingsTotal'> {
  if (noted === undefined || noted.total === 0) return NO_FINDINGS;
  const findings = [...noted.kinds.values()].slice(0, MAX_RECORDED_FINDINGS);
  const counted = findings.reduce((sum, { count }) => sum + count, 0);
  return counted === noted.total ? { findings } : { findings, findingsTotal: noted.total };
}

/** Writes how an allowed call ended, measures it, and gives back what was taken for it. Gives the ticket of the record. */
export function recordOutcome(call: Call, outcome: OutcomeStatus, ports: Ports): number {
  const totalUs = ports.nowUs() - call.arrival.arrivedUs;
  const serverUs = call.forwardedUs === 0 ? 0 : Math.max(0, (call.answeredUs === 0 ? ports.nowUs() : call.answeredUs) - call.forwardedUs);
  ports.metrics.outcome(call, outcome, { totalUs, serverUs });
  giveBack(call);
  if (call.denied) return call.decisionSeq; // Its decision says it all.
  return ports.audit.append({
    kind: 'outcome',
    id: call.id,
    time: ports.nowMs(),
    status: outcome,
    code: call.refusedWith ?? call.markedWith,
    questions: call.refusedQuestions,
    ...recordedFindings(call.findings?.answers),
    rpcCode: undefined,
    answerBytes: call.answerBytes,
    gatewayUs: Math.round(totalUs - serverUs),
    serverUs: Math.round(serverUs),
    answer: answerCommitment(call, outcome),
    mono: Math.round(ports.nowUs()),
  });
}

/** Gives back what was taken, once. */
function giveBack(call: Call): void {
  for (const back of call.atEnd.splice(0)) back();
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
