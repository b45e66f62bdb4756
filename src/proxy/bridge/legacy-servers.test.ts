import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rule, snapshotWith } from '../fakes.fixture.ts';
import { BOB, legacyBed, settled } from './legacy.fixture.ts';

const CALL = { name: 'add', arguments: { a: 1 } };
const META = 'io.modelcontextprotocol/';

test('a session is opened on demand, in the name of the agent, and then shared', async () => {
  const bed = legacyBed();
  const first = bed.ask('tools/call', CALL, { capabilities: { elicitation: {}, extensions: { [`${META}tasks`]: {}, [`${META}ui`]: {} } } });
  assert.deepEqual(bed.link().request('initialize')['params'], {
    protocolVersion: '2025-11-25',
    capabilities: { elicitation: {}, extensions: { [`${META}ui`]: {} } },
    clientInfo: { name: 'sallyport', version: '1' },
  });
  await settled();
  assert.equal(bed.link().revision, '2025-11-25');
  assert.deepEqual(
    bed.link().sent.map(({ method }) => method),
    ['initialize', 'notifications/initialized', 'tools/call'],
  );
  bed.link().answer('tools/call', { content: [] });
  await first.end();
  const options = { capabilities: { elicitation: {}, extensions: { [`${META}ui`]: {} } } };
  bed.ask('tools/list', {}, options);
  assert.equal(bed.links.length, 1);
  assert.equal(bed.legacy.counts()('tickets').sessions, 1);
});

const apart: readonly (readonly [string, object])[] = [
  ['another agent', { principal: BOB }],
  ['another user of the same agent', { principal: { ...BOB, agent: 'ann', user: 'u' } }],
  ['other capabilities', { capabilities: { roots: {} } }],
  ['another log level', { meta: { [`${META}logLevel`]: 'debug' } }],
  ['another scope', { scope: '7' }],
];
for (const [name, options] of apart) {
  test(`a session is not shared with ${name}`, async () => {
    const bed = legacyBed();
    bed.ask('tools/list');
    bed.ask('tools/list', {}, options);
    assert.equal(bed.links.length, 2);
  });
}

test('the server is told what it understands, under numbers of ours', async () => {
  const bed = legacyBed();
  const meta = { progressToken: 'mine', 'com.example/trace': 1.5 };
  const heard = bed.ask('tools/call', { ...CALL, inputResponses: {}, task: { ttl: 1 } }, { id: 'x', meta });
  await settled();
  const { id, params } = bed.link().request('tools/call');
  assert.deepEqual(params, { ...CALL, _meta: { progressToken: id, 'com.example/trace': 1.5 } });
  bed.link().say({ method: 'notifications/progress', params: { progressToken: Number(id), progress: 1 } }, Number(id));
  bed.link().say({ method: 'notifications/progress', params: { progressToken: 99, progress: 1 } }, Number(id));
  bed.link().answer('tools/call', { content: [], resultType: 'task', _meta: { own: true } });
  assert.deepEqual(await heard.end(), {
    jsonrpc: '2.0',
    id: 'x',
    result: { resultType: 'complete', content: [], _meta: { own: true, [`${META}serverInfo`]: { name: 'old', version: '9' } } },
  });
  assert.deepEqual(heard.notes, [{ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 'mine', progress: 1 } }]);
});

test('the log level is set before the first request, and log lines reach only who asked for them', async () => {
  const bed = legacyBed();
  const heard = bed.ask('tools/call', CALL, { meta: { [`${META}logLevel`]: 'info' } });
  await settled();
  assert.deepEqual(bed.link().request('logging/setLevel')['params'], { level: 'info' });
  assert.equal(bed.link().sent.at(-1)?.['method'], 'tools/call');
  const id = Number(bed.link().request('tools/call')['id']);
  bed.link().say({ method: 'notifications/message', params: { level: 'info', data: 'x' } }, id);
  assert.equal(heard.notes.length, 1);
  const silent = bed.ask('tools/call', CALL);
  await settled();
  bed.link().say({ method: 'notifications/message', params: { level: 'info', data: 'x' } }, Number(bed.link().request('tools/call')['id']));
  assert.equal(silent.notes.length, 0);
});

