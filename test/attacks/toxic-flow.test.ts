// The lethal trifecta: an agent reads what is private, then what a stranger wrote, and is talked into sending the one to the other. No call of the
// three is wrong by itself; the third is refused after the other two, in whichever order they came, on whichever worker and connection, in
// whichever session, under whichever key and trace. The server hears nothing of it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  anyTool,
  at,
  createApprover,
  LegacySession,
  legacyAnswers,
  modernAnswers,
  modernCall,
  readRecords,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
} from '../harness/index.ts';
import type { Gateway, RpcAnswer, ScriptedServer } from '../harness/index.ts';

const TOOLS = ['read_mail', 'fetch_page', 'post', 'remember', 'add', 'both'];
const LABELS = {
  read_mail: { labels: ['private-source'] },
  fetch_page: { labels: ['untrusted-source'] },
  post: { labels: ['external-sink'] },
  remember: { labels: ['memory-write'] },
  both: { labels: ['private-source', 'untrusted-source'] },
};
const RULES = [
  { name: 'everything', effect: 'allow', agents: ['*'], servers: ['*'] },
  {
    name: 'no-trifecta',
    effect: 'deny',
    agents: ['*'],
    servers: ['*'],
    labels: ['external-sink'],
    after: ['private-source', 'untrusted-source'],
  },
  { name: 'clean-memory', effect: 'deny', agents: ['*'], servers: ['*'], labels: ['memory-write'], after: ['untrusted-source'] },
  { name: 'a-person-decides', effect: 'ask', groups: ['asked'], servers: ['*'], labels: ['external-sink'], after: ['private-source'] },
  {
    name: 'by-condition',
    effect: 'deny',
    agents: ['*'],
    servers: ['*'],
    tools: ['add'],
    when: '"untrusted-source" in taint && args.n == 7',
  },
];
const DONE = { resultType: 'complete', content: [{ type: 'text', text: 'done' }] };

let modern: ScriptedServer;
let legacy: ScriptedServer;
let gateway: Gateway;

before(async () => {
  modern = await startScriptedServer(
    modernAnswers({
      'tools/list': { resultType: 'complete', ttlMs: 0, cacheScope: 'private', tools: TOOLS.map(anyTool) },
      'tools/call': DONE,
      'resources/read': (params: unknown) => ({
        resultType: 'complete',
        contents: [{ uri: at(params, 'uri'), text: 'x' }],
        ttlMs: 0,
        cacheScope: 'private',
      }),
    }),
  );
  legacy = await startScriptedServer(
    legacyAnswers({
      'tools/list': { tools: TOOLS.map(anyTool) },
      'tools/call': { content: DONE.content },
      'resources/subscribe': {},
      'resources/unsubscribe': {},
    }),
  );
  gateway = await startGateway({
    config: testConfig({
      servers: {
        desk: { url: modern.url, tools: LABELS },
        old: { url: legacy.url, tools: LABELS },
        vault: { url: modern.url, labels: ['private-source'] },
        board: { url: modern.url, labels: ['external-sink'] },
        shelf: { url: legacy.url, labels: ['external-sink'] },
      },
      limits: { approvalWaitMs: 20_000 },
      extra: { policy: { rules: RULES, flow: { trustTrace: ['conductor-*'] } } },
    }),
  });
});
after(async () => {
  await gateway?.stop();
  await Promise.all([modern?.close(), legacy?.close()]);
});

let agents = 0;
/** An agent that has done nothing yet: each attack is a task of its own. */
const fresh = async (prefix = 'agent', groups: readonly string[] = []): Promise<{ readonly name: string; readonly key: string }> => {
  const name = `${prefix}-${++agents}`;
  return { name, key: await gateway.addAgent(name, groups) };
};
const traceOf = (digit: string): Record<string, string> => ({ traceparent: `00-${digit.repeat(32)}-00f067aa0ba902b7-01` });
type Headers = Readonly<Record<string, string>>;
const use = (key: string, name: string, server = 'desk', headers: Headers = {}, args: object = {}): Promise<RpcAnswer> =>
  modernCall(gateway.url(server), 'tools/call', { name, arguments: args }, { key, headers });
const heard = (tool: string): number =>
  [...modern.seen, ...legacy.seen].filter(({ method, message }) => method === 'tools/call' && at(message, 'params', 'name') === tool)
    .length;
const isDone = (answer: RpcAnswer): void => assert.equal(textAt(answer.result, 'content', 0, 'text'), 'done', answer.http.body);
const isRefused = async (tool: string, calling: () => Promise<RpcAnswer>, rule = 'no-trifecta'): Promise<void> => {
  const before = heard(tool);
  const answer = await calling();
  assert.equal(at(answer.result, 'isError'), true, answer.http.body);
  assert.match(textAt(answer.result, 'content', 0, 'text'), new RegExp(`rule "${rule}"`));
  assert.equal(heard(tool), before, 'the server heard of it');
};

