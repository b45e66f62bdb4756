// What the doctor finds in a data folder, on a disk, about agents and in the record; what needs a gateway is in test/walks/doctor.test.ts.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { AgentView, ServerProbe } from '../../admin/index.ts';
import { toEntryLine } from '../../audit/index.ts';
import type { Entry, EntryQuery } from '../../audit/index.ts';
import { cliFixture } from '../cli.fixture.ts';
import { createProgress } from '../progress.ts';
import { checkFailures, checkKeys } from './agents.ts';
import { checkDisk, checkFolder } from './folder.ts';
import { compareClocks } from './servers.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const GIB = 1_073_741_824;

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-doctor-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a data folder that others may look into, and a key that others may read', async (t) => {
  const folder = folderOf(t);
  mkdirSync(join(folder, 'keys'), { mode: 0o700 });
  writeFileSync(join(folder, 'keys', 'signing.key'), 'x', { mode: 0o600 });
  assert.equal((await checkFolder(folder)).verdict, 'ok');
  chmodSync(join(folder, 'keys', 'signing.key'), 0o640);
  const loose = await checkFolder(folder);
  assert.equal(loose.verdict, 'failed');
  assert.match(loose.text, /keys\/signing\.key/);
  assert.match(loose.remedy ?? '', /chmod -R go= /);
  assert.equal((await checkFolder(join(folder, 'none'))).verdict, 'skipped');
});

