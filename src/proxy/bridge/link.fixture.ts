// For tests only: an HTTP server whose answers are written out by hand, and a listener that writes down what a link says.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import { createUpstreamPool } from '../../http/index.ts';
import { parseJson, readMessage } from '../../mcp/index.ts';
import type { Message, MessageId } from '../../mcp/index.ts';
import type { HttpTarget } from '../../servers/index.ts';
import type { Refused } from '../rescue.ts';
import type { LinkOptions } from './link-options.ts';
import type { LegacyLinkEvents } from './party.ts';

export const LINK_OPTIONS: LinkOptions = {
  server: 'tickets',
  maxMessageBytes: 64 * 1024,
  answerTimeoutMs: 5_000,
  streamIdleTimeoutMs: 5_000,
  log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, with: () => LINK_OPTIONS.log, enabled: () => false },
};

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

/** A message as it would have been read from an agent. */
export function message(value: object): Message {
  const document = parseJson(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...value })));
  assert.ok(document.ok);
  const read = readMessage(document.value);
  assert.ok(read.ok);
  return read.value;
}

export interface LinkRecorder {
  readonly events: LegacyLinkEvents;
  readonly messages: { readonly value: unknown; readonly on: MessageId | undefined }[];
  readonly lost: { readonly id: MessageId; readonly refused: Refused; readonly state: string }[];
  readonly ends: string[];
}

/** Writes down what a link says. */
export function recordLink(): LinkRecorder {
  const recorder: LinkRecorder = {
    messages: [],
    lost: [],
    ends: [],
    events: {
      onMessage: (said, on) => recorder.messages.push({ value: said.document.value, on }),
      onLost: (id, refused, state) => recorder.lost.push({ id, refused, state }),
      onEnd: (text) => recorder.ends.push(text),
    },
  };
  return recorder;
}

/** Waits until a condition holds; a test that waits for ever is ended by the runner's own time limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
