// A person approves: calls that a rule asks about wait, go on when somebody says yes, once and exactly as they were shown, whichever worker has them.
// Two workers, agents and servers of both eras, over HTTP and pipes.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  approvalIn,
  at,
  createApprover,
  legacyAnswers,
  LegacySession,
  modernAnswers,
  modernCall,
  modernStream,
  readRecords,
  repositoryRoot,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { Gateway, HttpStream, RpcAnswer, ScriptedServer } from '../harness/index.ts';

const FIXTURE = join(repositoryRoot, 'test', 'harness', 'servers', 'fixture-stdio-server.ts');
const PROGRAM = join(repositoryRoot, 'test', 'harness', 'servers', 'stdio-server.ts');
const SECRET = 'a-value-that-nobody-may-write-down';
const pay = { name: 'pay', inputSchema: { type: 'object', properties: { amount: { type: 'integer' }, to: { type: 'string' } } } };
const DONE = { content: [{ type: 'text', text: 'paid' }] };

const RULES = [
  { name: 'people-decide', effect: 'ask', groups: ['staff'], servers: ['modern', 'legacy', 'pipe', 'modern-pipe'] },
  {
    name: 'controllers',
    effect: 'ask',
    groups: ['staff'],
    servers: ['named'],
    approval: { approvers: ['controllers'], notRequester: true },
  },
  { name: 'soon-over', effect: 'ask', groups: ['staff'], servers: ['brief'], approval: { expiresAfterMs: 1_000 } },
];

let modern: ScriptedServer;
let legacy: ScriptedServer;
let gateway: Gateway;
let ann: string;
let bob: string;
let serial = 0;

before(async () => {
  modern = await startScriptedServer(
    modernAnswers({
      'tools/list': { resultType: 'complete', tools: [pay], ttlMs: 60_000, cacheScope: 'private' },
      'tools/call': { resultType: 'complete', ...DONE },
      'resources/read': {
        resultType: 'complete',
        contents: [{ uri: 'file:///ledger', text: 'all of it' }],
        ttlMs: 0,
        cacheScope: 'private',
      },
    }),
  );
  legacy = await startScriptedServer(legacyAnswers({ 'tools/list': { tools: [pay] }, 'tools/call': DONE }));
  gateway = await startGateway({
    config: testConfig({
      servers: {
        modern: { url: modern.url },
        legacy: { url: legacy.url },
        named: { url: modern.url },
        brief: { url: modern.url },
        pipe: { command: process.execPath, args: [PROGRAM] },
        'modern-pipe': { command: process.execPath, args: [FIXTURE, 'modern'] },
      },
      rules: RULES,
      limits: { approvalWaitMs: 10_000 },
    }),
  });
  ann = await gateway.addAgent('ann', ['staff']);
  bob = await gateway.addAgent('bob', ['controllers', 'staff']);
});
after(async () => {
  await gateway?.stop();
  await Promise.all([modern?.close(), legacy?.close()]);
});

const { question, decide, tryToDecide } = createApprover(() => gateway);

const fresh = (): { readonly name: string; readonly arguments: { readonly amount: number; readonly to: string } } => ({
  name: 'pay',
  arguments: { amount: ++serial, to: SECRET },
});
const executions = (server: ScriptedServer, params: ReturnType<typeof fresh>): number =>
  server.seen.filter(
    ({ method, message }) => method === 'tools/call' && at(message, 'params', 'arguments', 'amount') === params.arguments.amount,
  ).length;
const textOf = ({ result, http }: RpcAnswer): string => textAt(result, 'content', 0, 'text') || http.body;

const PLACES = [
  { server: 'modern', params: fresh },
  { server: 'legacy', params: fresh },
  { server: 'pipe', params: () => ({ name: 'environment', arguments: { name: `NOBODY_${++serial}` } }) },
  // Without arguments every call is the same call: for each era another tool.
  {
    server: 'modern-pipe',
    params: (era: string) => ({ name: era === 'modern' ? 'test_simple_text' : 'test_image_content', arguments: {} }),
  },
] as const;

