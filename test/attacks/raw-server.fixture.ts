// A server behind the gateway that answers with whatever bytes a test makes up, on a connection of its own for each request.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { anyTool, at } from '../harness/index.ts';

/** A request as it arrived. */
export interface Heard {
  readonly httpMethod: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly message: unknown;
  /** The JSON-RPC method; the HTTP method where there is none. */
  readonly method: string;
  readonly id: unknown;
  /** The id as JSON. */
  readonly idText: string;
  /** What params.name says; empty where it says nothing. */
  readonly name: string;
}

/** The bytes to answer with, after which the connection is closed; or undefined when `socket` is used instead. */
export type RawReply = (heard: Heard, socket: Socket) => string | Uint8Array | undefined;

/** A server that is running. */
export interface RawServer {
  readonly url: string;
  /** Everything that arrived, in order. */
  readonly seen: readonly Heard[];
  close(): Promise<void>;
}

/** Starts one on a free loopback port. */
export async function startRawServer(reply: RawReply): Promise<RawServer> {
  const seen: Heard[] = [];
  const http = createServer((request) => {
    request.socket.on('error', () => undefined);
    void hear(request).then((heard) => {
      seen.push(heard);
      const bytes = reply(heard, request.socket);
      if (bytes !== undefined) request.socket.end(bytes);
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('the raw server has no TCP address');
  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    seen,
    async close() {
      const closed = once(http, 'close');
      http.close();
      http.closeAllConnections();
      await closed;
    },
  };
}

/** A whole HTTP answer as bytes. The length is right unless a field says otherwise. */
export function httpAnswer(status: number, fields: Readonly<Record<string, string>>, body: string | Uint8Array = ''): Buffer {
  const bytes = Buffer.from(body);
  const lines = Object.entries({ 'content-length': String(bytes.length), connection: 'close', ...fields }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Whatever\r\n${lines.join('')}\r\n`, 'latin1'), bytes]);
}

/** A JSON answer; a string or bytes are sent as they are. */
export function jsonAnswer(value: unknown, fields: Readonly<Record<string, string>> = {}, status = 200): Buffer {
  const body = typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value);
  return httpAnswer(status, { 'content-type': 'application/json', ...fields }, body);
}

/** A stream of these messages, each an event; a string is sent as the data of one. */
export function streamAnswer(messages: readonly unknown[], fields: Readonly<Record<string, string>> = {}): Buffer {
  const body = messages
    .map((message) => `event: message\ndata: ${typeof message === 'string' ? message : JSON.stringify(message)}\n\n`)
    .join('');
  return httpAnswer(200, { 'content-type': 'text/event-stream', ...fields }, body);
}

/** A JSON-RPC result. */
export function resultOf(heard: Pick<Heard, 'id'>, result: unknown): unknown {
  return { jsonrpc: '2.0', id: heard.id, result };
}

/** What opens a conversation, and which tools there are, answered honestly by a server of one era; undefined for everything else. */
export function honestly(heard: Heard, era: 'modern' | 'legacy', tools: readonly string[] = []): Buffer | undefined {
  const error = (code: number): Buffer => jsonAnswer({ jsonrpc: '2.0', id: heard.id, error: { code, message: 'no' } }, {}, 400);
  switch (heard.method) {
    case 'server/discover':
      if (era === 'legacy') return error(-32000);
      return jsonAnswer(
        resultOf(heard, {
          resultType: 'complete',
          supportedVersions: ['2026-07-28'],
          capabilities: { tools: {}, resources: {}, prompts: {} },
          ttlMs: 0,
          cacheScope: 'private',
        }),
      );
    case 'initialize':
      if (era === 'modern') return error(-32601);
      return jsonAnswer(
        resultOf(heard, {
          protocolVersion: at(heard.message, 'params', 'protocolVersion'),
          capabilities: { tools: {} },
          serverInfo: { name: 'raw', version: '1' },
        }),
        { 'mcp-session-id': `raw-session-${sessions++}` },
      );
    case 'DELETE':
      return httpAnswer(204, {});
    case 'notifications/initialized':
      return httpAnswer(202, {});
    case 'tools/list': {
      if (tools.length === 0 || at(heard.message, 'params', 'cursor') !== undefined) return undefined;
      const hints = era === 'modern' ? { resultType: 'complete', ttlMs: 0, cacheScope: 'private' } : {};
      return jsonAnswer(resultOf(heard, { ...hints, tools: tools.map(anyTool) }));
    }
    default:
      return undefined;
  }
}
let sessions = 1;

async function hear(request: IncomingMessage): Promise<Heard> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString('utf8');
  const message = parse(body);
  const method = at(message, 'method');
  const name = at(message, 'params', 'name');
  const httpMethod = request.method ?? '';
  return {
    httpMethod,
    headers: request.headers,
    body,
    message,
    method: typeof method === 'string' ? method : httpMethod,
    id: at(message, 'id'),
    idText: JSON.stringify(at(message, 'id') ?? null),
    name: typeof name === 'string' ? name : '',
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
