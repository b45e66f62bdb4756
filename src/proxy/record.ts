// What the road writes into the log: a decision for every request of a known caller, an outcome for every call that was allowed,
// and a decision without a name for what could not be read. Never a value.

import type { ErrorCode } from '../base/index.ts';
import type { Snapshot } from '../config/index.ts';
import type { Admitted } from './admission/index.ts';
import type { Arrival, Call, OutcomeStatus, Ports } from './exchange.ts';

/** What was decided about a request. */
export interface Decision {
  readonly verdict: 'allow' | 'ask' | 'deny';
  readonly rule: string | undefined;
  /** Why not. */
  readonly reason: string | undefined;
  /** Revision of the snapshot that it was decided on. */
  readonly revision: number;
}

/** What an admission decided. `arrived`: what was in force when the request came, where nothing else is known. */
export function decisionOf(admitted: Admitted, arrived: Snapshot): Decision {
  if (admitted.kind === 'refused') {
    const { verdict, rule, reason } = admitted;
    return { verdict, rule, reason, revision: arrived.revision };
  }
  return { verdict: 'allow', rule: admitted.allow.rule, reason: undefined, revision: admitted.snapshot.revision };
}

/** Writes the decision. False: the log takes nothing, so nothing may be carried. */
export function recordDecision(call: Call, { verdict, rule, reason, revision }: Decision, ports: Ports): boolean {
  const { arrival, question, server } = call;
  const { principal } = arrival;
  const { subject } = question;
  call.denied = verdict !== 'allow';
  ports.metrics.verdict(call, verdict);
  const seq = ports.audit.append({
    kind: 'decision',
    id: call.id,
    time: ports.nowMs(),
    verdict,
    rule,
    reason,
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
    snapshot: revision,
    requestBytes: arrival.body.length,
  });
  call.decisionSeq = seq;
  return seq > 0;
}

/** Writes how an allowed call ended, measures it, and gives back what was taken for it. */
export function recordOutcome(call: Call, outcome: OutcomeStatus, ports: Ports): void {
  const totalUs = ports.nowUs() - call.arrival.arrivedUs;
  const serverUs = call.forwardedUs === 0 ? 0 : Math.max(0, (call.answeredUs === 0 ? ports.nowUs() : call.answeredUs) - call.forwardedUs);
  ports.metrics.outcome(call, outcome, { totalUs, serverUs });
  for (const giveBack of call.atEnd.splice(0)) giveBack();
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
