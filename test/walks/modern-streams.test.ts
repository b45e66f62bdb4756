// A modern agent's streams through the gateway: what a server says before its result, subscriptions, and hanging up as the way to cancel.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startFixture } from '../conformance/fixture/serve.ts';
import type { Fixture } from '../conformance/fixture/serve.ts';
import { verifies } from '../conformance/requirements.ts';
import {
  at,
  META,
  modernAnswers,
  modernCall,
  modernRequest,
  modernStream,
  startGateway,
  startScriptedServer,
  testConfig,
} from '../harness/index.ts';
import type { Gateway, ScriptedServer } from '../harness/index.ts';

let fixture: Fixture;
let server: ScriptedServer;
let gateway: Gateway;
let key: string;

before(async () => {
  fixture = await startFixture({ era: 'modern' });
  server = await startScriptedServer(modernAnswers());
  gateway = await startGateway({ config: testConfig({ servers: { fixture: { url: fixture.url }, scripted: { url: server.url } } }) });
  key = await gateway.addAgent('walker');
});
after(async () => {
  await gateway?.stop();
  await Promise.all([fixture?.close(), server?.close()]);
});

test(verifies('modern.listen-filter', 'acknowledged first, only what was asked for, tagged with the agent’s own id'), async () => {
  const url = gateway.url('fixture');
  const stream = await modernStream(url, 'subscriptions/listen', { notifications: { promptsListChanged: true } }, { key, id: 'sub-1' });
  const acknowledged = await stream.next();
  assert.partialDeepStrictEqual(acknowledged?.json, {
    method: 'notifications/subscriptions/acknowledged',
    params: { notifications: { promptsListChanged: true }, _meta: { [META.subscription]: 'sub-1' } },
  });
  await modernCall(url, 'tools/call', { name: 'test_trigger_tool_change', arguments: {} }, { key });
  await modernCall(url, 'tools/call', { name: 'test_trigger_prompt_change', arguments: {} }, { key });
  const changed = await stream.next();
  assert.partialDeepStrictEqual(changed?.json, {
    method: 'notifications/prompts/list_changed',
    params: { _meta: { [META.subscription]: 'sub-1' } },
  });
  stream.close();
});

test('an update of a watched resource arrives', async () => {
  const url = gateway.url('fixture');
  const notifications = { resourceSubscriptions: ['test://watched-resource'] };
  const stream = await modernStream(url, 'subscriptions/listen', { notifications }, { key });
  await stream.next();
  await modernCall(url, 'tools/call', { name: 'test_trigger_resource_update', arguments: {} }, { key });
  const updated = await stream.next();
  assert.partialDeepStrictEqual(updated?.json, { method: 'notifications/resources/updated', params: { uri: 'test://watched-resource' } });
  stream.close();
});

test('closing a subscription closes it at the server', async () => {
  const opening = modernStream(gateway.url('scripted'), 'subscriptions/listen', { notifications: { toolsListChanged: true } }, { key });
  const exchange = await server.take('subscriptions/listen');
  exchange.event({
    jsonrpc: '2.0',
    method: 'notifications/subscriptions/acknowledged',
    params: { notifications: { toolsListChanged: true }, _meta: { [META.subscription]: at(exchange.message, 'id') } },
  });
  const stream = await opening;
  await stream.next();
  stream.close();
  await exchange.untilAbandoned();
});

test(verifies('modern.stream-not-buffered', 'progress arrives while the server has not yet answered'), async () => {
  const params = { name: 'wait', arguments: {} };
  const opening = modernStream(gateway.url('scripted'), 'tools/call', params, { key, meta: { progressToken: 'p-1' } });
  const exchange = await server.take('tools/call');
  for (const progress of [1, 2]) {
    // Sent only after the one before has been read at the other end: nothing on the way may wait for more.
    exchange.event({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 'p-1', progress } });
    assert.partialDeepStrictEqual((await (await opening).next())?.json, {
      method: 'notifications/progress',
      params: { progressToken: 'p-1', progress },
    });
  }
  exchange.endWith({ resultType: 'complete', content: [{ type: 'text', text: 'done' }] });
  const stream = await opening;
  assert.equal(at((await stream.next())?.json, 'result', 'content', 0, 'text'), 'done');
  assert.equal(await stream.next(), undefined);
});

test(verifies('modern.disconnect-cancels', 'while the server streams'), async () => {
  const opening = modernStream(gateway.url('scripted'), 'tools/call', { name: 'wait', arguments: {} }, { key, meta: { progressToken: 1 } });
  const exchange = await server.take('tools/call');
  exchange.event({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } });
  const stream = await opening;
  await stream.next();
  stream.close();
  await exchange.untilAbandoned();
});

test('an agent that hangs up before the server has said anything cancels the call as well', async () => {
  const controller = new AbortController();
  const request = modernRequest('tools/call', { name: 'wait', arguments: {} }, { key });
  const call = fetch(gateway.url('scripted'), {
    method: 'POST',
    headers: request.headers,
    body: String(request.body),
    signal: controller.signal,
  });
  const exchange = await server.take('tools/call');
  controller.abort();
  await assert.rejects(call, { name: 'AbortError' });
  await exchange.untilAbandoned();
});
