// Limits on the road: what is over one goes nowhere, in the form that the route wants; what was taken is given back on every exit, once.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHeaderList } from '../http/index.ts';
import { compilePolicy, policySchema } from '../policies/index.ts';
import type { Charge, Over, Receipt, Taking } from '../policies/index.ts';
import { createHistory, createMetrics } from '../telemetry/index.ts';
import type { LimitsPort } from './admission/index.ts';
import type { Ports } from './exchange.ts';
import { ANN, bed, fakeReply, modern, rule, snapshotWith } from './fakes.fixture.ts';
import type { Bed, SeenReply } from './fakes.fixture.ts';
import { createRoadMetrics } from './metrics.ts';
import { carry } from './pipeline.ts';

const JSON_HEAD = createHeaderList(['content-type'], ['application/json']);
const OVER: Over = { kind: 'over', limit: 'calls', limitKind: 'rate', key: 'default\u0001ann', retryAfterMs: 12_345, empty: true };

/** A port that says what a test wants, and remembers what it was told. */
interface SeenPort extends LimitsPort {
  readonly told: string[];
  answer: (taking: Taking) => void;
}

function fakePort(says: 'receipt' | 'over' | 'asked'): SeenPort {
  const port: SeenPort = {
    told: [],
    answer: () => {},
    take: (charges: readonly Charge[], later) => {
      port.told.push(`take ${charges.map(({ limit }) => limit).join()}`);
      port.answer = later;
      return says === 'receipt' ? { kind: 'receipt', charges } : says === 'over' ? OVER : { kind: 'asked', id: 1 };
    },
    abandon: () => void port.told.push('abandon'),
    end: (receipt: Receipt, bytes) => void port.told.push(`end ${receipt.charges.length} ${bytes}`),
    undo: () => void port.told.push('undo'),
  };
  return port;
}

function start(
  limits: SeenPort,
  overLimit?: 'status',
  [body, headers] = modern('tools/call', { name: 'list', arguments: {} }),
  own: Partial<Ports> = {},
) {
  const road: Bed = bed([rule('all', 'allow')]);
  const policy = compilePolicy(
    policySchema.parse({
      rules: [{ name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] }],
      limits: { calls: { rate: { calls: 9 } }, bytes: { bytes: { bytes: 9 } } },
    }),
    { servers: ['tickets'] },
  );
  assert.ok(policy.ok);
  const ports: Ports = { ...road.ports, ...own, limits };
  const reply: SeenReply = fakeReply();
  const bytes = Buffer.from(JSON.stringify(body));
  carry(
    {
      method: 'POST',
      headers: createHeaderList(Object.keys(headers), Object.values(headers)),
      body: bytes,
      peer: { address: '127.0.0.1', port: 1, tls: false, listener: 'main' },
      route: { kind: 'server', path: '/mcp/tickets', key: 'tickets', overLimit },
      relayed: false,
      principal: ANN,
      snapshot: { ...snapshotWith([rule('all', 'allow')], ['tickets']), policy: policy.value },
      reply,
      arrivedUs: 1,
    },
    ports,
  );
  const decisions = (): readonly unknown[] =>
    road.audit.records.flatMap((record) => (record.kind === 'decision' ? [[record.verdict, record.reason, record.limit]] : []));
  return { road, reply, decisions, bytes: bytes.length };
}

test('what is over a limit goes nowhere: a result, or a status where the route says so', () => {
  const port = fakePort('over');
  const { road, reply, decisions } = start(port);
  assert.equal(road.server.requests.length, 0);
  assert.equal(reply.status, 200);
  assert.match(reply.body, /Too many calls for the limit \\"calls\\"\. Try again in 13 s\..*"isError":true/);
  assert.deepEqual(decisions(), [['deny', 'rate-limited', 'calls']]);
  assert.deepEqual(port.told, ['take calls,bytes'], 'nothing was taken, so nothing is given back');

  const strict = start(fakePort('over'), 'status');
  assert.equal(strict.reply.status, 429);
  assert.equal(strict.reply.headers[strict.reply.headers.indexOf('Retry-After') + 1], '13');
  assert.match(strict.reply.body, /"code":1430.*"retryAfterMs":12345/);
});

test('what was taken ends with the call, by what passed', () => {
  const port = fakePort('receipt');
  const { road, bytes } = start(port);
  assert.deepEqual(port.told, ['take calls,bytes']);
  const answer = Buffer.from('{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[]}}');
  road.server.handler?.onHead(200, JSON_HEAD);
  road.server.handler?.onBody(answer);
  road.server.handler?.onEnd();
  assert.deepEqual(port.told, ['take calls,bytes', `end 2 ${bytes + answer.length}`]);
});

test('it ends once, too, when the server fails or the agent hangs up', () => {
  for (const end of ['fail', 'hang up'] as const) {
    const port = fakePort('receipt');
    const { road, reply } = start(port);
    if (end === 'hang up') reply.onHangup?.();
    else road.server.handler?.onHead(500, JSON_HEAD);
    road.server.handler?.onEnd();
    assert.deepEqual(
      port.told.map((said) => said.split(' ')[0]),
      ['take', 'end'],
      end,
    );
  }
});

test('a call whose answer from the authority nobody waits for is given up', () => {
  const port = fakePort('asked');
  const { road, reply, decisions } = start(port);
  assert.equal(road.server.requests.length, 0);
  reply.onHangup?.();
  assert.deepEqual(port.told, ['take calls,bytes', 'abandon']);
  assert.deepEqual(decisions(), [['deny', 'hung-up', undefined]]);
});

test('the overview counts each of them once: over a limit is denied, and what was given up is nothing that anybody denied', () => {
  const metrics = createMetrics();
  const history = createHistory(() => 0);
  const own = { metrics: createRoadMetrics(metrics) };
  start(fakePort('over'), undefined, undefined, own);
  start(fakePort('asked'), undefined, undefined, own).reply.onHangup?.();
  history.take('worker-0', metrics.dump(), true);
  const { calls, denied, refused, givenUp } = history.totals('1h');
  assert.deepEqual({ calls, denied, refused, givenUp }, { calls: 1, denied: 1, refused: 0, givenUp: 1 });
});

test('the authority may say no, or nothing, later', () => {
  for (const [taking, reason] of [
    [OVER, 'rate-limited'],
    [{ kind: 'unreachable', limit: 'calls' }, 'limit-unavailable'],
  ] as const) {
    const port = fakePort('asked');
    const { reply, decisions } = start(port);
    port.answer(taking);
    assert.match(reply.body, /"isError":true/);
    assert.deepEqual(decisions(), [['deny', reason, 'calls']]);
  }
  const port = fakePort('asked');
  const { road } = start(port);
  port.answer({ kind: 'receipt', charges: [] });
  assert.equal(road.server.requests.length, 1);
});

test('lists are not charged', () => {
  const port = fakePort('over');
  const { road } = start(port, undefined, modern('tools/list', {}));
  assert.deepEqual(port.told, []);
  assert.equal(road.server.requests.length, 1);
});
