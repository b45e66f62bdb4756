import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { createUpstreamPool } from '../../http/index.ts';
import type { EraVerdict, HttpTarget, StdioLink } from '../../servers/index.ts';
import { until } from '../../servers/upstream.fixture.ts';
import { LINK_OPTIONS, message, recordLink } from './link.fixture.ts';
import { chooseLink } from './links.ts';

const INITIALIZE = { protocolVersion: '2024-11-05', capabilities: { roots: {} }, clientInfo: { name: 'test', version: '1' } };
const SSE: EraVerdict = { revisions: ['2024-11-05'], modern: false, legacy: true, transport: 'sse', decidedAtMs: 0, staleAtMs: 0 };
const noProgram = (): StdioLink => assert.fail('no program is to be started');

test('a session with the SDK server for HTTP+SSE: handshake, call, question, answer, end', async (t) => {
  const transports = new Map<string, SSEServerTransport>();
  const http = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (request.method === 'POST')
      return void transports.get(url.searchParams.get('sessionId') ?? '')?.handlePostMessage(request, response);
    const transport = new SSEServerTransport('/messages', response);
    transports.set(transport.sessionId, transport);
    const server = new Server({ name: 'sse', version: '1' }, { capabilities: { tools: {} } });
    server.setRequestHandler(CallToolRequestSchema, async () => {
      const { roots } = await server.listRoots();
      return { content: [{ type: 'text', text: roots.map(({ uri }) => uri).join() }] };
    });
    void server.connect(transport);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  assert.ok(address !== null && typeof address !== 'string');
  const pool = createUpstreamPool(
    { host: '127.0.0.1', port: address.port, tls: undefined },
    { maxConnections: 4, maxQueued: 4, maxHeadBytes: 16_384, connectTimeoutMs: 2_000 },
  );
  t.after(() => {
    pool.close();
    http.closeAllConnections();
    http.close();
  });
  const target: HttpTarget = { pool, origin: `http://127.0.0.1:${address.port}`, path: '/sse', headers: [] };

  const heard = recordLink();
  const link = chooseLink({ kind: 'ready', verdict: SSE, http: target }, LINK_OPTIONS, noProgram, () => {})(heard.events);
  link.send(message({ id: 0, method: 'initialize', params: INITIALIZE }));
  await until(() => heard.messages.length === 1);
  link.agree('2024-11-05');
  link.send(message({ method: 'notifications/initialized' }));
  link.send(message({ id: 1, method: 'tools/call', params: { name: 'roots' } }));
  await until(() => heard.messages.length === 2);
  const asked = Object(heard.messages[1]?.value);
  assert.equal(asked.method, 'roots/list');
  link.send(message({ id: asked.id, result: { roots: [{ uri: 'file:///work' }] } }));
  await until(() => heard.messages.length === 3);
  assert.deepEqual(heard.messages[2]?.value, {
    jsonrpc: '2.0',
    id: 1,
    result: { content: [{ type: 'text', text: 'file:///work' }] },
  });
  link.close();
  assert.deepEqual([heard.lost, heard.ends], [[], []]);
});
