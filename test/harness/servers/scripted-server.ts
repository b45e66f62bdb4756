// An MCP server over HTTP whose every move is made by the test: it answers what opens a conversation by itself, and holds every
// other request until the test takes it and says what happens next. It keeps what arrived exactly as it arrived.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { until } from '../gateway.ts';
import { at, META } from '../mcp.ts';

/** Longer than anything on loopback takes; only a failure waits for so long. */
const GIVE_UP_MS = 15_000;

/** What the server answers by itself: a result for a method, or how to make one. */
export type Answers = Readonly<Record<string, unknown>>;

/** One HTTP request that arrived, and the way to answer it. */
export interface Exchange {
  readonly httpMethod: string;
  readonly headers: IncomingHttpHeaders;
  /** The body, byte for byte. */
  readonly body: string;
  readonly message: unknown;
  /** The JSON-RPC method; undefined for GET, DELETE and responses. */
  readonly method: string | undefined;
  /** True once the other side has hung up before the answer ended. */
  readonly abandoned: boolean;
  /** Waits until the other side has hung up before the answer ended; rejects when it does not. */
  untilAbandoned(): Promise<void>;
  /** Answers with a status and a JSON body (none when undefined). */
  reply(status: number, body?: unknown, headers?: Readonly<Record<string, string>>): void;
  /** Answers with a JSON-RPC result. */
  result(result: unknown): void;
  /** Sends one message on an event stream, which it opens first if need be. */
  event(message: unknown): void;
  /** Sends the result on the event stream and ends it. */
  endWith(result: unknown): void;
  /** Ends the event stream. */
  end(): void;
  /** Breaks the connection. */
  cut(): void;
}

/** A server that is running. */
export interface ScriptedServer {
  readonly url: string;
  /** Everything that has arrived, including what was answered by itself. */
  readonly seen: readonly Exchange[];
  /** The next request of a method (or `GET`, `DELETE`, `response`) that no one has taken yet; waits for it. */
  take(method: string): Promise<Exchange>;
  close(): Promise<void>;
}

/** A tool that takes whatever a test sends. */
export function anyTool(name: string): object {
  return { name, inputSchema: { type: 'object', additionalProperties: true } };
}

/** A modern server's own answers. */
export function modernAnswers(overrides: Answers = {}): Answers {
  return {
    'server/discover': {
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: { listChanged: true }, prompts: {}, resources: {} },
      ttlMs: 60_000,
      cacheScope: 'private',
      _meta: { [META.server]: { name: 'scripted', version: '1.0.0' } },
    },
    'tools/list': { resultType: 'complete', tools: [anyTool('wait')], ttlMs: 0, cacheScope: 'private' },
    ...overrides,
  };
}

/** A legacy server's own answers; the session id goes with the answer to initialize. */
export function legacyAnswers(overrides: Answers = {}): Answers {
  return {
    initialize: (params: unknown) => ({
      protocolVersion: at(params, 'protocolVersion'),
      capabilities: { tools: { listChanged: true } },
      serverInfo: { name: 'scripted', version: '1.0.0' },
    }),
    ping: {},
    'tools/list': { tools: [anyTool('wait')] },
    ...overrides,
  };
}

/** The session id that a legacy scripted server gives out. */
export const UPSTREAM_SESSION = 'upstream-session-0001';

/** Starts a scripted server on a free loopback port. */
export async function startScriptedServer(answers: Answers): Promise<ScriptedServer> {
  const seen: Exchange[] = [];
  const untaken: Exchange[] = [];
  const waiting = new Set<() => void>();

  const http = createServer((request, response) => {
    void readExchange(request, response).then((exchange) => {
      seen.push(exchange);
      if (answerByItself(exchange, answers)) return;
      untaken.push(exchange);
      for (const wake of waiting) wake();
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('the scripted server has no TCP address');

  async function take(method: string): Promise<Exchange> {
    const deadline = Date.now() + GIVE_UP_MS;
    for (;;) {
      const index = untaken.findIndex((exchange) => kindOf(exchange) === method);
      const [found] = index < 0 ? [] : untaken.splice(index, 1);
      if (found !== undefined) return found;
      const leftMs = deadline - Date.now();
      if (leftMs <= 0) throw new Error(`no ${method} arrived; there were ${seen.map(kindOf).join(', ') || 'no requests'}`);
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, leftMs);
        waiting.add(wake);
      });
    }
  }

  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    seen,
    take,
    async close() {
      const closed = once(http, 'close');
      http.close();
      http.closeAllConnections();
      await closed;
    },
  };
}

function kindOf(exchange: Exchange): string {
  return exchange.method ?? (exchange.httpMethod === 'POST' ? 'response' : exchange.httpMethod);
}

function answerByItself(exchange: Exchange, answers: Answers): boolean {
  const { method } = exchange;
  if (method === undefined) return false;
  if (!(method in answers)) {
    if (method === 'initialize' || method === 'server/discover') {
      refuseEra(exchange, method);
      return true;
    }
    // A legacy client's notifications are only ever accepted; the test looks at what arrived.
    if (!method.startsWith('notifications/')) return false;
    exchange.reply(202);
    return true;
  }
  const answer = answers[method];
  const result: unknown = typeof answer === 'function' ? answer(at(exchange.message, 'params')) : answer;
  const headers: Record<string, string> = method === 'initialize' ? { 'mcp-session-id': UPSTREAM_SESSION } : {};
  exchange.reply(200, { jsonrpc: '2.0', id: at(exchange.message, 'id'), result }, headers);
  return true;
}

/** What a server answers to the opening of an era that it does not speak, as the SDK's servers have been seen to. */
function refuseEra(exchange: Exchange, method: 'initialize' | 'server/discover'): void {
  const id = at(exchange.message, 'id');
  if (method === 'server/discover') {
    return exchange.reply(400, { jsonrpc: '2.0', id: null, error: { code: -32000, message: 'Bad Request: Server not initialized' } });
  }
  const data = { supported: ['2026-07-28'], requested: at(exchange.message, 'params', 'protocolVersion') };
  exchange.reply(400, { jsonrpc: '2.0', id, error: { code: -32022, message: 'Unsupported protocol version', data } });
}

async function readExchange(request: IncomingMessage, response: ServerResponse): Promise<Exchange> {
  let abandoned = false;
  response.once('close', () => (abandoned = !response.writableFinished));
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString('utf8');
  const message = parse(body);
  const method = at(message, 'method');

  const reply: Exchange['reply'] = (status, value, headers = {}) => {
    if (value === undefined) response.writeHead(status, headers).end();
    else response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
  };
  const event: Exchange['event'] = (value) => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    response.write(`event: message\ndata: ${JSON.stringify(value)}\n\n`);
  };
  const answer = (result: unknown): unknown => ({ jsonrpc: '2.0', id: at(message, 'id'), result });
  return {
    httpMethod: request.method ?? '',
    headers: request.headers,
    body,
    message,
    method: typeof method === 'string' ? method : undefined,
    get abandoned() {
      return abandoned;
    },
    untilAbandoned: () => until(() => abandoned, 'the other side to hang up', GIVE_UP_MS),
    reply,
    event,
    result: (result) => reply(200, answer(result)),
    endWith: (result) => {
      event(answer(result));
      response.end();
    },
    end: () => response.end(),
    cut: () => response.destroy(),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
