// What was on the road is found in the record, while the gateway with its two workers goes on writing it: by query, figures, exports, the breach query and the
// export for a data subject; with names where the profile has them, by pseudonym where it has not. Each reading is on record itself.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  ALLOW_ALL,
  at,
  modernCall,
  readRecords,
  repositoryRoot,
  startEchoServer,
  startGateway,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { EchoServer, Gateway, LogRecord } from '../harness/index.ts';

const NO_WIPING = { name: 'no-wiping', effect: 'deny', agents: ['*'], servers: ['echo'], tools: ['wipe'] };
const CANARY = 'canary-of-an-argument';
/** Nothing else is called anything like it. */
const GUARDED = 'zebra-quagga';

let echo: EchoServer;
let gateway: Gateway;
let folder: string;
const keys = new Map<string, string>();

const config = (audit: object): object =>
  testConfig({ servers: { echo: { url: echo.url } }, rules: [NO_WIPING, ALLOW_ALL], extra: { audit } });

before(async () => {
  echo = await startEchoServer({ tools: ['plain', 'wipe'] });
  mkdirSync(join(repositoryRoot, '.sallyport'), { recursive: true });
  folder = mkdtempSync(join(repositoryRoot, '.sallyport', 'test-'));
  gateway = await startGateway({ config: config({}), folder });
  for (const agent of ['ada', 'bob']) keys.set(agent, await gateway.addAgent(agent));
  for (const agent of ['ada', 'bob']) {
    await call(agent, 'wipe');
    await until(async () => {
      await call(agent, 'plain');
      return new Set(decisions(agent).map(({ slot }) => slot)).size === 2;
    }, `both workers have served ${agent}`);
  }
  await until(
    () => decisions().every(({ value }) => textAt(value, 'verdict') === 'deny' || outcomeOf(value) !== undefined),
    'all have ended',
  );
});
after(async () => {
  await gateway?.stop();
  await echo?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a query finds every call of an agent on every worker, with how it ended', async () => {
  const found = await queried('--agent', 'ada', '--kind', 'call', '--limit', 'all');
  assert.deepEqual(
    found.map(idOf).toSorted(),
    decisions('ada')
      .map(({ value }) => textAt(value, 'id'))
      .toSorted(),
  );
  for (const entry of found) {
    const isDenied = textAt(entry, 'record', 'verdict') === 'deny';
    assert.equal(at(entry, 'outcome') === null, isDenied);
    if (!isDenied) assert.equal(textAt(entry, 'outcome', 'status'), 'ok');
  }
  const times = found.map((entry) => Number(at(entry, 'record', 'time')));
  assert.deepEqual(
    times,
    times.toSorted((a, b) => b - a),
  );
});

test('what was denied, by which rule, of which tool, and a call by its id', async () => {
  const denied = await queried('--verdict', 'deny', '--rule', 'no-wiping', '--tool', 'wipe', '--server', 'echo');
  assert.deepEqual(denied.map((entry) => textAt(entry, 'record', 'agent')).toSorted(), ['ada', 'bob']);
  const [one] = denied;
  assert.deepEqual((await queried('--id', idOf(one))).map(idOf), [idOf(one)]);
});

test('a call that is made is found by the next query', async () => {
  // A worker that does not know the server's list asks for it in the name of the call: that is on record too, and is another call.
  const ids = async (): Promise<readonly string[]> =>
    (await queried('--agent', 'bob', '--tool', 'plain', '--kind', 'call', '--limit', 'all')).map(idOf).toSorted();
  const recorded = (): readonly string[] =>
    decisions('bob')
      .filter(({ value }) => textAt(value, 'tool') === 'plain')
      .map(({ value }) => textAt(value, 'id'))
      .toSorted();
  const before = recorded();
  assert.deepEqual(await ids(), before);
  await call('bob', 'plain');
  assert.deepEqual(await ids(), recorded());
  assert.equal(recorded().length, before.length + 1);
});

