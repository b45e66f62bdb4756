// Which calls are traced, what goes on to their servers, and what is told of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sampling, Snapshot } from '../config/index.ts';
import type { CallSpan } from '../telemetry/index.ts';
import { parseCallSpans } from '../telemetry/index.ts';
import { bed, modern, rule, useRoad } from './fakes.fixture.ts';
import type { Bed } from './fakes.fixture.ts';
import { carry } from './pipeline.ts';
import { createTracing } from './tracing.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const OTHER_TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const AGENTS_SPAN = 'b7ad6b7169203331';
const context = (flags: string, trace = TRACE, span = AGENTS_SPAN): string => `00-${trace}-${span}-${flags}`;

interface Traced extends Bed {
  readonly told: CallSpan[];
  readonly refused: { count: number };
}

function traced(sampling: Partial<Sampling> = {}, random = 0.5): Traced {
  useRoad(carry);
  const told: CallSpan[] = [];
  const refused = { count: 0 };
  let ids = 0;
  const tracing = createTracing({
    nowMs: () => 1_700_000_000_000,
    random: () => random,
    randomHex: (digits) => String(++ids).padStart(digits, '0'),
    isPrompt: () => true,
    tell: (span) => told.push(span),
    onTooMany: () => void refused.count++,
  });
  const road = bed([rule('all', 'allow', ['get_*'])], {}, { tracing });
  const inForce = { ratio: 0, followAgents: true, perSecond: 100, ...sampling };
  const toolFacts: Snapshot['toolFacts'] = (_, name) => ({
    labels: [],
    class: undefined,
    fingerprint: name.startsWith('get_') ? 'f' : undefined,
  });
  return { ...road, told, refused, arrive: (body, headers) => road.arrive(body, headers, 'POST', { sampling: inForce, toolFacts }) };
}

/** A call whose `_meta` says where in a trace it is. */
function call(traceparent?: string, headers: Record<string, string> = {}): readonly [object, Record<string, string>] {
  const [body, own] = modern('tools/call', { name: 'get_ticket', arguments: { id: 'secret-7' } });
  const said: object = JSON.parse(JSON.stringify(body), (key, value: unknown) =>
    key === '_meta' && traceparent !== undefined && typeof value === 'object' ? { ...value, traceparent } : value,
  );
  return [said, { ...own, ...headers }];
}

function answer(road: Bed): void {
  const { handler } = road.server;
  const body = Buffer.from('{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[]}}');
  handler?.onHead(200, { names: [], values: [], get: (name) => (name === 'content-type' ? 'application/json' : undefined) });
  handler?.onBody(body);
  handler?.onEnd();
}

test('a call of an agent that traces it is a server span below the agent’s, and a client span below that', () => {
  const road = traced();
  road.arrive(...call(context('01')));
  answer(road);
  const [span] = road.told;
  assert.ok(span !== undefined && road.told.length === 1);
  assert.deepEqual(
    [span.traceId, span.parentId, span.spanId, span.clientId],
    [TRACE, AGENTS_SPAN, '1'.padStart(16, '0'), '2'.padStart(16, '0')],
  );
  assert.deepEqual(
    [span.method, span.server, span.tool, span.error, span.code, span.requestId],
    ['tools/call', 'tickets', 'get_ticket', '', '', 1],
  );
  assert.ok(span.sentUs > 0 && span.serverUs > 0 && span.sentUs + span.serverUs <= span.durationUs);
  assert.equal(parseCallSpans([JSON.parse(JSON.stringify(span))]).length, 1, 'control takes it');
  assert.ok(!JSON.stringify(road.told).includes('secret-7'));
});

test('the server is told of the gateway’s own span, in the message and in the head', () => {
  const road = traced();
  road.arrive(...call(context('01'), { traceparent: context('01') }));
  const [request] = road.server.requests;
  const expected = context('01', TRACE, '2'.padStart(16, '0'));
  const sent: unknown = JSON.parse(Buffer.from(request?.body ?? []).toString());
  assert.equal(Object(Object(Object(sent)['params'])['_meta'])['traceparent'], expected);
  const at = request?.headers.indexOf('traceparent') ?? -1;
  assert.equal(request?.headers[at + 1], expected);
});

