import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { createHeaderList } from '../http/index.ts';
import { ANN, bed, MODERN_META, modern, rule, snapshotWith, useRoad } from './fakes.fixture.ts';
import type { Bed, SeenReply } from './fakes.fixture.ts';
import { carry } from './pipeline.ts';

useRoad(carry);

const JSON_HEAD = createHeaderList(['content-type'], ['application/json']);
const STREAM_HEAD = createHeaderList(['content-type'], ['text/event-stream']);
const RELATED = 'io.modelcontextprotocol/related-task';
const CAPABILITIES = { elicitation: {}, extensions: { 'io.modelcontextprotocol/tasks': {}, 'com.example/x': {} } };
const META = { ...MODERN_META, 'io.modelcontextprotocol/clientCapabilities': CAPABILITIES };

let road: Bed;
beforeEach(() => {
  road = bed([rule('all', 'allow'), rule('no-deletes', 'deny', ['delete_*'])]);
});

/** A request of an agent that takes tasks. */
function ask(method: string, params: object = {}): SeenReply {
  const [message, headers] = modern(method, { ...params });
  return road.arrive({ ...message, params: { ...params, _meta: META } }, headers);
}

function answer(result: object): void {
  const { handler } = road.server;
  handler?.onHead(200, JSON_HEAD);
  handler?.onBody(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result })));
  handler?.onEnd();
}