test('discover says what a modern agent can have of the server', async () => {
  const bed = legacyBed();
  const heard = bed.ask('server/discover');
  await settled();
  bed.link().offered?.(false);
  assert.deepEqual((await heard.end())?.['result'], {
    resultType: 'complete',
    supportedVersions: ['2026-07-28'],
    capabilities: { logging: {}, tools: {}, resources: {} },
    instructions: 'Be kind.',
    ttlMs: 0,
    cacheScope: 'private',
    _meta: { [`${META}serverInfo`]: { name: 'old', version: '9' } },
  });
});

test('a server that tells of changes without a stream of its own is shown to', async () => {
  const bed = legacyBed({ hasStreams: false });
  const answer = (await bed.ask('server/discover').end())?.['result'];
  assert.deepEqual(Reflect.get(Object(answer), 'capabilities'), {
    logging: {},
    tools: { listChanged: true },
    resources: { subscribe: true, listChanged: true },
  });
});

const errors: readonly (readonly [string, string, object, object])[] = [
  ['resource not found', 'resources/read', { code: -32002, message: 'No' }, { code: -32602, message: 'No', data: { uri: 'a:b' } }],
  ['its own -32002 elsewhere', 'tools/list', { code: -32002, message: 'No', data: 1 }, { code: -32002, message: 'No', data: 1 }],
  ['a code of the modern specification', 'tools/list', { code: -32021, message: 'No' }, { code: -32603, message: 'No' }],
  ['a code that is none', 'tools/list', { code: 1.5, message: 7 }, { code: -32603, message: 'The MCP server answered with an error.' }],
];
for (const [name, method, error, expected] of errors) {
  test(`an error in the modern form: ${name}`, async () => {
    const bed = legacyBed();
    const heard = bed.ask(method, method === 'resources/read' ? { uri: 'a:b' } : {});
    await settled();
    bed.link().say({ id: bed.link().request(method)['id'], error });
    assert.deepEqual((await heard.end())?.['error'], expected);
  });
}

test('late, double and foreign answers are nobody’s', async () => {
  const bed = legacyBed();
  const [one, two] = [bed.ask('tools/call', CALL), bed.ask('tools/list')];
  await settled();
  const [call, list] = [Number(bed.link().request('tools/call')['id']), Number(bed.link().request('tools/list')['id'])];
  bed.link().say({ id: list, result: { tools: [] } }, call);
  bed.link().say({ id: 99, result: {} }, 99);
  assert.equal(two.finals.length, 0, 'an answer on the stream of another request');
  bed.link().answer('tools/call', { content: [] });
  bed.link().answer('tools/call', { content: ['again'] });
  assert.equal(one.finals.length, 1);
  assert.equal(bed.inFlight(), 1);
});

test('hanging up cancels at the server, and what waits for the session is never sent', async () => {
  const bed = legacyBed();
  const waiting = bed.ask('tools/call', CALL);
  waiting.asking.giveUp();
  const heard = bed.ask('tools/list');
  await settled();
  assert.throws(() => bed.link().request('tools/call'));
  const { id } = bed.link().request('tools/list');
  heard.asking.giveUp();
  assert.deepEqual(bed.link().request('notifications/cancelled')['params'], { requestId: id, reason: 'The agent hung up.' });
  assert.deepEqual(bed.link().calls, [`forget ${Number(id)}`]);
  assert.equal(bed.inFlight(), 0);
});

test('a session that the server has forgotten is opened again, once, and only what it has not seen is sent again', async () => {
  const bed = legacyBed();
  const heard = bed.ask('tools/call', CALL);
  await settled();
  bed.link().lose(Number(bed.link().request('tools/call')['id']), { code: 'session_unknown' }, 'expired');
  assert.equal(bed.links.length, 2);
  await settled();
  bed.link().lose(Number(bed.link().request('tools/call')['id']), { code: 'session_unknown' }, 'expired');
  await heard.end();
  assert.equal(bed.links.length, 2);
  assert.equal(heard.failures[0]?.code, 'upstream_unreachable');
});

test('a call that may have been carried out is never sent again', async () => {
  const bed = legacyBed();
  const heard = bed.ask('tools/call', CALL);
  await settled();
  bed.link().lose(Number(bed.link().request('tools/call')['id']), { code: 'outcome_unknown' }, 'delivered');
  await heard.end();
  assert.deepEqual(heard.failures[0], { code: 'outcome_unknown', say: undefined, data: undefined, outcome: 'unknown' });
  assert.equal(bed.links.length, 1);
});

