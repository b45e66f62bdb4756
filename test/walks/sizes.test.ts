// Large and slow: what is too large is refused before the server sees it, large answers pass unchanged, and an agent that does not
// read slows its own server down and nobody else.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { verifies } from '../conformance/requirements.ts';
import {
  at,
  modernAnswers,
  modernCall,
  modernRequest,
  modernStream,
  send,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
} from '../harness/index.ts';
import type { Gateway, ScriptedServer } from '../harness/index.ts';

const MIB = 1024 * 1024;
const CALL = { name: 'wait', arguments: {} };
/** What the pumping server would send if it were let: far more than all buffers between it and the agent. */
const PUMP_EVENTS = 1024;
const PUMP_TEXT = 'x'.repeat(64 * 1024);

let server: ScriptedServer;
let pump: Server;
let pumped = 0;
let gateway: Gateway;
let key: string;

before(async () => {
  server = await startScriptedServer(modernAnswers());
  pump = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { id, method } = JSON.parse(Buffer.concat(chunks).toString());
      if (method !== 'tools/call') {
        const result = modernAnswers()[method];
        const body = result === undefined ? { jsonrpc: '2.0', id, error: { code: -32601, message: 'no' } } : { jsonrpc: '2.0', id, result };
        return response.writeHead(result === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let progress = 1; progress <= PUMP_EVENTS; progress++) {
        const params = { progressToken: 'p', progress, message: PUMP_TEXT };
        const more = response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params })}\n\n`);
        pumped = progress;
        if (!more) await once(response, 'drain');
      }
      return response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result: { resultType: 'complete', content: [] } })}\n\n`);
    })().catch(() => undefined);
  });
  pump.listen(0, '127.0.0.1');
  await once(pump, 'listening');
  const address = pump.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  gateway = await startGateway({
    config: testConfig({
      servers: { scripted: { url: server.url }, pump: { url: `http://127.0.0.1:${port}/mcp` } },
      limits: { maxBodyBytes: MIB },
    }),
  });
  key = await gateway.addAgent('walker');
});
after(async () => {
  await gateway?.stop();
  await server?.close();
  pump?.closeAllConnections();
  pump?.close();
});

test('a request up to the limit is carried, one byte more is refused unseen', async () => {
  const request = modernRequest('tools/call', { ...CALL, arguments: { text: '' } }, { key });
  const padding = MIB - Buffer.byteLength(request.body);
  const fitting = String(request.body).replace('"text":""', `"text":"${'y'.repeat(padding)}"`);
  assert.equal(Buffer.byteLength(fitting), MIB);
  const carried = send(gateway.url('scripted'), { ...request, body: fitting });
  const exchange = await server.take('tools/call');
  exchange.result({ resultType: 'complete', content: [] });
  assert.equal(exchange.body.length, MIB);
  assert.equal((await carried).status, 200);

  const before = server.seen.length;
  const refused = await send(gateway.url('scripted'), { ...request, body: fitting.replace('yyy', 'yyyy') });
  assert.equal(refused.status, 413);
  assert.equal(server.seen.length, before);
});

for (const form of ['one JSON body', 'an event stream'] as const) {
  test(`an answer of 12 MiB as ${form} arrives unchanged`, async () => {
    const text = Array.from({ length: 12 * 16 }, (_, index) => String(index).padStart(64 * 1024, 'z')).join('');
    const answer = modernCall(gateway.url('scripted'), 'tools/call', CALL, { key });
    const exchange = await server.take('tools/call');
    const result = { resultType: 'complete', content: [{ type: 'text', text }] };
    if (form === 'one JSON body') exchange.result(result);
    else exchange.endWith(result);
    assert.equal(digest(textAt((await answer).result, 'content', 0, 'text')), digest(text));
  });
}

test(verifies('modern.stream-not-buffered', 'an agent that does not read stops its server, not the others'), async () => {
  const stream = await modernStream(gateway.url('pump'), 'tools/call', CALL, { key, meta: { progressToken: 'p' } });
  // Until the pump stands still: everything between it and the agent is full.
  for (let last = -1; last !== pumped; await sleep(300)) last = pumped;
  assert(pumped > 0 && pumped < PUMP_EVENTS, `the server was let send ${pumped} of ${PUMP_EVENTS} events`);

  const other = modernCall(gateway.url('scripted'), 'tools/call', CALL, { key });
  (await server.take('tools/call')).result({ resultType: 'complete', content: [] });
  assert.equal(at((await other).result, 'resultType'), 'complete');

  let received = 0;
  let last: unknown;
  for (let event = await stream.next(); event !== undefined; event = await stream.next()) {
    last = event.json;
    if (at(last, 'method') === 'notifications/progress') assert.equal(at(last, 'params', 'progress'), ++received);
  }
  assert.equal(received, PUMP_EVENTS);
  assert.equal(at(last, 'result', 'resultType'), 'complete');
});

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
