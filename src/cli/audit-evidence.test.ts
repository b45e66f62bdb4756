// What an auditor is given is whole, can be checked by anybody, is on record, and holds no secret and no name that the record would not.

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { DEFAULT_TENANT } from '../agents/index.ts';
import { tailLogs } from '../audit/index.ts';
import { sha256Hex } from '../base/index.ts';
import { openStore } from '../cluster/index.ts';
import { diskFiles, loadConfig, nextRevision } from '../config/index.ts';
import { cliFixture, FAKE_NOW } from './cli.fixture.ts';
import type { CliFixture } from './cli.fixture.ts';

const CONFIG = (rule: string): string => `version: 1
data: .sallyport
listen: [{ address: '127.0.0.1:7625' }]
servers:
  tickets: { url: http://127.0.0.1:7627/mcp }
inspection: { canaries: { vault: CANARY-VALUE-12345 } }
policy:
  rules: [{ name: ${rule}, effect: allow, agents: [billing], servers: [tickets] }]
  cases: [good.case]
`;
const CASES = 'What everybody relies on.\n---\nbilling | tickets | tool read | allow everything\n';

test('a pack: listed, checkable, on record, for this user alone', async (t) => {
  const { run, cwd } = await fixture(t);
  const done = await run('audit', 'evidence', '--out', 'pack', '--reason', 'yearly audit');
  assert.equal(done.code, 0, done.stderr);
  const manifest: unknown = JSON.parse(readFileSync(join(cwd, 'pack', 'manifest.json'), 'utf8'));
  assert.ok(typeof manifest === 'object' && manifest !== null && 'files' in manifest && Array.isArray(manifest.files));
  const listed = new Map(manifest.files.map((file: { path: string; sha256: string }) => [file.path, file.sha256]));
  const found = filesIn(join(cwd, 'pack')).filter((path) => path !== 'manifest.json' && path !== 'SHA256SUMS');
  assert.deepEqual([...listed.keys()].toSorted(), found.toSorted());
  for (const path of found) assert.equal(listed.get(path), sha256Hex(readFileSync(join(cwd, 'pack', path))), path);
  assert.equal(statSync(join(cwd, 'pack')).mode & 0o077, 0);
  assert.equal(statSync(join(cwd, 'pack', 'manifest.json')).mode & 0o077, 0);

  const acts = await actsIn(cwd);
  assert.deepEqual(
    acts.map(({ action, reason }) => [action, reason]),
    [
      ['audit.evidence', 'yearly audit'],
      ['audit.evidence', 'yearly audit'],
    ],
  );
  const digest = sha256Hex(readFileSync(join(cwd, 'pack', 'manifest.json')));
  assert.match(JSON.stringify(acts[1]?.['details']), new RegExp(`"manifest":"${digest}"`));
  assert.match(done.stdout, new RegExp(digest));
  assert.match(text(cwd, 'record/verify.txt'), /^cli {2}good/m);
  assert.match(text(cwd, 'record/acts.jsonl'), /"action":"audit\.evidence"/);
  assert.match(text(cwd, 'config/policy.json'), /"name": "everything"/);
});

test('no secret is in it, and no name of who set a hold where names are not on record', async (t) => {
  for (const subjects of ['names', 'pseudonyms'] as const) {
    const { run, cwd } = await fixture(t, subjects);
    assert.equal((await run('audit', 'evidence', '--out', 'pack')).code, 0);
    const everything = filesIn(join(cwd, 'pack'))
      .map((path) => readFileSync(join(cwd, 'pack', path), 'utf8'))
      .join('');
    assert.doesNotMatch(everything, /CANARY-VALUE|ANCHOR-SECRET/);
    assert.match(text(cwd, 'config/settings.json'), /"canaries": \[\s*"vault"\s*\]/);
    assert.equal(/key:lawyer/.test(text(cwd, 'retention/holds.json')), subjects === 'names');
    assert.match(text(cwd, 'retention/holds.json'), /a dispute/);
  }
});

