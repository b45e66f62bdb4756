// A modern agent and a modern server over stdio: one process carries many requests of one agent, and each gets back its own ids,
// progress tokens and subscription ids, whatever the others chose.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  at,
  childrenOf,
  LegacySession,
  META,
  modernCall,
  modernStream,
  repositoryRoot,
  startGateway,
  testConfig,
  until,
} from '../harness/index.ts';
import type { Gateway } from '../harness/index.ts';

const SERVER = join(repositoryRoot, 'test', 'harness', 'servers', 'fixture-stdio-server.ts');

let gateway: Gateway;
let ann: string;
let bob: string;
let url: string;

before(async () => {
  gateway = await startGateway({
    config: testConfig({
      servers: { modern: { command: process.execPath, args: [SERVER, 'modern'] }, dual: { command: process.execPath, args: [SERVER] } },
    }),
  });
  ann = await gateway.addAgent('ann');
  bob = await gateway.addAgent('bob');
  url = gateway.url('modern');
});
after(() => gateway?.stop());

test('discover, lists and calls', async () => {
  assert.deepEqual(at((await modernCall(url, 'server/discover', {}, { key: ann })).result, 'supportedVersions'), ['2026-07-28']);
  assert.ok(Array.isArray(at((await modernCall(url, 'tools/list', {}, { key: ann })).result, 'tools')));
  const called = await modernCall(url, 'tools/call', { name: 'test_simple_text', arguments: {} }, { key: ann, id: 'mine' });
  assert.equal(at(called.http.json, 'id'), 'mine');
});

test('many requests with the same id and the same progress token at once: each gets its own', async () => {
  const params = { name: 'test_tool_with_progress', arguments: {} };
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => modernCall(url, 'tools/call', params, { key: ann, id: 5, meta: { progressToken: 'same' } })),
  );
  for (const answer of answers) {
    assert.equal(at(answer.result, 'resultType'), 'complete');
    assert.ok(answer.notifications.length > 0);
    for (const said of answer.notifications) assert.equal(at(said, 'params', 'progressToken'), 'same');
  }
});

test('a question of the server comes back as a round', async () => {
  const asked = await modernCall(
    url,
    'tools/call',
    { name: 'test_input_required_result_elicitation', arguments: {} },
    { key: ann, capabilities: { elicitation: {} } },
  );
  assert.equal(at(asked.result, 'resultType'), 'input_required');
});

test('two subscriptions of one agent are tagged with the ids it gave them', async () => {
  const streams = await Promise.all(
    ['a', 'b'].map((id) => modernStream(url, 'subscriptions/listen', { notifications: { toolsListChanged: true } }, { key: ann, id })),
  );
  for (const [index, stream] of streams.entries()) {
    const acknowledged = await stream.next();
    assert.equal(at(JSON.parse(acknowledged?.data ?? '{}'), 'params', '_meta', META.subscription), ['a', 'b'][index]);
    stream.close();
  }
});

test('hanging up cancels at the server, and the process goes on for the others', async () => {
  const stream = await modernStream(
    url,
    'tools/call',
    { name: 'test_tool_with_progress', arguments: {} },
    { key: ann, meta: { progressToken: 1 } },
  );
  stream.close();
  assert.equal((await modernCall(url, 'tools/call', { name: 'test_simple_text', arguments: {} }, { key: ann })).http.status, 200);
});

test('each agent has processes of its own', async () => {
  await modernCall(url, 'tools/list', {}, { key: ann });
  const count = (): number => gateway.processes('runner').flatMap(childrenOf).length;
  const before_ = count();
  await modernCall(url, 'tools/list', {}, { key: bob });
  await until(() => count() > before_, 'a process for the other agent');
});

test('a legacy agent meets a server of both in its own era', async () => {
  const session = await LegacySession.open(gateway.url('dual'), { key: ann });
  assert.ok(Array.isArray(at((await session.request('tools/list')).result, 'tools')));
  await session.end();
  assert.equal((await modernCall(gateway.url('dual'), 'tools/list', {}, { key: ann })).http.status, 200);
});
