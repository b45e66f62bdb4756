// An MCP endpoint for tests of the command line, one for each era, made by hand so that it can be strict about what it is sent and can
// misbehave on request. It notes every request it gets.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';

type Json = Readonly<Record<string, unknown>>;

/** One request as it arrived. */
export interface SeenRequest {
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Json;
}

/** A running endpoint. */
export interface McpServerFixture {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
}

export interface McpServerOptions {
  readonly era: 'modern' | 'legacy';
  readonly tools: readonly Json[];
  /** What a call of a tool gives. */
  readonly call: (name: unknown, args: unknown) => Json;
  /** Without this key every request is refused. */
  readonly key?: string;
  /** Answer in events, with a request of its own before the answer on the legacy era. */
  readonly stream?: boolean;
  /** Tools on one page. */
  readonly pageSize?: number;
}

const SESSION = 'session-1';

/** Starts an endpoint that ends with the test. */
export async function mcpServerFixture(t: TestContext, options: McpServerOptions): Promise<McpServerFixture> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      seen.push({ method: request.method ?? '', headers: request.headers, body });
      answer(options, request, body, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/mcp/it`, seen };
}

async function readBody(request: IncomingMessage): Promise<Json> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? {} : JSON.parse(text);
}

function answer(options: McpServerOptions, request: IncomingMessage, body: Json, response: ServerResponse): void {
  const refuse = (status: number, code: number, message: string): void =>
    sendJson(response, status, { jsonrpc: '2.0', id: body['id'] ?? null, error: { code, message } });
  if (options.key !== undefined && request.headers.authorization !== `Bearer ${options.key}`)
    return refuse(401, 1401, 'A valid key is needed.');
  if (request.method === 'DELETE') return void response.writeHead(204).end();
  if (body['id'] === undefined || body['method'] === undefined) return void response.writeHead(202).end();
  const result = options.era === 'modern' ? modernResult(options, request, body) : legacyResult(options, request, body);
  if (typeof result === 'string') return refuse(400, -32000, result);
  const message = { jsonrpc: '2.0', id: body['id'], result };
  if (options.stream !== true || body['method'] === 'server/discover') {
    const headers: Record<string, string> = body['method'] === 'initialize' ? { 'mcp-session-id': SESSION } : {};
    return sendJson(response, 200, message, headers);
  }
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    ...(body['method'] === 'initialize' ? { 'mcp-session-id': SESSION } : {}),
  });
  response.write(': comment\n\n');
  if (options.era === 'legacy')
    response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', id: 'q1', method: 'sampling/createMessage', params: {} })}\n\n`);
  response.end(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
}

function modernResult(options: McpServerOptions, request: IncomingMessage, body: Json): Json | string {
  if (request.headers['mcp-protocol-version'] !== '2026-07-28' || request.headers['mcp-method'] !== body['method'])
    return 'headers and body differ';
  if (body['method'] === 'server/discover')
    return { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: { tools: {} }, ttlMs: 0, cacheScope: 'private' };
  return shared(options, body);
}

function legacyResult(options: McpServerOptions, request: IncomingMessage, body: Json): Json | string {
  if (body['method'] === 'initialize')
    return { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'it', version: '1' } };
  if (request.headers['mcp-session-id'] !== SESSION || request.headers['mcp-protocol-version'] !== '2025-11-25')
    return 'Server not initialized';
  return shared(options, body);
}

function shared({ tools, call, pageSize = 100 }: McpServerOptions, body: Json): Json | string {
  const params = typeof body['params'] === 'object' && body['params'] !== null ? { ...body['params'] } : {};
  if (body['method'] === 'tools/call')
    return { resultType: 'complete', ...call(Reflect.get(params, 'name'), Reflect.get(params, 'arguments')) };
  if (body['method'] !== 'tools/list') return 'unknown method';
  const start = Number(Reflect.get(params, 'cursor') ?? 0);
  const end = start + pageSize;
  return { resultType: 'complete', tools: tools.slice(start, end), ...(end < tools.length ? { nextCursor: String(end) } : {}) };
}

function sendJson(response: ServerResponse, status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}
