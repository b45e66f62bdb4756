// The road of a request, on one page: receive → resolve → admit → rewrite → settle → permit → forward → answer. Audit wraps it: a
// decision is in the log before anything is forwarded, and durable before the first byte of the answer; every exit writes the outcome.
// (Authentication has happened at the head, in door.ts: a stranger's body is never read.)

import type { DecisionReason } from '../audit/index.ts';
import type { JsonObject } from '../mcp/index.ts';
import { describeDenial, settle } from '../policies/index.ts';
import { admit, whyLocked } from './admission/index.ts';
import type { Admitted } from './admission/index.ts';
import { openApproval } from './approvals/tell.ts';
import { createAnswer } from './agent-answer.ts';
import type { Answer } from './answer.ts';
import { carryBatch, isBatch } from './batch.ts';
import { createCall } from './create-call.ts';
import { postToEndpoint } from './endpoint.ts';
import type { Arrival, Call, Inbound, Ports } from './exchange.ts';
import { answerItself } from './find-tools.ts';
import { forward } from './forward.ts';
import { dutiesOf } from './inspection/treat.ts';
import { rewriteInbound } from './inspection/outgoing.ts';
import { receive } from './receive.ts';
import { resolve } from './resolve.ts';
import { usableMembers } from './usable-members.ts';
import type { Refused } from './rescue.ts';
import type { Server } from '../servers/index.ts';
import type { Unreadable } from './receive.ts';
import { decisionOf, recordDecision, recordUnreadable } from './record.ts';
import { requestOf } from './request-of.ts';
import { beginUnread } from './unread/index.ts';
import { refuse, refusedBy } from './rescue.ts';
import { mayEver } from './verdicts.ts';

/** The keeper is away, or cannot write. */
const UNKNOWN_SUBJECT: Unreadable = {
  code: 'audit_unavailable',
  say: 'Whom this is about cannot be put on record now, so it is not carried. Try again in a moment.',
};

/** Carries one request of a known caller. Never throws; the reply is answered or cut, now or later. */
export function carry(arrival: Arrival, ports: Ports): void {
  // Whatever becomes of it goes on record, so whom it is about is known before anything else.
  try {
    ports.subjects.know(arrival.principal, (subject) => {
      if (arrival.reply.done) return; // It hung up meanwhile: nothing has been begun.
      arrival.subject = subject;
      begin(arrival, ports);
    });
  } catch (error) {
    fault(arrival, error, ports);
  }
}

function begin(arrival: Arrival, ports: Ports): void {
  try {
    if (arrival.subject === undefined) unreadable(arrival, ports, UNKNOWN_SUBJECT);
    else if (arrival.unread !== undefined) unread(arrival, ports);
    else if (arrival.endpoint !== undefined) post(arrival, arrival.endpoint, ports);
    else if (isBatch(arrival)) batch(arrival, ports);
    else walk(arrival, ports);
  } catch (error) {
    fault(arrival, error, ports);
  }
}

function walk(arrival: Arrival, ports: Ports): void {
  const received = receive(arrival, ports);
  if (!received.ok) return unreadable(arrival, ports, received.error);
  const opened = openApproval(received.value, arrival, ports);
  if (!opened.ok) return unreadable(arrival, ports, opened.error);
  const inbound = opened.value;

  const owner = arrival.relayed ? undefined : ownerElsewhere(inbound, arrival, ports);
  if (owner !== undefined)
    return ports.relayToOwner(arrival, owner, (delivered) => {
      // Nothing is lost where nothing has begun: it begins here.
      if (inbound.kind === 'stream' && inbound.token === undefined && !delivered) carry({ ...arrival, relayed: true }, ports);
      else lostOwner(inbound, arrival, delivered, ports);
    });

  // Names may have to be asked for on a route with several servers, and that is done where their state is as well.
  if (arrival.route.kind === 'aggregate')
    place(inbound, arrival, usableMembers(arrival.route, arrival), ports, () => resolved(inbound, arrival, ports));
  else resolved(inbound, arrival, ports);
}

/** Goes on with whom it is for. */
function resolved(inbound: Inbound, arrival: Arrival, ports: Ports): void {
  resolve(inbound, arrival, ports, (found) =>
    guarded(arrival, ports, () => {
      if (arrival.reply.done) return; // It hung up while a list was fetched: nothing has been begun.
      if (!found.ok) return unreadable(arrival, ports, found.error);
      settleDown(createCall(arrival, found.value, ports), ports);
    }),
  );
}