function say(...messages: readonly object[]): void {
  road.server.handler?.onHead(200, STREAM_HEAD);
  for (const message of messages) road.server.handler?.onBody(Buffer.from(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`));
}

/** The token of a task that a call has made. */
function makeTask(id = 'task-1', tool = 'list_tickets'): string {
  const reply = ask('tools/call', { name: tool, arguments: {} });
  answer({ resultType: 'task', taskId: id, status: 'working', createdAt: 'now', lastUpdatedAt: 'now', ttlMs: null });
  return /"taskId":"(task1\.[^"]+)"/.exec(reply.body)?.[1] ?? assert.fail(reply.body);
}

const sealed = (id: string, tool: string, server = 'tickets'): string => road.ports.taskIds.seal({ server, tool, id }, ANN, 'tickets');
const bodyOf = (reply: SeenReply): unknown => JSON.parse(reply.body);
const lastSent = (): string => Buffer.from(road.server.requests.at(-1)?.body ?? []).toString();

test('the server learns that the agent takes tasks, and the task that it makes gets a sealed id', () => {
  const reply = ask('tools/call', { name: 'list_tickets', arguments: {} });
  assert.match(lastSent(), /"io.modelcontextprotocol\/tasks":\{\}/);
  answer({ resultType: 'task', taskId: 'task-1', status: 'working', ttlMs: 1.5e3 });
  assert.equal(reply.status, 200);
  assert.doesNotMatch(reply.body, /task-1/);
  assert.match(reply.body, /"resultType":"task","taskId":"task1\.k\./);
  const token = /"taskId":"([^"]+)"/.exec(reply.body)?.[1] ?? '';
  assert.deepEqual(road.ports.taskIds.open(token, ANN, 'tickets'), { server: 'tickets', tool: 'list_tickets', id: 'task-1' });
});

test('a task of an agent that takes none is no answer', () => {
  const reply = road.arrive(...modern('tools/call', { name: 'list_tickets', arguments: {} }));
  answer({ resultType: 'task', taskId: 'task-1', status: 'working' });
  assert.equal(reply.status, 502);
});

test('an id that is too long to hand out is no answer', () => {
  const reply = ask('tools/call', { name: 'list_tickets', arguments: {} });
  answer({ resultType: 'task', taskId: 'x'.repeat(513), status: 'working' });
  assert.equal(reply.status, 502);
});

for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
  test(`${method} reaches the server with its own id, in body and header, and is on record under the tool`, () => {
    const token = makeTask();
    const reply = ask(method, { taskId: token, inputResponses: { a: { action: 'decline' } } });
    assert.match(lastSent(), /"taskId":"task-1","inputResponses":\{"a":\{"action":"decline"\}\}/);
    const headers = road.server.requests.at(-1)?.headers ?? [];
    assert.equal(headers[headers.indexOf('Mcp-Name') + 1], 'task-1');
    answer({ resultType: 'complete', taskId: 'task-1', status: 'working', _meta: { [RELATED]: { taskId: 'task-1' } } });
    assert.deepEqual(bodyOf(reply), {
      jsonrpc: '2.0',
      id: 1,
      result: { resultType: 'complete', taskId: token, status: 'working', _meta: { [RELATED]: { taskId: token } } },
    });
    const decision = road.audit.records.filter((record) => record.kind === 'decision').at(-1);
    assert.deepEqual([decision?.method, decision?.tool, decision?.verdict], [method, 'list_tickets', 'allow']);
  });

  test(`${method} of an agent that does not take tasks is told which capability it lacks`, () => {
    const reply = road.arrive(...modern(method, { taskId: 'task-1' }));
    assert.equal(reply.status, 400);
    assert.match(reply.body, /"code":-32021/);
    assert.match(reply.body, /"requiredCapabilities":\{"extensions":\{"io.modelcontextprotocol\/tasks":\{\}\}\}/);
    assert.equal(road.server.requests.length, 0);
  });

  test(`${method} cannot be asked about a tool that may not be called any more`, () => {
    const reply = ask(method, { taskId: sealed('task-1', 'delete_ticket') });
    assert.match(reply.body, /"code":1403/);
    assert.match(reply.body, /no-deletes/);
    assert.equal(road.server.requests.length, 0);
  });
}

describe('a task id that was not given to this agent here', () => {
  const wrong: Readonly<Record<string, () => string>> = {
    "the server's own": () => 'task-1',
    altered: () => `${makeTask().slice(0, -3)}AAA`,
    "another agent's": () => road.ports.taskIds.seal({ server: 'tickets', tool: 'x', id: 'task-1' }, { ...ANN, agent: 'bob' }, 'tickets'),
    "another route's": () => road.ports.taskIds.seal({ server: 'tickets', tool: 'x', id: 'task-1' }, ANN, '/mcp/all'),
    "another server's": () => sealed('task-1', 'x', 'elsewhere'),
    empty: () => '',
  };
  for (const [what, make] of Object.entries(wrong)) {
    test(what, () => {
      const taskId = make();
      const before = road.server.requests.length;
      const reply = ask('tasks/get', { taskId });
      assert.equal(reply.status, 200);
      assert.deepEqual(bodyOf(reply), Object.assign({}, bodyOf(reply), { id: 1 }));
      assert.match(reply.body, /"code":-32602,"message":"There is no such task\."/);
      assert.equal(road.server.requests.length, before);
    });
  }
});

test('an answer about another task than the one that was asked about is none', () => {
  const reply = ask('tasks/get', { taskId: makeTask() });
  answer({ resultType: 'complete', taskId: 'task-2', status: 'working' });
  assert.equal(reply.status, 502);
});

test('what a tool gave in the end is recorded as what it is', () => {
  ask('tasks/get', { taskId: makeTask() });
  answer({ resultType: 'complete', taskId: 'task-1', status: 'completed', result: { content: [], isError: true } });
  const outcome = road.audit.records.filter((record) => record.kind === 'outcome').at(-1);
  assert.equal(outcome?.status, 'tool_error');
});

test('an answer about a task that is too large to be held is refused, not passed on', () => {
  const reply = ask('tasks/get', { taskId: makeTask() });
  const { handler } = road.server;
  handler?.onHead(200, JSON_HEAD);
  handler?.onBody(Buffer.from(`{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","pad":"${'x'.repeat(5_000)}`));
  assert.equal(reply.status, 502);
  assert.doesNotMatch(reply.body, /xxx/);
});

describe('a stream that watches tasks', () => {
  const change = (taskId: string): object => ({
    method: 'notifications/tasks',
    params: { taskId, status: 'completed', result: { content: [] }, _meta: { 'io.modelcontextprotocol/subscriptionId': 1 } },
  });

  test('names to the server those that it has and the agent may use, and speaks of them as the agent does', () => {
    const token = makeTask();
    const taskIds = [token, sealed('task-2', 'delete_ticket'), sealed('task-3', 'x', 'elsewhere'), 'task-4', 5];
    const reply = ask('subscriptions/listen', { notifications: { taskIds, toolsListChanged: true } });
    assert.match(lastSent(), /"notifications":\{"taskIds":\["task-1"\],"toolsListChanged":true\}/);
    say(change('task-1'), change('task-2'), change('task-9'));
    assert.match(reply.body, new RegExp(`"taskId":"${token.replaceAll('.', '\\.')}","status":"completed"`));
    assert.doesNotMatch(reply.body, /task-/);
  });

  test('needs the extension', () => {
    const reply = road.arrive(...modern('subscriptions/listen', { notifications: { taskIds: [] } }));
    assert.equal(reply.status, 400);
    assert.match(reply.body, /-32021/);
  });

  test('watches so many and no more', () => {
    assert.equal(ask('subscriptions/listen', { notifications: { taskIds: Array(257).fill('x') } }).status, 400);
    assert.equal(ask('subscriptions/listen', { notifications: { taskIds: 'x' } }).status, 400);
    assert.equal(road.server.requests.length, 0);
  });

  test('ends with the right to one of the tools', () => {
    const reply = ask('subscriptions/listen', { notifications: { taskIds: [makeTask()] } });
    say({ method: 'notifications/subscriptions/acknowledged', params: { notifications: {} } });
    road.ports.open.reconsider(snapshotWith([rule('all', 'allow')], ['tickets'], ['ann']), 1_000);
    road.ports.open.reconsider(snapshotWith([rule('all', 'allow'), rule('no', 'deny', ['list_*'])], ['tickets'], ['ann']), 1_000);
    assert.equal(reply.ended, 'abort');
  });
});

for (const method of ['tasks/result', 'tasks/list']) {
  test(`${method} is gone`, () => {
    const reply = ask(method, { taskId: 'x' });
    assert.equal(reply.status, 404);
    assert.match(reply.body, /-32601/);
  });
}
