import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { PolicyProposal, PolicyRevision, PolicyStore } from './policies.ts';
import { openStore } from './sqlite-store.ts';

function open(t: TestContext): PolicyStore {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-policies-'));
  const store = openStore(folder);
  t.after(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return store.policies;
}

const REVISION: Omit<PolicyRevision, 'number'> = {
  tenant: 'default',
  atMs: 1_000,
  by: 'operator:ada',
  via: 'console',
  reason: 'Readers read.',
  acceptedBy: null,
  restores: null,
  tag: 'f'.repeat(64),
  added: 1,
  removed: 0,
  changed: 0,
};
const PROPOSAL: PolicyProposal = {
  tenant: 'default',
  id: 'prp_1',
  atMs: 2_000,
  by: 'operator:ada',
  via: 'console',
  reason: 'Readers read.',
  restores: null,
  base: 'f'.repeat(64),
  text: 'rules: []\n',
  state: 'open',
  decidedBy: null,
  decidedMs: null,
  decidedReason: null,
  revision: null,
};

test('revisions are numbered, and read latest first', async (t) => {
  const policies = open(t);
  for (const reason of ['one', 'two', 'three']) await policies.addRevision({ ...REVISION, reason }, `# ${reason}\n`);
  await policies.addRevision({ ...REVISION, tenant: 'other' }, '# other\n');
  const page = await policies.revisions({ tenant: 'default', limit: 2, before: undefined });
  assert.deepEqual(
    page.map(({ number, reason }) => [number, reason]),
    [
      [3, 'three'],
      [2, 'two'],
    ],
  );
  assert.deepEqual(
    (await policies.revisions({ tenant: 'default', limit: 2, before: 2 })).map(({ number }) => number),
    [1],
  );
  assert.deepEqual(await policies.revision('default', 2), { ...REVISION, number: 2, reason: 'two', text: '# two\n' });
  assert.equal(await policies.revision('default', 9), undefined);
});

test('a proposal is decided once', async (t) => {
  const policies = open(t);
  assert.ok((await policies.addProposal(PROPOSAL)).ok);
  const decision = {
    tenant: 'default',
    id: 'prp_1',
    state: 'accepted',
    by: 'operator:bo',
    reason: 'Fine.',
    atMs: 3_000,
    revision: 4,
  } as const;
  const decided = await policies.decide(decision);
  const after = {
    ...PROPOSAL,
    state: 'accepted',
    decidedBy: 'operator:bo',
    decidedMs: 3_000,
    decidedReason: 'Fine.',
    revision: 4,
  } as const;
  assert.deepEqual(decided, { ok: true, value: after });
  assert.deepEqual(await policies.proposal('default', 'prp_1'), after);
  assert.deepEqual(await policies.decide(decision), { ok: false, error: 'proposal_over' });
  assert.deepEqual(await policies.decide({ ...decision, id: 'prp_9' }), { ok: false, error: 'proposal_unknown' });
});

test('open proposals are listed without their texts, and are not without number', async (t) => {
  const policies = open(t);
  for (let at = 0; at < 100; at += 1) await policies.addProposal({ ...PROPOSAL, id: `prp_${100 + at}`, by: `operator:${at % 50}` });
  assert.deepEqual(await policies.addProposal({ ...PROPOSAL, id: 'prp_999', by: 'operator:cy' }), { ok: false, error: 'too_many' });
  await policies.decide({ tenant: 'default', id: 'prp_199', state: 'rejected', by: 'operator:bo', reason: null, atMs: 1, revision: null });
  const list = async (isOpen: boolean, before?: string): Promise<readonly string[]> =>
    (await policies.proposals({ tenant: 'default', limit: 2, before, isOpen })).map(({ id }) => id);
  assert.deepEqual(await list(true), ['prp_198', 'prp_197']);
  assert.deepEqual(await list(false), ['prp_199', 'prp_198']);
  assert.deepEqual(await list(true, 'prp_197'), ['prp_196', 'prp_195']);
  assert.ok(!('text' in ((await policies.proposals({ tenant: 'default', limit: 1, before: undefined, isOpen: true }))[0] ?? {})));
});

test('of each person a few proposals are open: their oldest makes room for a newer one, and says so', async (t) => {
  const policies = open(t);
  await policies.addProposal({ ...PROPOSAL, id: 'prp_000', by: 'operator:bo' });
  for (let at = 1; at <= 6; at += 1) assert.ok((await policies.addProposal({ ...PROPOSAL, id: `prp_00${at}`, atMs: 1_000 + at })).ok);
  const opened = await policies.proposals({ tenant: 'default', limit: 10, before: undefined, isOpen: true });
  assert.deepEqual(
    opened.map(({ id }) => id),
    ['prp_006', 'prp_005', 'prp_004', 'prp_003', 'prp_002', 'prp_000'],
  );
  const oldest = await policies.proposal('default', 'prp_001');
  assert.deepEqual([oldest?.state, oldest?.decidedBy, oldest?.decidedMs], ['withdrawn', PROPOSAL.by, 1_006]);
  assert.match(oldest?.decidedReason ?? '', /at most 5 open/);
  const newer = await policies.addProposal({ ...PROPOSAL, id: 'prp_007' });
  assert.ok(newer.ok);
});
