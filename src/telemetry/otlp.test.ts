// What a collector is sent, and that control takes from workers only what has the form of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCallSpans, spansIn } from './call-span.ts';
import type { CallSpan } from './call-span.ts';
import { createMetrics } from './metrics.ts';
import { toOtlpMetrics } from './otlp-metrics.ts';
import { createOtlpResource } from './otlp-resource.ts';
import { toOtlpTraces } from './otlp-traces.ts';

const CALL: CallSpan = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  parentId: 'b7ad6b7169203331',
  spanId: '00f067aa0ba902b7',
  clientId: '53995c3f42cd8ad8',
  linkTraceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  linkSpanId: 'a3ce929d0e0e4736',
  startUs: 1_700_000_000_000_123,
  durationUs: 900,
  sentUs: 100,
  serverUs: 700,
  method: 'tools/call',
  revision: '2026-07-28',
  server: 'tickets',
  listener: 'main',
  tool: 'get_ticket',
  prompt: '',
  error: '',
  code: '',
  call: '0123-4',
  requestId: 7,
};
const RESOURCE = createOtlpResource('1.2.3', 'node-a', { 'deployment.environment.name': 'production' });

/** The spans of a body, with attributes as an object. */
function spansOf(body: unknown): readonly Record<string, unknown>[] {
  const spans: readonly Record<string, unknown>[] = Object(body).resourceSpans[0].scopeSpans[0].spans;
  return spans.map((span) => ({ ...span, attributes: plain(span['attributes']) }));
}

function plain(attributes: unknown): Record<string, unknown> {
  if (!Array.isArray(attributes)) return {};
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

test('a call is a span of kind SERVER, and below it one of kind CLIENT', () => {
  const [asServer, asClient] = spansOf(toOtlpTraces([CALL], RESOURCE, () => ({ transport: 'tcp', address: 'tickets.example', port: 443 })));
  assert.deepEqual(asServer, {
    traceId: CALL.traceId,
    spanId: CALL.spanId,
    parentSpanId: CALL.parentId,
    name: 'tools/call get_ticket',
    kind: 2,
    startTimeUnixNano: '1700000000000123000',
    endTimeUnixNano: '1700000000001023000',
    links: [{ traceId: CALL.linkTraceId, spanId: CALL.linkSpanId }],
    attributes: {
      'mcp.method.name': 'tools/call',
      'mcp.protocol.version': '2026-07-28',
      'gen_ai.tool.name': 'get_ticket',
      'gen_ai.operation.name': 'execute_tool',
      'jsonrpc.request.id': '7',
      'sallyport.server': 'tickets',
      'sallyport.call.id': '0123-4',
      'sallyport.listener': 'main',
      'network.transport': 'tcp',
      'network.protocol.name': 'http',
    },
  });
  assert.deepEqual(
    [asClient?.['spanId'], asClient?.['parentSpanId'], asClient?.['kind'], asClient?.['startTimeUnixNano'], asClient?.['endTimeUnixNano']],
    [CALL.clientId, CALL.spanId, 3, '1700000000000223000', '1700000000000923000'],
  );
  assert.equal(Object(asClient?.['attributes'])['server.address'], 'tickets.example');
  assert.equal(Object(asClient?.['attributes'])['server.port'], '443');
});

test('a call that ended badly says by which code; one that went nowhere is one span; a share of a question is one as well', () => {
  const refused = { ...CALL, clientId: '', error: 'refused', code: 'denied', tool: '', parentId: '', linkTraceId: '' };
  const [span, none] = spansOf(toOtlpTraces([refused], RESOURCE, () => undefined));
  assert.equal(none, undefined);
  assert.deepEqual(
    [span?.['name'], span?.['status'], span?.['parentSpanId'], span?.['links']],
    ['tools/call', { code: 2 }, undefined, undefined],
  );
  assert.equal(Object(span?.['attributes'])['error.type'], 'refused');
  assert.equal(Object(span?.['attributes'])['sallyport.error.code'], 'denied');
  const [share, more] = spansOf(toOtlpTraces([{ ...CALL, spanId: '' }], RESOURCE, () => ({ transport: 'pipe' })));
  assert.equal(more, undefined);
  assert.deepEqual(
    [share?.['kind'], share?.['parentSpanId'], Object(share?.['attributes'])['network.transport']],
    [3, CALL.parentId, 'pipe'],
  );
  assert.deepEqual([spansIn(CALL), spansIn(refused), spansIn({ ...CALL, spanId: '' })], [2, 1, 1]);
});

test('what could steer a terminal or a page is taken out of names', () => {
  const [span] = spansOf(toOtlpTraces([{ ...CALL, tool: 'a\u001b[2J\u202eb' }], RESOURCE, () => undefined));
  assert.equal(span?.['name'], 'tools/call a\ufffd[2J\ufffdb');
});

test('control takes what has the form of a call, and nothing else', () => {
  assert.deepEqual(parseCallSpans([CALL, { ...CALL, requestId: undefined }]).length, 2);
  for (const wrong of [
    undefined,
    'x',
    {},
    [null, 1, 'x', []],
    [{ ...CALL, traceId: 'x' }],
    [{ ...CALL, traceId: '' }],
    [{ ...CALL, spanId: CALL.traceId }],
    [{ ...CALL, linkTraceId: 7 }],
    [{ ...CALL, startUs: -1 }],
    [{ ...CALL, durationUs: 0.5 }],
    [{ ...CALL, serverUs: Number.NaN }],
    [{ ...CALL, method: undefined }],
    [{ ...CALL, tool: 'x'.repeat(201) }],
    [{ ...CALL, requestId: 'words' }],
  ])
    assert.deepEqual(parseCallSpans(wrong), [], JSON.stringify(wrong));
});

test('metrics keep their names and are cumulative since the process that adds them up began', () => {
  const metrics = createMetrics();
  metrics.counter('sallyport.audit.written', {}).add(512);
  metrics.gauge('sallyport.connections', { listener: 'main' }).set(3);
  const stage = metrics.histogram('sallyport.stage.duration', { stage: 'decide' });
  stage.observe(0.00003);
  stage.observe(7);
  const body = toOtlpMetrics(metrics.dump(), RESOURCE, { sinceMs: 1_000, atMs: 61_000 });
  const { resource, scopeMetrics } = Object(body).resourceMetrics[0];
  assert.deepEqual(plain(resource.attributes), {
    'service.name': 'sallyport',
    'service.version': '1.2.3',
    'service.instance.id': 'node-a',
    'deployment.environment.name': 'production',
  });
  const found: readonly Record<string, unknown>[] = scopeMetrics[0].metrics;
  const [written, connections, durations] = found;
  assert.deepEqual([written?.['name'], written?.['unit']], ['sallyport.audit.written', 'By']);
  assert.deepEqual(written?.['sum'], {
    aggregationTemporality: 2,
    isMonotonic: true,
    dataPoints: [{ attributes: [], timeUnixNano: '61000000000', startTimeUnixNano: '1000000000', asDouble: 512 }],
  });
  const [gauge] = Object(connections?.['gauge']).dataPoints;
  assert.deepEqual([plain(gauge.attributes), gauge.asDouble], [{ listener: 'main' }, 3]);
  const [point] = Object(durations?.['histogram']).dataPoints;
  assert.deepEqual(
    [durations?.['unit'], point.count, point.sum, point.bucketCounts.length],
    ['s', '2', 7.00003, point.explicitBounds.length + 1],
  );
  assert.deepEqual([point.bucketCounts[3], point.bucketCounts.at(-1)], ['1', '1'], 'not added up');
});
