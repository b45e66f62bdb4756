// A collector that is well, and those that are slow, down, full, hostile: what is sent, kept, dropped, and counted. Real sockets.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createLog, createMetrics } from '../telemetry/index.ts';
import type { CallSpan } from '../telemetry/index.ts';
import type { TelemetryConfig } from '../config/index.ts';
import { createCollector } from './collector.ts';
import type { Sent } from './collector.ts';
import { createTelemetryDesk } from './telemetry-desk.ts';
import type { TelemetryDesk } from './telemetry-desk.ts';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;
interface Came {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** A collector on loopback that answers like this. */
async function listen(t: TestContext, answer: Answer): Promise<{ readonly endpoint: string; readonly came: Came[] }> {
  const came: Came[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      came.push({ url: request.url ?? '', headers: request.headers, body: JSON.parse(gunzipSync(Buffer.concat(chunks)).toString()) });
      answer(response, request);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return { endpoint: `http://127.0.0.1:${address.port}`, came };
}

function span(n: number): CallSpan {
  const id = n.toString(16).padStart(16, '0');
  const words = {
    method: 'tools/call',
    revision: '',
    server: 'tickets',
    listener: 'main',
    tool: '',
    prompt: '',
    error: '',
    code: '',
    call: id,
  };
  const times = { startUs: 1, durationUs: 2, sentUs: 0, serverUs: 1 };
  return {
    traceId: id.repeat(2),
    parentId: '',
    spanId: id,
    clientId: id,
    linkTraceId: '',
    linkSpanId: '',
    ...times,
    ...words,
    requestId: 1,
  };
}
const spans = (count: number): readonly CallSpan[] => Array.from({ length: count }, (_, n) => span(n + 1));

interface Bed {
  readonly desk: TelemetryDesk;
  readonly warned: string[];
  readonly clock: { nowMs: number };
  hear(calls: readonly CallSpan[]): void;
  counted(name: 'sallyport.telemetry.spans' | 'sallyport.telemetry.exports'): Record<string, number>;
  /** Another config, with this collector. */
  configureFor(endpoint: string): void;
  /** Ticks until something holds. */
  until(holds: () => boolean): Promise<void>;
}

function open(t: TestContext, endpoint: string | undefined, over: Partial<TelemetryConfig> = {}): Bed {
  const metrics = createMetrics();
  const warned: string[] = [];
  const log = createLog({ process: 'test', level: 'info', write: (line) => warned.push(line), clock: () => 0, format: 'json' });
  const clock = { nowMs: 1_000_000 };
  const desk = createTelemetryDesk({ version: '1', node: 'n', log, metrics, total: () => metrics.dump(), nowMs: () => clock.nowMs });
  const traces = { ratio: 1, followAgents: true, perSecond: 100 };
  const configureFor = (to: string | undefined): void => {
    const otlp = to === undefined ? undefined : { endpoint: to, headers: { 'x-key': [{ text: 'k' }] }, timeoutMs: 300 };
    desk.configure({ telemetry: { otlp, metricsEveryMs: 0, traces, resource: {}, ...over }, servers: [] });
  };
  const bed: Bed = {
    warned,
    clock,
    desk,
    configureFor,
    hear: (calls) => {
      const frame = { type: 'spans', fields: JSON.parse(JSON.stringify({ calls })), payload: new Uint8Array(0), reply: () => {} };
      bed.desk.hears?.['spans']?.(frame, Object.create(null));
    },
    counted: (name) =>
      Object.fromEntries((metrics.dump().families[name] ?? []).map(({ labels, values }) => [labels.join(' '), values[0] ?? 0])),
    until: async (holds) => {
      while (!holds()) {
        bed.desk.tick();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
  configureFor(endpoint);
  t.after(() => bed.desk.close());
  return bed;
}

test('spans go in batches, with the headers of the config, and are counted', async (t) => {
  const { endpoint, came } = await listen(t, (response) => response.end('{}'));
  const bed = open(t, endpoint);
  bed.hear(spans(600));
  bed.desk.tick();
  await bed.until(() => came.length === 1);
  bed.clock.nowMs += 3_000;
  await bed.until(() => bed.counted('sallyport.telemetry.spans')['sent'] === 1_200);
  assert.deepEqual(
    came.map(({ url, headers, body }) => [
      url,
      headers['x-key'],
      headers['content-type'],
      Object(body).resourceSpans[0].scopeSpans[0].spans.length,
    ]),
    [
      ['/v1/traces', 'k', 'application/json', 1_024],
      ['/v1/traces', 'k', 'application/json', 176],
    ],
  );
});

test('metrics go as often as the config says', async (t) => {
  const { endpoint, came } = await listen(t, (response) => response.end());
  const bed = open(t, endpoint, { metricsEveryMs: 10_000 });
  await bed.until(() => came.length === 1);
  bed.clock.nowMs += 9_999;
  bed.desk.tick();
  bed.clock.nowMs += 1;
  await bed.until(() => came.length === 2);
  assert.deepEqual(new Set(came.map(({ url }) => url)), new Set(['/v1/metrics']));
});

test('a collector that is down is asked less and less often, and takes what was kept when it is back', async (t) => {
  const state = { isDown: true };
  const { endpoint, came } = await listen(t, (response) => response.writeHead(state.isDown ? 503 : 200).end());
  const bed = open(t, endpoint);
  bed.hear(spans(3));
  bed.clock.nowMs += 3_000;
  await bed.until(() => bed.counted('sallyport.telemetry.exports')['traces failed'] === 1);
  bed.desk.tick();
  assert.equal(
    bed.desk.faults()[0],
    `Telemetry is not taken by the collector at ${endpoint}: it answered with status 503. Calls are not affected. See that it runs and is reached from this machine, or correct telemetry.otlp in the config.`,
  );
  bed.clock.nowMs += 1_001;
  await bed.until(() => bed.counted('sallyport.telemetry.exports')['traces failed'] === 2);
  bed.clock.nowMs += 1_001;
  bed.desk.tick();
  assert.equal(came.length, 2, 'the pause has doubled');
  state.isDown = false;
  bed.clock.nowMs += 60_000;
  await bed.until(() => bed.counted('sallyport.telemetry.spans')['sent'] === 6);
  assert.deepEqual(bed.desk.faults(), []);
  assert.equal(bed.warned.filter((line) => line.includes('does not take')).length, 1, 'said once');
});

test('what was under way to the collector of an older config is not told to another, and says nothing of it', async (t) => {
  const silent = await listen(t, () => {});
  const well = await listen(t, (response) => void response.end('{}'));
  const bed = open(t, silent.endpoint);
  bed.hear(spans(3));
  bed.clock.nowMs += 2_000;
  await bed.until(() => silent.came.length === 1);
  bed.hear(spans(2));
  bed.configureFor(well.endpoint);
  await bed.until(() => bed.counted('sallyport.telemetry.exports')['traces failed'] === 1);
  // What was on its way, and what waited for it; there is no fault, and no pause, of a collector that was never asked.
  const own = (result: string): number => bed.counted('sallyport.telemetry.spans')[result] ?? 0;
  const each = own('dropped') / 5;
  assert.ok(each > 0);
  assert.deepEqual(bed.desk.faults(), []);
  bed.hear(spans(4));
  bed.clock.nowMs += 2_000;
  await bed.until(() => own('sent') > 0);
  assert.deepEqual([own('sent') / each, well.came.length, bed.desk.faults()], [4, 1, []]);
});

test('the same collector is told what was cut off by a reload', async (t) => {
  let isSilent = true;
  const collector = await listen(t, (response) => void (isSilent || response.end('{}')));
  const bed = open(t, collector.endpoint);
  bed.hear(spans(3));
  bed.clock.nowMs += 2_000;
  await bed.until(() => collector.came.length === 1);
  isSilent = false;
  bed.configureFor(collector.endpoint);
  await bed.until(() => (bed.counted('sallyport.telemetry.spans')['sent'] ?? 0) > 0);
  assert.equal(bed.counted('sallyport.telemetry.spans')['dropped'], undefined);
  assert.deepEqual(bed.desk.faults(), []);
});

test('what does not fit while it is away is dropped and counted, the newest first', async (t) => {
  const { endpoint } = await listen(t, (response) => response.writeHead(503).end());
  const bed = open(t, endpoint);
  for (let i = 0; i < 10; i++) bed.hear(spans(1_000));
  assert.equal(bed.counted('sallyport.telemetry.spans')['dropped'], 2 * (10_000 - 8_192));
});

const HOSTILE: readonly (readonly [string, Answer, Sent['kind']])[] = [
  ['never answers', () => {}, 'failed'],
  ['hangs up', (response) => response.destroy(), 'failed'],
  [
    'answers with a body that does not end',
    (response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'.repeat(16_384)), 1);
      response.on('close', () => clearInterval(timer));
    },
    'sent',
  ],
  [
    'trickles',
    (response) => {
      response.writeHead(200).write('{');
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    },
    'failed',
  ],
  ['sends a head that is too large', (response) => response.writeHead(200, { 'x-much': 'x'.repeat(30_000) }).end(), 'failed'],
  ['redirects', (response) => response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(), 'refused'],
  ['does not like it', (response) => response.writeHead(400).end('your key is k'), 'refused'],
  ['wants a long pause', (response) => response.writeHead(429, { 'retry-after': '1e99' }).end(), 'failed'],
];

for (const [what, answer, kind] of HOSTILE) {
  test(`a collector that ${what} ends within its time: ${kind}`, async (t) => {
    const { endpoint } = await listen(t, answer);
    const collector = createCollector({ endpoint, headers: {}, ca: undefined, timeoutMs: 300 });
    t.after(() => collector.close());
    const sent = await collector.send('traces', {});
    assert.equal(sent.kind, kind);
    if (sent.kind === 'failed') assert.ok(sent.retryAfterMs <= 300_000);
    assert.ok(!JSON.stringify(sent).includes('your key'));
  });
}

test('without a collector nothing is kept', (t) => {
  const bed = open(t, undefined);
  bed.hear(spans(10));
  bed.desk.tick();
  assert.deepEqual(bed.counted('sallyport.telemetry.spans'), {});
});

test('a header that cannot be read is said by its name, and nothing is sent without it', async (t) => {
  const { endpoint, came } = await listen(t, (response) => response.end());
  const otlp = { endpoint, headers: { authorization: [{ env: 'NO_SUCH_VARIABLE_HERE' }] }, timeoutMs: 300 };
  const bed = open(t, endpoint, { otlp, metricsEveryMs: 1_000 });
  bed.hear(spans(1));
  bed.clock.nowMs += 10_000;
  bed.desk.tick();
  assert.match(bed.desk.faults()[0] ?? '', /the header authorization needs the environment variable NO_SUCH_VARIABLE_HERE/);
  assert.equal(came.length, 0);
});

test('at the end what is left is sent, and a collector that hangs is not waited for', async (t) => {
  const good = await listen(t, (response) => response.end());
  const bed = open(t, good.endpoint, { metricsEveryMs: 60_000 });
  bed.hear(spans(5));
  await bed.desk.close();
  assert.deepEqual(
    good.came.map(({ url }) => url),
    ['/v1/traces', '/v1/metrics'],
  );
  const bad = await listen(t, () => {});
  const other = open(t, bad.endpoint);
  other.hear(spans(5));
  await other.desk.close();
});