for (const { server, params } of PLACES) {
  for (const era of ['modern', 'legacy'] as const) {
    describe(`a ${era} agent at ${server}`, () => {
      let stream: (wanted: Readonly<Record<string, unknown>>) => Promise<HttpStream>;
      let call: (wanted: Readonly<Record<string, unknown>>) => Promise<RpcAnswer>;
      before(async () => {
        const url = gateway.url(server);
        if (era === 'modern') {
          await modernCall(url, 'tools/list', {}, { key: ann });
          stream = (wanted) => modernStream(url, 'tools/call', wanted, { key: ann, meta: { progressToken: 'p' } });
          call = (wanted) => modernCall(url, 'tools/call', wanted, { key: ann });
          return;
        }
        const session = await LegacySession.open(url, { key: ann });
        await session.request('tools/list');
        stream = (wanted) => session.stream('tools/call', { ...wanted, _meta: { progressToken: 'p' } });
        call = (wanted) => session.request('tools/call', wanted);
      });

      test('waits with signs of life, goes on when approved, and only once', async () => {
        const wanted = params(era);
        const waits = await stream(wanted);
        assert.equal(waits.headers['content-type'], 'text/event-stream', 'it begins before there is an answer');
        const id = await question(server);
        const first = await waits.next();
        assert.equal(textAt(first?.json, 'method'), 'notifications/progress', first?.data ?? '');
        assert.match(textAt(first?.json, 'params', 'message'), new RegExp(`approve ${id}`));
        await decide('approve', id);
        let last: unknown;
        for (let event = await waits.next(); event !== undefined; event = await waits.next())
          if (event.json !== undefined) last = event.json;
        assert.notEqual(at(last, 'result'), undefined, JSON.stringify(last));
        assert.notEqual(at(last, 'result', 'isError'), true, JSON.stringify(last));

        const again = call(wanted);
        const next = await question(server);
        assert.notEqual(next, id, 'what was used once is asked anew');
        await decide('reject', next);
        const refused = await again;
        assert.equal(at(refused.result, 'isError'), true);
        assert.match(textOf(refused), /rejected/);
      });
    });
  }
}

test('on a route with several servers, for what is not a tool, and for agents of both eras', async () => {
  const url = gateway.url('').replace(/\/$/, '');
  const params = fresh();
  const waits = modernCall(url, 'tools/call', { ...params, name: 'modern__pay' }, { key: ann });
  await decide('approve', await question('modern'));
  assert.equal(textOf(await waits), 'paid');
  const session = await LegacySession.open(url, { key: ann });
  const again = session.request('tools/call', { ...params, name: 'modern__pay' });
  await decide('approve', await question('modern'));
  assert.equal(textOf(await again), 'paid');
  assert.equal(executions(modern, params), 2);

  const uri = `file:///ledger/${++serial}`;
  const reading = modernCall(gateway.url('modern'), 'resources/read', { uri }, { key: ann });
  const id = await question('modern');
  assert.match((await gateway.cli('approvals', 'show', id)).stdout, new RegExp(uri));
  await decide('approve', id);
  assert.equal(textAt((await reading).result, 'contents', 0, 'text'), 'all of it');
  const refused = modernCall(gateway.url('modern'), 'resources/read', { uri }, { key: ann });
  await decide('reject', await question('modern'));
  assert.equal(at((await refused).error, 'code'), 1403);
});

test('who loses the right to call while waiting is cut off, and nothing goes through', async () => {
  const params = fresh();
  const key = await gateway.addAgent('leaving', ['staff']);
  const waits = await modernStream(gateway.url('modern'), 'tools/call', params, { key });
  const id = await question('modern');
  const removed = await gateway.cli('agents', 'remove', 'leaving');
  assert.equal(removed.code, 0, removed.stderr);
  while ((await waits.next()) !== undefined);
  await decide('approve', id);
  assert.equal(executions(modern, params), 0);
});

test('an identical later call takes an approval that was given while nobody waited', async () => {
  const params = fresh();
  const url = gateway.url('modern');
  const waits = await modernStream(url, 'tools/call', params, { key: ann });
  const id = await question('modern');
  waits.close();
  await decide('approve', id);
  assert.equal(executions(modern, params), 0, 'hanging up is not an answer, and an approval makes no call');
  const answer = await modernCall(url, 'tools/call', params, { key: ann });
  assert.equal(textOf(answer), 'paid');
  assert.equal(executions(modern, params), 1);
});

