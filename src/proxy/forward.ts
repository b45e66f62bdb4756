// Forwarding: with a permit, and only with a permit. Chooses the road by what the server is and which era it shares with the agent: where
// they share one, bytes are relayed; where they do not, or where several servers are shown as one, the bridges take over.

import { GatewayError } from '../base/index.ts';
import { legacyRevisionFor, setMember } from '../mcp/index.ts';
import { isPermit } from '../policies/index.ts';
import type { Envelope, Permit } from '../policies/index.ts';
import type { Readiness } from '../servers/index.ts';
import { createAgentHearing, tie } from './agent-hearing.ts';
import type { Answer } from './answer.ts';
import { reach, unusable } from './ask.ts';
import type { Call, Ports } from './exchange.ts';
import { carryInitialize, carryLegacy, carryListen, carryModern } from './http-road.ts';
import { tooMany } from './in-flight.ts';
import { carryPlayed, carryPlayedInitialize } from './played-road.ts';
import { refusedBy } from './rescue.ts';
import { declaredBy } from './server-questions.ts';
import { carrySseAgent } from './sse-agent.ts';
import { carryStdioInitialize, carryStdioLegacy, carryStdioModern } from './stdio-road.ts';
import { awaitServer } from './times.ts';
import { carryUnread } from './unread/index.ts';

type Ready = Extract<Readiness, { kind: 'ready' }>;

const LISTEN = 'subscriptions/listen';

/** Carries the permitted envelope to its server, and its answer back. */
export function forward(permit: Permit<Call>, answer: Answer, ports: Ports): void {
  if (!isPermit(permit)) throw new GatewayError('internal', { cause: new Error('forward was called without a permit') });
  const envelope = permit.take();
  const call = envelope.payload;
  const { limits } = call.arrival.snapshot;
  const full = tooMany(call);
  if (full !== undefined) return answer.refuse(full, 'refused');
  const { tenant, agent } = envelope.principal;
  if (ports.open.streamsOf(tenant, agent) > limits.maxStreamsPerAgent) {
    return answer.refuse({ code: 'too_many', say: `This agent has ${limits.maxStreamsPerAgent} streams open already.` }, 'refused');
  }
  const go = (): void =>
    awaitServer(call, ports.nowUs, (readiness) => {
      // Called back from elsewhere, where nobody knows this call: a fault of ours must end it and nothing else.
      try {
        choose(envelope, readiness, answer, ports);
      } catch (error) {
        answer.refuse(refusedBy(error, ports.log), 'failed');
      }
    });
  // Critical: if the machine dies now, the log must already say what was about to be done. Of what nobody reads nothing is held, not even until then.
  if (permit.obligations.class === 'critical' || call.inbound.kind === 'unread')
    ports.audit.whenDurable(call.decisionSeq, (fault) => {
      call.times.recordedUs = ports.nowUs();
      if (fault === undefined) go();
      else answer.refuse({ code: 'audit_unavailable' }, 'refused');
    });
  else go();
}

function choose(envelope: Envelope<Call>, readiness: Readiness, answer: Answer, ports: Ports): void {
  if (answer.finished || answer.gone) return answer.end('cancelled');
  const call = envelope.payload;
  const { inbound } = call;
  // Asked again: many may have waited together to learn what the server speaks.
  const full = tooMany(call);
  if (full !== undefined) return answer.refuse(full, 'refused');
  if (readiness.kind === 'failed') {
    ports.log.warn('a server cannot be used', { server: envelope.server, reason: readiness.reason });
    return answer.refuse(
      {
        code: readiness.code,
        say: unusable(envelope.server, readiness.code),
      },
      'failed',
    );
  }
  const { verdict, http } = readiness;
  switch (inbound.kind) {
    case 'modern':
      if (call.members !== undefined || !verdict.modern) return carryBridged(envelope, readiness, answer, ports);
      if (http === undefined) return carryStdioModern(envelope, answer, ports);
      return (inbound.request.method === LISTEN ? carryListen : carryModern)({ envelope, target: http, answer, ports });
    case 'modern-notification':
      // The modern era defines no notification of an agent over HTTP; it is accepted and ends here.
      return answer.empty(202, 'ok');
    case 'legacy':
      if (inbound.message.kind === 'request' && inbound.message.method === 'initialize')
        return initialize(envelope, readiness, answer, ports);
      return inSession(envelope, inbound.token ?? '', readiness, answer, ports);
    case 'stream':
      if (inbound.token === undefined) return carrySseAgent(envelope, answer, ports);
      return inSession(envelope, inbound.token, readiness, answer, ports);
    case 'end':
      return inSession(envelope, inbound.token, readiness, answer, ports);
    case 'unread':
      return carryUnread(envelope, readiness, answer, ports);
    default:
      return inbound satisfies never;
  }
}

