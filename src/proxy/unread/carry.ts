// Carries what nobody reads: the body to the server and the answer to the agent, piece by piece, each as the socket gave it and to the other socket as it
// is. Whoever is slower makes the other wait, down to its kernel, so that a body of any size takes no memory here.

import type { HeaderList, StreamedBody, UpstreamCall, UpstreamHandler } from '../../http/index.ts';
import type { Envelope } from '../../policies/index.ts';
import { mediaType, OWN_ACCESS } from '../../servers/index.ts';
import type { HttpTarget, Readiness } from '../../servers/index.ts';
import type { Answer } from '../answer.ts';
import type { Call, OutcomeStatus, Ports } from '../exchange.ts';
import { refusalFor } from '../http-answer.ts';
import { enter, leave, LONG_LIVED } from '../in-flight.ts';
import type { Refused } from '../rescue.ts';
import { toAgent, toServer } from './headers.ts';
import { endUnreadSession, sealUnreadSession } from './sessions.ts';

type Ready = Extract<Readiness, { kind: 'ready' }>;

/** So much of an answer is let pass by that is for nobody, before its connection is given up. */
const MAX_DROPPED_BYTES = 64 * 1024;

/** Carries a permitted request and its answer. */
export function carryUnread(envelope: Envelope<Call>, { http, verdict }: Ready, answer: Answer, ports: Ports): void {
  const call = envelope.payload;
  if (http === undefined || verdict.transport !== 'streamable') {
    // The checks of the config refuse programs. What speaks HTTP with SSE names its addresses in what it says, which nobody reads.
    return answer.refuse(
      { code: 'era_unshared', say: `What the MCP server '${call.server.name}' speaks cannot be carried unread.` },
      'refused',
    );
  }
  const exchange = createExchange(call, answer, ports);
  enter(call);
  call.forwardedUs = ports.nowUs();
  exchange.attach(send(call, http, exchange.handler));
}

function send(call: Call, target: HttpTarget, handler: UpstreamHandler): UpstreamCall {
  const { arrival, inbound, server, question } = call;
  const { limits } = arrival.snapshot;
  const { method, session } = inbound.kind === 'unread' ? inbound : { method: 'POST' as const, session: undefined };
  return target.pool.send(
    {
      method,
      path: target.path,
      headers: toServer(arrival.headers, target.headers, session?.upstream),
      body: undefined,
      stream: method === 'POST' ? bodyOf(call) : undefined,
      replayable: false,
      // Some servers send even the head of a silent stream only with its first event.
      headTimeoutMs: method === 'GET' ? 0 : (server.config.timeoutMs ?? limits.answerTimeoutMs),
      idleTimeoutMs: LONG_LIVED.has(question.method) ? 0 : limits.streamIdleTimeoutMs,
    },
    handler,
  );
}

/** The agent's body, from when there is a connection that it can go to. */
function bodyOf(call: Call): StreamedBody {
  const { unread, snapshot } = call.arrival;
  return {
    bytes: unread?.bytes,
    start: (outlet) => {
      call.sentBytes = 0;
      outlet.onDrain = () => unread?.resume();
      unread?.stream(snapshot.limits.maxBodyBytes, {
        onPiece: (piece) => {
          call.sentBytes = (call.sentBytes ?? 0) + piece.length;
          return outlet.write(piece);
        },
        onEnd: () => outlet.end(),
      });
    },
  };
}

interface UnreadExchange {
  readonly handler: UpstreamHandler;
  attach(upstream: UpstreamCall): void;
}

function createExchange(call: Call, answer: Answer, ports: Ports): UnreadExchange {
  const { limits } = call.arrival.snapshot;
  let upstream: UpstreamCall | undefined;
  let status = 0;
  let headers: readonly string[] | undefined;
  let isBegun = false;
  let droppedBytes = 0;
  let over = false;

  // Bytes that trickle keep the wait between two of them from ever ending.
  const patience = LONG_LIVED.has(call.question.method)
    ? undefined
    : setTimeout(() => fail({ code: 'upstream_timeout' }, 'unknown'), limits.callTimeoutMs).unref();
  const settled = (): void => {
    if (over) return;
    over = true;
    clearTimeout(patience);
    leave(call);
    call.answeredUs = ports.nowUs();
  };
  const giveUp = (): void => {
    upstream?.abort();
    settled();
  };
  const fail = (refused: Refused, outcome: OutcomeStatus): void => {
    giveUp();
    ports.log.info('a server failed a call', { server: call.server.name, call: call.id, code: refused.code, status });
    answer.refuse(refused, outcome);
  };
  const pass = (piece?: Uint8Array): void => {
    isBegun = true;
    answer.pass(status, headers ?? [], piece);
  };

  answer.onGone = () => {
    giveUp();
    answer.end(call.question.method === 'GET' ? 'ok' : 'cancelled');
  };
  answer.onDrain = () => upstream?.resume();

  return {
    attach: (exchange) => {
      upstream = exchange;
      if (over) exchange.abort(); // It was given up while it was being made.
    },
    handler: {
      onHead: (code, answered) => {
        status = code;
        const type = mediaType(answered.get('content-type'));
        if (!isForAgent(code, type)) return;
        headers = toAgent(type, answered.get('content-type'), sessionOf(call, answered, ports));
        if (type === 'text/event-stream') pass(); // Whoever listens wants to know that they do, before the first event.
      },
      onBody: (piece) => {
        if (headers === undefined) {
          droppedBytes += piece.length;
          if (droppedBytes > MAX_DROPPED_BYTES) fail(refusalFor(status, call), 'failed');
          return;
        }
        pass(piece);
        if (answer.full) upstream?.pause();
      },
      onEnd: () => {
        settled();
        if (headers === undefined) return answer.refuse(refusalFor(status, call), 'failed');
        endSession(call, status, ports);
        const outcome = status < 300 ? 'ok' : 'rpc_error';
        if (!isBegun && (status === 202 || status === 204)) return answer.empty(status, outcome);
        if (!isBegun) pass();
        answer.end(outcome);
      },
      onError: (code, detail) => {
        settled();
        ports.log.info('a server could not be asked', { server: call.server.name, call: call.id, code, detail });
        if (answer.finished) return;
        if (isBegun && call.question.method === 'GET') answer.end('ok');
        else if (isBegun) answer.cut(code === 'outcome_unknown' ? 'unknown' : 'failed');
        else answer.refuse({ code }, code === 'outcome_unknown' ? 'unknown' : 'failed');
      },
    },
  };
}

/** What a server says of the gateway's own access, of pages elsewhere or of its own state is not the agent's; the rest is what it was asked for. */
function isForAgent(status: number, type: string): boolean {
  if (status < 300) return true;
  return status >= 400 && status < 500 && status !== 429 && !OWN_ACCESS.has(status) && type === 'application/json';
}

function sessionOf(call: Call, headers: HeaderList, ports: Ports): string | undefined {
  const opened = headers.get('mcp-session-id');
  if (opened === undefined) return undefined;
  const { inbound } = call;
  // Said again in every answer of it: the agent knows it already.
  if (inbound.kind === 'unread' && inbound.session?.upstream === opened) return inbound.session.token;
  return sealUnreadSession(call, opened, ports);
}

function endSession(call: Call, status: number, ports: Ports): void {
  const { inbound } = call;
  if (inbound.kind === 'unread' && inbound.method === 'DELETE' && inbound.session !== undefined && status < 300)
    endUnreadSession(call, inbound.session.token, ports);
}