/** To a server of which nothing is looked at: what is decided is decided by the head. */
function unread(arrival: Arrival, ports: Ports): void {
  const call = beginUnread(arrival, ports);
  if (call.ok) takeIn(call.value, ports);
  else unreadable(arrival, ports, call.error);
}

/** A POST of an agent whose session is a connection goes to where that is, and comes back as an arrival in it. */
function post(arrival: Arrival, token: string, ports: Ports): void {
  postToEndpoint(arrival, token, ports, {
    carry: (next) => carry(next, ports),
    gone: () => unreadable(arrival, ports, { code: 'session_unknown', say: 'This endpoint is gone; open a new stream.', era: 'legacy' }),
  });
}

/** Several messages at once come apart, and each walks alone. */
function batch(arrival: Arrival, ports: Ports): void {
  carryBatch(arrival, ports, { carry: (next) => carry(next, ports), refuse: (refusal) => unreadable(arrival, ports, refusal) });
}

/** Goes on where this agent's state at the server is. Of several servers as one, that was settled before names were looked up. */
function settleDown(call: Call, ports: Ports): void {
  if (call.arrival.route.kind === 'aggregate' || ownerOf(call.inbound, call.arrival, ports) === undefined) takeIn(call, ports);
  else place(call.inbound, call.arrival, [call.server.name], ports, () => takeIn(call, ports));
}

function takeIn(call: Call, ports: Ports): void {
  const { reply, snapshot } = call.arrival;
  call.times.receivedUs = ports.nowUs();
  let decided = false;
  let forget: () => void = () => {};
  const pending = admit({ call, params: paramsOf(call.inbound), bytes: bytesOf(call.inbound), isLater: false }, ports, (admitted) =>
    guarded(call.arrival, ports, () => {
      decided = true;
      call.times.decidedUs = ports.nowUs();
      forget();
      if (!recordDecision(call, decisionOf(admitted, snapshot), ports)) {
        ports.metrics.refused('audit_unavailable', call.arrival.peer.listener);
        return endWait(call, { code: 'audit_unavailable' });
      }
      call.times.recordedUs = ports.nowUs();
      const answer = createAnswer(call, ports);
      if (admitted.kind === 'admitted') carryOn(call, admitted, answer, ports);
      else answer.refuse(admitted.refused, 'refused');
    }),
  );
  if (decided) return;
  const giveUp = (reason: DecisionReason): void => {
    forget();
    pending.abandon();
    recordDecision(call, { verdict: 'deny', rule: undefined, reason, revision: snapshot.revision }, ports);
  };
  forget = ports.open.watch(call, () => {
    const locked = whyLocked(call, ports);
    giveUp(locked?.reason ?? 'denied');
    endWait(call, locked?.refused ?? { code: 'denied', say: 'The right to this ended while it waited.' });
  });
  reply.onHangup = () => giveUp('hung-up');
}

/** Refuses what has no answer yet. Where the wait for a person has begun one, that is cut: it may not go on. */
function endWait(call: Call, refused: Refused): void {
  const { reply } = call.arrival;
  if (call.wait?.isStreaming === true) reply.abort();
  else refuse(reply, refused, requestOf(call));
}

function carryOn(call: Call, admitted: Extract<Admitted, { kind: 'admitted' }>, answer: Answer, ports: Ports): void {
  if (answerItself(call, answer, ports)) return;
  const misfit = rewriteInbound(call, admitted, ports);
  if (misfit !== undefined) return answer.refuse(misfit, 'refused');
  const { allow, principal, snapshot } = admitted;
  call.duties = dutiesOf(allow.obligations);
  call.isCritical = allow.obligations.class === 'critical';
  const { inbound, question, server } = call;
  const settled = settle(allow, {
    bytes: bytesOf(inbound),
    server: server.name,
    method: question.method,
    name: question.subject.kind === 'server' ? undefined : question.subject.name,
    principal,
    revision: snapshot.revision,
    payload: call,
  });
  if (settled.kind === 'deny') answer.refuse({ code: 'denied', say: describeDenial(settled, question.subject) }, 'refused');
  else forward(settled.permit, answer, ports);
}

/** The parameters of a message, where it has any. */
function paramsOf(inbound: Inbound): JsonObject | undefined {
  if (!('message' in inbound)) return undefined;
  return inbound.message.kind === 'request' || inbound.message.kind === 'notification' ? inbound.message.params : undefined;
}