function initialize(envelope: Envelope<Call>, readiness: Ready, answer: Answer, ports: Ports): void {
  const call = envelope.payload;
  const { inbound } = call;
  if (inbound.kind !== 'legacy' || inbound.message.kind !== 'request') return;
  call.declared = declaredBy(call);
  const asked = inbound.message.params?.['protocolVersion'];
  if (typeof asked !== 'string')
    return answer.refuse({ code: 'params_malformed', say: 'initialize needs params.protocolVersion.' }, 'refused');
  if (call.members !== undefined || !readiness.verdict.legacy) return carryPlayedInitialize(envelope, answer, ports);
  // Version negotiation (2025-11-25 basic/lifecycle), on each hop its own: asked for a revision that does not exist, we offer our newest.
  const revision = legacyRevisionFor(asked);
  const body =
    asked === revision ? envelope.bytes : setMember(inbound.message.document, ['params'], 'protocolVersion', JSON.stringify(revision));
  if (readiness.http !== undefined && readiness.verdict.transport === 'streamable')
    carryInitialize({ envelope, target: readiness.http, answer, ports }, body);
  else carryStdioInitialize(envelope, readiness, answer, ports, body);
}

function inSession(envelope: Envelope<Call>, token: string, readiness: Ready, answer: Answer, ports: Ports): void {
  const session = ports.sessions.find(token, envelope.principal, envelope.payload.arrival.route.key);
  if (session === undefined) return answer.refuse({ code: 'session_unknown' }, 'refused');
  const claimed = envelope.payload.arrival.headers.get('mcp-protocol-version');
  if (claimed !== undefined && claimed !== session.revision) {
    return answer.refuse(
      { code: 'version_unsupported', say: `This session was opened with ${session.revision}, the header says ${claimed.slice(0, 40)}.` },
      'refused',
    );
  }
  if (session.kind !== 'played') {
    envelope.payload.serverRevision = session.serverRevision;
    envelope.payload.declared = session.declared;
  }
  if (session.kind === 'http') {
    if (readiness.http === undefined) return answer.refuse({ code: 'session_unknown' }, 'refused');
    return carryLegacy({ envelope, target: readiness.http, answer, ports }, session, token);
  }
  const call = envelope.payload;
  const lastId = call.inbound.kind === 'stream' ? call.arrival.headers.get('last-event-id') : undefined;
  if (lastId !== undefined) return session.resumption.resume(lastId, call, answer, ports);
  const lasting = session.resumption.wrap(call, answer);
  if (session.kind === 'played') carryPlayed(envelope, session, token, lasting, ports);
  else carryStdioLegacy(envelope, session, token, lasting, ports);
}

/** A modern agent in front of a server of the legacy era, or of several servers as one. */
function carryBridged(envelope: Envelope<Call>, readiness: Ready, answer: Answer, ports: Ports): void {
  const call = envelope.payload;
  if (call.inbound.kind !== 'modern') return;
  const { message, request } = call.inbound;
  tie(answer, reach(envelope, { call, message, request, scope: '' }, readiness, createAgentHearing(call, answer, ports), ports));
}
