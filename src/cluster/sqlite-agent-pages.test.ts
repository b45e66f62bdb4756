import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openStore } from './sqlite-store.ts';
import type { AgentPageQuery, Store } from './store.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-pages-'));
let store: Store;

before(async () => {
  store = openStore(folder);
  for (const [name, group] of [
    ['billing-1', 'finance'],
    ['Billing-2', 'finance'],
    ['billing_3', 'ops'],
    ['crawler', 'Bill'],
    ['zeta', 'ops'],
  ] as const) {
    const key = { id: `key_${name}`, sha256: name, createdAt: '2026-11-22T10:00:00.000Z', expiresAt: null, label: '' };
    await store.addAgent({ tenant: 'default', name, groups: [group], attributes: {}, priority: 'interactive', keys: [key] });
  }
  await store.addAgent({ tenant: 'other', name: 'billing-9', groups: [], attributes: {}, priority: 'interactive', keys: [] });
});
after(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const page = async (query: Partial<AgentPageQuery>): Promise<readonly [names: string, next: string | null, total: number]> => {
  const { agents, next, total } = await store.agentPage('default', { search: '', limit: undefined, after: '', ...query });
  for (const { name, keys } of agents)
    assert.deepEqual(
      keys.map(({ id }) => id),
      [`key_${name}`],
      'each with its own keys',
    );
  return [agents.map(({ name }) => name).join(' '), next, total];
};

for (const [what, query, wanted] of [
  ['all of a tenant', {}, ['Billing-2 billing-1 billing_3 crawler zeta', null, 5]],
  ['a part of a name or of a group, in either case', { search: 'BILL' }, ['Billing-2 billing-1 billing_3 crawler', null, 4]],
  ['what would be a pattern is a character like others', { search: 'g_' }, ['billing_3', null, 1]],
  ['nobody', { search: '%' }, ['', null, 0]],
  ['the first page', { search: 'bill', limit: 2 }, ['Billing-2 billing-1', 'billing-1', 4]],
  ['the last page', { search: 'bill', limit: 2, after: 'billing-1' }, ['billing_3 crawler', null, 4]],
  ['behind the end', { after: 'zz', limit: 2 }, ['', null, 5]],
  ['behind somebody who is gone', { after: 'bob', limit: 1 }, ['crawler', 'crawler', 5]],
] as const)
  test(`agents: ${what}`, async () => assert.deepEqual(await page(query), wanted));

test('one agent, and the version of all', async () => {
  const found = await store.agent('default', 'zeta');
  assert.deepEqual([found.version, found.agent?.groups], [5, ['ops']]);
  assert.equal((await store.agent('other', 'zeta')).agent, undefined);
});

test('a write that is only tried leaves nothing, and its version is not used up', async () => {
  const tried = await store.removeAgent('zeta', { tenant: 'default', expectedVersion: 5, isDryRun: true });
  assert.equal(tried.ok, true);
  assert.equal((await store.agent('default', 'zeta')).agent?.name, 'zeta');
  const stale = await store.removeAgent('zeta', { tenant: 'default', expectedVersion: 4, isDryRun: true });
  assert.equal(!stale.ok && stale.error.kind, 'version_changed');
  assert.equal(await store.agentsVersion('default'), 5);
});
