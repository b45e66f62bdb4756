// A real gateway sends what it tells to a real collector: spans that belong together across agent, gateway and server, metrics under their names, the config's
// headers, and never a value. A collector that hangs, or is gone, is no agent's business.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { anyTool, at, modernAnswers, modernCall, startGateway, startScriptedServer, testConfig, textAt, until } from '../harness/index.ts';
import type { Gateway, ScriptedServer } from '../harness/index.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const AGENTS_SPAN = 'b7ad6b7169203331';
const VALUE = 'value-that-must-not-leave';
const TOKEN = 'Bearer of-the-collector';

interface Came {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

const came: Came[] = [];
let answer = (response: ServerResponse): void => void response.end('{}');
const collector = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    came.push({ url: request.url ?? '', headers: request.headers, text: gunzipSync(Buffer.concat(chunks)).toString() });
    answer(response);
  });
});
let server: ScriptedServer;
let gateway: Gateway;
let key: string;

before(async () => {
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const address = collector.address();
  const endpoint = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  server = await startScriptedServer(
    modernAnswers({
      'tools/list': { resultType: 'complete', tools: [anyTool('look')], ttlMs: 0, cacheScope: 'private' },
      'tools/call': { resultType: 'complete', content: [{ type: 'text', text: VALUE }] },
    }),
  );
  gateway = await startGateway({
    env: { OTLP_TOKEN: TOKEN },
    config: testConfig({
      servers: { files: { url: server.url } },
      extra: {
        telemetry: {
          otlp: { endpoint, headers: { Authorization: { env: 'OTLP_TOKEN' } }, timeoutMs: 1_000 },
          metricsEveryMs: 1_000,
          traces: { ratio: 0 },
          resource: { 'deployment.environment.name': 'walk' },
        },
      },
    }),
  });
  key = await gateway.addAgent('walker');
});
after(async () => {
  await gateway?.stop();
  await server?.close();
  collector.closeAllConnections();
  collector.close();
});

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly name: string;
}

function spans(): readonly Span[] {
  return came
    .filter(({ url }) => url === '/v1/traces')
    .flatMap(({ text }) => JSON.parse(text).resourceSpans[0].scopeSpans[0].spans as readonly Span[])
    .filter(({ traceId }) => traceId === TRACE);
}

const look = (traceparent?: string): ReturnType<typeof modernCall> =>
  modernCall(
    gateway.url('files'),
    'tools/call',
    { name: 'look', arguments: { where: VALUE } },
    { key, ...(traceparent === undefined ? {} : { meta: { traceparent } }) },
  );

test('a call that its agent traces is two spans, and the server is told of the second', async () => {
  assert.equal((await look(`00-${TRACE}-${AGENTS_SPAN}-01`)).http.status, 200);
  await until(() => spans().length >= 2, 'the spans of the call');
  const [asServer, asClient] = spans();
  assert.deepEqual([asServer?.kind, asServer?.parentSpanId, asServer?.name], [2, AGENTS_SPAN, 'tools/call look']);
  assert.deepEqual([asClient?.kind, asClient?.parentSpanId], [3, asServer?.spanId]);
  const seen = server.seen.find(({ method }) => method === 'tools/call');
  const expected = `00-${TRACE}-${asClient?.spanId}-01`;
  assert.equal(textAt(seen?.message, 'params', '_meta', 'traceparent'), expected);
  assert.equal(seen?.headers['traceparent'], expected);
  assert.equal(textAt(seen?.message, 'params', 'arguments', 'where'), VALUE, 'everything else is as the agent sent it');
});

test('the metrics come with the headers of the config', async () => {
  await until(() => came.some(({ url, text }) => url === '/v1/metrics' && text.includes('"mcp.server.operation.duration"')), 'the metrics');
  const last = came.findLast(({ url }) => url === '/v1/metrics');
  assert.equal(last?.headers['authorization'], TOKEN);
  const metrics = at(JSON.parse(last?.text ?? '{}'), 'resourceMetrics', 0, 'scopeMetrics', 0, 'metrics');
  assert.ok(Array.isArray(metrics));
  const names = metrics.map((metric) => textAt(metric, 'name'));
  for (const name of ['sallyport.calls', 'sallyport.stage.duration', 'sallyport.process.memory']) assert.ok(names.includes(name), name);
  assert.ok(last?.text.includes('"walk"'));
});

test('nothing that was said is in any of it, nor who said it', () => {
  const all = came.map(({ text }) => text).join('\n');
  assert.doesNotMatch(all, new RegExp(`${VALUE}|walker|spk_|${TOKEN}`));
});

test('a collector that hangs or fails costs no call anything, and gets what was kept when it is back', async () => {
  const before = spans().length;
  answer = () => {};
  for (let i = 0; i < 20; i++) assert.equal((await look(`00-${TRACE}-${AGENTS_SPAN}-01`)).http.status, 200);
  answer = (response) => void response.writeHead(503).end();
  const count = came.length;
  await until(() => came.length > count, 'another try');
  assert.equal((await look()).http.status, 200);
  answer = (response) => void response.end();
  await until(() => new Set(spans().map(({ spanId }) => spanId)).size >= before + 40, 'what was kept');
});
