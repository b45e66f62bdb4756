// What tasks have used outlives whoever keeps it: control is killed, or hangs, the whole gateway is killed, the policy changes, a person has it
// forgotten. Every call has a connection of its own, and two workers take turns.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  anyTool,
  at,
  modernAnswers,
  modernCall,
  readRecords,
  repositoryRoot,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { Gateway, RpcAnswer, ScriptedServer } from '../harness/index.ts';

const TOOLS = ['read_mail', 'post', 'add'];
const ALLOW = { name: 'everything', effect: 'allow', agents: ['*'], servers: ['*'] };
const FLOW = { name: 'stays-inside', effect: 'deny', agents: ['*'], servers: ['*'], labels: ['external-sink'], after: ['private-source'] };

let server: ScriptedServer;
let gateway: Gateway;
let folder: string;
const config = (rules: readonly object[]): object =>
  testConfig({
    servers: {
      desk: {
        url: server.url,
        tools: { read_mail: { labels: ['private-source'] }, post: { labels: ['external-sink'] }, add: { labels: ['own'] } },
      },
    },
    rules,
  });

before(async () => {
  const parent = join(repositoryRoot, '.sallyport');
  if (!existsSync(parent)) mkdirSync(parent);
  folder = mkdtempSync(join(parent, 'test-flow-'));
  server = await startScriptedServer(
    modernAnswers({
      'tools/list': { resultType: 'complete', ttlMs: 60_000, cacheScope: 'private', tools: TOOLS.map(anyTool) },
      'tools/call': { resultType: 'complete', content: [{ type: 'text', text: 'done' }] },
    }),
  );
  gateway = await startGateway({ config: config([ALLOW, FLOW]), folder });
});
after(async () => {
  await gateway?.stop();
  await server?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

let agents = 0;
const fresh = async (): Promise<{ readonly name: string; readonly key: string }> => {
  const name = `agent-${++agents}`;
  return { name, key: await gateway.addAgent(name) };
};
const use = (key: string, name: string): Promise<RpcAnswer> => modernCall(gateway.url('desk'), 'tools/call', { name }, { key });
const said = (answer: RpcAnswer): string => textAt(answer.result, 'content', 0, 'text') || answer.http.body;
const heard = (): number => server.seen.filter(({ message }) => at(message, 'params', 'name') === 'post').length;
const isRefused = (answer: RpcAnswer): void => assert.match(said(answer), /rule "stays-inside"/);
const controlIsBack = (before: number): Promise<void> =>
  until(async () => {
    const [now] = gateway.processes('control');
    return now !== undefined && now !== before && (await gateway.cli('status')).code === 0;
  }, 'control to be replaced');

test('control is killed between the source and the sink', async () => {
  for (let i = 0; i < 3; i++) {
    const { key } = await fresh();
    assert.equal(said(await use(key, 'read_mail')), 'done');
    const before = heard();
    const [control = 0] = gateway.processes('control');
    process.kill(control, 'SIGKILL');
    // While it is away nobody can say; once it is back it is the rule.
    assert.match(said(await use(key, 'post')), /rule "stays-inside"|what it has used before cannot be looked up/);
    await controlIsBack(control);
    for (let again = 0; again < 4; again++) isRefused(await use(key, 'post'));
    assert.equal(heard(), before);
  }
});

test('control is killed while sources are under way: what was answered is known', async () => {
  const all = await Promise.all(Array.from({ length: 6 }, fresh));
  const [control = 0] = gateway.processes('control');
  const reading = all.map(async ({ key }) => ({ key, answer: await use(key, 'read_mail') }));
  process.kill(control, 'SIGKILL');
  const read = await Promise.all(reading);
  await controlIsBack(control);
  for (const { key, answer } of read) {
    const sent = said(await use(key, 'post'));
    if (said(answer) === 'done') assert.match(sent, /rule "stays-inside"/);
    // Refused before it was told to the server: it has used nothing, or is taken to have.
    else assert.match(said(answer), /cannot be noted/);
  }
});

test('control hangs: what depends on it is refused, everything else is served', async () => {
  const [{ key }, other] = [await fresh(), await fresh()];
  assert.equal(said(await use(key, 'read_mail')), 'done');
  const before = heard();
  const [control = 0] = gateway.processes('control');
  process.kill(control, 'SIGSTOP');
  try {
    const [sink, clean, source, plain] = await Promise.all([
      use(key, 'post'),
      use(other.key, 'post'),
      use(other.key, 'read_mail'),
      use(key, 'add'),
    ]);
    assert.match(said(sink), /cannot be looked up/);
    assert.match(said(clean), /cannot be looked up/);
    assert.match(said(source), /cannot be noted/);
    assert.equal(said(plain), 'done');
    assert.equal(heard(), before);
  } finally {
    process.kill(control, 'SIGCONT');
  }
  await until(async () => said(await use(other.key, 'add')) === 'done', 'the gateway to go on');
  isRefused(await use(key, 'post'));
  const reasons = readRecords(gateway.dataFolder).flatMap(({ value }) => (at(value, 'reason') === 'flow-unknown' ? [value] : []));
  assert.ok(reasons.length >= 3, 'the record says why');
});

test('the whole gateway is killed and started again', async () => {
  const { key } = await fresh();
  assert.equal(said(await use(key, 'read_mail')), 'done');
  await gateway.stop('SIGKILL');
  gateway = await startGateway({ config: config([ALLOW, FLOW]), folder });
  isRefused(await use(key, 'post'));
});

test('a person sees what an agent has used, and has it forgotten: from there on it is known anew, on every worker', async () => {
  const { name, key } = await fresh();
  for (let i = 0; i < 4; i++) assert.equal(said(await use(key, 'read_mail')), 'done');
  isRefused(await use(key, 'post'));
  const shown = await gateway.cli('flow', name, '--output', 'json');
  assert.equal(shown.code, 0, shown.stderr);
  assert.deepEqual(
    [at(JSON.parse(shown.stdout), 'agents', 0, 'agent'), at(JSON.parse(shown.stdout), 'agents', 0, 'labels', 0, 'label')],
    [name, 'private-source'],
  );
  assert.match((await gateway.cli('flow', name)).stdout, /private-source/);
  const cleared = await gateway.cli('flow', 'clear', name);
  assert.equal(cleared.code, 0, cleared.stderr);
  for (let i = 0; i < 4; i++) assert.equal(said(await use(key, 'post')), 'done');
  // Both workers had told control of this task within the last minute; neither may go by that now.
  for (let i = 0; i < 4; i++) {
    assert.equal(said(await use(key, 'read_mail')), 'done');
    isRefused(await use(key, 'post'));
    assert.equal((await gateway.cli('flow', 'clear', name)).code, 0);
  }
  const records = readRecords(gateway.dataFolder).filter(({ value }) => at(value, 'kind') === 'flow' && at(value, 'agent') === name);
  assert.equal(new Set(records.map(({ slot }) => slot)).size, 2, 'every worker has it on record');
  assert.match((await gateway.cli('flow', 'clear', name)).stdout, /nothing to forget/);
  assert.equal((await gateway.cli('flow', 'clear')).code, 2);
});

test('a rule that is added looks at what is used from then on, and a rule that goes lets everything through', async () => {
  const { key } = await fresh();
  gateway.reload(config([ALLOW]));
  await until(async () => said(await use(key, 'post')) === 'done' && said(await use(key, 'post')) === 'done', 'the rule to go');
  assert.equal(said(await use(key, 'read_mail')), 'done');
  gateway.reload(config([ALLOW, FLOW]));
  const { key: probe } = await fresh();
  await until(async () => {
    await use(probe, 'read_mail');
    const answers = await Promise.all(Array.from({ length: 4 }, () => use(probe, 'post')));
    return answers.every((answer) => /stays-inside/.test(said(answer)));
  }, 'the rule to come');
  assert.equal(said(await use(key, 'post')), 'done');
  assert.equal(said(await use(key, 'read_mail')), 'done');
  isRefused(await use(key, 'post'));
});
