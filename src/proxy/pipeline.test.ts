import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createHeaderList } from '../http/index.ts';
import { bed, modern, rule, snapshotWith, useRoad } from './fakes.fixture.ts';
import type { Bed } from './fakes.fixture.ts';
import { carry } from './pipeline.ts';

useRoad(carry);

const JSON_HEAD = createHeaderList(['content-type'], ['application/json']);
const STREAM_HEAD = createHeaderList(['content-type'], ['text/event-stream']);
const call = modern('tools/call', { name: 'list_tickets', arguments: {} });
const result = (id: unknown, more: object = {}): Buffer =>
  Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, result: { resultType: 'complete', content: [], ...more } }));
const event = (message: object): Buffer => Buffer.from(`data: ${JSON.stringify(message)}\n\n`);
const outcomes = (road: Bed): readonly unknown[] =>
  road.audit.records.filter((record) => record.kind === 'outcome').map((record) => record.status);
const decisions = (road: Bed): readonly unknown[] =>
  road.audit.records.filter((record) => record.kind === 'decision').map((record) => record.verdict);

let road: Bed;
beforeEach(() => {
  road = bed([rule('all', 'allow'), rule('no-deletes', 'deny', ['delete_*'])]);
});

test('an allowed call goes out byte for byte, with our credentials and headers from the body, and its answer comes back', () => {
  const reply = road.arrive(...call);
  const [request] = road.server.requests;
  assert.equal(Buffer.from(request?.body ?? []).toString(), JSON.stringify(call[0]));
  assert.deepEqual(request?.headers.slice(0, 2), ['Authorization', 'Bearer of-the-gateway']);
  assert.ok(request?.headers.includes('list_tickets'));
  road.server.handler?.onHead(200, JSON_HEAD);
  road.server.handler?.onBody(result(1));
  road.server.handler?.onEnd();
  assert.equal(reply.status, 200);
  assert.equal(reply.body, result(1).toString());
  assert.deepEqual([decisions(road), outcomes(road)], [['allow'], ['ok']]);
  assert.equal(road.server.server.inFlight, 0);
  assert.equal(road.ports.open.count, 0);
});

test('a denied call reaches nobody, is answered with the rule, and is on record', () => {
  const reply = road.arrive(...modern('tools/call', { name: 'delete_ticket', arguments: {} }));
  assert.equal(road.server.requests.length, 0);
  assert.equal(reply.status, 200);
  assert.match(reply.body, /"isError":true/);
  assert.match(reply.body, /no-deletes/);
  assert.deepEqual([decisions(road), outcomes(road)], [['deny'], []]);
});

test('without a log nothing is carried', () => {
  road.audit.takes = false;
  const reply = road.arrive(...call);
  assert.equal(reply.status, 503);
  assert.equal(road.server.requests.length, 0);
});

test('no byte of the answer leaves before the decision is durable', () => {
  road.audit.durable = false;
  const reply = road.arrive(...call);
  road.server.handler?.onHead(200, STREAM_HEAD);
  road.server.handler?.onBody(event({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } }));
  road.server.handler?.onBody(event(JSON.parse(result(1).toString())));
  road.server.handler?.onEnd();
  assert.deepEqual(reply.seen, []);
  road.audit.settle();
  assert.deepEqual(reply.seen, ['start 200', 'write', 'write', 'end']);
  assert.deepEqual(outcomes(road), ['ok']);
});

test('a decision that never became durable shows nothing of the answer', () => {
  road.audit.durable = false;
  const reply = road.arrive(...call);
  road.server.handler?.onHead(200, JSON_HEAD);
  road.server.handler?.onBody(result(1, { content: [{ type: 'text', text: 'secret' }] }));
  road.server.handler?.onEnd();
  road.audit.settle(new Error('disk full'));
  assert.equal(reply.status, 503);
  assert.doesNotMatch(reply.body, /secret/);
});

test('a denial waits for the disk too', () => {
  road.audit.durable = false;
  const reply = road.arrive(...modern('tools/call', { name: 'delete_ticket', arguments: {} }));
  assert.deepEqual(reply.seen, []);
  road.audit.settle();
  assert.deepEqual(reply.seen, ['respond 200']);
});