test('configs of the time, and the one that was in force when it began', async (t) => {
  const { run, cwd } = await fixture(t);
  await using store = openStore(join(cwd, '.sallyport'));
  for (const [createdAt, outcome] of [
    ['2026-01-01T00:00:00.000Z', 'accepted'],
    ['2026-02-01T00:00:00.000Z', 'accepted'],
    ['2026-02-02T00:00:00.000Z', 'refused'],
    ['2026-03-05T00:00:00.000Z', 'accepted'],
    ['2026-04-05T00:00:00.000Z', 'accepted'],
  ] as const)
    await store.recordRevision({ digest: sha256Hex(createdAt), createdAt, outcome, reason: 'CANARY in the file' }, DEFAULT_TENANT);
  assert.equal((await run('audit', 'evidence', '--out', 'pack', '--from', '2026-03-01', '--to', '2026-04-01')).code, 0);
  const revisions: unknown = JSON.parse(text(cwd, 'config/revisions.json'));
  assert.ok(Array.isArray(revisions));
  assert.deepEqual(
    revisions.map((one: { createdAt: string; outcome: string }) => [one.createdAt.slice(0, 10), one.outcome]),
    [
      ['2026-02-01', 'accepted'],
      ['2026-03-05', 'accepted'],
    ],
  );
  assert.doesNotMatch(text(cwd, 'config/revisions.json'), /CANARY/);
});

test('a case that does not hold against the policy in force, and a record that was changed, end with 1; the pack is made', async (t) => {
  const { run, cwd } = await fixture(t, 'names', 'other');
  const cases = await run('audit', 'evidence', '--out', 'pack');
  assert.equal(cases.code, 1);
  assert.match(cases.stderr, /Not all cases of the policy hold/);
  const log = join(cwd, '.sallyport', 'audit', 'cli', '00000001.log');
  const bytes = readFileSync(log);
  bytes.write('X', bytes.indexOf('audit.evidence'));
  writeFileSync(log, bytes);
  const changed = await run('audit', 'evidence', '--out', 'second');
  assert.equal(changed.code, 1);
  assert.match(changed.stderr, /The record does not hold: cli/);
  assert.match(readFileSync(join(cwd, 'second', 'record', 'verify.txt'), 'utf8'), /cli {2}CHANGED/);
});

test('a folder that is there is not written into, and nothing is made that is not on record', async (t) => {
  const { run, cwd } = await fixture(t);
  mkdirSync(join(cwd, 'there'));
  const there = await run('audit', 'evidence', '--out', 'there');
  assert.equal(there.code, 2);
  assert.match(there.stderr, /is there already/);
  assert.equal((await run('audit', 'evidence')).code, 2);
  writeFileSync(join(cwd, '.sallyport', 'audit', 'cli'), 'no folder');
  const refused = await run('audit', 'evidence', '--out', 'pack');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /goes on record first/);
  assert.ok(!readdirSync(cwd).includes('pack'));
});

async function fixture(t: TestContext, subjects: 'names' | 'pseudonyms' = 'names', rule = 'everything'): Promise<CliFixture> {
  const made = cliFixture(t);
  const { cwd } = made;
  const folder = join(cwd, '.sallyport');
  mkdirSync(join(folder, 'audit'), { recursive: true, mode: 0o700 });
  writeFileSync(join(cwd, 'good.case'), CASES);
  writeFileSync(join(cwd, 'sallyport.yaml'), CONFIG('everything'));
  const audit = `audit: { subjects: ${subjects}, anchors: { far: { command: [note, ANCHOR-SECRET] } } }\n`;
  // What is in force need not be what the file says by now.
  const source = CONFIG(rule).replace('  cases: [good.case]\n', '') + audit;
  const loaded = loadConfig(source, { file: join(cwd, 'sallyport.yaml'), env: {}, files: diskFiles, cores: 2 });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const document = nextRevision(undefined, { config: loaded.value.shard, agents: { agents: [] } });
  writeFileSync(join(folder, 'snapshot.json'), JSON.stringify(document));
  await using store = openStore(folder);
  const scope = { server: 'tickets', agent: null, subject: null, fromMs: null, toMs: null };
  await store.holds.add({
    ...scope,
    id: 'hold_1',
    tenant: DEFAULT_TENANT,
    reason: 'a dispute',
    by: 'key:lawyer',
    sinceMs: FAKE_NOW.getTime(),
  });
  return made;
}

function text(cwd: string, path: string): string {
  return readFileSync(join(cwd, 'pack', path), 'utf8');
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

async function actsIn(cwd: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const found: Readonly<Record<string, unknown>>[] = [];
  for await (const record of tailLogs(join(cwd, '.sallyport', 'audit'), { follow: false, limit: undefined }))
    if (record.kind === 'act') found.push(record.members);
  return found;
}
