import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../mcp/index.ts';
import { rule, snapshotWith } from '../fakes.fixture.ts';
import { legacyBed, settled } from './legacy.fixture.ts';
import type { Heard, LegacyBed } from './legacy.fixture.ts';

const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';
const CHANGED = 'notifications/tools/list_changed';
const UPDATED = 'notifications/resources/updated';

/** A listen stream on a server that offers what it says. */
async function listen(bed: LegacyBed, notifications: object, id: string | number = 'sub', offered = true): Promise<Heard> {
  const heard = bed.ask('subscriptions/listen', { notifications }, { id });
  await settled();
  bed.link().offered?.(offered);
  await settled();
  return heard;
}

function honoured(heard: Heard): unknown {
  const [first] = heard.notes;
  assert.equal(first?.['method'], 'notifications/subscriptions/acknowledged');
  return Object(first['params']).notifications;
}

function change(method: string, subscription: string | number, params: object = {}): JsonObject {
  return { jsonrpc: '2.0', method, params: { ...params, _meta: { [SUBSCRIPTION]: subscription } } };
}

test('first the acknowledgement of what the server offers, then only that, tagged', async () => {
  const bed = legacyBed({ capabilities: { tools: { listChanged: true }, prompts: {}, resources: { subscribe: true } } });
  const asked = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true, resourceSubscriptions: ['a:1'] };
  const heard = await listen(bed, asked);
  assert.deepEqual(honoured(heard), { toolsListChanged: true, resourceSubscriptions: ['a:1'] });
  bed.link().say({ method: CHANGED, params: { _meta: { [SUBSCRIPTION]: 'forged', leaked: 1 } } });
  bed.link().say({ method: 'notifications/prompts/list_changed' });
  bed.link().say({ method: UPDATED, params: { uri: 'a:1', title: 'x' } });
  bed.link().say({ method: UPDATED, params: { uri: 'a:2' } });
  bed.link().say({ method: 'notifications/elicitation/complete', params: { elicitationId: 'e' } });
  assert.deepEqual(heard.notes.slice(1), [change(CHANGED, 'sub'), change(UPDATED, 'sub', { uri: 'a:1' })]);
});

test('a server without a stream for it honours nothing, and says so', async () => {
  const heard = await listen(legacyBed(), { toolsListChanged: true, resourceSubscriptions: ['a:1'] }, 'sub', false);
  assert.deepEqual(honoured(heard), {});
});

test('a resource that the server refuses to watch is not honoured', async () => {
  const bed = legacyBed({ isSlow: true });
  const heard = bed.ask('subscriptions/listen', { notifications: { resourceSubscriptions: ['a:1', 'a:2', 7] } });
  bed.link().answer('initialize', { protocolVersion: '2025-11-25', capabilities: { resources: { subscribe: true } } });
  bed.link().offered?.(true);
  const [first, second] = bed.link().sent.filter(({ method }) => method === 'resources/subscribe');
  bed.link().say({ id: second?.['id'], error: { code: -32602, message: 'No' } });
  assert.deepEqual(heard.notes, [], 'nothing before the acknowledgement');
  bed.link().say({ id: first?.['id'], result: {} });
  assert.deepEqual(honoured(heard), { resourceSubscriptions: ['a:1'] });
});

test('many streams share a subscription, and the last one that ends gives it up', async () => {
  const bed = legacyBed();
  const watch = { resourceSubscriptions: ['a:1'] };
  const [one, two] = [await listen(bed, watch, 1), await listen(bed, watch, 2)];
  const times = (method: string): number => bed.link().sent.filter((said) => said['method'] === method).length;
  assert.equal(times('resources/subscribe'), 1);
  bed.link().say({ method: UPDATED, params: { uri: 'a:1' } });
  assert.deepEqual(one.notes[1], change(UPDATED, 1, { uri: 'a:1' }));
  assert.deepEqual(two.notes[1], change(UPDATED, 2, { uri: 'a:1' }));
  one.asking.giveUp();
  assert.equal(times('resources/unsubscribe'), 0);
  two.asking.giveUp();
  two.asking.giveUp();
  assert.equal(times('resources/unsubscribe'), 1);
});

test('an agent that hangs up before the server has answered leaves nothing behind', async () => {
  const bed = legacyBed({ isSlow: true });
  const heard = bed.ask('subscriptions/listen', { notifications: { resourceSubscriptions: ['a:1'] } });
  bed.link().answer('initialize', { protocolVersion: '2025-11-25', capabilities: { resources: { subscribe: true } } });
  bed.link().offered?.(true);
  heard.asking.giveUp();
  bed.link().answer('resources/subscribe', {});
  assert.deepEqual(bed.link().request('resources/unsubscribe')['params'], { uri: 'a:1' });
  assert.deepEqual(heard.notes, []);
});

test('when the server or its stream ends, each listen ends in order', async () => {
  for (const end of ['session', 'stream']) {
    const bed = legacyBed();
    const heard = await listen(bed, { toolsListChanged: true });
    if (end === 'session') bed.link().end();
    else bed.link().offered?.(false);
    assert.deepEqual(await heard.end(), {
      jsonrpc: '2.0',
      id: 'sub',
      result: { resultType: 'complete', _meta: { [SUBSCRIPTION]: 'sub' } },
    });
  }
});

test('a stream that nobody needs is closed, and opened again for the next who listens', async () => {
  const bed = legacyBed();
  const heard = await listen(bed, { toolsListChanged: true });
  const { calls } = bed.link();
  bed.nowMs += 61_000;
  const snapshot = { ...snapshotWith([rule('all', 'allow')], ['tickets'], ['ann']) };
  const sweep = (): void => bed.legacy.sweep({ ...snapshot, limits: { ...snapshot.limits, sessionIdleMs: 100_000 } }, bed.nowMs);
  sweep();
  assert.deepEqual(calls, ['listen']);
  heard.asking.giveUp();
  sweep();
  assert.deepEqual(calls, ['listen', 'unlisten']);
  await listen(bed, { toolsListChanged: true });
  assert.deepEqual(calls, ['listen', 'unlisten', 'listen']);
});

test('a silent stream is believed to be one after a while', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const bed = legacyBed();
  const heard = bed.ask('subscriptions/listen', { notifications: { toolsListChanged: true } });
  await settled();
  assert.deepEqual(heard.notes, []);
  t.mock.timers.tick(1_000);
  assert.deepEqual(honoured(heard), { toolsListChanged: true });
});

test('a listener who does not read makes the server wait', async () => {
  const bed = legacyBed();
  const heard = await listen(bed, { toolsListChanged: true });
  heard.full = true;
  bed.link().say({ method: CHANGED });
  assert.equal(bed.link().calls.at(-1), 'pause');
  heard.asking.giveUp();
  assert.equal(bed.link().calls.at(-1), 'resume', 'nobody is waited for who is gone');
});
