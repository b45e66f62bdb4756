import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Hold } from '../audit/index.ts';
import type { Store } from './store.ts';
import { openStore } from './sqlite-store.ts';

const TENANT = 'default';
const hold: Hold = {
  id: 'hold_1',
  tenant: TENANT,
  server: 'notes',
  agent: null,
  subject: 'sub_1',
  fromMs: 1_000,
  toMs: null,
  reason: 'case 7',
  by: 'key:counsel',
  sinceMs: 5_000,
};
const lifting = { tenant: TENANT, id: 'hold_1', by: 'key:dpo', reason: 'closed', nowMs: 9_000 };

describe('holds in the store', () => {
  let folder: string;
  let store: Store;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
    store = openStore(folder);
    await store.holds.add(hold);
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  it('are there after a restart', async () => {
    await store.close();
    store = openStore(folder);
    assert.deepEqual(await store.holds.list(TENANT), [{ ...hold, lifted: null }]);
    assert.deepEqual(await store.holds.list('other'), []);
  });

  it('are lifted by somebody else than who set them, and stay to be seen', async () => {
    const lifted = { ...hold, lifted: { by: 'key:dpo', reason: 'closed', atMs: 9_000 } };
    assert.deepEqual(await store.holds.lift(lifting), { ok: true, value: lifted });
    assert.deepEqual(await store.holds.list(TENANT), [lifted]);
  });

  it('are not lifted by who set them', async () => {
    assert.deepEqual(await store.holds.lift({ ...lifting, by: hold.by }), { ok: false, error: 'same_person' });
    assert.deepEqual(await store.holds.list(TENANT), [{ ...hold, lifted: null }]);
  });

  it('are lifted once', async () => {
    await store.holds.lift(lifting);
    assert.deepEqual(await store.holds.lift({ ...lifting, by: 'key:third' }), { ok: false, error: 'hold_lifted' });
    assert.deepEqual(await store.holds.lift({ ...lifting, id: 'hold_2' }), { ok: false, error: 'hold_unknown' });
  });
});