for (const order of [['read_mail', 'fetch_page'], ['fetch_page', 'read_mail'], ['post', 'read_mail', 'post', 'fetch_page'], ['both']])
  test(`what was read may not be sent: ${order.join(', ')}, post`, async () => {
    const { key } = await fresh();
    for (const tool of order) isDone(await use(key, tool));
    await isRefused('post', () => use(key, 'post'));
    // A connection for each, so that both workers are asked.
    await Promise.all(Array.from({ length: 8 }, () => isRefused('post', () => use(key, 'post'))));
    isDone(await use(key, 'add', 'desk', {}, { n: 1 }));
  });

test('one of the two is no reason, and another agent neither', async () => {
  const [{ key }, other] = [await fresh(), await fresh()];
  isDone(await use(key, 'read_mail'));
  isDone(await use(key, 'post'));
  isDone(await use(other.key, 'fetch_page'));
  isDone(await use(other.key, 'post'));
  isDone(await use(key, 'post'));
});

test('a tainting call on one worker is known on the other as soon as its answer is there', async () => {
  for (let i = 0; i < 12; i++) {
    const { key } = await fresh();
    isDone(await use(key, 'read_mail'));
    isDone(await use(key, 'fetch_page'));
    await isRefused('post', () => use(key, 'post'));
  }
});

test('sources and sinks at once: whatever is sent after both answers were seen is refused', async () => {
  const { key } = await fresh();
  const racing = Array.from({ length: 6 }, () => use(key, 'post'));
  for (const answer of await Promise.all([use(key, 'read_mail'), use(key, 'fetch_page')])) isDone(answer);
  const late = use(key, 'post');
  await Promise.all(racing);
  assert.equal(at((await late).result, 'isError'), true);
  await isRefused('post', () => use(key, 'post'));
});

test('a new trace, a new session and a new key are no new task', async () => {
  const { name, key } = await fresh();
  isDone(await use(key, 'read_mail', 'desk', traceOf('1')));
  isDone(await use(key, 'fetch_page', 'desk', traceOf('2')));
  await isRefused('post', () => use(key, 'post', 'desk', traceOf('3')));
  await isRefused('post', async () => (await LegacySession.open(gateway.url('desk'), { key })).request('tools/call', { name: 'post' }));
  await isRefused('post', async () => (await LegacySession.open(gateway.url('old'), { key })).request('tools/call', { name: 'post' }));
  const added = await gateway.cli('agents', 'key', name, '--output', 'json');
  assert.equal(added.code, 0, added.stderr);
  const another = textAt(JSON.parse(added.stdout), 'key');
  await isRefused('post', () => use(another, 'post'));
});

test('a trace that is none makes no task smaller, not even of an agent that is trusted with its traces', async () => {
  const { key } = await fresh('conductor');
  for (const tool of ['read_mail', 'fetch_page']) isDone(await use(key, tool, 'desk', traceOf('4')));
  for (const traceparent of [
    '',
    '00-zz',
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `ff-${'5'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${'A'.repeat(32)}-00f067aa0ba902b7-01`,
  ])
    await isRefused('post', () => use(key, 'post', 'desk', { traceparent }));
  // Nothing said is all that it does.
  await isRefused('post', () => use(key, 'post'));
});

test('an agent that is trusted has a task for each trace', async () => {
  const { key } = await fresh('conductor');
  for (const tool of ['read_mail', 'fetch_page']) isDone(await use(key, tool, 'desk', traceOf('6')));
  isDone(await use(key, 'post', 'desk', traceOf('7')));
  await isRefused('post', () => use(key, 'post', 'desk', traceOf('6')));
});

test('what was read under a trace is known of whoever goes on under it', async () => {
  const [reader, sender] = [await fresh(), await fresh()];
  for (const tool of ['read_mail', 'fetch_page']) isDone(await use(reader.key, tool, 'desk', traceOf('8')));
  await isRefused('post', () => use(sender.key, 'post', 'desk', traceOf('8')));
  isDone(await use(sender.key, 'post', 'desk', traceOf('9')));
});

test('sessions of older revisions, one after another and side by side', async () => {
  const { key } = await fresh();
  const [reading, sending] = [await LegacySession.open(gateway.url('old'), { key }), await LegacySession.open(gateway.url('old'), { key })];
  isDone(await reading.request('tools/call', { name: 'read_mail' }));
  isDone(await sending.request('tools/call', { name: 'post' }));
  isDone(await reading.request('tools/call', { name: 'fetch_page' }));
  await isRefused('post', () => sending.request('tools/call', { name: 'post' }));
  await isRefused('post', () => use(key, 'post'));
});

