// `audit query`, `index`, `export`, `who` and `subject` on logs that the product itself wrote: what a person and a program read, and that each reading is on
// record before anything is shown.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { tailLogs } from '../audit/index.ts';
import { fail, ok } from '../base/index.ts';
import { diskFiles, loadConfig, nextRevision } from '../config/index.ts';
import { fakeAgents, fakePorts } from './admin.fixture.ts';
import { APPROVAL, DECISION, FOUND, writeLog } from './audit.fixture.ts';
import { cliFixture } from './cli.fixture.ts';
import type { CliFixture, FixtureOptions } from './cli.fixture.ts';
import { EXIT } from './index.ts';

const PSEUDONYM = 'sub_0123456789abcdef01234567';

/** A data folder with a record, of a gateway whose config said this of the record. */
async function recordFixture(t: TestContext, audit = '{}', options: FixtureOptions = {}): Promise<CliFixture> {
  const fixture = cliFixture(t, options);
  const data = join(fixture.cwd, '.sallyport');
  const source = `version: 1\npolicy: { rules: [] }\naudit: ${audit}\n`;
  const loaded = loadConfig(source, { file: join(fixture.cwd, 'sallyport.yaml'), env: {}, files: diskFiles, cores: 2 });
  assert.ok(loaded.ok);
  mkdirSync(data, { mode: 0o700 });
  const shards = { config: loaded.value.shard, agents: { agents: [] } };
  writeFileSync(join(data, 'snapshot.json'), JSON.stringify(nextRevision(undefined, shards)));
  await writeLog(join(data, 'audit', 'worker-0'), FOUND, APPROVAL);
  return fixture;
}

async function acts({ cwd }: CliFixture): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const found: Readonly<Record<string, unknown>>[] = [];
  for await (const record of tailLogs(join(cwd, '.sallyport', 'audit'), { follow: false, limit: undefined }))
    if (record.kind === 'act') found.push(record.members);
  return found;
}

