// What the road writes into the log: a decision for every request of a known caller, an outcome for every call that was allowed,
// and a decision without a name for what could not be read. Never a value.

import type { ErrorCode } from '../base/index.ts';
import type { Verdict } from '../policies/index.ts';
import type { Arrival, Call, OutcomeStatus, Ports } from './exchange.ts';

/** Writes the decision. False: the log takes nothing, so nothing may be carried. `reason`: why not, where it was not policy that said no. */
export function recordDecision(call: Call, verdict: Verdict, ports: Ports, reason?: string): boolean {
  const { arrival, question, server } = call;
  const { principal } = arrival;
  const { subject } = question;
  call.denied = verdict.kind !== 'allow';
  ports.metrics.verdict(call, verdict.kind);
  const seq = ports.audit.append({
    kind: 'decision',
    id: call.id,
    time: ports.nowMs(),
    verdict: verdict.kind,
    rule: verdict.rule,
    reason: reason ?? reasonOf(verdict),
    tenant: principal.tenant,
    agent: principal.agent,
    user: principal.user,
    keyId: principal.keyId,
    listener: arrival.peer.listener,
    server: server.name,
    era: question.era,
    revision: question.revision ?? '',
    method: question.method,
    tool: subject.kind === 'tool' ? subject.name : undefined,
    prompt: subject.kind === 'prompt' ? subject.name : undefined,
    resource: subject.kind === 'resource' ? subject.name : undefined,
    snapshot: arrival.snapshot.revision,
    requestBytes: arrival.body.length,
  });
  call.decisionSeq = seq;
  return seq > 0;
}

/** In the words of the log: a rule that denies and none that allows are told apart by the rule. */
function reasonOf(verdict: Verdict): string | undefined {
  if (verdict.kind === 'allow') return undefined;
  if (verdict.kind === 'ask') return 'approval-needed';
  return verdict.reason === 'condition-error' || verdict.reason === 'approval-needed' ? verdict.reason : 'denied';
}

/** Writes how an allowed call ended, and measures it. */
export function recordOutcome(call: Call, outcome: OutcomeStatus, ports: Ports): void {
  const totalUs = ports.nowUs() - call.arrival.arrivedUs;
  const serverUs = call.forwardedUs === 0 ? 0 : Math.max(0, (call.answeredUs === 0 ? ports.nowUs() : call.answeredUs) - call.forwardedUs);
  ports.metrics.outcome(call, outcome, { totalUs, serverUs });
  if (call.denied) return; // Its decision says it all.
  ports.audit.append({
    kind: 'outcome',
    id: call.id,
    time: ports.nowMs(),
    status: outcome,
    code: call.refusedWith,
    rpcCode: undefined,
    answerBytes: call.answerBytes,
    gatewayUs: Math.round(totalUs - serverUs),
    serverUs: Math.round(serverUs),
  });
}

/** Writes that a known caller sent what cannot be read. */
export function recordUnreadable(arrival: Arrival, code: ErrorCode, id: string, ports: Ports): void {
  ports.metrics.refused(code, arrival.peer.listener);
  const { principal } = arrival;
  ports.audit.append({
    kind: 'decision',
    id,
    time: ports.nowMs(),
    verdict: 'deny',
    rule: undefined,
    reason: code,
    tenant: principal.tenant,
    agent: principal.agent,
    user: principal.user,
    keyId: principal.keyId,
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
  });
}
