// For tests only: an HTTP server on loopback whose answers are written out by hand.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import { createUpstreamPool } from '../http/index.ts';
import type { HttpTarget } from './http-target.ts';

/** One HTTP request that came. */
export interface Came {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly response: ServerResponse;
}

/** A server on loopback that hands each request to `answer`, and the way to it. */
export async function listenUpstream(t: TestContext, answer: (came: Came) => void): Promise<HttpTarget> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      answer({ method, url, headers, body: Buffer.concat(chunks).toString(), response });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address !== 'string');
  const pool = createUpstreamPool(
    { host: '127.0.0.1', port: address.port, tls: undefined },
    { maxConnections: 8, maxQueued: 8, maxHeadBytes: 16 * 1024, connectTimeoutMs: 2_000 },
  );
  t.after(() => {
    pool.close();
    server.closeAllConnections();
    server.close();
  });
  return { pool, origin: `http://127.0.0.1:${address.port}`, path: '/mcp', headers: ['Authorization', 'Bearer gateway'] };
}

/** Starts, or goes on with, an event stream. */
export function sayEvent(response: ServerResponse, data: unknown, fields = ''): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(`${fields}data: ${data === '' ? '' : JSON.stringify(data)}\n\n`);
}

export function sayJson(response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}

/** Waits until a condition holds; a test that waits for ever is ended by the runner's own time limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