test('a disk is judged by its room and by writes that were really made', async (t) => {
  const folder = folderOf(t);
  const [room, writes] = await checkDisk(folder);
  assert.match(room?.text ?? '', /are free on the disk/);
  assert.match(writes?.text ?? '', /A durable write takes [\d.]+ ms \(7 tries/);
  assert.deepEqual(readdirSync(folder), [], 'nothing is left behind');
});

for (const [what, free, ms, verdicts, says] of [
  ['in order', 20 * GIB, 3, ['ok', 'ok'], /20 GiB/],
  ['nearly full', GIB / 2, 3, ['warning', 'ok'], /512 MiB are free/],
  ['full', 1_000_000, 3, ['failed', 'ok'], /The disk is full/],
  ['slow', 20 * GIB, 240, ['ok', 'warning'], /The disk is slow\. A durable write takes 240\.0 ms/],
] as const) {
  test(`a disk that is ${what}`, async () => {
    const found = await checkDisk('/data', { freeBytes: async () => free, writeMs: async () => ms });
    assert.deepEqual(
      found.map(({ verdict }) => verdict),
      verdicts,
    );
    assert.match(found.map(({ text }) => text).join('\n'), says);
  });
}

test('a disk that cannot be written to', async () => {
  const refuse = (code: string) => ({
    freeBytes: async () => 20 * GIB,
    writeMs: () => Promise.reject(Object.assign(new Error('no'), { code })),
  });
  const full = (await checkDisk('/data', refuse('ENOSPC')))[1];
  assert.deepEqual([full?.verdict, full?.text], ['failed', 'Nothing can be written to /data (ENOSPC).']);
  assert.equal((await checkDisk('/data', refuse('EACCES')))[1]?.verdict, 'skipped');
});

const key = (expiresAt: string | null): AgentView['keys'][number] => ({
  id: 'k',
  label: '',
  createdAt: '2026-11-01T00:00:00.000Z',
  expiresAt,
});
const agent = (name: string, keys: AgentView['keys']): AgentView => ({ name, groups: [], attributes: {}, priority: 'interactive', keys });

test('agents without a key that is valid are named, and those that soon have none', () => {
  const found = checkKeys(
    [
      agent('fine', [key(null)]),
      agent('left', []),
      agent('old', [key('2026-11-22T12:00:00.000Z')]),
      agent('soon', [key('2026-11-25T12:00:00.000Z'), key('2026-11-20T12:00:00.000Z')]),
    ],
    NOW,
  );
  assert.deepEqual(
    found.map(({ about, verdict, text }) => [about, verdict, text.split('.')[0]]),
    [
      ['left', 'failed', 'It has no key: those that it had are revoked'],
      ['old', 'failed', 'Its keys have expired'],
      ['soon', 'warning', 'Its last key ends in 2d'],
    ],
  );
  assert.deepEqual(
    checkKeys([agent('fine', [key(null)])], NOW).map(({ verdict }) => verdict),
    ['ok'],
  );
});

function entry(kind: Entry['kind'], time: number, members: object, outcome?: object): Entry {
  const line = (value: object): Entry['line'] => ({
    ...toEntryLine(1, time, JSON.stringify(value)),
    members: value as Entry['line']['members'],
  });
  return { slot: 'worker-0', kind, line: line(members), outcome: outcome === undefined ? undefined : line(outcome) };
}

test('what each agent failed at last, and strangers by where they came from', async () => {
  const denied = { id: 'c1', agent: 'ada', server: 'crm', method: 'tools/call', tool: 'pay', verdict: 'deny', rule: 'no-payments' };
  const failed = { id: 'c2', agent: 'ada', server: 'files', method: 'tools/call', tool: 'read', verdict: 'allow' };
  const answers = (query: EntryQuery): readonly Entry[] => {
    if (query.kinds?.includes('refusals') === true)
      return [
        entry('refusals', NOW - 5_000, { reason: 'unauthenticated', source: '10.0.0.7', count: 3 }),
        entry('refusals', NOW - 9_000, { reason: 'unauthenticated', source: '10.0.0.7', count: 4 }),
      ];
    if (query.verdict === 'deny') return [entry('call', NOW - 60_000, denied)];
    return query.status === 'failed' ? [entry('call', NOW - 30_000, failed, { status: 'failed', code: 'upstream_timeout' })] : [];
  };
  async function* find(query: EntryQuery): AsyncGenerator<Entry> {
    yield* answers(query);
  }
  const telling = { fromMs: NOW - 86_400_000, nowMs: NOW };
  const found = await checkFailures({ find }, { ...telling, tellsApart: true });
  assert.deepEqual(
    found.map(({ about, verdict }) => [about, verdict]),
    [
      ['ada', 'ok'],
      [null, 'warning'],
    ],
  );
  assert.match(
    found[0]?.text ?? '',
    /^Failed last 30s ago: tools\/call read on files ended as failed, upstream_timeout\. 'sallyport audit query --id c2'/,
  );
  const together = await checkFailures({ find }, { ...telling, tellsApart: false });
  assert.deepEqual(
    together.map(({ about, text }) => [about, text.split(':')[0]]),
    [
      [null, 'The last failure at crm'],
      [null, 'The last failure at files'],
    ],
    'where people may not be told apart, nobody is',
  );
  assert.match(found[1]?.text ?? '', /^7 requests without a valid key came from 10\.0\.0\.7, the last 5s ago/);
});

const probe = (server: string, clockSkewSeconds: number | null): ServerProbe => ({
  server,
  at: '2026-11-23T12:00:00.000Z',
  ms: 1,
  verdict: 'ok',
  hop: null,
  text: '',
  hops: [],
  addresses: [],
  tls: null,
  clockSkewSeconds,
  says: null,
  revisions: [],
  tools: null,
});

test('whose clock is wrong is what most others say', () => {
  const verdicts = (...skews: readonly (number | null)[]): readonly string[] =>
    compareClocks(skews.map((skew, index) => probe(`s${index}`, skew))).map(({ verdict, about }) => `${verdict} ${about ?? '-'}`);
  assert.deepEqual(verdicts(null), ['skipped -']);
  assert.deepEqual(verdicts(0, 1, -2), ['ok -']);
  assert.deepEqual(verdicts(0, 3_600), ['warning s1']);
  assert.deepEqual(verdicts(3_600, 3_601, 0), ['failed -']);
});

test('without a gateway the ports are looked at, and one that is taken is named', async (t) => {
  const taken = createServer();
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.after(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  const { cwd, run } = cliFixture(t);
  writeFileSync(
    join(cwd, 'sallyport.yaml'),
    `version: 1\nlisten: [{ address: '127.0.0.1:${port}' }]\nadmin: { listen: off }\nservers: {}\npolicy: { rules: [] }\n`,
  );
  const { code, stdout } = await run('doctor', '--output', 'json');
  assert.equal(code, 1);
  const found = (
    JSON.parse(stdout) as { readonly findings: readonly { readonly area: string; readonly text: string; readonly verdict: string }[] }
  ).findings;
  assert.match(found.find(({ area }) => area === 'listener')?.text ?? '', /cannot be listened on \(EADDRINUSE\)/);
  assert.deepEqual(
    ['gateway', 'server'].map((area) => found.find((one) => one.area === area)?.verdict),
    ['skipped', 'skipped'],
  );
});

test('a config that is wrong is named with its line', async (t) => {
  const { cwd, run } = cliFixture(t);
  writeFileSync(join(cwd, 'sallyport.yaml'), 'version: 1\nserverz: {}\n');
  const { code, stdout } = await run('doctor');
  assert.equal(code, 1);
  assert.match(stdout, /^FAILED +config +sallyport\.yaml:2:1: /m);
});

test('progress says nothing within the first second, then once a second, and to programs never', () => {
  let now = 0;
  const said: string[] = [];
  const stderr = { write: (text: string) => said.push(text) };
  const progress = createProgress({ stderr }, 'servers', () => now);
  progress.tell(1, 10);
  now = 1_500;
  progress.tell(3, 10);
  now = 2_000;
  progress.tell(5, 10);
  now = 2_600;
  progress.tell(8);
  progress.end();
  assert.deepEqual(said, ['sallyport: 3 of 10 (30 %) servers\n', 'sallyport: 8 servers\n', 'sallyport: done in 2.6 s\n']);
  said.length = 0;
  const silent = createProgress({ stderr, errorsAs: 'json' }, 'servers', () => (now += 2_000));
  silent.tell(1);
  silent.end();
  assert.deepEqual(said, []);
});
