// A modern MCP server over HTTP for tests under load: every tool answers its own name, and the server counts how often each was carried
// out. A name that begins with `hold` is answered only when the test says so.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { until } from '../gateway.ts';
import { CALLS_OF_A_LOAD } from '../load.ts';
import { at, textAt } from '../mcp.ts';
import { modernAnswers } from './scripted-server.ts';

/** A server that is running. */
export interface EchoServer {
  readonly url: string;
  /** How often each tool was called. */
  readonly calls: ReadonlyMap<string, number>;
  /** Waits until a tool has been called. */
  called(tool: string): Promise<void>;
  /** Answers every call that is held. */
  release(): void;
  close(): Promise<void>;
}

/** What it lists, how it is reached (plainly, or with a certificate), how long it thinks, and how far its clock is ahead. */
export interface EchoOptions {
  readonly tools: readonly string[];
  readonly tls?: { readonly key: string; readonly cert: string; readonly maxVersion?: 'TLSv1.2' };
  readonly delayMs?: number;
  readonly aheadMs?: number;
}

/** Long enough that a load without pauses always has calls under way, and names enough for as long as a test takes. */
export const LOADED_DELAY_MS = 50;

/** The names that a load with this prefix calls (`startLoad`). */
export function numbered(prefix: string, count = CALLS_OF_A_LOAD): readonly string[] {
  return Array.from({ length: count }, (_, number) => `${prefix}-${number}`);
}

/** Starts an echo server on a free loopback port. */
export async function startEchoServer({ tools, tls, delayMs = 0, aheadMs = 0 }: EchoOptions): Promise<EchoServer> {
  const listed = tools.map((name) => ({ name, inputSchema: { type: 'object' } }));
  const answers = modernAnswers({ 'tools/list': { resultType: 'complete', tools: listed, ttlMs: 0, cacheScope: 'private' } });
  const calls = new Map<string, number>();
  const held: (() => void)[] = [];

  const receive = (body: string, response: ServerResponse): void => {
    const message: unknown = JSON.parse(body);
    const method = textAt(message, 'method');
    const answer = (result: unknown): void => {
      const text = JSON.stringify({ jsonrpc: '2.0', id: at(message, 'id'), result });
      response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    };
    if (method === 'subscriptions/listen') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const params = { _meta: { 'io.modelcontextprotocol/subscriptionId': at(message, 'id') }, notifications: {} };
      response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params })}\n\n`);
      return;
    }
    if (method !== 'tools/call') {
      if (method in answers) return answer(answers[method]);
      const error = { code: -32601, message: `Method not found: ${method}` };
      response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id: at(message, 'id'), error }));
      return;
    }
    const tool = textAt(message, 'params', 'name');
    calls.set(tool, (calls.get(tool) ?? 0) + 1);
    const say = (): void => answer({ resultType: 'complete', content: [{ type: 'text', text: tool }] });
    if (tool.startsWith('hold')) held.push(say);
    else if (delayMs > 0) setTimeout(say, delayMs);
    else say();
  };

  const listener: Parameters<typeof createServer>[1] = (request, response) => {
    response.setHeader('date', new Date(Date.now() + aheadMs).toUTCString());
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => receive(Buffer.concat(chunks).toString('utf8') || '{}', response));
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // The cast: a server that listens on an address has one.
  const { port } = server.address() as AddressInfo;

  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/mcp`,
    calls,
    called: (tool) => until(() => calls.has(tool), `a call of ${tool}`),
    release() {
      for (const say of held.splice(0)) say();
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