test('the agent hangs up: the server is given up, once, and the record says so', () => {
  const reply = road.arrive(...call);
  reply.onHangup?.();
  assert.equal(road.server.aborted, 1);
  assert.deepEqual(outcomes(road), ['cancelled']);
  assert.equal(road.server.server.inFlight, 0);
  assert.deepEqual(reply.seen, []);
});

test('a list loses what policy hides, and becomes private', () => {
  const reply = road.arrive(...modern('tools/list'));
  road.server.handler?.onHead(200, JSON_HEAD);
  road.server.handler?.onBody(
    Buffer.from(
      '{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","ttlMs":5,"cacheScope":"public","tools":[{"name":"delete_ticket"}, {"name":"list_tickets" , "x":1}]}}',
    ),
  );
  road.server.handler?.onEnd();
  const shown = JSON.parse(reply.body);
  assert.deepEqual(shown.result.tools, [{ name: 'list_tickets', x: 1 }]);
  assert.equal(shown.result.cacheScope, 'private');
  assert.equal(shown.result.ttlMs, 5);
});

test('a list that cannot be held whole is refused', () => {
  const reply = road.arrive(...modern('tools/list'));
  road.server.handler?.onHead(200, JSON_HEAD);
  road.server.handler?.onBody(Buffer.alloc(5_000, 0x20));
  assert.equal(reply.status, 502);
  assert.equal(road.server.aborted, 1);
  assert.deepEqual(outcomes(road), ['failed']);
});

test('an answer larger than what is read whole is passed on as it comes, and cut if it breaks', () => {
  const reply = road.arrive(...call);
  road.server.handler?.onHead(200, JSON_HEAD);
  road.server.handler?.onBody(Buffer.alloc(1_500_000, 0x20));
  assert.deepEqual(reply.seen, ['start 200', 'write']);
  road.server.handler?.onError('outcome_unknown', 'reset');
  assert.equal(reply.ended, 'abort');
  assert.deepEqual(outcomes(road), ['failed']);
});

test('a slow agent stops the server, and starts it again', () => {
  const reply = road.arrive(...call);
  reply.full = true;
  road.server.handler?.onHead(200, STREAM_HEAD);
  road.server.handler?.onBody(event({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } }));
  assert.equal(road.server.paused, 1);
  reply.full = false;
  reply.onDrain?.();
  assert.equal(road.server.paused, 0);
});

const lies: readonly (readonly [string, Buffer])[] = [
  ['the answer to another request', result(2)],
  ['no JSON', Buffer.from('<html>')],
  ['a key twice', Buffer.from('{"jsonrpc":"2.0","id":1,"result":{},"result":{"content":[]}}')],
  ['a request', Buffer.from('{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage"}')],
  ['an unknown kind of result', result(1, { resultType: 'surprise' })],
];
for (const [name, body] of lies) {
  test(`a server that answers with ${name} is not believed`, () => {
    const reply = road.arrive(...call);
    road.server.handler?.onHead(200, JSON_HEAD);
    road.server.handler?.onBody(body);
    road.server.handler?.onEnd();
    assert.equal(reply.status, 502);
    assert.deepEqual(outcomes(road), ['failed']);
  });
}

test('a lost connection is said to leave the outcome unknown', () => {
  const reply = road.arrive(...call);
  road.server.handler?.onError('outcome_unknown', 'reset by peer');
  assert.equal(reply.status, 502);
  assert.match(reply.body, /unknown/);
  assert.match(reply.body, /call-1/);
  assert.deepEqual(outcomes(road), ['unknown']);
});

test('a server has only so many calls at a time', () => {
  for (let count = 0; count < 3; count++) road.arrive(...call);
  assert.equal(road.arrive(...call).status, 503);
  assert.equal(road.server.requests.length, 3);
});

test('an agent has only so many streams', () => {
  const listen = modern('subscriptions/listen', { notifications: {} });
  road.arrive(...listen);
  road.arrive(...listen);
  assert.equal(road.arrive(...listen).status, 429);
});

const OTHERS = ['worker-0.1', 'worker-1.1'];
/** An agent's name whose state is with the other worker. */
function elsewhere(): void {
  for (let turn = 0; turn < 100 && road.ports.placement.ownerElsewhere('default', 'ann') === undefined; turn++)
    road.ports.placement.update([OTHERS[0] ?? '', `worker-${turn + 1}.1`]);
}