test('a call that the link has waited for long enough is cancelled at the server', async () => {
  const bed = legacyBed();
  const heard = bed.ask('tools/call', CALL);
  await settled();
  const { id } = bed.link().request('tools/call');
  bed.link().lose(Number(id), { code: 'upstream_timeout' }, 'delivered');
  await heard.end();
  assert.equal(heard.failures[0]?.code, 'upstream_timeout');
  assert.deepEqual(bed.link().request('notifications/cancelled')['params'], { requestId: id, reason: 'It took too long.' });
});

test('a call that did not get through is not tried again behind the agent’s back: a server that is overloaded would get twice as many', async () => {
  const bed = legacyBed();
  const heard = bed.ask('tools/call', CALL);
  await settled();
  bed.link().lose(Number(bed.link().request('tools/call')['id']), { code: 'overloaded' }, 'not-delivered');
  await heard.end();
  assert.deepEqual(heard.failures[0], { code: 'overloaded', say: undefined, data: undefined, outcome: 'failed' });
});

test('an idle program of the agent makes room for another, one in use does not', async () => {
  const bed = legacyBed({ programs: 1 });
  bed.ask('tools/list');
  await settled();
  const refused = bed.ask('tools/list', {}, { scope: 'other' });
  assert.equal(refused.failures[0]?.code, 'too_many');
  bed.link().answer('tools/list', { tools: [] });
  bed.ask('tools/list', {}, { scope: 'other' });
  assert.equal(bed.links.length, 2);
  assert.deepEqual(bed.links[0]?.calls, ['close']);
});

test('a call about which the server has spoken was delivered, whatever the link says', async () => {
  const bed = legacyBed();
  const heard = bed.ask('tools/call', CALL, { meta: { progressToken: 1 } });
  await settled();
  const id = Number(bed.link().request('tools/call')['id']);
  bed.link().say({ method: 'notifications/progress', params: { progressToken: id, progress: 1 } }, id);
  bed.link().lose(id, { code: 'session_unknown' }, 'expired');
  await heard.end();
  assert.equal(bed.links.length, 1);
});

test('a session that ends takes its calls with it, and the next request opens another', async () => {
  const bed = legacyBed();
  const heard = bed.ask('tools/call', CALL);
  await settled();
  bed.link().end();
  await heard.end();
  assert.equal(heard.failures[0]?.code, 'outcome_unknown');
  assert.equal(bed.legacy.counts()('tickets').sessions, 0);
  bed.ask('tools/list');
  assert.equal(bed.links.length, 2);
});

const refusals: readonly (readonly [string, object, string])[] = [
  ['refuses', { error: { code: -32600, message: 'secret' } }, 'upstream_malformed'],
  ['names a revision that does not exist', { result: { protocolVersion: '1999-01-01', capabilities: {} } }, 'upstream_malformed'],
  ['names none', { result: 'x' }, 'upstream_malformed'],
];
for (const [name, answer, code] of refusals) {
  test(`who waits for a session learns that the server ${name}`, async () => {
    const bed = legacyBed({ isSlow: true });
    const heard = [bed.ask('tools/call', CALL), bed.ask('tools/list')];
    bed.link().say({ id: bed.link().request('initialize')['id'], ...answer });
    for (const one of heard) {
      await one.end();
      assert.equal(one.failures[0]?.code, code);
      assert.doesNotMatch(one.failures[0]?.say ?? '', /secret/);
    }
    assert.deepEqual(bed.link().calls, ['close']);
    assert.equal(bed.legacy.counts()('tickets').sessions, 0);
  });
}

test('every legacy revision that exists is taken', async () => {
  for (const protocolVersion of ['2024-11-05', '2025-03-26', '2025-06-18']) {
    const bed = legacyBed({ isSlow: true });
    bed.ask('tools/list');
    bed.link().answer('initialize', { protocolVersion, capabilities: {} });
    assert.equal(bed.link().revision, protocolVersion);
    bed.link().request('tools/list');
  }
});

