// What commands do to a data folder is on record: before it is done where no gateway runs, and before the record is read in any case.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tailLogs } from '../audit/index.ts';
import { fail, ok } from '../base/index.ts';
import { diskFiles, loadConfig, nextRevision } from '../config/index.ts';
import { recordAct } from './acts.ts';
import { fakeAgents, fakePorts } from './admin.fixture.ts';
import { cliFixture } from './cli.fixture.ts';

const AS_ADMIN = { env: { SUDO_USER: 'alice' } };

test('a change to a data folder without a gateway: its beginning, then its end, and what was refused', async (t) => {
  const { run, cwd } = cliFixture(t, AS_ADMIN);
  writeConfig(cwd);
  writeSnapshot(cwd, 'names');
  assert.equal((await run('agents', 'add', 'billing', '--group', 'finance')).code, 0);
  assert.equal((await run('agents', 'revoke', 'nobody')).code, 1);
  const acts = await actsIn(cwd);
  assert.deepEqual(
    acts.map(({ action, outcome, target, details }) => [action, outcome, target, details]),
    [
      ['agents.add', 'begun', 'billing', { groups: 'finance', priority: 'interactive' }],
      ['agents.add', 'done', 'billing', { groups: 'finance', priority: 'interactive' }],
      ['keys.revoke', 'begun', 'nobody', { key: 'all' }],
      ['keys.revoke', 'refused', 'nobody', { key: 'all', code: 'agent_unknown' }],
    ],
  );
  assert.match(String(acts[0]?.['by']), /^os:.* \(sudo alice\)$/);
  assert.equal(acts[0]?.['via'], 'cli');
});

test('names stand on record only where a config in force says that they may', async (t) => {
  for (const subjects of ['pseudonyms', undefined] as const) {
    const { run, cwd } = cliFixture(t);
    writeConfig(cwd);
    if (subjects !== undefined) writeSnapshot(cwd, subjects);
    assert.equal((await run('agents', 'add', 'billing')).code, 0);
    const acts = await actsIn(cwd);
    assert.deepEqual(
      acts.map(({ outcome, target }) => [outcome, target]),
      [
        ['begun', undefined],
        ['done', undefined],
      ],
    );
  }
});

test('what cannot be put on record is not done', async (t) => {
  const { run, cwd } = cliFixture(t);
  writeConfig(cwd);
  mkdirSync(join(cwd, '.sallyport'), { mode: 0o700 });
  writeFileSync(join(cwd, '.sallyport', 'audit'), 'no folder');
  const added = await run('agents', 'add', 'billing');
  assert.equal(added.code, 1);
  assert.match(added.stderr, /What is done here goes on record first/);
  assert.equal(added.stdout, '');
  assert.doesNotMatch((await run('agents', 'list')).stdout, /billing/);
});

test('a lock without a gateway is in force first, and then on record', async (t) => {
  const { run, cwd } = cliFixture(t);
  writeSnapshot(cwd, 'names');
  assert.equal((await run('lockdown', 'agent', 'billing', '--reason', 'its key leaked')).code, 0);
  assert.equal((await run('lockdown', 'lift', 'agent', 'billing')).code, 0);
  assert.deepEqual(
    (await actsIn(cwd)).map(({ action, outcome, target, reason }) => [action, outcome, target, reason]),
    [
      ['lockdown.lock', 'done', 'billing', 'its key leaked'],
      ['lockdown.lift', 'done', 'billing', undefined],
    ],
  );
});

test('whoever reads the record is on record, by way of the gateway where one runs', async (t) => {
  const asked: unknown[] = [];
  const ports = fakePorts(fakeAgents, {
    acts: {
      record: async (act) => {
        asked.push(act);
        return ok({ act: 'act_1' });
      },
    },
  });
  const act = { action: 'audit.query', target: 'mail', reason: 'an incident', details: { records: 3 } } as const;
  const { cwd, deps } = cliFixture(t, { ports });
  assert.deepEqual(await recordAct(cwd, deps, act), ok('act_1'));
  assert.deepEqual(asked, [act]);
  const refused = fakePorts(fakeAgents, {
    acts: { record: async () => fail({ code: 'unavailable', detail: 'The audit log takes nothing.' }) },
  });
  const answered = await recordAct(cwd, cliFixture(t, { ports: refused }).deps, act);
  assert.equal(answered.ok ? '' : answered.error.code, 'unavailable');
});

test('and in the log of the commands where none does', async (t) => {
  const { cwd, deps } = cliFixture(t);
  const recorded = await recordAct(join(cwd, '.sallyport'), deps, { action: 'audit.who', target: 'mail' });
  const acts = await actsIn(cwd);
  assert.deepEqual(
    acts.map(({ act, action, outcome, target }) => [act, action, outcome, target]),
    [[recorded.ok ? recorded.value : '', 'audit.who', 'done', 'mail']],
  );
});

test('a log that another command holds and never gives up stops this one', async (t) => {
  const { cwd, ...fixture } = cliFixture(t);
  const deps = { ...fixture.deps, openActs: async () => Promise.reject(new Error('Another process (pid 7) writes the audit log')) };
  const answered = await recordAct(join(cwd, '.sallyport'), deps, { action: 'audit.who' });
  assert.match(answered.ok ? '' : answered.error.detail, /audit\/cli, and that cannot be written \(Another process/);
});

function writeConfig(cwd: string): void {
  writeFileSync(join(cwd, 'sallyport.yaml'), 'version: 1\n');
}

/** What the last gateway on this folder went by. */
function writeSnapshot(cwd: string, subjects: 'names' | 'pseudonyms'): void {
  const source = `version: 1\npolicy: { rules: [] }\naudit: { subjects: ${subjects} }\n`;
  const loaded = loadConfig(source, { file: join(cwd, 'sallyport.yaml'), env: {}, files: diskFiles, cores: 2 });
  assert.ok(loaded.ok);
  const { shard: config } = loaded.value;
  mkdirSync(join(cwd, '.sallyport'), { mode: 0o700 });
  writeFileSync(join(cwd, '.sallyport', 'snapshot.json'), JSON.stringify(nextRevision(undefined, { config, agents: { agents: [] } })));
}

async function actsIn(cwd: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const found: Readonly<Record<string, unknown>>[] = [];
  for await (const record of tailLogs(join(cwd, '.sallyport', 'audit'), { follow: false, limit: undefined }))
    if (record.kind === 'act') found.push(record.members);
  return found;
}