function lines(text: string): readonly { readonly kind: string; readonly record: Readonly<Record<string, unknown>> }[] {
  return text
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

test('query shows calls with how they ended, and what else is on record', async (t) => {
  const { run } = await recordFixture(t);
  const { code, stdout } = await run('audit', 'query');
  assert.equal(code, EXIT.ok);
  assert.match(stdout, /billing +files +tools\/call read_file +allow \(readers\) +ok 120 bytes +- +call-1$/m);
  assert.match(stdout, /billing +files +tools\/call write_file +deny \(files-are-read-only\) +- +- +call-2$/m);
  assert.match(stdout, /key:controller +bank +approval approved pay .* apr_0123$/m);
  // How the log frames and signs itself is there for who asks for it.
  assert.doesNotMatch(stdout, / log opened/);
  assert.match((await run('audit', 'query', '--kind', 'log')).stdout, / log opened/);
});

for (const [options, ids] of [
  [['--verdict', 'deny'], ['call-2']],
  [['--tool', 'read_file'], ['call-1']],
  [
    ['--agent', 'billing', '--kind', 'call', '--sort', 'oldest'],
    ['call-1', 'call-2'],
  ],
  [['--agent', 'billing', '--kind', 'call', '--sort', 'oldest', '--limit', '1'], ['call-1']],
  [['--server', 'bank'], ['apr_0123']],
  [['--status', 'ok'], ['call-1']],
  [['--rule', 'readers'], ['call-1']],
  [['--finding', 'vendor-token'], ['call-1']],
  [['--id', 'call-2'], ['call-2']],
  [
    ['--from', '2026-11-22T10:00Z', '--kind', 'call', '--kind', 'approval', '--limit', 'all'],
    ['apr_0123', 'call-2', 'call-1'],
  ],
  [['--to', '2026-11-22T10:00:00Z'], []],
  [['--subject', 'billing', '--verdict', 'ask'], []],
] as const)
  test(`query ${options.join(' ')} finds ${ids.join(', ') || 'nothing'}`, async (t) => {
    const { run } = await recordFixture(t);
    const { code, stdout } = await run('audit', 'query', ...options, '--output', 'json');
    assert.equal(code, EXIT.ok);
    assert.deepEqual(
      lines(stdout).map(({ record }) => record['approval'] ?? record['id']),
      ids,
    );
  });

test('what an agent gave up before it was decided is told and found as that: nobody denied it', async (t) => {
  const { run, cwd } = await recordFixture(t);
  await writeLog(join(cwd, '.sallyport', 'audit', 'worker-1'), {
    ...DECISION,
    id: 'call-3',
    verdict: 'deny',
    rule: undefined,
    reason: 'hung-up',
  });
  const ids = async (verdict: string): Promise<readonly unknown[]> =>
    lines((await run('audit', 'query', '--verdict', verdict, '--output', 'json')).stdout).map(({ record }) => record['id']);
  assert.deepEqual(await ids('given_up'), ['call-3']);
  assert.ok(!(await ids('deny')).includes('call-3'));
  assert.match((await run('audit', 'query')).stdout, /read_file +given_up +- +- +call-3$/m);
  assert.match((await run('audit', 'tail')).stdout, / given_up {2}billing → files {2}tools\/call read_file {2}\(hung-up\) {2}call-3$/m);
  assert.match((await run('audit', 'query', '--count-by', 'verdict')).stdout, /^given_up +1$/m);
});

test('figures are given by what was called, and of no group with too few people', async (t) => {
  const open = await recordFixture(t);
  assert.match((await open.run('audit', 'query', '--count-by', 'tool')).stdout, /^TOOL +CALLS\nread_file +1\nwrite_file +1\n$/);
  const guarded = await recordFixture(t, '{ smallestGroup: 3 }');
  const { stdout } = await guarded.run('audit', 'query', '--count-by', 'tool');
  assert.match(stdout, /^TOOL +CALLS\nread_file +not told\nwrite_file +not told\n\nNot told: groups of fewer than 3 people, /);
  const json = await guarded.run('audit', 'query', '--count-by', 'verdict', '--output', 'json');
  assert.deepEqual(JSON.parse(json.stdout), {
    by: 'verdict',
    smallestGroup: 3,
    groups: [
      { group: 'allow', calls: null },
      { group: 'deny', calls: null },
    ],
  });
});

for (const command of [
  ['query', '--limit', 'all'],
  ['query', '--count-by', 'hour'],
  ['export'],
  ['export', '--format', 'csv'],
  ['export', '--format', 'ocsf'],
  ['export', '--format', 'otlp'],
  ['who', '--server', 'files'],
  ['subject', 'billing'],
  ['index', '--rebuild'],
])
  test(`audit ${command.join(' ')} says what of the record is in no answer, and gives the rest`, async (t) => {
    const { run, cwd } = await recordFixture(t);
    const path = join(cwd, '.sallyport', 'audit', 'worker-0', '00000001.log');
    const bytes = readFileSync(path);
    const line = `{"v":1,"seq":9,"time":9999999999999999,"kind":"act","by":"key:x","chain":"${'0'.repeat(64)}"}\n`;
    bytes.write(line, bytes.indexOf(0), 'latin1');
    writeFileSync(path, bytes);
    const shown = await run('audit', ...command);
    assert.equal(shown.code, EXIT.ok);
    assert.match(
      shown.stderr,
      /^sallyport: Lines of the record that cannot be found are in no answer: 1 of worker-0\..*'sallyport audit verify'\.$/m,
    );
    assert.notEqual(shown.stdout, '');
    const { stderr } = await run('audit', ...command, '--output', 'json');
    assert.deepEqual(JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '').warning.unplaced, [{ slot: 'worker-0', lines: 1 }]);
  });

