// Tasks through the gateway: made by a call, asked about from any worker, fed and watched, over HTTP and stdio, on a route with one server
// and on one with several. The servers count their tasks: `task-1` exists on each of them, and for whoever asks. Two workers, a connection per request.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import {
  ALLOW_ALL,
  at,
  LegacySession,
  META,
  modernCall,
  modernStream,
  readRecords,
  repositoryRoot,
  startGateway,
  startTaskServer,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { Gateway, RpcAnswer, TaskServer } from '../harness/index.ts';

const STDIO = `${repositoryRoot}/test/harness/servers/task-stdio-server.ts`;
const TASKS = 'io.modelcontextprotocol/tasks';
const CAPABILITIES = { elicitation: {}, extensions: { [TASKS]: {} } };
const ANSWERED = { action: 'accept', content: { name: 'yes' } };
/** Enough that both workers are asked, whichever the kernel chooses. */
const SAMPLES = 8;

let desk: TaskServer;
let shop: TaskServer;
let gateway: Gateway;
let ann: string;
let bob: string;

before(async () => {
  [desk, shop] = await Promise.all([startTaskServer(), startTaskServer()]);
  gateway = await startGateway({ config: config([ALLOW_ALL]) });
  ann = await gateway.addAgent('ann');
  bob = await gateway.addAgent('bob');
});
after(async () => {
  await gateway?.stop();
  await Promise.all([desk?.close(), shop?.close()]);
});

function config(rules: readonly object[], limits: Readonly<Record<string, number>> = {}): object {
  return testConfig({
    limits,
    servers: { desk: { url: desk.url }, shop: { url: shop.url }, program: { command: process.execPath, args: [STDIO] } },
    rules,
    extra: { routes: { '/mcp/all': { servers: ['desk', 'shop', 'program'] } } },
  });
}

const routes: Readonly<Record<string, { readonly url: () => string; readonly prefix: string }>> = {
  'one server over HTTP': { url: () => gateway.url('desk'), prefix: '' },
  'one server over stdio': { url: () => gateway.url('program'), prefix: '' },
  'several servers, over HTTP': { url: () => `${gateway.origin}/mcp/all`, prefix: 'shop__' },
  'several servers, over stdio': { url: () => `${gateway.origin}/mcp/all`, prefix: 'program__' },
};

function ask(url: string, method: string, params: Readonly<Record<string, unknown>>, key = ann): Promise<RpcAnswer> {
  return modernCall(url, method, params, { key, capabilities: CAPABILITIES });
}

async function makeTask(url: string, tool: string, key = ann): Promise<string> {
  const made = await ask(url, 'tools/call', { name: tool, arguments: {} }, key);
  assert.equal(at(made.result, 'resultType'), 'task', made.http.body);
  const taskId = textAt(made.result, 'taskId');
  assert.match(taskId, /^task1\.[\w-]+\.[\w-]+$/);
  assert.doesNotMatch(made.http.body, /task-\d/);
  return taskId;
}

async function untilStatus(url: string, taskId: string, status: string): Promise<RpcAnswer> {
  let got = await ask(url, 'tasks/get', { taskId });
  await until(async () => {
    got = await ask(url, 'tasks/get', { taskId });
    return at(got.result, 'status') === status;
  }, `the task to be ${status}`);
  return got;
}

for (const [what, { url, prefix }] of Object.entries(routes)) {
  describe(what, () => {
    test('the extension is declared', async () => {
      const { result } = await ask(url(), 'server/discover', {});
      assert.deepEqual(at(result, 'capabilities', 'extensions', TASKS), {});
    });

    test('a task is made, asked about from every worker, fed, and gives its result', async () => {
      const taskId = await makeTask(url(), `${prefix}confirm_delete`);
      for (let sample = 0; sample < SAMPLES; sample++) {
        const { result, http } = await ask(url(), 'tasks/get', { taskId });
        assert.deepEqual([at(result, 'taskId'), at(result, 'status')], [taskId, 'input_required'], http.body);
        assert.equal(at(result, 'inputRequests', 'confirm', 'method'), 'elicitation/create');
      }
      const fed = await ask(url(), 'tasks/update', { taskId, inputResponses: { confirm: ANSWERED } });
      assert.deepEqual(fed.result, { resultType: 'complete' });
      const done = await untilStatus(url(), taskId, 'completed');
      assert.deepEqual(JSON.parse(textAt(done.result, 'result', 'content', 0, 'text')), { confirm: ANSWERED });
      const asked = readRecords(gateway.dataFolder).filter(({ value }) => at(value, 'method') === 'tasks/update');
      assert.equal(textAt(asked.at(-1)?.value, 'tool'), 'confirm_delete');
    });

    test('a task that is cancelled says so', async () => {
      const taskId = await makeTask(url(), `${prefix}multi_input`);
      assert.deepEqual((await ask(url(), 'tasks/cancel', { taskId })).result, { resultType: 'complete' });
      assert.equal(at((await ask(url(), 'tasks/get', { taskId })).result, 'status'), 'cancelled');
    });

    test("nobody else's id, no altered one and not the server's own reaches a task", async () => {
      const taskId = await makeTask(url(), `${prefix}confirm_delete`);
      const inputResponses = { confirm: ANSWERED };
      for (const [wrong, key] of [
        [taskId, bob],
        [`${taskId.slice(0, -4)}AAAA`, ann],
        ['task-1', ann],
      ] as const) {
        for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
          const refused = await ask(url(), method, { taskId: wrong, inputResponses }, key);
          assert.equal(at(refused.error, 'code'), -32602, refused.http.body);
        }
      }
      assert.equal(at((await ask(url(), 'tasks/get', { taskId })).result, 'status'), 'input_required');
    });

    test('a watched task is told of under the id that the agent has, and others are not', async () => {
      const taskId = await makeTask(url(), `${prefix}confirm_delete`);
      const foreign = await makeTask(url(), `${prefix}confirm_delete`, bob);
      const notifications = { taskIds: [taskId, foreign, 'task-1'] };
      const stream = await modernStream(
        url(),
        'subscriptions/listen',
        { notifications },
        { key: ann, id: 'watch', capabilities: CAPABILITIES },
      );
      const acknowledged = await stream.next();
      assert.equal(at(acknowledged?.json, 'method'), 'notifications/subscriptions/acknowledged');
      await ask(url(), 'tasks/update', { taskId, inputResponses: { confirm: ANSWERED } });
      const told: unknown[] = [];
      while (at(told.at(-1), 'params', 'status') !== 'completed')
        told.push((await stream.next())?.json ?? assert.fail('the stream has ended'));
      for (const said of told) {
        assert.equal(at(said, 'method'), 'notifications/tasks');
        assert.equal(at(said, 'params', 'taskId'), taskId);
        assert.equal(at(said, 'params', '_meta', META.subscription), 'watch');
      }
      stream.close();
    });

    test('who does not declare the extension gets no task, and is told what is missing', async () => {
      const refused = await modernCall(url(), 'tasks/get', { taskId: await makeTask(url(), `${prefix}confirm_delete`) }, { key: ann });
      assert.equal(refused.http.status, 400);
      assert.equal(at(refused.error, 'code'), -32021);
      assert.deepEqual(at(refused.error, 'data', 'requiredCapabilities', 'extensions', TASKS), {});
      const plain = await modernCall(url(), 'tools/call', { name: `${prefix}slow_compute`, arguments: { seconds: 0.01 } }, { key: ann });
      assert.equal(at(plain.result, 'resultType'), 'complete', plain.http.body);
    });
  });
}

