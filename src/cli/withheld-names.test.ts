// Records from before the profile kept names out of the record: where it takes two people to learn whose a pseudonym is, no command tells one person alone by showing
// a name beside it.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { CallRecord, DecisionRecord } from '../audit/index.ts';
import { diskFiles, loadConfig, nextRevision } from '../config/index.ts';
import { APPROVAL, writeLog } from './audit.fixture.ts';
import { cliFixture } from './cli.fixture.ts';
import type { CliFixture } from './cli.fixture.ts';
import { EXIT } from './index.ts';

const SUB = 'sub_00112233445566778899aabb';
const NAME = 'zebra-quagga';
const TIME = Date.parse('2026-11-22T10:00:01.000Z');
const CALL: DecisionRecord = {
  kind: 'decision',
  id: 'call-7',
  time: TIME,
  verdict: 'deny',
  rule: 'readers',
  reason: undefined,
  tenant: 'default',
  agent: NAME,
  user: undefined,
  subject: SUB,
  keyId: 'key_0123456789abcdef',
  listener: 'main',
  server: 'files',
  era: 'modern',
  revision: '2026-07-28',
  method: 'tools/call',
  tool: 'read_file',
  prompt: undefined,
  resource: undefined,
  snapshot: 1,
  requestBytes: 100,
};
const OLD: readonly CallRecord[] = [
  CALL,
  { ...APPROVAL, agent: NAME, by: `key:${NAME}` },
  { kind: 'flow', time: TIME, event: 'cleared', tenant: 'default', agent: NAME, by: 'os:root' },
  {
    kind: 'lockdown',
    time: TIME,
    event: 'locked',
    lock: 'lock_1',
    tenant: 'default',
    subject: 'agent',
    name: NAME,
    by: 'os:root',
    reason: 'drill',
    since: '2026-11-22T10:00:00.000Z',
    cut: 0,
  },
  {
    kind: 'act',
    time: TIME,
    act: 'act_0123456789abcdef',
    action: 'agents.add',
    outcome: 'done',
    by: 'os:root',
    via: 'cli',
    tenant: 'default',
    target: NAME,
    reason: undefined,
  },
];

/** A data folder whose older records have names, of a gateway whose config now says this of the record. */
async function place(t: TestContext, audit: string): Promise<CliFixture> {
  const fixture = cliFixture(t);
  const data = join(fixture.cwd, '.sallyport');
  const file = join(fixture.cwd, 'sallyport.yaml');
  const loaded = loadConfig(`version: 1\npolicy: { rules: [] }\naudit: ${audit}\n`, { file, env: {}, files: diskFiles, cores: 2 });
  assert.ok(loaded.ok);
  mkdirSync(data, { mode: 0o700 });
  const shards = { config: loaded.value.shard, agents: { agents: [] } };
  writeFileSync(join(data, 'snapshot.json'), JSON.stringify(nextRevision(undefined, shards)));
  await writeLog(join(data, 'audit', 'worker-0'), ...OLD);
  return fixture;
}

const GUARDED = '{ profile: works-council }';
const SHOWING: readonly (readonly string[])[] = [
  ['audit', 'query', '--limit', 'all'],
  ['audit', 'query', '--limit', 'all', '--output', 'json'],
  ['audit', 'query', '--subject', SUB],
  ['audit', 'subject', SUB, '--reason', 'a'],
  ['audit', 'subject', SUB, '--reason', 'a', '--output', 'json'],
  ['audit', 'who', '--server', 'files', '--reason', 'a'],
  ['audit', 'who', '--server', 'files', '--reason', 'a', '--output', 'json'],
  ['audit', 'tail', '--limit', 'all'],
  ['audit', 'tail', '--limit', 'all', '--output', 'json'],
  ...['jsonl', 'csv', 'ocsf', 'otlp'].map((format) => ['audit', 'export', '--format', format]),
];

for (const words of SHOWING)
  test(`${words.join(' ')} shows the pseudonym, and the name only where one person may learn it`, async (t) => {
    const guarded = await place(t, GUARDED);
    const { code, stdout, stderr } = await guarded.run(...words);
    assert.equal(code, EXIT.ok, stderr);
    assert.ok(stdout.includes(SUB));
    assert.ok(!stdout.includes(NAME), stdout);
    assert.ok(!stdout.includes(CALL.keyId), stdout);
    const open = await place(t, '{ profile: works-council, reidentify: one }');
    assert.ok((await open.run(...words)).stdout.includes(NAME));
  });

for (const words of [
  ['audit', 'query', '--agent', NAME],
  ['audit', 'query', '--subject', NAME],
  ['audit', 'query', '--agent', NAME, '--count-by', 'tool'],
  ['audit', 'export', '--agent', NAME],
  ['audit', 'subject', NAME, '--reason', 'a'],
])
  test(`${words.join(' ')} is refused where it takes two people`, async (t) => {
    const { run } = await place(t, GUARDED);
    const { code, stdout, stderr } = await run(...words);
    assert.deepEqual([code, stdout], [EXIT.failed, '']);
    assert.match(stderr, /two people/);
  });

test('a record that was shown without a name says what was taken out, and the log has it still', async (t) => {
  const { run, cwd } = await place(t, GUARDED);
  const { stdout } = await run('audit', 'query', '--id', 'call-7', '--output', 'json');
  const { record } = JSON.parse(stdout);
  assert.deepEqual(record.withheld, ['agent', 'keyId']);
  const log = readFileSync(join(cwd, '.sallyport', 'audit', 'worker-0', '00000001.log'), 'utf8');
  assert.ok(log.includes(`"agent":"${NAME}"`));
  assert.ok(log.includes(record.chain));
});

test('what one asks for oneself is not found by it, and a slip in a pseudonym is no answer', async (t) => {
  const { run } = await place(t, '{}');
  const unknown = 'sub_ffffffffffffffffffffffff';
  assert.match((await run('audit', 'query', '--subject', unknown)).stdout, /^Nothing on record/);
  assert.match((await run('audit', 'query', '--limit', '1')).stdout, /call-7|apr_0123|lock_1|act_0123456789abcdef/);
  assert.match((await run('audit', 'subject', unknown)).stdout, /All of them are questions/);
  for (const words of [
    ['query', '--subject', 'sub_0123'],
    ['subject', 'sub_0123'],
  ]) {
    const { code, stderr } = await run('audit', ...words);
    assert.deepEqual([code, stderr], [EXIT.usage, 'sallyport: sub_0123 is no pseudonym: those are sub_ and 24 hex digits.\n']);
  }
});