test('figures of guarded people are for whole days, which is said', async (t) => {
  const { run } = await recordFixture(t, '{ smallestGroup: 2 }');
  const times = ['--from', '2026-11-21T10:00:00Z', '--to', '2026-11-22T09:00:00Z'];
  const { stdout } = await run('audit', 'query', '--count-by', 'tool', ...times);
  assert.match(stdout, /\nThese are figures of whole days, UTC: from 2026-11-21 to before 2026-11-23\.\n$/);
  const json = await run('audit', 'query', '--count-by', 'tool', ...times, '--output', 'json');
  const { from, to } = JSON.parse(json.stdout);
  assert.deepEqual([from, to], ['2026-11-21T00:00:00.000Z', '2026-11-23T00:00:00.000Z']);
  assert.doesNotMatch((await run('audit', 'query', '--count-by', 'tool')).stdout, /whole days/);
});

test('where nobody can say how small a group may be, figures are guarded as the strictest profile has it', async (t) => {
  const { run, cwd } = await recordFixture(t);
  rmSync(join(cwd, '.sallyport', 'snapshot.json'));
  assert.match((await run('audit', 'query', '--count-by', 'server')).stdout, /files +not told\n\nNot told: groups of fewer than 5 people/);
});

for (const [options, why] of [
  [['--count-by', 'agent'], /Figures about single people are not given/],
  [['--count-by', 'server', '--limit', '0'], /whole number from 1/],
  [['--from', '2026-11-31'], /--from is a day in UTC/],
  [['--from', '2026-11-22T10:00'], /a time with its zone/],
  [['--to', 'yesterday'], /--to is a day in UTC/],
  [['--from', '1h', '--to', '2h'], /--from has to be before --to/],
  [['--kind', 'calls'], /Did you mean call\?/],
  [['--verdict', 'denied'], /--verdict is one of allow, ask, deny, given_up/],
  [['--status', 'good'], /--status is one of/],
  [['--sort', 'size'], /newest or oldest/],
] as const)
  test(`query ${options.join(' ')} is refused, and nothing is read`, async (t) => {
    const fixture = await recordFixture(t);
    const { code, stdout, stderr } = await fixture.run('audit', 'query', ...options);
    assert.deepEqual([code, stdout], [EXIT.usage, '']);
    assert.match(stderr, why);
    assert.deepEqual(await acts(fixture), []);
  });

test('each reading is on record, with what it was about and why', async (t) => {
  const fixture = await recordFixture(t);
  await fixture.run('audit', 'query', '--agent', 'billing', '--verdict', 'deny', '--count-by', 'tool', '--reason', 'case 7');
  await fixture.run('audit', 'export', '--format', 'csv', '--server', 'files', '--reason', 'case 8');
  await fixture.run('audit', 'export', '--server', 'files');
  await fixture.run('audit', 'who', '--server', 'files', '--from', '2026-11-20', '--reason', 'incident 12');
  await fixture.run('audit', 'subject', 'billing', '--reason', 'Art. 15');
  await fixture.run('audit', 'index', '--rebuild');
  const said = (await acts(fixture)).map(({ action, target, reason, details }) => ({ action, target, reason, details }));
  assert.deepEqual(said, [
    { action: 'audit.query', target: 'billing', reason: 'case 7', details: { verdict: 'deny', countBy: 'tool' } },
    { action: 'audit.export', target: 'files', reason: 'case 8', details: { format: 'csv', server: 'files' } },
    { action: 'audit.export', target: 'files', reason: undefined, details: { format: 'jsonl', server: 'files' } },
    { action: 'audit.who', target: 'files', reason: 'incident 12', details: { from: '2026-11-20' } },
    { action: 'audit.subject', target: 'billing', reason: 'Art. 15', details: undefined },
    { action: 'audit.index', target: undefined, reason: undefined, details: { rebuild: 'yes' } },
  ]);
});