test('two servers that call their tasks alike are told apart', async () => {
  const all = `${gateway.origin}/mcp/all`;
  const [one, other] = [await makeTask(all, 'desk__multi_input'), await makeTask(all, 'shop__multi_input')];
  await ask(all, 'tasks/cancel', { taskId: one });
  assert.equal(at((await ask(all, 'tasks/get', { taskId: one })).result, 'status'), 'cancelled');
  assert.equal(at((await ask(all, 'tasks/get', { taskId: other })).result, 'status'), 'input_required');
});

test('an id of one route is none on another', async () => {
  const taskId = await makeTask(gateway.url('desk'), 'confirm_delete');
  for (const url of [gateway.url('shop'), `${gateway.origin}/mcp/all`])
    assert.equal(at((await ask(url, 'tasks/get', { taskId })).error, 'code'), -32602);
});

test('a legacy session is offered no tasks', async () => {
  const session = await LegacySession.open(gateway.url('desk'), { key: ann });
  assert.equal(at(session.initialized.result, 'capabilities', 'extensions'), undefined);
  assert.equal(at(session.initialized.result, 'capabilities', 'tasks'), undefined);
  assert.equal(at((await session.request('tasks/get', { taskId: 'task-1' })).error, 'code'), -32601);
  assert.equal(at((await session.request('tools/call', { name: 'slow_compute', arguments: { seconds: 0.01 } })).error, 'code'), undefined);
});

test('an id outlives the worker that sealed it', async () => {
  const url = gateway.url('desk');
  const taskId = await makeTask(url, 'confirm_delete');
  const before_ = gateway.workers();
  for (const pid of before_) process.kill(pid, 'SIGKILL');
  await until(() => gateway.workers().length === 2 && !gateway.workers().some((pid) => before_.includes(pid)), 'two other workers');
  await until(async () => (await ask(url, 'server/discover', {}).catch(() => undefined))?.http.status === 200, 'them to serve');
  assert.equal(at((await ask(url, 'tasks/get', { taskId })).result, 'status'), 'input_required');
});

test('tasks of a program end with it, when nobody has used it for a while', async () => {
  const url = gateway.url('program');
  const taskId = await makeTask(url, 'confirm_delete');
  writeFileSync(gateway.configFile, JSON.stringify(config([ALLOW_ALL], { sessionIdleMs: 1 })));
  assert.equal((await gateway.cli('reload')).code, 0);
  await until(async () => at((await ask(url, 'tasks/get', { taskId })).error, 'code') === -32602, 'the task to be gone');
});

test('a task of a tool that may not be used any more can be neither asked about nor fed, and its stream ends', async () => {
  const url = gateway.url('desk');
  const taskId = await makeTask(url, 'confirm_delete');
  const options = { key: ann, capabilities: CAPABILITIES };
  const stream = await modernStream(url, 'subscriptions/listen', { notifications: { taskIds: [taskId] } }, options);
  await stream.next();
  const denied = { name: 'no-deletes', effect: 'deny', agents: ['*'], servers: ['desk'], tools: ['confirm_*'] };
  writeFileSync(gateway.configFile, JSON.stringify(config([ALLOW_ALL, denied])));
  assert.equal((await gateway.cli('reload')).code, 0);
  assert.equal(await stream.next().catch(() => undefined), undefined);
  for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
    const refused = await ask(url, method, { taskId, inputResponses: {} });
    assert.match(textAt(refused.error, 'message'), /no-deletes/);
  }
});