test('few wait for a session that does not open', async () => {
  const bed = legacyBed({ isSlow: true });
  const heard = Array.from({ length: 65 }, () => bed.ask('tools/list'));
  assert.equal(heard[63]?.failures.length, 0);
  assert.equal(heard[64]?.failures[0]?.code, 'overloaded');
});

test('an agent’s least recently used session makes room, one in use does not', async () => {
  const bed = legacyBed();
  for (const level of ['debug', 'info']) {
    bed.nowMs++;
    bed.ask('tools/list', {}, { meta: { [`${META}logLevel`]: level } });
    await settled();
  }
  const refused = bed.ask('tools/list');
  assert.equal(refused.failures[0]?.code, 'too_many');
  bed.links[0]?.answer('tools/list', { tools: [] });
  bed.ask('tools/list');
  assert.deepEqual(bed.links[0]?.calls, ['close']);
  assert.equal(bed.links.length, 3);
});

test('an idle session ends, and one whose agent lost its right ends at once', async () => {
  const bed = legacyBed();
  bed.ask('tools/list');
  bed.ask('tools/list', {}, { scope: 'other' });
  await settled();
  const allowed = snapshotWith([rule('all', 'allow')], ['tickets'], ['ann']);
  bed.nowMs += 10_000;
  bed.legacy.sweep(allowed, bed.nowMs);
  assert.equal(bed.legacy.counts()('tickets').sessions, 2, 'calls are under way');
  bed.links[0]?.answer('tools/list', { tools: [] });
  bed.legacy.sweep(allowed, bed.nowMs);
  assert.equal(bed.legacy.counts()('tickets').sessions, 1);
  bed.legacy.sweep(snapshotWith([], ['tickets'], ['ann']), bed.nowMs);
  assert.equal(bed.legacy.counts()('tickets').sessions, 0);
  assert.ok(bed.links[1]?.calls.includes('close'));
});

test('a server without streams is timed here, and every sign of life counts', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const bed = legacyBed({ hasStreams: false, isSlow: true });
  const heard = bed.ask('tools/call', CALL);
  bed.link().answer('initialize', { protocolVersion: '2025-11-25', capabilities: {} });
  const id = Number(bed.link().request('tools/call')['id']);
  t.mock.timers.tick(999);
  bed.link().say({ method: 'notifications/progress', params: { progressToken: id, progress: 1 } });
  t.mock.timers.tick(999);
  assert.equal(heard.failures.length, 0);
  t.mock.timers.tick(1);
  assert.equal(heard.failures[0]?.code, 'upstream_timeout');
  assert.equal(Reflect.get(Object(bed.link().request('notifications/cancelled')['params']), 'requestId'), id);
});

test('nobody waits for ever, however much progress there is', async () => {
  const bed = legacyBed();
  const heard = bed.ask('tools/call', CALL);
  await settled();
  bed.nowMs += 3_600_001;
  bed.legacy.sweep(snapshotWith([rule('all', 'allow')], ['tickets'], ['ann']), bed.nowMs);
  assert.equal(heard.failures[0]?.code, 'upstream_timeout');
});

test('a server that talks faster than its agent reads has to wait', async () => {
  const bed = legacyBed();
  const heard = bed.ask('tools/call', CALL, { meta: { progressToken: 1 } });
  await settled();
  const id = Number(bed.link().request('tools/call')['id']);
  heard.full = true;
  bed.link().say({ method: 'notifications/progress', params: { progressToken: id, progress: 1 } }, id);
  heard.asking.resume();
  assert.deepEqual(bed.link().calls, ['pause']);
  heard.full = false;
  heard.asking.resume();
  assert.deepEqual(bed.link().calls, ['pause', 'resume']);
});

test('the server’s ping is answered, and what it asks of nobody is refused', async () => {
  const bed = legacyBed();
  bed.ask('tools/list');
  await settled();
  bed.link().say({ id: 'p', method: 'ping' });
  assert.deepEqual(bed.link().sent.at(-1), { jsonrpc: '2.0', id: 'p', result: {} });
  for (const method of ['roots/list', 'sampling/createMessage', 'tools/call']) {
    bed.link().say({ id: 's', method, params: {} });
    assert.equal(Reflect.get(Object(bed.link().sent.at(-1)?.['error']), 'code'), -32601);
  }
});