test('figures are those of the record', async () => {
  const { groups } = JSON.parse((await gateway.cli('audit', 'query', '--count-by', 'tool', '--output', 'json')).stdout);
  const calls = (tool: string): number => decisions().filter(({ value }) => textAt(value, 'tool') === tool).length;
  assert.deepEqual(
    groups.filter(({ group }: { group: string }) => group !== ''),
    ['plain', 'wipe'].map((group) => ({ group, calls: calls(group) })),
  );
});

test('who touched the server is told with keys, times and amounts', async () => {
  const { stdout } = await gateway.cli('audit', 'who', '--server', 'echo', '--reason', 'incident 12', '--output', 'json');
  const { parties } = JSON.parse(stdout);
  const wanted = ['ada', 'bob'].map((agent) => {
    const own = decisions(agent).map(({ value }) => value);
    const passed = own.filter((value) => textAt(value, 'verdict') === 'allow');
    return [
      agent,
      textAt(own[0], 'keyId'),
      passed.length,
      own.length - passed.length,
      Math.min(...own.map((value) => Number(at(value, 'time')))),
    ];
  });
  assert.deepEqual(
    parties.map((one: { agent: string; key: string; calls: number; refused: number; first: string }) => [
      one.agent,
      one.key,
      one.calls,
      one.refused,
      Date.parse(one.first),
    ]),
    wanted,
  );
});

test('everything about one agent comes as one document', async () => {
  const { stdout } = await gateway.cli('audit', 'subject', 'ada', '--reason', 'Art. 15', '--output', 'json');
  const document = JSON.parse(stdout);
  assert.match(document.about[1], /^sub_[0-9a-f]{24}$/);
  const calls = document.entries.filter(({ kind }: { kind: string }) => kind === 'call');
  assert.equal(calls.length, decisions('ada').length);
  assert.ok(document.entries.some(({ record }: { record: object }) => textAt(record, 'action') === 'agents.add'));
});

