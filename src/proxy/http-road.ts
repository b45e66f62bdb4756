// The road to a server over Streamable HTTP, both eras, each to its own kind. The agent's token never travels: the server sees the
// gateway's own credentials. Headers that mirror the body are written from the body.

import type { UpstreamCall, UpstreamRequest } from '../http/index.ts';
import { encodeHeaderValue, isLegacyRevision } from '../mcp/index.ts';
import type { JsonObject, Message } from '../mcp/index.ts';
import type { Envelope } from '../policies/index.ts';
import type { HttpTarget } from '../servers/index.ts';
import type { Answer } from './answer.ts';
import { createAgentHearing, tie } from './agent-hearing.ts';
import { OVER } from './bridge/index.ts';
import type { Asking, Session } from './bridge/index.ts';
import type { Call, Ports } from './exchange.ts';
import { HttpAnswer } from './http-answer.ts';
import type { HttpAnswerOptions } from './http-answer.ts';
import { enter } from './in-flight.ts';
import { isHarmless } from './inspection/free-words.ts';
import type { Refused } from './rescue.ts';
import { declaredBy } from './server-questions.ts';
import { traceHeaders } from './trace-headers.ts';

/** One exchange with an HTTP server. */
export interface HttpLeg {
  readonly envelope: Envelope<Call>;
  readonly target: HttpTarget;
  readonly answer: Answer;
  readonly ports: Ports;
}

const CONTENT: readonly string[] = ['Content-Type', 'application/json', 'Accept', 'application/json, text/event-stream'];
const LISTEN = 'subscriptions/listen';
const REVISION = /^\d{4}-\d{2}-\d{2}$/;

/** Carries a modern request. The agent hanging up cancels it (SPEC basic/transports/streamable-http). */
export function carryModern(leg: HttpLeg): void {
  const { envelope, target, ports } = leg;
  const call = envelope.payload;
  const { inbound } = call;
  if (inbound.kind !== 'modern') return;
  const { request, message } = inbound;
  const headers = [...target.headers, ...CONTENT, 'MCP-Protocol-Version', request.revision, 'Mcp-Method', request.method];
  if (request.name !== undefined) headers.push('Mcp-Name', encodeHeaderValue(request.name));
  if (request.method === 'tools/call') pushHeaderParams(headers, call, message, ports);
  headers.push(...traceHeaders(call));
  const upstream = send(leg, {
    method: 'POST',
    headers,
    body: envelope.bytes,
    replayable: request.rule.replayable,
    endless: request.method === LISTEN,
  });
  leg.answer.onGone = () => {
    upstream.giveUp();
    leg.answer.end('cancelled');
  };
}

/** Carries a modern request to be told of changes: all who ask that of a server share one stream, where they can. */
export function carryListen(leg: HttpLeg): void {
  const { envelope, target, answer, ports } = leg;
  const call = envelope.payload;
  const { inbound } = call;
  if (inbound.kind !== 'modern') return;
  const { message, request } = inbound;
  call.forwardedUs = ports.nowUs();
  let isAlone = false;
  const alone = (): Asking => {
    isAlone = true;
    carryModern(leg); // From now on the answer is tied to a stream of its own.
    return OVER;
  };
  const hearing = createAgentHearing(call, answer, ports);
  const asking = ports.listens.listen({ ask: { call, message, request, scope: '' }, hearing, alone }, target, ports);
  if (!isAlone) tie(answer, asking);
}

/** Opens a legacy session: the server's own session id is sealed into the one that the agent gets. */
export function carryInitialize(leg: HttpLeg, body: Uint8Array): void {
  const { ports, envelope } = leg;
  let upstreamSession = '';
  const { revision } = envelope.payload.question;
  send(
    leg,
    { method: 'POST', headers: [...leg.target.headers, ...CONTENT], body, replayable: false, endless: false },
    {
      onHead: (_status, headers) => {
        upstreamSession = headers.get('mcp-session-id') ?? '';
      },
      onFinal: (message) => {
        if (message.kind === 'error') {
          envelope.payload.server.doubt(); // It may have become a server of the modern era.
          return { headers: [] };
        }
        const serverRevision = revisionOf(message);
        if (typeof serverRevision !== 'string') return serverRevision;
        const spoken = { revision: revision ?? serverRevision, serverRevision, declared: declaredBy(envelope.payload) };
        return { headers: ['Mcp-Session-Id', ports.sessions.sealHttp(envelope.principal, envelope.server, upstreamSession, spoken)] };
      },
    },
  );
}