test('no name that somebody typed gets on a record that holds pseudonyms only', async (t) => {
  const fixture = await recordFixture(t, '{ profile: works-council, reidentify: one }');
  await fixture.run('audit', 'query', '--agent', 'billing');
  await fixture.run('audit', 'export', '--agent', 'billing');
  await fixture.run('audit', 'subject', 'billing', '--reason', 'x');
  const said = await acts(fixture);
  assert.equal(said.length, 3);
  assert.doesNotMatch(JSON.stringify(said), /billing/);
});

for (const argv of [
  ['query'],
  ['query', '--count-by', 'tool'],
  ['export'],
  ['who', '--server', 'files'],
  ['subject', PSEUDONYM],
  ['index', '--rebuild'],
])
  test(`audit ${argv.join(' ')} shows nothing when it cannot be put on record`, async (t) => {
    const refused = async (): Promise<ReturnType<typeof fail<{ code: 'unavailable'; detail: string }>>> =>
      fail({ code: 'unavailable', detail: 'The audit log takes nothing.' });
    const fixture = await recordFixture(t, '{}', { ports: fakePorts(fakeAgents, { acts: { record: refused } }) });
    const { code, stdout, stderr } = await fixture.run('audit', ...argv);
    assert.deepEqual([code, stdout], [EXIT.failed, '']);
    assert.match(stderr, /takes nothing/);
    assert.equal(existsSync(join(fixture.cwd, '.sallyport', 'index')), false);
  });

for (const argv of [['query'], ['export'], ['who', '--server', 'x'], ['subject', 'x'], ['index']])
  test(`audit ${argv.join(' ')} says when there is no record`, async (t) => {
    const { code, stderr } = await cliFixture(t).run('audit', ...argv);
    assert.equal(code, EXIT.failed);
    assert.match(stderr, /There is no record in .*audit/);
  });

test('export writes a new file that only this user reads, and writes over none', async (t) => {
  const { run, cwd } = await recordFixture(t);
  const path = join(cwd, 'out.csv');
  assert.equal((await run('audit', 'export', '--format', 'csv', '--kind', 'call', '--out', 'out.csv')).code, EXIT.ok);
  const text = readFileSync(path, 'utf8');
  assert.equal(text.split('\r\n').length, 4);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const again = await run('audit', 'export', '--format', 'jsonl', '--out', 'out.csv');
  assert.equal(again.code, EXIT.usage);
  assert.match(again.stderr, /is there already/);
  assert.equal(readFileSync(path, 'utf8'), text);
});

test('an exported line is the line of the log', async (t) => {
  const { run, cwd } = await recordFixture(t);
  const { stdout } = await run('audit', 'export', '--id', 'call-2');
  const folder = join(cwd, '.sallyport', 'audit', 'worker-0');
  const log = readFileSync(join(folder, readdirSync(folder).find((name) => name.endsWith('1.log')) ?? ''), 'latin1');
  const line = log.split('\n').find((one) => one.includes('"call-2"')) ?? assert.fail();
  assert.ok(stdout.includes(`"record":${line},"outcome":null`));
});

test('an export format that there is not is refused', async (t) => {
  const { run } = await recordFixture(t);
  const { code, stderr } = await run('audit', 'export', '--format', 'xml');
  assert.equal(code, EXIT.usage);
  assert.match(stderr, /jsonl, csv, ocsf, otlp/);
});

test('who names everybody that touched a server, with key, times, amounts and findings', async (t) => {
  const { run } = await recordFixture(t);
  const { stdout } = await run('audit', 'who', '--server', 'files', '--output', 'json');
  assert.deepEqual(JSON.parse(stdout), {
    server: 'files',
    parties: [
      {
        tenant: 'default',
        agent: 'billing',
        key: 'key_0123456789abcdef',
        calls: 1,
        refused: 1,
        requestBytes: 100,
        answerBytes: 120,
        tools: { read_file: 1, write_file: 1 },
        findings: {},
        ended: { ok: 1 },
        first: '2026-11-22T10:00:00.000Z',
        last: '2026-11-22T10:00:00.000Z',
      },
    ],
    calls: 2,
    unlisted: 0,
  });
  const table = (await run('audit', 'who', '--server', 'files')).stdout;
  assert.match(table, /^billing +key_0123456789abcdef +\S+ +\S+ +1 +1 +100 +120 +read_file ×1, write_file ×1 +-$/m);
  assert.match((await run('audit', 'who', '--server', 'none')).stdout, /Nobody is on record/);
});

