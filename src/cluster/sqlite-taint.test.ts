// What tasks have used, as every store must keep it: whole or not at all, by tenant, and in the order in which it came.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { TaintRow } from '../policies/index.ts';
import { openStore } from './index.ts';
import type { Store } from './index.ts';

const row = (change: Partial<TaintRow> = {}): TaintRow => ({
  tenant: 'default',
  agent: 'ann',
  kind: 'agent',
  key: '',
  label: 'private-source',
  untilMs: 1_000,
  ...change,
});

function opened(t: TestContext): { readonly store: Store; readonly folder: string; readonly again: () => Store } {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-taint-'));
  const stores: Store[] = [];
  const open = (): Store => {
    const store = openStore(folder);
    stores.push(store);
    return store;
  };
  t.after(async () => {
    for (const store of stores) await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { store: open(), folder, again: open };
}

test('what was written is there for whoever opens it next, in its order, as long as it counts', async (t) => {
  const { store, again } = opened(t);
  const rows = [row({ kind: 'trace', key: 'z' }), row({ kind: 'session', key: 'a', untilMs: 9_000 }), row()];
  await store.taint.write({ put: rows, drop: [] });
  assert.deepEqual(await again().taint.rows(0), rows);
  assert.deepEqual(await store.taint.rows(1_000), [rows[1]]);
});

test('a later time takes the place of an earlier one, and what is dropped is gone', async (t) => {
  const { store } = opened(t);
  await store.taint.write({ put: [row(), row({ label: 'other' })], drop: [] });
  const { untilMs: _until, ...gone } = row({ label: 'other' });
  await store.taint.write({ put: [row({ untilMs: 5_000 })], drop: [gone] });
  assert.deepEqual(await store.taint.rows(0), [row({ untilMs: 5_000 })]);
});

test('what is forgotten is of one agent, or of one tenant', async (t) => {
  const { store } = opened(t);
  const rows = [row(), row({ agent: 'bob' }), row({ tenant: 'other' })];
  await store.taint.write({ put: rows, drop: [] });
  await store.taint.clear('default', 'ann');
  assert.deepEqual(await store.taint.rows(0), [rows[1], rows[2]]);
  await store.taint.clear('default', undefined);
  assert.deepEqual(await store.taint.rows(0), [rows[2]]);
  await store.taint.prune(1_000);
  assert.deepEqual(await store.taint.rows(0), []);
});

test('a row that cannot be read fails the whole: what is missing would be taken for what never was', async (t) => {
  const { store, folder } = opened(t);
  await store.taint.write({ put: [row()], drop: [] });
  const raw = new DatabaseSync(join(folder, 'state.sqlite'));
  raw.exec("PRAGMA ignore_check_constraints = ON; UPDATE taint SET kind = 'none'");
  raw.close();
  await assert.rejects(store.taint.rows(0), /cannot be read/);
});