test('a modern agent at an older server, and an older agent at a modern one', async () => {
  const { key } = await fresh();
  const session = await LegacySession.open(gateway.url('desk'), { key });
  isDone(await session.request('tools/call', { name: 'read_mail' }));
  isDone(await use(key, 'fetch_page', 'old'));
  await isRefused('post', () => use(key, 'post', 'old'));
  await isRefused('post', () => session.request('tools/call', { name: 'post' }));
});

test('resources count by the labels of their server, as sources and as sinks', async () => {
  const { key } = await fresh();
  const read = (server: string): Promise<RpcAnswer> => modernCall(gateway.url(server), 'resources/read', { uri: 'file:///x' }, { key });
  assert.notEqual((await read('board')).result, undefined);
  assert.notEqual((await read('vault')).result, undefined);
  isDone(await use(key, 'fetch_page'));
  await isRefused('post', () => use(key, 'post'));
  // Reading from a stranger's server tells it what is asked for.
  const refused = await read('board');
  assert.match(textAt(refused.error, 'message'), /rule "no-trifecta"/, refused.http.body);
});

test('what watches, or watches no more, says as much as what reads', async () => {
  const { key } = await fresh();
  const older = await LegacySession.open(gateway.url('shelf'), { key });
  isDone(await use(key, 'both'));
  const saw = (words: string): number => [...modern.seen, ...legacy.seen].filter(({ body }) => body.includes(words)).length;
  const listening = await modernCall(
    gateway.url('board'),
    'subscriptions/listen',
    { notifications: { toolsListChanged: true, resourceSubscriptions: ['sink://secret-1'] } },
    { key },
  );
  assert.match(textAt(listening.error, 'message'), /rule "no-trifecta"/, listening.http.body);
  for (const method of ['resources/subscribe', 'resources/unsubscribe']) {
    const answer = await older.request(method, { uri: 'sink://secret-2' });
    assert.match(textAt(answer.error, 'message'), /rule "no-trifecta"/, answer.http.body);
  }
  assert.deepEqual([saw('secret-1'), saw('secret-2')], [0, 0]);
});

test('nothing that a stranger wrote is written into memory (T36)', async () => {
  const { key } = await fresh();
  isDone(await use(key, 'remember'));
  isDone(await use(key, 'fetch_page'));
  await isRefused('remember', () => use(key, 'remember'), 'clean-memory');
});

test('a condition can look at it as well', async () => {
  const { key } = await fresh();
  isDone(await use(key, 'add', 'desk', {}, { n: 7 }));
  isDone(await use(key, 'fetch_page'));
  isDone(await use(key, 'add', 'desk', {}, { n: 8 }));
  await isRefused('add', () => use(key, 'add', 'desk', {}, { n: 7 }), 'by-condition');
});

const { question, decide } = createApprover(() => gateway);

test('a rule can ask a person after the one, and deny after both: what was approved is judged by what has been used when it was', async () => {
  const { name, key } = await fresh('agent', ['asked']);
  isDone(await use(key, 'post'));
  isDone(await use(key, 'read_mail'));
  const before = heard('post');
  const waiting = use(key, 'post');
  await decide('approve', await question('desk'));
  isDone(await waiting);
  assert.equal(heard('post'), before + 1);
  // While this one waits, its agent reads what a stranger wrote: the person has approved something else than it is by now.
  const other = use(key, 'post', 'desk', {}, { n: 2 });
  const id = await question('desk');
  isDone(await use(key, 'fetch_page'));
  await decide('approve', id);
  await isRefused('post', () => other);
  const verdicts = readRecords(gateway.dataFolder).flatMap(({ value }) =>
    at(value, 'agent') === name && at(value, 'tool') === 'post' ? [`${textAt(value, 'verdict')} ${textAt(value, 'rule')}`] : [],
  );
  assert.ok(verdicts.includes('ask a-person-decides'), verdicts.join());
  assert.ok(verdicts.includes('deny no-trifecta'), verdicts.join());
});

test('the record says which rule, and what had been used', async () => {
  const { name, key } = await fresh();
  isDone(await use(key, 'both'));
  await isRefused('post', () => use(key, 'post'));
  const decided = readRecords(gateway.dataFolder).find(
    ({ value }) => at(value, 'agent') === name && at(value, 'tool') === 'post' && at(value, 'verdict') === 'deny',
  )?.value;
  assert.deepEqual(
    [at(decided, 'rule'), at(decided, 'reason'), at(decided, 'taint')],
    ['no-trifecta', 'flow', ['private-source', 'untrusted-source']],
  );
});