test('what a server keeps for an agent is with one worker, and requests go there unjudged', () => {
  road = bed([rule('all', 'allow')], { modern: false, legacy: true, revisions: ['2025-11-25'] });
  elsewhere();
  assert.equal(road.arrive(...call).status, 299);
  assert.deepEqual(road.audit.records, [], 'the owner judges and records it');
});

test('a server without state is asked from every worker', () => {
  elsewhere();
  road.arrive(...call);
  assert.equal(road.server.requests.length, 1);
});

test('a server of which nothing is known is looked at here as well, although the call is handed on', () => {
  elsewhere();
  const { server } = road.server;
  let looked = 0;
  Object.defineProperty(server, 'readiness', { value: undefined });
  Object.defineProperty(server, 'prepare', { value: () => looked++ });
  assert.equal(road.arrive(...call).status, 299);
  assert.equal(looked, 1);
});

test('a denial needs no other worker', () => {
  road = bed([rule('none', 'deny')], { modern: false, legacy: true, revisions: ['2025-11-25'] });
  elsewhere();
  assert.equal(road.arrive(...call).status, 200);
  assert.equal(road.audit.records.length, 1);
});

const unreadable: readonly (readonly [string, unknown, number, number])[] = [
  ['no JSON', '{', 400, -32700],
  ['a key twice', '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', 400, -32600],
  ['a batch', '[]', 400, -32600],
  ['a response of a modern agent', { jsonrpc: '2.0', id: 1, result: {} }, 400, -32600],
  ['an unknown method of a legacy agent', { jsonrpc: '2.0', id: 1, method: 'made/up' }, 200, -32601],
  ['a legacy call that is said as a notification', { jsonrpc: '2.0', method: 'tools/call', params: { name: 'x' } }, 400, -32600],
  ['a legacy request without a session', { jsonrpc: '2.0', id: 1, method: 'tools/list' }, 400, -32600],
];
for (const [name, body, status, code] of unreadable) {
  test(`${name} is refused and on record`, () => {
    const reply = road.arrive(body, name.includes('modern') ? { 'mcp-protocol-version': '2026-07-28' } : {});
    assert.equal(reply.status, status);
    assert.equal(JSON.parse(reply.body).error.code, code);
    assert.deepEqual(decisions(road), ['deny']);
  });
}

const sent = (road_: Bed): { readonly id: unknown; readonly params: Record<string, unknown> } =>
  JSON.parse(Buffer.from(road_.server.requests[0]?.body ?? []).toString());

/** The server takes a listen request as it was asked. */
function acknowledge(road_: Bed): void {
  const { id, params } = sent(road_);
  road_.server.handler?.onHead(200, STREAM_HEAD);
  const said = { notifications: params['notifications'], _meta: { 'io.modelcontextprotocol/subscriptionId': id } };
  road_.server.handler?.onBody(event({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params: said }));
}

test('a policy change cuts what it no longer allows, and nothing else', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const mine = road.arrive(...modern('subscriptions/listen', { notifications: {} }));
  assert.deepEqual(mine.seen, [], 'nothing is begun before the server has acknowledged it');
  acknowledge(road);
  assert.deepEqual(mine.seen, ['start 200', 'write']);
  const closed = mine.seen.length;
  road.ports.open.reconsider(snapshotWith([rule('all', 'allow'), rule('no-deletes', 'deny', ['delete_*'])], ['tickets'], ['ann']), 0);
  assert.equal(mine.seen.length, closed);
  road.ports.open.reconsider(snapshotWith([rule('nobody', 'deny')], ['tickets'], ['ann']), 0);
  assert.equal(mine.ended, 'abort');
  assert.deepEqual(outcomes(road), ['cancelled']);
  assert.equal(road.server.aborted, 0, 'somebody else may be about to listen');
  t.mock.timers.tick(1_000);
  assert.equal(road.server.aborted, 1);
});

test('a subscription to a resource that may not be read is taken out, and its updates are dropped', () => {
  road = bed([
    rule('all', 'allow'),
    { name: 'private', effect: 'deny', agents: ['*'], groups: [], servers: ['*'], resources: ['file:///private/*'] },
  ]);
  const reply = road.arrive(
    ...modern('subscriptions/listen', { notifications: { resourceSubscriptions: ['file:///private/a', 'file:///b'] } }),
  );
  assert.deepEqual(sent(road).params['notifications'], { resourceSubscriptions: ['file:///b'] });
  acknowledge(road);
  const meta = { _meta: { 'io.modelcontextprotocol/subscriptionId': sent(road).id } };
  for (const uri of ['file:///private/a', 'file:///b'])
    road.server.handler?.onBody(event({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri, ...meta } }));
  assert.match(reply.body, /file:\/\/\/b/);
  assert.doesNotMatch(reply.body, /private/);
});