test('who needs a server, and a reason where the record holds pseudonyms', async (t) => {
  const { run } = await recordFixture(t, '{ profile: health }');
  assert.match((await run('audit', 'who')).stderr, /Say which server/);
  const { code, stderr } = await run('audit', 'who', '--server', 'files');
  assert.equal(code, EXIT.usage);
  assert.match(stderr, /Say why/);
});

test('subject gives everything about one person as one document, and in words', async (t) => {
  const { run } = await recordFixture(t);
  const document = JSON.parse((await run('audit', 'subject', 'billing', '--output', 'json')).stdout);
  assert.equal(document.format, 'sallyport-subject/1');
  assert.deepEqual([document.about, document.count, document.retentionDays], [['billing'], 3, 190]);
  assert.deepEqual(
    document.entries.map(({ kind, record, outcome }: { kind: string; record: { id?: string }; outcome: { status: string } | null }) => [
      kind,
      record.id,
      outcome?.status,
    ]),
    [
      ['call', 'call-1', 'ok'],
      ['call', 'call-2', undefined],
      ['approval', undefined, undefined],
    ],
  );
  const { stdout, stderr } = await run('audit', 'subject', 'billing');
  // That it was asked for before is about them too.
  assert.match(stdout, /4 entries\. Records are kept for 190 days \(profile minimal\)/);
  assert.match(stderr, /No gateway runs here/);
});

test('subject asks the gateway by which pseudonym somebody is on record', async (t) => {
  const asked: unknown[] = [];
  const subjects = {
    ...fakePorts(fakeAgents).subjects,
    find: async (input: unknown) => {
      asked.push(input);
      return ok({ pseudonym: PSEUDONYM });
    },
  };
  const told: unknown[] = [];
  const ports = fakePorts(fakeAgents, {
    subjects,
    acts: {
      record: async (act) => {
        told.push(act.target);
        return ok({ act: 'act_1' });
      },
    },
  });
  const { run } = await recordFixture(t, '{}', { ports });
  const { stdout, stderr } = await run('audit', 'subject', 'ann', '--user', '--reason', 'Art. 15', '--output', 'json');
  assert.equal(stderr, '');
  const document = JSON.parse(stdout);
  assert.deepEqual(asked, [{ kind: 'user', name: 'ann', reason: 'Art. 15' }]);
  assert.deepEqual(document.about, ['ann', PSEUDONYM]);
  assert.deepEqual(told, [PSEUDONYM]);
});

test('an index that does not fit is not believed, and made anew when asked for', async (t) => {
  const { run, cwd } = await recordFixture(t);
  await run('audit', 'query');
  const folder = join(cwd, '.sallyport', 'index');
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(join(folder, readdirSync(folder).find((name) => name.endsWith('.db')) ?? ''));
  database.exec('UPDATE entry SET place = place + 7');
  database.close();
  const { code, stderr } = await run('audit', 'query', '--id', 'call-1');
  assert.equal(code, EXIT.failed);
  assert.match(stderr, /does not fit the record.*audit index --rebuild/);
  assert.match((await run('audit', 'index', '--rebuild')).stdout, /^The index was made anew from \d+ records\.$/m);
  assert.match((await run('audit', 'query', '--id', 'call-1')).stdout, /call-1/);
  assert.match((await run('audit', 'index')).stdout, /up to date/);
});