/** Carries anything of an open legacy session. The agent hanging up cancels nothing: it may fetch the answer later. */
export function carryLegacy(leg: HttpLeg, session: Extract<Session, { kind: 'http' }>, token: string): void {
  const { envelope, answer, ports, target } = leg;
  const call = envelope.payload;
  const { inbound } = call;
  const headers = sessionHeaders(target, session);
  const onInstead = (body: Uint8Array): void => answerServer(leg, session, body);
  switch (inbound.kind) {
    case 'stream': {
      const last = call.arrival.headers.get('last-event-id');
      headers.push('Accept', 'text/event-stream');
      if (last !== undefined && isHarmless(call, last, 'request')) headers.push('Last-Event-ID', last);
      const upstream = send(leg, { method: 'GET', headers, body: undefined, replayable: false, endless: true }, { onInstead });
      answer.onGone = () => {
        upstream.giveUp();
        answer.end('ok');
      };
      return;
    }
    case 'end':
      ports.sessions.end(token, session);
      if (session.upstream === '') return answer.empty(204, 'ok');
      send(leg, { method: 'DELETE', headers, body: undefined, replayable: false, endless: false });
      return;
    case 'legacy':
      headers.push(...CONTENT);
      headers.push(...traceHeaders(call));
      send(
        leg,
        { method: 'POST', headers, body: envelope.bytes, replayable: inbound.rule?.replayable ?? false, endless: false },
        { onInstead },
      );
      return;
    default:
      return answer.refuse({ code: 'internal' }, 'failed');
  }
}

/** The revision that a server's answer to initialize names, or why it cannot be used. */
export function revisionOf(message: Message): string | Refused {
  const result = message.kind === 'result' ? message.result : undefined;
  const revision = typeof result === 'object' && result !== null && 'protocolVersion' in result ? result['protocolVersion'] : undefined;
  if (typeof revision === 'string' && isLegacyRevision(revision)) return revision;
  return {
    code: 'era_unshared',
    // Whatever else a server says there is not repeated to anybody.
    say: `The MCP server speaks ${typeof revision === 'string' && REVISION.test(revision) ? revision : 'no known revision'}, which this gateway does not carry.`,
  };
}

function sessionHeaders(target: HttpTarget, session: Extract<Session, { kind: 'http' }>): string[] {
  const headers = [...target.headers, 'MCP-Protocol-Version', session.serverRevision];
  if (session.upstream !== '') headers.push('Mcp-Session-Id', session.upstream);
  return headers;
}

/** The gateway's own answer to a request of the server, where the agent cannot give one. What the server makes of it concerns nobody else. */
function answerServer(leg: HttpLeg, session: Extract<Session, { kind: 'http' }>, body: Uint8Array): void {
  const { target, envelope } = leg;
  const { limits } = envelope.payload.arrival.snapshot;
  target.pool.send(
    {
      method: 'POST',
      path: target.path,
      headers: [...sessionHeaders(target, session), ...CONTENT],
      body,
      replayable: false,
      headTimeoutMs: limits.answerTimeoutMs,
      idleTimeoutMs: limits.answerTimeoutMs,
    },
    { onHead: () => {}, onBody: () => {}, onEnd: () => {}, onError: () => {} },
  );
}

interface Sending extends Omit<UpstreamRequest, 'path' | 'headTimeoutMs' | 'idleTimeoutMs'> {
  /** An answer that lives until somebody ends it: no time limit between its bytes. */
  readonly endless: boolean;
}

function send(leg: HttpLeg, sending: Sending, more: Pick<HttpAnswerOptions, 'onHead' | 'onFinal' | 'onInstead'> = {}): HttpAnswer {
  const { envelope, target, answer, ports } = leg;
  const call = envelope.payload;
  const { limits } = call.arrival.snapshot;
  const { onHead, onFinal, onInstead } = more;
  const handler = new HttpAnswer({ call, answer, ports, onHead, onFinal, onInstead });
  enter(call);
  call.forwardedUs = ports.nowUs();
  const { endless, ...rest } = sending;
  // Some servers send even the head of a silent stream only with its first event.
  const headTimeoutMs = sending.method === 'GET' ? 0 : (call.server.config.timeoutMs ?? limits.answerTimeoutMs);
  const upstream: UpstreamCall = target.pool.send(
    { ...rest, path: target.path, headTimeoutMs, idleTimeoutMs: endless ? 0 : limits.streamIdleTimeoutMs },
    handler,
  );
  handler.attach(upstream);
  return handler;
}

/**
 * What the approved schema mirrors is written from the body. Nothing else that the agent has put into such headers goes on: rules, conditions and
 * people judge the body, and a server might go by the header (T28). The definition being known, there is no header here that is merely unknown.
 */
function pushHeaderParams(headers: string[], call: Call, message: Message, ports: Ports): void {
  const name = call.question.subject.kind === 'tool' ? call.question.subject.name : '';
  const params = message.kind === 'request' ? message.params : undefined;
  const args = params?.['arguments'];
  headers.push(...ports.headerCatalogue.values(call.server.name, name, isObject(args) ? args : undefined));
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
