// The policy changed as a text over the admin API of a running gateway: what stands beside it in the file stays as it is, what cannot be used is refused where
// it is wrong, what is saved is in force and in the history with who and why, and what was decided before can be decided anew by it.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { askAdmin, at, modernCall, readRecords, startEchoServer, startGateway, textAt, until } from '../harness/index.ts';
import type { AdminAnswer, EchoServer, Gateway } from '../harness/index.ts';

const FILE = (url: string, policy: string): string => `# Our gateway.
version: 1
workers: 2
listen: 127.0.0.1:0   # any
admin: { listen: off }
policy: # who may use what
${policy}
# What we call.
servers:
  echo: { url: '${url}', trust: first-use }
`;
const READERS = `  # Everybody reads.
  rules:
    - name: readers
      effect: allow
      agents: ['*']
      servers: [echo]
      tools: [plain]
`;

let echo: EchoServer;
let gateway: Gateway;
let key: string;

before(async () => {
  echo = await startEchoServer({ tools: ['plain', 'other'] });
  gateway = await startGateway({ config: FILE(echo.url, READERS) });
  key = await gateway.addAgent('ada');
});
after(async () => {
  await gateway?.stop();
  await echo?.close();
});

const ask = (method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<AdminAnswer> =>
  askAdmin(gateway.dataFolder, { method, path, body, headers });
const configText = (): string => readFileSync(gateway.configFile, 'utf8');

test('the policy is read as it is written', async () => {
  const { status, body, etag } = await ask('GET', '/policy');
  assert.equal(status, 200);
  assert.equal(textAt(body, 'text'), READERS.replaceAll(/^ {2}/gm, ''));
  assert.equal(etag, `"${textAt(body, 'tag')}"`);
  assert.deepEqual(at(body, 'source'), { kind: 'section', file: gateway.configFile, firstLine: 7 });
  assert.equal(at(body, 'inForce'), true);
  assert.equal(at(body, 'writable'), true);
  assert.equal(at(body, 'revision'), 1);
  assert.equal(textAt(body, 'rules', 0, 'name'), 'readers');
  assert.equal(at(body, 'rules', 0, 'line'), 3);
});

test('a text is tried without being written', async () => {
  const before = configText();
  const good = await ask('PUT', '/policy?dryRun=true', { text: rules('readers', 'others'), reason: 'tried' });
  assert.equal(good.status, 200);
  assert.equal(textAt(good.body, 'outcome'), 'checked');
  assert.deepEqual(at(good.body, 'rules'), [{ name: 'others', change: 'added', line: 7 }]);
  const wrong = await ask('PUT', '/policy?dryRun=true', { text: 'rules:\n  - nam: readers\n', reason: 'tried' });
  assert.equal(textAt(wrong.body, 'outcome'), 'refused');
  const lines = (Array.isArray(at(wrong.body, 'problems')) ? (at(wrong.body, 'problems') as readonly unknown[]) : []).map((one) =>
    at(one, 'textLine'),
  );
  assert.ok(lines.includes(2), JSON.stringify(wrong.body));
  assert.equal(configText(), before);
});

test('what cannot be used is not written, and says where it is wrong', async () => {
  const before = configText();
  const { status, body } = await ask('PUT', '/policy', { text: rules('readers').replace('allow', 'alow'), reason: 'a slip' });
  assert.equal(status, 422);
  assert.equal(textAt(body, 'code'), 'config_refused');
  assert.equal(at(body, 'problems', 0, 'line'), 9);
  assert.equal(configText(), before);
});

test('what somebody else has changed meanwhile is not overwritten', async () => {
  const { status, body } = await ask('PUT', '/policy', { text: rules('readers'), reason: 'late' }, { 'if-match': `"${'0'.repeat(64)}"` });
  assert.equal(status, 412);
  assert.equal(textAt(body, 'code'), 'version_changed');
});

test('a saved policy is in force, and nothing else of the file is another', async () => {
  assert.equal(await call('other'), 'denied');
  const before = configText();
  const { body: seen } = await ask('GET', '/policy');
  const text = '# Two tools.\n' + rules('readers', 'others');
  const saved = await ask('PUT', '/policy', { text, reason: 'others too' }, { 'if-match': `"${textAt(seen, 'tag')}"` });
  assert.equal(saved.status, 200, JSON.stringify(saved.body));
  assert.deepEqual([at(saved.body, 'outcome'), at(saved.body, 'revision')], ['saved', 2]);
  assert.equal(saved.etag, `"${textAt(saved.body, 'tag')}"`);
  assert.equal(configText(), before.replace(READERS, text.replaceAll(/^(?=.)/gm, '  ')));
  assert.equal(await call('other'), 'allowed');
  assert.equal(at((await ask('GET', '/policy')).body, 'inForce'), true);
});

test('who saved what, and why, is in the history and on record', async () => {
  const { body } = await ask('GET', '/policy/history');
  assert.deepEqual(
    [0, 1].map((index) => [
      at(body, 'revisions', index, 'revision'),
      at(body, 'revisions', index, 'via'),
      at(body, 'revisions', index, 'reason'),
    ]),
    [
      [2, 'api', 'others too'],
      [1, 'file', ''],
    ],
  );
  assert.match(textAt(body, 'revisions', 0, 'by'), /^os:/);
  const { body: one } = await ask('GET', '/policy/history/2');
  assert.equal(at(one, 'before'), 1);
  const diff = at(one, 'diff');
  assert.deepEqual(
    (Array.isArray(diff) ? diff : []).filter((line: unknown) => at(line, 'kind') !== 'same').map((line: unknown) => textAt(line, 'text')),
    [
      '# Everybody reads.',
      '# Two tools.',
      '  - name: others',
      '    effect: allow',
      "    agents: ['*']",
      '    servers: [echo]',
      '    tools: [other]',
    ],
  );
  const acts = readRecords(gateway.dataFolder)
    .map(({ value }) => value)
    .filter((value) => at(value, 'action') === 'policy.write');
  assert.deepEqual(
    acts.map((act) => [at(act, 'outcome'), at(act, 'reason')]),
    [
      ['begun', 'a slip'],
      ['refused', 'a slip'],
      ['begun', 'late'],
      ['refused', 'late'],
      ['begun', 'others too'],
      ['done', 'others too'],
    ],
  );
});

test('an older text is put back by naming it', async () => {
  const { body: first } = await ask('GET', '/policy/history/1');
  const other = await ask('PUT', '/policy', { text: rules('readers'), reason: 'back', restores: 1 });
  assert.equal(textAt(other.body, 'code'), 'revision_unknown');
  const back = await ask('PUT', '/policy', { text: textAt(first, 'text'), reason: 'back', restores: 1 });
  assert.deepEqual([at(back.body, 'outcome'), at(back.body, 'revision')], ['saved', 3]);
  assert.equal(configText(), FILE(echo.url, READERS));
  assert.equal(await call('other'), 'denied');
  assert.equal(at((await ask('GET', '/policy/history?limit=1')).body, 'revisions', 0, 'restores'), 1);
});

test('other changes in the file are not put in force with it', async () => {
  const before = configText();
  writeFileSync(gateway.configFile, before.replace('workers: 2', 'workers: 1'));
  const { status, body } = await ask('PUT', '/policy', { text: rules('others'), reason: 'not this way' });
  assert.equal(status, 409);
  assert.equal(textAt(body, 'code'), 'file_changed');
  writeFileSync(gateway.configFile, before);
});

test('what is on record is decided anew by another policy', async () => {
  const begun = await ask('POST', '/policy/replays', { text: rules('readers', 'others'), from: new Date(0).toISOString() });
  assert.equal(begun.status, 201, JSON.stringify(begun.body));
  const replay = async (): Promise<unknown> => (await ask('GET', `/policy/replays/${textAt(begun.body, 'id')}`)).body;
  await until(async () => at(await replay(), 'job', 'state') !== 'running', 'the replay has ended');
  const report = at(await replay(), 'report');
  // What was allowed would be so again; the two calls that were denied would not.
  assert.equal(at(report, 'changed'), 2, JSON.stringify(await replay()));
  assert.equal(Number(at(report, 'same')) + 2, at(report, 'decisions'));
  assert.deepEqual(
    { ...Object(at(report, 'groups', 0)), last: undefined },
    {
      agent: 'ada',
      server: 'echo',
      kind: 'tool',
      name: 'other',
      was: { verdict: 'deny', rule: null },
      now: { verdict: 'allow', rule: 'others' },
      rules: [],
      count: 2,
      last: undefined,
    },
  );
});

test('rules say how often they decided', async () => {
  await call('plain');
  await until(async () => at((await ask('GET', '/policy')).body, 'rules', 0, 'uses') !== null, 'they have been counted');
  const { body } = await ask('GET', '/policy');
  assert.equal(typeof at(body, 'rules', 0, 'uses'), 'number');
});

test('an editor is told what may stand in a policy', async () => {
  const { body } = await ask('GET', '/policy/schema');
  assert.equal(at(body, 'schema', 'type'), 'object');
  assert.deepEqual(at(body, 'known', 'servers'), ['echo']);
  assert.deepEqual(at(body, 'known', 'agents'), ['ada']);
  const tools = at(body, 'known', 'tools');
  assert.ok(Array.isArray(tools) && tools.some((tool: unknown) => textAt(tool, 'name') === 'plain'));
});

test('the config in force says where each value comes from', async () => {
  const { status, body } = await ask('GET', '/settings?search=workers');
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(at(body, 'settings', 0, 'source'), { kind: 'file', file: gateway.configFile, line: 3, variables: [] });
  assert.equal(at(body, 'isStale'), false);
  assert.equal(textAt(body, 'store', 0, 'what'), 'agents');
  assert.equal(at(body, 'store', 0, 'count'), 1);
  const data = await ask('GET', '/settings?search=Folder%20for%20agents');
  assert.equal(at(data.body, 'settings', 0, 'path'), 'data');
  const byCommand = await ask('GET', '/settings?from=command-line');
  assert.equal(at(byCommand.body, 'total'), 0, JSON.stringify(byCommand.body));
});

test('what a server lists is there one by one, with who could call it', async () => {
  const { body } = await ask('GET', '/catalogue/definitions?state=approved&server=echo');
  assert.deepEqual([at(body, 'total'), at(body, 'definitions', 0, 'name')], [2, 'other']);
  const one = await ask('GET', '/catalogue/definition?server=echo&kind=tool&name=plain');
  assert.equal(one.status, 200, JSON.stringify(one.body));
  assert.equal(textAt(one.body, 'state'), 'approved');
  assert.deepEqual(at(one.body, 'reach'), {
    rules: [{ rule: 'readers', effect: 'allow', match: 'agents *' }],
    agents: ['ada'],
    agentCount: 1,
    looked: 1,
    conditional: 0,
  });
});

function rules(...names: readonly ('readers' | 'others')[]): string {
  const one = (name: string): string =>
    `  - name: ${name}\n    effect: allow\n    agents: ['*']\n    servers: [echo]\n    tools: [${name === 'others' ? 'other' : 'plain'}]\n`;
  return `rules:\n${names.map(one).join('')}`;
}

async function call(tool: string): Promise<'allowed' | 'denied'> {
  const { result, error } = await modernCall(gateway.url('echo'), 'tools/call', { name: tool, arguments: {} }, { key });
  return error === undefined && at(result, 'isError') !== true ? 'allowed' : 'denied';
}
