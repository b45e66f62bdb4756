// The road of a request, on one page: receive → decide → inspect → settle → permit → forward → answer. Audit wraps it: a decision is
// in the log before anything is forwarded, and durable before the first byte of the answer; every exit writes the outcome.
// (Authentication has happened at the head, in door.ts: a stranger's body is never read.)

import type { Finding, Verdict } from '../policies/index.ts';
import { describeDenial, settle } from '../policies/index.ts';
import { createAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import type { Arrival, Call, Inbound, Ports } from './exchange.ts';
import { forward } from './forward.ts';
import { questionOf, receive } from './receive.ts';
import type { Unreadable } from './receive.ts';
import { recordDecision, recordUnreadable } from './record.ts';
import { requestOf } from './request-of.ts';
import { narrowListen } from './narrow-listen.ts';
import { refuse, refusedBy } from './rescue.ts';

/** Carries one request of a known caller. Never throws; the reply is answered or cut, now or later. */
export function carry(arrival: Arrival, ports: Ports): void {
  try {
    walk(arrival, ports);
  } catch (error) {
    refuse(arrival.reply, refusedBy(error, ports.log), { id: undefined, era: 'modern', method: undefined, auditId: undefined });
  }
}

function walk(arrival: Arrival, ports: Ports): void {
  const received = receive(arrival, ports);
  if (!received.ok) return unreadable(arrival, ports, received.error);
  const inbound = narrowListen(received.value, arrival);

  const owner = ownerElsewhere(inbound, arrival, ports);
  if (owner !== undefined) return ports.relayToOwner(arrival, owner);

  const call = createCall(arrival, inbound, ports);
  if (call === undefined) return unreadable(arrival, ports, { code: 'route_unknown', say: 'This server is not in the config any more.' });

  const { principal, snapshot } = arrival;
  const verdict = snapshot.policy.decide(principal, call.server.name, call.question.subject);
  if (!recordDecision(call, verdict, ports)) {
    return refuse(arrival.reply, { code: 'audit_unavailable' }, requestOf(call));
  }
  const answer = createAnswer(call, ports);
  if (verdict.kind === 'deny') return deny(call, answer, verdict);

  const findings = inspect(call);
  const settled = settle(verdict, findings, {
    bytes: call.inbound.kind === 'stream' || call.inbound.kind === 'end' ? EMPTY : call.inbound.message.document.bytes,
    server: call.server.name,
    method: call.question.method,
    name: call.question.subject.kind === 'server' ? undefined : call.question.subject.name,
    principal,
    revision: snapshot.revision,
    payload: call,
  });
  if (settled.kind === 'deny') return deny(call, answer, settled);
  forward(settled.permit, answer, ports);
}

const EMPTY = new Uint8Array(0);
const NOTHING: readonly Finding[] = [];

/** Looks inside the request. Detectors arrive with the inspection folder; what they find goes into settle. */
function inspect(_call: Call): readonly Finding[] {
  return NOTHING;
}

function deny(call: Call, answer: Answer, verdict: Extract<Verdict, { kind: 'deny' }>): void {
  answer.refuse(
    {
      code: 'denied',
      say: `${describeDenial(verdict, call.question.subject)} Whoever runs the gateway can look it up: record ${call.id}.`,
    },
    'refused',
  );
}

function unreadable(arrival: Arrival, ports: Ports, refusal: Unreadable): void {
  const auditId = ports.newId();
  recordUnreadable(arrival, refusal.code, auditId, ports);
  refuse(arrival.reply, refusal, { id: refusal.id, era: refusal.era ?? 'modern', method: undefined, auditId });
}

/** A legacy session whose state is in another worker is that worker's to judge, once; here it would be judged without its session. */
function ownerElsewhere(inbound: Inbound, arrival: Arrival, ports: Ports): string | undefined {
  if (inbound.kind === 'modern' || inbound.kind === 'modern-notification') return undefined;
  return inbound.token === undefined ? undefined : ports.sessions.ownerElsewhere(inbound.token, arrival.principal, arrival.route.server);
}

function createCall(arrival: Arrival, inbound: Inbound, ports: Ports): Call | undefined {
  const server = ports.servers.get(arrival.route.server);
  if (server === undefined) return undefined;
  return {
    id: ports.newId(),
    arrival,
    inbound,
    question: { ...questionOf(inbound), revision: revisionOf(inbound, arrival, ports) },
    server,
    decisionSeq: 0,
    denied: false,
    refusedWith: undefined,
    forwardedUs: 0,
    answeredUs: 0,
    answerBytes: 0,
    outcome: undefined,
  };
}

/** The revision this hop speaks; '' while a session is not open or not known. */
function revisionOf(inbound: Inbound, arrival: Arrival, ports: Ports): string {
  switch (inbound.kind) {
    case 'modern':
      return inbound.request.revision;
    case 'modern-notification':
      return '';
    case 'legacy':
    case 'stream':
    case 'end':
      return inbound.token === undefined
        ? ''
        : (ports.sessions.find(inbound.token, arrival.principal, arrival.route.server)?.revision ?? '');
    default:
      return inbound satisfies never;
  }
}
