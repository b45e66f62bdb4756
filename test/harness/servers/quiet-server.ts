// An MCP server over HTTP that does what the head of a request says (Mcp-Name) with whatever stands in its body, so that a test can send what no JSON is
// and see what comes of it. It answers in the era it is given where the gateway itself asks.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { until } from '../gateway.ts';
import type { Answers } from './scripted-server.ts';

/** What has arrived. */
export interface QuietRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly name: string;
  /** The body, as far as it was taken. */
  readonly body: Buffer;
  readonly bytes: number;
  /** The other side has hung up. */
  readonly isGone: boolean;
}

/** A server that is running. */
export interface QuietServer {
  readonly url: string;
  readonly seen: readonly QuietRequest[];
  /** The next request with this name that nobody has taken yet. */
  take(name: string): Promise<QuietRequest>;
  /** Lets those go on that stall. */
  release(): void;
  close(): Promise<void>;
}

/** What is kept of a body. */
const KEPT_BYTES = 64 * 1024;
/** What `large` answers. */
export const LARGE_BYTES = 64 * 1024 * 1024;
const BLOCK = Buffer.alloc(64 * 1024, 'z');
export const NO_JSON = '{"not": json, "not": \u0000 twice}';

/** Starts one. `answers`: by method, what it says to requests without a name. */
export async function startQuietServer(answers: Answers): Promise<QuietServer> {
  const seen: QuietRequest[] = [];
  const taken = new Set<QuietRequest>();
  let free = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    request.on('error', () => undefined);
    void serve(request, response).catch(() => response.destroy());
  });
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', headers } = request;
    const name = String(headers['mcp-name'] ?? '');
    const chunks: Buffer[] = [];
    let bytes = 0;
    let isGone = false;
    response.on('close', () => (isGone = !response.writableEnded));
    const came: QuietRequest = {
      method,
      headers,
      name,
      get body() {
        return Buffer.concat(chunks);
      },
      get bytes() {
        return bytes;
      },
      get isGone() {
        return isGone;
      },
    };
    seen.push(came);
    if (name === 'stall') await free.promise;
    if (name === 'early') return void response.writeHead(413, { 'content-type': 'application/json' }).end('{"early":true}');
    for await (const chunk of request as AsyncIterable<Buffer>) {
      if (bytes < KEPT_BYTES) chunks.push(chunk);
      bytes += chunk.length;
    }
    await answer(came, response);
  };
  const answer = async (came: QuietRequest, response: ServerResponse): Promise<void> => {
    const session = came.headers['mcp-session-id'];
    switch (came.name) {
      case '':
        return sayOwn(came, response);
      case 'wait':
        return sayOwn(came, response);
      case 'echo':
        return void response.writeHead(200, { 'content-type': 'application/json', 'x-secret': 'of the server' }).end(came.body);
      case 'no-json':
        return void response.writeHead(200, { 'content-type': 'application/json' }).end(NO_JSON);
      case 'large':
        response.writeHead(200, { 'content-type': 'application/json' });
        for (let sent = 0; sent < LARGE_BYTES && !came.isGone; sent += BLOCK.length) if (!response.write(BLOCK)) await room(response);
        return void response.end();
      case 'stall':
        return void response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      case 'events':
        response.writeHead(200, { 'content-type': 'text/event-stream', ...(session !== undefined && { 'mcp-session-id': session }) });
        response.write(`data: ${NO_JSON}\n\n`);
        return; // Until somebody ends it.
      case 'cut':
        response.writeHead(200, { 'content-type': 'application/json' }).write('{"half');
        await new Promise((resolve) => setTimeout(resolve, 50));
        return void response.destroy();
      case 'challenge':
        return void response.writeHead(401, { 'www-authenticate': 'Bearer realm="inner"' }).end('inner words');
      case 'refuse':
        return void response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"inner"}');
      default:
        return void response.writeHead(404).end();
    }
  };
  const sayOwn = ({ method, body, headers }: QuietRequest, response: ServerResponse): void => {
    if (method === 'GET') return void response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {}\n\n');
    if (method === 'DELETE') return void response.writeHead(200).end();
    const { id, method: asked, params } = parse(body.toString());
    const made = asked === 'tools/call' ? { resultType: 'complete', content: [] } : answers[asked];
    if (id === undefined) return void response.writeHead(202).end();
    if (made === undefined)
      return void response
        .writeHead(headers['mcp-method'] === undefined ? 200 : 404, { 'content-type': 'application/json' })
        .end(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32_601, message: 'no' } }));
    const result: unknown = typeof made === 'function' ? made(params) : made;
    const opened = asked === 'initialize' ? { 'mcp-session-id': QUIET_SESSION } : {};
    response.writeHead(200, { 'content-type': 'application/json', ...opened }).end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    seen,
    take: async (name) => {
      const isMeant = (one: QuietRequest): boolean => one.name === name && !taken.has(one);
      await until(() => seen.some(isMeant), `a request named ${name}`);
      const one = seen.find(isMeant);
      if (one === undefined) throw new Error('it was there a moment ago');
      taken.add(one);
      return one;
    },
    release: () => {
      free.resolve();
      free = Promise.withResolvers<void>();
    },
    close: async () => {
      free.resolve();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Waits until an answer takes more, or nobody takes any of it. */
function room(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
}

/** What the server calls its sessions. */
export const QUIET_SESSION = 'quiet-session-of-the-server';

function parse(text: string): { readonly id?: unknown; readonly method: string; readonly params: unknown } {
  try {
    const { id, method, params } = JSON.parse(text);
    return { id, method: String(method), params };
  } catch {
    return { id: 0, method: '', params: undefined };
  }
}