test('every form of export has every call, and JSON Lines have the very lines', async () => {
  const export_ = async (format: string): Promise<string> =>
    (await gateway.cli('audit', 'export', '--format', format, '--kind', 'call')).stdout;
  const count = decisions().length;
  const logs = wholeRecord();
  const jsonl = (await export_('jsonl')).trimEnd().split('\n');
  assert.equal(jsonl.length, count);
  for (const line of jsonl) {
    const record = /^\{"slot":"worker-\d","kind":"call","record":(\{.*?"chain":"[0-9a-f]{64}"\}),/.exec(line)?.[1];
    assert.ok(record !== undefined && logs.includes(`${record}\n`));
  }
  assert.equal((await export_('csv')).trimEnd().split('\r\n').length, count + 1);
  const events = (await export_('ocsf'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(events.filter((event) => event.class_uid === 6003 && event.api.service.name === 'echo').length, count);
  const requests = (await export_('otlp'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const records = requests.flatMap(({ resourceLogs }) =>
    resourceLogs.flatMap(({ scopeLogs }: { scopeLogs: [{ logRecords: [] }] }) => scopeLogs[0].logRecords),
  );
  assert.equal(records.length, count);
});

test('each reading is on record, in the log of the gateway that was asked', async () => {
  const acts = readRecords(gateway.dataFolder).filter(({ value }) => textAt(value, 'action').startsWith('audit.'));
  for (const action of ['audit.query', 'audit.export', 'audit.who', 'audit.subject', 'audit.find'])
    assert.ok(
      acts.some(({ value }) => textAt(value, 'action') === action),
      action,
    );
  assert.deepEqual([...new Set(acts.map(({ slot }) => slot))], ['control']);
  const who = acts.find(({ value }) => textAt(value, 'action') === 'audit.who');
  assert.deepEqual([textAt(who?.value, 'target'), textAt(who?.value, 'reason')], ['echo', 'incident 12']);
});

test('the index is for the user of the gateway alone, and holds nothing that was said', () => {
  const index = join(gateway.dataFolder, 'index');
  assert.equal(statSync(index).mode & 0o777, 0o700);
  for (const name of readdirSync(index)) {
    assert.equal(statSync(join(index, name)).mode & 0o077, 0, name);
    assert.ok(!readFileSync(join(index, name), 'latin1').includes(CANARY));
  }
});

test('where it takes two people to learn who somebody is, nobody finds them by name alone', async () => {
  gateway.reload(config({ profile: 'works-council' }));
  await until(async () => snapshot().includes('"reidentify":"two"'), 'it is in force');
  const { code, stdout, stderr } = await gateway.cli('audit', 'subject', 'ada', '--reason', 'to see');
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /two people/);
});

test('without names on record somebody is found by pseudonym, with a reason, and their name is nowhere', async () => {
  gateway.reload(config({ profile: 'works-council', reidentify: 'one' }));
  await until(async () => snapshot().includes('"reidentify":"one"'), 'it is in force');
  keys.set(GUARDED, await gateway.addAgent(GUARDED));
  await until(async () => {
    await call(GUARDED, 'plain');
    return (await subjectOf(GUARDED)).some(({ record }) => textAt(record, 'server') === 'echo' && at(record, 'agent') === undefined);
  }, 'a call without a name is on record');
  assert.deepEqual(await queried('--agent', GUARDED), []);
  assert.match((await gateway.cli('audit', 'subject', GUARDED)).stderr, /Say why/);
  assert.match((await gateway.cli('audit', 'who', '--server', 'echo')).stderr, /Say why/);
  const { stdout } = await gateway.cli('audit', 'query', '--count-by', 'server');
  assert.match(stdout, /^echo +not told$/m);
  assert.ok(!wholeRecord().includes(GUARDED));
  const index = join(gateway.dataFolder, 'index');
  for (const name of readdirSync(index)) assert.ok(!readFileSync(join(index, name), 'latin1').includes(GUARDED));
});

test('when no gateway runs, the record can still be asked, and that is on record too', async () => {
  await gateway.stop();
  const found = await queried('--agent', 'ada', '--kind', 'call', '--limit', 'all');
  assert.deepEqual(
    found.map(idOf).toSorted(),
    decisions('ada')
      .map(({ value }) => textAt(value, 'id'))
      .toSorted(),
  );
  assert.match((await gateway.cli('audit', 'index', '--rebuild')).stdout, /made anew from \d+ records/);
  assert.ok(existsSync(join(gateway.dataFolder, 'audit', 'cli')));
  const own = readRecords(gateway.dataFolder).filter(({ slot, value }) => slot === 'cli' && textAt(value, 'kind') === 'act');
  assert.deepEqual(
    own.map(({ value }) => textAt(value, 'action')),
    ['audit.query', 'audit.index'],
  );
});

function call(agent: string, tool: string): Promise<unknown> {
  const key = keys.get(agent);
  assert.ok(key !== undefined);
  return modernCall(gateway.url('echo'), 'tools/call', { name: tool, arguments: { text: CANARY } }, { key });
}

async function queried(...options: readonly string[]): Promise<readonly unknown[]> {
  const { code, stdout, stderr } = await gateway.cli('audit', 'query', ...options, '--output', 'json');
  assert.equal(code, 0, stderr);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

async function subjectOf(agent: string): Promise<readonly { readonly record: object }[]> {
  const { code, stdout, stderr } = await gateway.cli('audit', 'subject', agent, '--reason', 'to see', '--output', 'json');
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout).entries;
}

function snapshot(): string {
  return readFileSync(join(gateway.dataFolder, 'snapshot.json'), 'utf8');
}

function idOf(entry: unknown): string {
  return textAt(entry, 'record', 'id');
}

/** Of the agent, as plain reading has it; of all without one. */
function decisions(agent?: string): readonly LogRecord[] {
  return readRecords(gateway.dataFolder).filter(
    ({ value }) => textAt(value, 'kind') === 'decision' && (agent === undefined || textAt(value, 'agent') === agent),
  );
}

function outcomeOf(decision: unknown): LogRecord | undefined {
  return readRecords(gateway.dataFolder).find(
    ({ value }) => textAt(value, 'kind') === 'outcome' && textAt(value, 'id') === textAt(decision, 'id'),
  );
}

function wholeRecord(): string {
  const audit = join(gateway.dataFolder, 'audit');
  return readdirSync(audit, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('');
}