test('a number that would change on the way is refused', () => {
  const [body, headers] = call;
  const text = JSON.stringify(body).replace('"arguments":{}', '"arguments":{"id":9007199254740993}');
  const reply = road.arrive(text, headers);
  assert.equal(reply.status, 400);
  assert.equal(road.server.requests.length, 0);
});

test('a session of another worker is handed on, unjudged', () => {
  road = bed([rule('all', 'allow')], { legacy: true });
  const elsewhere = { ...road.ports.sessions, ownerElsewhere: () => 'worker-1.2' };
  Object.assign(road.ports, { sessions: elsewhere });
  assert.equal(road.arrive({ jsonrpc: '2.0', id: 1, method: 'tools/list' }, { 'mcp-session-id': 's1.k.x' }).status, 299);
  assert.deepEqual(road.audit.records, []);
});

test('what its owner has seen nothing of is refused, and on record', () => {
  road = bed([rule('all', 'allow')], { legacy: true });
  const elsewhere = { ...road.ports.sessions, ownerElsewhere: () => 'worker-1.2' };
  Object.assign(road.ports, {
    sessions: elsewhere,
    relayToOwner: (_arrival: unknown, _owner: string, lost: (delivered: boolean) => void) => lost(false),
  });
  assert.equal(road.arrive({ jsonrpc: '2.0', id: 1, method: 'tools/list' }, { 'mcp-session-id': 's1.k.x' }).status, 404);
  assert.deepEqual(decisions(road), ['deny']);
});

for (const [what, head, piece] of [
  ['JSON', JSON_HEAD, '{"jsonrpc":"2.0","id":1,'],
  ['an event stream', STREAM_HEAD, ':\n\n'],
] as const) {
  test(`an answer that only trickles has an end: ${what}`, (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const reply = road.arrive(...call);
    road.server.handler?.onHead(200, head);
    for (let waited = 0; waited < 60_000; waited += 10_000) {
      assert.equal(reply.ended, 'no');
      road.server.handler?.onBody(Buffer.from(waited === 0 ? piece : ' '));
      t.mock.timers.tick(10_000);
    }
    assert.notEqual(reply.ended, 'no');
    assert.match(reply.body, /1505/);
    assert.equal(road.server.aborted, 1);
    assert.deepEqual(outcomes(road), ['unknown']);
    assert.equal(road.server.server.inFlight, 0);
  });
}

test('a stream that is listened to may last', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const reply = road.arrive(...modern('subscriptions/listen', { notifications: { toolsListChanged: true } }));
  road.server.handler?.onHead(200, STREAM_HEAD);
  t.mock.timers.tick(1_000_000);
  assert.equal(reply.ended, 'no');
});

for (const tools of [{ 0: { name: 'read' } }, '[{"name":"read"}]', null, undefined]) {
  test(`what is no list cannot be filtered as one, and is not passed on: ${JSON.stringify(tools)}`, () => {
    const reply = road.arrive(...modern('tools/list'));
    road.server.handler?.onHead(200, JSON_HEAD);
    const result = { resultType: 'complete', ttlMs: 0, cacheScope: 'private', tools };
    road.server.handler?.onBody(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result })));
    road.server.handler?.onEnd();
    assert.match(reply.body, /Its result has no list/);
    assert.deepEqual(outcomes(road), ['failed']);
  });
}

test('an agent does not see a tool that wants arguments in headers where they must not be', () => {
  const tool = (name: string, header: string): object => ({
    name,
    inputSchema: { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': header } } },
  });
  const reply = road.arrive(...modern('tools/list'));
  road.server.handler?.onHead(200, JSON_HEAD);
  const result = { resultType: 'complete', ttlMs: 0, cacheScope: 'private', tools: [tool('bad', 'a b'), tool('good', 'Region')] };
  road.server.handler?.onBody(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result })));
  road.server.handler?.onEnd();
  assert.match(reply.body, /"good"/);
  assert.doesNotMatch(reply.body, /"bad"/);
});
