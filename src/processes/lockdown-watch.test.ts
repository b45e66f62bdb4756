import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { liftLock, lockdownFolder, newLockId, writeLock } from '../config/index.ts';
import type { Lock } from '../config/index.ts';
import { watchLockdown } from './lockdown-watch.ts';
import type { LockdownChange, LockdownWatch } from './lockdown-watch.ts';

const ADA = { tenant: 'default', agent: 'ada' };
const lock = (name: string): Lock => ({
  id: newLockId(new Date()),
  tenant: 'default',
  kind: 'agent',
  name,
  reason: '',
  by: '',
  since: new Date().toISOString(),
});

interface Bed {
  readonly folder: string;
  readonly watch: LockdownWatch;
  readonly changes: LockdownChange[];
  /** The next change that the watch finds by itself. */
  readonly next: () => Promise<LockdownChange>;
}

function bedFor(t: TestContext, exists = true): Bed {
  const dataFolder = mkdtempSync(join(tmpdir(), 'sallyport-watch-'));
  const folder = lockdownFolder(dataFolder);
  if (exists) mkdirSync(folder);
  const changes: LockdownChange[] = [];
  let heard: (change: LockdownChange) => void = () => {};
  const watch = watchLockdown({
    dataFolder,
    onChange: (change) => {
      changes.push(change);
      heard(change);
    },
  });
  t.after(() => {
    watch.close();
    rmSync(dataFolder, { recursive: true, force: true });
  });
  return { folder, watch, changes, next: () => new Promise((resolve) => (heard = resolve)) };
}

test('before the first look everything is locked; after it, what the folder says', async (t) => {
  const { watch } = bedFor(t);
  assert.equal(watch.current.stops(ADA, 'files', { kind: 'server' }), true);
  assert.equal((await watch.look()).isOn, false);
});

test('a lock is seen without being told of it, and so is that it was lifted', async (t) => {
  const { folder, watch, next } = bedFor(t);
  await watch.look();
  // Looking by itself keeps no process alive.
  const alive = setInterval(() => {}, 1_000);
  t.after(() => clearInterval(alive));
  const one = lock('ada');
  const locked = next();
  await writeLock(folder, one);
  assert.deepEqual((await locked).locked, [one]);
  assert.equal(watch.current.stops(ADA, 'files', { kind: 'server' }), true);
  const lifted = next();
  await liftLock(folder, one, { by: '', reason: '', at: '' });
  assert.deepEqual((await lifted).lifted, [one]);
  assert.equal(watch.current.isOn, false);
});

test('what cannot be read once is looked at again; twice, and everything is locked, until it can be read', async (t) => {
  const { folder, watch, changes } = bedFor(t);
  await watch.look();
  const good = lock('bob');
  await writeLock(folder, good);
  writeFileSync(join(folder, 'torn.json'), '{');
  assert.equal((await watch.look()).stops(ADA, 'files', { kind: 'server' }), false);
  assert.deepEqual(changes.at(-1)?.locked, [good], 'what can be read holds at once');
  assert.equal((await watch.look()).stops(ADA, 'files', { kind: 'server' }), true);
  assert.match(changes.at(-1)?.fault ?? '', /torn\.json/);
  rmSync(join(folder, 'torn.json'));
  const after = await watch.look();
  assert.deepEqual(after.locks, [good]);
  assert.equal(after.stops(ADA, 'files', { kind: 'server' }), false);
  assert.deepEqual(changes.at(-1)?.lifted, [], 'nobody lifted anything');
});

test('at the first look a fault counts at once', async (t) => {
  const { watch } = bedFor(t, false);
  const now = await watch.look();
  assert.equal(now.stops(ADA, 'files', { kind: 'server' }), true);
  assert.equal(now.fault, 'does not exist');
});

test('a folder that goes away lifts nothing', async (t) => {
  const { folder, watch, changes } = bedFor(t);
  await writeLock(folder, lock('bob'));
  await watch.look();
  rmSync(folder, { recursive: true });
  await watch.look();
  const now = await watch.look();
  assert.equal(now.fault, 'does not exist');
  assert.equal(now.stops(ADA, 'files', { kind: 'server' }), true);
  assert.deepEqual(
    changes.flatMap(({ lifted }) => lifted),
    [],
  );
});
