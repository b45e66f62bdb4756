// Agents share a stream of changes: none may learn by it what is another's, nor end or narrow what another hears, and no server may say on it what nobody
// asked for, or to somebody it does not know by this credential.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  ALLOW_ALL,
  at,
  META,
  modernAnswers,
  modernStream,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
} from '../harness/index.ts';
import type { Exchange, Gateway, HttpStream, ScriptedServer } from '../harness/index.ts';

const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
const TOOLS_CHANGED = 'notifications/tools/list_changed';
const UPDATED = 'notifications/resources/updated';
const NOT_FOR_BOB = { name: 'not-for-bob', effect: 'deny', agents: ['bob'], servers: ['*'], resources: ['file:///ann/*'] };

let server: ScriptedServer;
let gateway: Gateway;
const keys: Record<string, string> = {};

before(async () => {
  server = await startScriptedServer(modernAnswers());
  const servers = {
    mine: { url: server.url, headers: { 'X-Caller': 'one' } },
    theirs: { url: server.url, headers: { 'X-Caller': 'two' } },
  };
  gateway = await startGateway({ config: { ...Object(testConfig({ servers, rules: [NOT_FOR_BOB, ALLOW_ALL] })), workers: 1 } });
  for (const name of ['ann', 'bob']) keys[name] = await gateway.addAgent(name);
});
after(async () => {
  await gateway?.stop();
  await server?.close();
});

const listen = (who: string, notifications: Readonly<Record<string, unknown>>, on = 'mine'): Promise<HttpStream> =>
  modernStream(gateway.url(on), 'subscriptions/listen', { notifications }, { key: keys[who] ?? '', id: `of-${who}` });
const say = (above: Exchange, method: string, params: object, id: unknown = at(above.message, 'id')): void =>
  above.event({ jsonrpc: '2.0', method, params: { ...params, _meta: { [META.subscription]: id } } });
const grant = (above: Exchange): void => say(above, ACKNOWLEDGED, { notifications: at(above.message, 'params', 'notifications') });
const next = async (stream: HttpStream): Promise<unknown> => (await stream.next())?.json;

test('an agent hears nothing of what it may not read, though it shares the stream of one who may', async () => {
  const opening = listen('ann', { resourceSubscriptions: ['file:///ann/diary'] });
  const first = await server.take('subscriptions/listen');
  grant(first);
  const ann = await opening;
  await next(ann);
  const joining = listen('bob', { resourceSubscriptions: ['file:///ann/diary', 'file:///ann', 'file:///both'] });
  const second = await server.take('subscriptions/listen');
  assert.deepEqual(
    new Set(Array.from(Object(at(second.message, 'params', 'notifications', 'resourceSubscriptions')))),
    new Set(['file:///ann/diary', 'file:///ann', 'file:///both']),
  );
  grant(second);
  const bob = await joining;
  assert.deepEqual(at(await next(bob), 'params', 'notifications'), { resourceSubscriptions: ['file:///ann', 'file:///both'] });
  for (const uri of ['file:///ann/diary', 'file:///both']) say(second, UPDATED, { uri });
  assert.equal(at(await next(ann), 'params', 'uri'), 'file:///ann/diary');
  assert.deepEqual(at(await next(bob), 'params'), { uri: 'file:///both', _meta: { [META.subscription]: 'of-bob' } });
  ann.close();
  bob.close();
  await second.untilAbandoned();
});

test('what is told to one credential is not told to another, at the same address', async () => {
  const opening = [listen('ann', { toolsListChanged: true }), listen('bob', { toolsListChanged: true }, 'theirs')];
  const above = [await server.take('subscriptions/listen'), await server.take('subscriptions/listen')];
  const by = (caller: string): Exchange => {
    const found = above.find(({ headers }) => headers['x-caller'] === caller);
    assert(found !== undefined, caller);
    return found;
  };
  for (const one of above) grant(one);
  const [ann, bob] = await Promise.all(opening);
  assert(ann !== undefined && bob !== undefined);
  await next(ann);
  await next(bob);
  say(by('one'), TOOLS_CHANGED, { for: 'ann' });
  // Under the id of the other's stream it is nobody's.
  say(
    by('one'),
    TOOLS_CHANGED,
    { for: 'nobody' },
    at(by('two').message, 'id') === at(by('one').message, 'id') ? 'x' : at(by('two').message, 'id'),
  );
  say(by('two'), TOOLS_CHANGED, { for: 'bob' });
  assert.equal(at(await next(ann), 'params', 'for'), 'ann');
  assert.equal(at(await next(bob), 'params', 'for'), 'bob');
  ann.close();
  bob.close();
  await Promise.all(above.map((one) => one.untilAbandoned()));
});

test('a server that floods and says what nobody asked for is heard as far as somebody did', async () => {
  const opening = listen('ann', { toolsListChanged: true });
  const above = await server.take('subscriptions/listen');
  grant(above);
  const ann = await opening;
  await next(ann);
  const silent = await listen('bob', { toolsListChanged: true });
  const told = Array.from({ length: 2_000 }, (_, n) => n);
  for (const n of told) {
    say(above, TOOLS_CHANGED, { n, text: 'x'.repeat(2_000) });
    say(above, 'notifications/prompts/list_changed', { n });
    say(above, UPDATED, { uri: 'file:///ann/diary' });
    say(above, 'notifications/tasks', { taskId: 't', status: 'working' });
  }
  say(above, TOOLS_CHANGED, { n: 'last' });
  let last: unknown;
  while (last !== 'last') {
    const said = await next(ann);
    assert.equal(textAt(said, 'method'), TOOLS_CHANGED);
    last = at(said, 'params', 'n');
  }
  ann.close();
  silent.close();
  await above.untilAbandoned();
});

test('an agent whose wish the server refuses ends nothing of another', async () => {
  const opening = listen('ann', { toolsListChanged: true });
  const first = await server.take('subscriptions/listen');
  grant(first);
  const ann = await opening;
  await next(ann);
  const joining = listen('bob', { resourceSubscriptions: ['bad:uri'] });
  const error = { code: -32602, message: 'no such resource' };
  const wider = await server.take('subscriptions/listen');
  wider.event({ jsonrpc: '2.0', id: at(wider.message, 'id'), error });
  const own = await server.take('subscriptions/listen');
  assert.deepEqual(at(own.message, 'params', 'notifications'), { resourceSubscriptions: ['bad:uri'] });
  own.reply(400, { jsonrpc: '2.0', id: 'of-bob', error });
  const bob = await joining;
  assert.equal(bob.status, 400);
  say(first, TOOLS_CHANGED, {});
  assert.equal(textAt(await next(ann), 'method'), TOOLS_CHANGED);
  ann.close();
  await first.untilAbandoned();
});