test('many identical calls at once, one approval: exactly one goes through', async () => {
  const params = fresh();
  const key = await gateway.addAgent('many', ['staff']);
  const calls = [modernCall(gateway.url('modern'), 'tools/call', params, { key })];
  const id = await question('modern');
  // Whichever worker the kernel gives a connection to, and while one of them still learns what the server speaks, the other has its calls.
  await until(async () => {
    for (let i = 0; i < 5; i++) calls.push(modernCall(gateway.url('modern'), 'tools/call', params, { key }));
    await until(() => asked(id) === calls.length, 'all of them wait');
    return calls.length >= 20 && new Set(slots(id)).size === 2;
  }, 'many wait, on both workers');
  await decide('approve', id);
  const answers = await Promise.all(calls);
  assert.equal(answers.filter((answer) => textOf(answer) === 'paid').length, 1);
  assert.equal(answers.filter((answer) => at(answer.result, 'isError') === true).length, calls.length - 1);
  assert.equal(executions(modern, params), 1);
});

test('nobody answers in time: the agent reads what to do, and the question stays', async () => {
  const params = fresh();
  const answer = await modernCall(gateway.url('modern'), 'tools/call', params, { key: ann });
  assert.equal(at(answer.result, 'isError'), true);
  const id = approvalIn(textOf(answer));
  assert.equal(await question('modern'), id);
  await decide('approve', id);
  assert.equal(textOf(await modernCall(gateway.url('modern'), 'tools/call', params, { key: ann })), 'paid');
});

test('what has expired is asked anew, and cannot be approved', async () => {
  const params = fresh();
  const answer = await modernCall(gateway.url('brief'), 'tools/call', params, { key: ann });
  const id = approvalIn(textOf(answer));
  const late = await gateway.cli('approvals', 'approve', id);
  assert.notEqual(late.code, 0);
  assert.match(late.stderr, /expired/);
  assert.equal(executions(modern, params), 0);
});

test('a rule that names approvers takes nobody else, and not who asked', async () => {
  const params = fresh();
  const waits = modernCall(gateway.url('named'), 'tools/call', params, { key: bob });
  const id = await question('named');
  const decideAs = async (key?: string): Promise<number> => (await tryToDecide('approve', [id], key)).code;
  assert.notEqual(await decideAs(), 0, 'who has the socket is in no group');
  assert.notEqual(await decideAs(ann), 0, 'in another group');
  assert.notEqual(await decideAs(bob), 0, 'in the group, but asked for it');
  assert.notEqual(await decideAs('spk_nobody'), 0, 'nobody');
  const eve = await gateway.addAgent('eve', ['controllers']);
  assert.equal(await decideAs(eve), 0);
  assert.equal(textOf(await waits), 'paid');
  const said = records('approval').findLast((value) => textAt(value, 'approval') === id);
  assert.deepEqual([textAt(said, 'event'), textAt(said, 'by'), textAt(said, 'agent')], ['approved', 'key:eve', 'bob']);
});

test('who approved what is on record, the call names it, and no value is anywhere', async () => {
  const params = fresh();
  const waits = modernCall(gateway.url('modern'), 'tools/call', params, { key: ann });
  const id = await question('modern');
  const shown = await gateway.cli('approvals', 'show', id);
  assert.match(shown.stdout, new RegExp(SECRET), 'who decides sees it');
  await decide('approve', id);
  assert.equal(textOf(await waits), 'paid');
  const decisions = records('decision').filter((value) => textAt(value, 'approval') === id);
  assert.deepEqual(
    decisions.map((value) => [textAt(value, 'verdict'), textAt(value, 'reason')]),
    [
      ['ask', 'approval-asked'],
      ['allow', ''],
    ],
  );
  const [said] = records('approval').filter((value) => textAt(value, 'approval') === id);
  assert.deepEqual([textAt(said, 'event'), textAt(said, 'agent'), textAt(said, 'tool')], ['approved', 'ann', 'pay']);
  assert.match(textAt(said, 'by'), /^os:/);
  assert.equal((await gateway.cli('audit', 'verify')).code, 0);
  assert.ok(!JSON.stringify(readRecords(gateway.dataFolder)).includes(SECRET));
  assert.ok(!gateway.logs().includes(SECRET));
});

function records(kind: string): readonly unknown[] {
  return readRecords(gateway.dataFolder)
    .map(({ value }) => value)
    .filter((value) => textAt(value, 'kind') === kind)
    .toSorted((a, b) => Number(at(a, 'time')) - Number(at(b, 'time')));
}

function slots(id: string): readonly string[] {
  return readRecords(gateway.dataFolder)
    .filter(({ value }) => textAt(value, 'approval') === id && textAt(value, 'reason') === 'approval-asked')
    .map(({ slot }) => slot);
}

function asked(id: string): number {
  return slots(id).length;
}