test('what is not traced goes on as the agent wrote it', () => {
  const road = traced();
  const [body, headers] = call(context('00'), { traceparent: context('00') });
  road.arrive(body, headers);
  answer(road);
  const [request] = road.server.requests;
  assert.equal(Buffer.from(request?.body ?? []).toString(), JSON.stringify(body));
  assert.equal(request?.headers[(request?.headers.indexOf('traceparent') ?? -1) + 1], context('00'));
  assert.deepEqual(road.told, []);
});

for (const [what, sampling, random, traceparent, isTraced] of [
  ['a call without a context, below the ratio', { ratio: 0.6 }, 0.5, undefined, true],
  ['a call without a context, above the ratio', { ratio: 0.4 }, 0.5, undefined, false],
  ['a context that cannot be read counts for nothing', { ratio: 0 }, 0.5, '00-xyz-01', false],
  ['an agent that does not trace this one', { ratio: 1 }, 0.5, context('00'), false],
  ['an agent that is not followed', { ratio: 0, followAgents: false }, 0.5, context('01'), false],
  ['an agent that is not followed, and chosen', { ratio: 1, followAgents: false }, 0.5, context('00'), true],
] as const) {
  test(`${what}: ${isTraced ? 'traced' : 'not traced'}`, () => {
    const road = traced(sampling, random);
    road.arrive(...call(traceparent));
    answer(road);
    assert.equal(road.told.length, isTraced ? 1 : 0);
  });
}

test('nothing of a trace of an agent that is not followed is told, nor its place in one given to the server', () => {
  const road = traced({ ratio: 1, followAgents: false });
  road.arrive(...call(context('01'), { traceparent: context('01', OTHER_TRACE) }));
  answer(road);
  const [span] = road.told;
  assert.deepEqual([span?.parentId, span?.linkTraceId, span?.linkSpanId], ['', '', '']);
  const told = JSON.stringify([road.told, Buffer.from(road.server.requests[0]?.body ?? []).toString(), road.server.requests[0]?.headers]);
  for (const id of [TRACE, OTHER_TRACE, AGENTS_SPAN]) assert.ok(!told.includes(id), id);
});

test('what the message says goes before what the head says, which is a link then', () => {
  const road = traced();
  road.arrive(...call(context('01'), { traceparent: context('01', OTHER_TRACE) }));
  answer(road);
  assert.deepEqual([road.told[0]?.traceId, road.told[0]?.linkTraceId, road.told[0]?.linkSpanId], [TRACE, OTHER_TRACE, AGENTS_SPAN]);
  const both = traced();
  both.arrive(...call(context('01'), { traceparent: context('01') }));
  answer(both);
  assert.equal(both.told[0]?.linkTraceId, '', 'the same twice is no link');
  const headOnly = traced();
  headOnly.arrive(...call(undefined, { traceparent: context('01', OTHER_TRACE) }));
  answer(headOnly);
  assert.deepEqual([headOnly.told[0]?.traceId, headOnly.told[0]?.parentId], [OTHER_TRACE, AGENTS_SPAN]);
});

test('a denial has no client span, and names no tool that nobody approved', () => {
  const road = traced({ ratio: 1 });
  road.arrive(...modern('tools/call', { name: 'my-secret-words', arguments: {} }));
  const [span] = road.told;
  assert.deepEqual([span?.clientId, span?.tool, span?.error, span?.code, span?.sentUs], ['', '', 'refused', 'denied', 0]);
  assert.ok(!JSON.stringify(road.told).includes('my-secret-words'));
});

test('a text as an id is the agent’s own and is not told', () => {
  const road = traced({ ratio: 1 });
  road.arrive(...modern('tools/list', {}, 'words of an agent'));
  answer(road);
  assert.equal(road.told[0]?.requestId, undefined);
  assert.ok(!JSON.stringify(road.told).includes('words'));
});

test('agents cannot have more traced in a second than the config says', () => {
  const road = traced({ perSecond: 2 });
  for (let i = 0; i < 5; i++) {
    road.arrive(...call(context('01')));
    answer(road);
  }
  assert.equal(road.told.length, 2);
  assert.equal(road.refused.count, 3);
});