/** Goes on here, or hands the request to the worker that holds this agent's state at the servers concerned; that one judges it anew. */
function place(inbound: Inbound, arrival: Arrival, servers: readonly string[], ports: Ports, goOn: () => void): void {
  const owner = ownerOf(inbound, arrival, ports);
  if (owner === undefined || inbound.kind !== 'modern') return goOn();
  // What is never allowed needs no other worker to say so.
  if (!servers.some((name) => mayEver(arrival.principal, name, inbound.subject, arrival.snapshot))) return goOn();
  const concerned = servers.map((name) => ports.servers.get(name));
  // Handing on must not keep this worker from learning what it may carry by itself, or that a server has been updated.
  for (const server of concerned) if (server?.config.kind === 'http') server.prepare(() => {});
  if (!concerned.some((server) => server !== undefined && holdsState(server))) return goOn();
  ports.relayToOwner(arrival, owner, (delivered) =>
    guarded(arrival, ports, () => (delivered ? lostOwner(inbound, arrival, delivered, ports) : goOn())),
  );
}

/** The other worker that holds state of this agent, where it may be asked. */
function ownerOf(inbound: Inbound, { principal, relayed }: Arrival, ports: Ports): string | undefined {
  return inbound.kind !== 'modern' || relayed ? undefined : ports.placement.ownerElsewhere(principal.tenant, principal.agent);
}

/** What speaks the legacy era has sessions; what is a process of ours has memory; and of what is not known yet, either may be true. */
function holdsState({ config, readiness }: Server): boolean {
  if (config.kind === 'stdio' || readiness === undefined) return true;
  return readiness.kind === 'ready' && !readiness.verdict.modern;
}

function guarded(arrival: Arrival, ports: Ports, step: () => void): void {
  try {
    step();
  } catch (error) {
    fault(arrival, error, ports);
  }
}

function fault({ reply }: Arrival, error: unknown, { log }: Ports): void {
  refuse(reply, refusedBy(error, log), { id: undefined, era: 'modern', method: undefined, auditId: undefined });
}

/** The worker that held the state has ended, and the state with it: a legacy agent opens a new session (2025-11-25 basic/transports, 404). */
function lostOwner(inbound: Inbound, arrival: Arrival, delivered: boolean, ports: Ports): void {
  const refused: Refused =
    inbound.kind !== 'modern' ? { code: 'session_unknown' } : delivered ? { code: 'outcome_unknown' } : { code: 'state_unknown' };
  const era = inbound.kind === 'modern' || inbound.kind === 'modern-notification' ? 'modern' : 'legacy';
  const id = inbound.kind === 'modern' ? inbound.message.id : undefined;
  // What was delivered is the owner's to record, also where it could not answer any more.
  const auditId = delivered ? undefined : ports.newId();
  if (auditId === undefined) ports.metrics.refused(refused.code, arrival.peer.listener);
  else recordUnreadable(arrival, refused.code, auditId, ports);
  refuse(arrival.reply, refused, { id, era, method: undefined, auditId });
}

const EMPTY = new Uint8Array(0);

/** The message of a request, where there is one. */
function bytesOf(inbound: Inbound): Uint8Array {
  return 'message' in inbound ? inbound.message.document.bytes : EMPTY;
}

function unreadable(arrival: Arrival, ports: Ports, refusal: Unreadable): void {
  const auditId = ports.newId();
  recordUnreadable(arrival, refusal.code, auditId, ports);
  refuse(arrival.reply, refusal, { id: refusal.id, era: refusal.era ?? 'modern', method: undefined, auditId });
}

/** A session or a round whose state is in another worker is that worker's to judge, once; here it would be judged without its state. */
function ownerElsewhere(inbound: Inbound, arrival: Arrival, ports: Ports): string | undefined {
  const { principal, route } = arrival;
  switch (inbound.kind) {
    case 'modern': {
      const state = inbound.message.params?.['requestState'];
      return typeof state === 'string' ? ports.legacyServers.ownerElsewhere(state, principal) : undefined;
    }
    case 'modern-notification':
    case 'unread':
      return undefined;
    case 'stream':
      // What an agent of 2024-11-05 begins is where its other state is, so that its caps are counted in one place.
      if (inbound.token === undefined) return ports.placement.ownerElsewhere(principal.tenant, principal.agent);
      return ports.sessions.ownerElsewhere(inbound.token, principal, route.key);
    case 'legacy':
    case 'end':
      return inbound.token === undefined ? undefined : ports.sessions.ownerElsewhere(inbound.token, principal, route.key);
    default:
      return inbound satisfies never;
  }
}
