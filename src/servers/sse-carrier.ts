// HTTP+SSE, the transport of MCP 2024-11-05 (basic/transports, "HTTP with SSE"): one GET whose stream is the session. Its first event names
// the address for POSTs; every message of the server comes as an event. Spoken to like a pipe, so that whatever works over a stdio server's
// pipe works here as well.

import type { LineLost, StdioEvents, StdioLink } from './doors.ts';
import { beginExchange } from './http-exchange.ts';
import type { ExchangeEnd, HttpExchange } from './http-exchange.ts';
import { statusRefusal } from './http-status.ts';
import type { HttpTarget } from './http-target.ts';

export interface SseCarrierOptions {
  /** The server's name, for sentences. */
  readonly server: string;
  /** Largest message that is taken. */
  readonly maxMessageBytes: number;
  /** To the first byte of an answer, and to the address for messages. */
  readonly answerTimeoutMs: number;
  /** Between two bytes of the answer to a message. */
  readonly streamIdleTimeoutMs: number;
}

interface Line {
  readonly bytes: Uint8Array;
  readonly onLost: ((why: LineLost) => void) | undefined;
}

/** What may wait for its turn; a pipe that takes nothing is broken. */
const MAX_QUEUED_BYTES = 32 * 1024 * 1024;
/**
 * Lines are sent one behind the other, as on a pipe: over several connections the request behind `initialized` could overtake it. But a
 * server that takes a line only when it has done what it asks for must not hold up the answer to its own question for ever.
 */
const TURN_MS = 250;

/** Opens a session over HTTP+SSE, as if a program were started and its pipe given. */
export function openSseCarrier(target: HttpTarget, options: SseCarrierOptions, events: StdioEvents): StdioLink {
  const { server, answerTimeoutMs, streamIdleTimeoutMs } = options;
  const posts = new Set<HttpExchange>();
  const queue: Line[] = [];
  let queuedBytes = 0;
  let address: string | undefined;
  let turn: NodeJS.Timeout | undefined;
  let over = false;

  const end = (text: string): void => {
    if (over) return;
    over = true;
    clearTimeout(patience);
    clearTimeout(turn);
    stream.abort();
    for (const post of posts) post.abort();
    posts.clear();
    queue.length = 0;
    events.onExit(text);
  };
  const patience = setTimeout(() => end(`The server '${server}' did not name its address for messages in time.`), answerTimeoutMs);

  const stream = beginExchange(
    target.pool,
    {
      method: 'GET',
      path: target.path,
      headers: [...target.headers, 'Accept', 'text/event-stream'],
      body: undefined,
      replayable: true,
      headTimeoutMs: answerTimeoutMs,
      idleTimeoutMs: 0,
    },
    { maxBytes: options.maxMessageBytes, wants: 'events' },
    {
      onEvent: (event) => {
        if (event.data === undefined) return;
        if (event.event === 'endpoint') return meet(Buffer.from(event.data).toString('utf8'));
        if (address !== undefined && (event.event ?? 'message') === 'message') events.onLine(event.data);
      },
      onMessage: () => {},
      onOver: (how) => end(endText(server, how)),
      onFault: () => end(`A message of the server '${server}' could not be handled.`),
    },
  );

  const meet = (said: string): void => {
    if (address !== undefined) return; // It is said once; a second address would send what belongs to this session elsewhere.
    address = endpointPath(said, target);
    if (address === undefined) return end(`The server '${server}' named an address for messages that is not its own.`);
    clearTimeout(patience);
    next();
  };

  const next = (): void => {
    if (over || address === undefined || turn !== undefined) return;
    const line = queue.shift();
    if (line === undefined) return;
    queuedBytes -= line.bytes.length;
    turn = setTimeout(passTurn, TURN_MS);
    const mine = turn;
    post(line, address, () => {
      if (turn === mine) passTurn();
    });
  };
  const passTurn = (): void => {
    clearTimeout(turn);
    turn = undefined;
    next();
  };

  const post = (line: Line, path: string, onTaken: () => void): void => {
    const exchange = beginExchange(
      target.pool,
      {
        method: 'POST',
        path,
        headers: [...target.headers, 'Content-Type', 'application/json', 'Accept', 'application/json, text/event-stream'],
        body: line.bytes,
        replayable: false,
        headTimeoutMs: answerTimeoutMs,
        idleTimeoutMs: streamIdleTimeoutMs,
      },
      { maxBytes: options.maxMessageBytes, wants: 'nothing' },
      {
        onMessage: () => {},
        onOver: (how) => {
          posts.delete(exchange);
          settle(line, how);
          onTaken();
        },
        onFault: () => end(`A message to the server '${server}' could not be sent.`),
      },
    );
    posts.add(exchange);
  };
  const settle = (line: Line, how: ExchangeEnd): void => {
    if (how.kind === 'ended') return;
    // The session is gone, whatever the stream says.
    if (how.kind === 'refused' && (how.status === 404 || how.status === 410)) return end(endText(server, how));
    line.onLost?.(lostLine(server, how));
  };

  return {
    send: (bytes, onLost) => {
      if (over) return;
      queuedBytes += bytes.length;
      if (queuedBytes > MAX_QUEUED_BYTES) return end(`The server '${server}' does not take its messages.`);
      queue.push({ bytes, onLost });
      next();
    },
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    close: () => setImmediate(() => end('The session was closed.')),
  };
}

/** The path for POSTs, if it is on the server that named it: an address elsewhere would carry the gateway's credentials there (SSRF). */
function endpointPath(said: string, target: HttpTarget): string | undefined {
  const url = URL.parse(said, target.origin + target.path);
  if (url === null || url.origin !== target.origin || url.username !== '' || url.password !== '') return undefined;
  return url.pathname + url.search;
}

function endText(server: string, how: ExchangeEnd): string {
  switch (how.kind) {
    case 'ended':
      return `The server '${server}' ended the session.`;
    case 'refused':
      return `The server '${server}' answered with HTTP status ${how.status}.`;
    case 'failed':
      return `The connection to the server '${server}' was lost.`;
    default:
      return how satisfies never;
  }
}

function lostLine(server: string, how: Exclude<ExchangeEnd, { kind: 'ended' }>): LineLost {
  if (how.kind === 'refused') {
    const { code, say } = statusRefusal(how.status, server);
    return { code, say, delivered: how.status >= 500 };
  }
  const unsent = how.code === 'upstream_unreachable' || how.code === 'overloaded';
  return {
    code: unsent ? how.code : 'outcome_unknown',
    say: unsent
      ? `The MCP server '${server}' cannot be reached now.`
      : `The connection to the MCP server '${server}' was lost; whether the call took effect is unknown.`,
    delivered: !unsent,
  };
}
