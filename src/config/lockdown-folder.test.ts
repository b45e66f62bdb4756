import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import {
  clearFaults,
  ensureLockdownFolder,
  isUntouched,
  liftLock,
  listLifted,
  lockdownFolder,
  newLockId,
  readLifted,
  readLocks,
  writeLock,
} from './index.ts';
import type { Lock } from './index.ts';

const NOW = new Date('2026-11-22T10:00:00.000Z');

function folderFor(t: TestContext): string {
  const data = mkdtempSync(join(tmpdir(), 'sallyport-lockdown-'));
  t.after(() => rmSync(data, { recursive: true, force: true }));
  return lockdownFolder(data);
}

const lock = (name: string, id = newLockId(NOW)): Lock => ({
  id,
  tenant: 'default',
  kind: 'agent',
  name,
  reason: 'why',
  by: 'ops',
  since: NOW.toISOString(),
});

test('what is written is read; what is lifted is not, and leaves its trace', async (t) => {
  const folder = folderFor(t);
  const [ada, bob] = [lock('ada'), lock('bob')];
  await writeLock(folder, ada);
  await writeLock(folder, bob);
  const read = await readLocks(folder);
  assert.deepEqual(read, { ok: true, value: { locks: [ada, bob].toSorted((a, b) => a.id.localeCompare(b.id)), faults: [] } });
  const lifted = { by: 'ops2', reason: 'done', at: '2026-11-22T11:00:00.000Z' };
  await liftLock(folder, ada, lifted);
  const left = await readLocks(folder);
  assert.ok(left.ok);
  assert.deepEqual(left.value, { locks: [bob], faults: [] });
  assert.deepEqual(await readLifted(folder, ada.id), { lock: ada, lifted });
  assert.deepEqual(await listLifted(folder, 10), [{ lock: ada, lifted }]);
  assert.equal(await readLifted(folder, 'another'), undefined);
});

test('only the user who runs the gateway may look', { skip: process.platform === 'win32' }, async (t) => {
  const folder = folderFor(t);
  await writeLock(folder, lock('ada'));
  assert.equal(statSync(folder).mode & 0o077, 0);
  for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name);
});

const FAULTS: readonly (readonly [what: string, text: string, says: RegExp])[] = [
  ['half a file', '{"format":1,"tenant":"def', /is not JSON/],
  ['an empty file', '', /is not JSON/],
  ['a file of zeros, as a power cut leaves them', '\0\0\0\0', /is not JSON/],
  ['another format', '{"format":2}', /format 1/],
  ['a member too many', JSON.stringify({ format: 1, ...lock('ada', 'x'), more: 1 }), /format 1/],
  [
    'a kind that is none',
    JSON.stringify({ format: 1, tenant: 'default', kind: 'group', name: 'x', reason: '', by: '', since: '' }),
    /format 1/,
  ],
  ['a file that is too long', ' '.repeat(20_000), /20000 bytes/],
];
for (const [what, text, says] of FAULTS)
  test(`${what} is a fault by name, and the locks beside it are read`, async (t) => {
    const folder = folderFor(t);
    const good = lock('ada');
    await writeLock(folder, good);
    writeFileSync(join(folder, 'bad.json'), text);
    const read = await readLocks(folder);
    assert.ok(read.ok);
    assert.deepEqual(read.value.locks, [good]);
    assert.equal(read.value.faults[0]?.file, 'bad.json');
    assert.match(read.value.faults[0]?.fault ?? '', says);
    await clearFaults(folder, read.value.faults);
    const cleared = await readLocks(folder);
    assert.ok(cleared.ok);
    assert.deepEqual(cleared.value, { locks: [good], faults: [] });
  });

for (const name of ['garbage', 'lock', 'ada.JSON', 'ada.json.bak', 'ada.jsonl'])
  test(`${name}: what is not named as a lock is a fault too, and no lock of another name`, async (t) => {
    const folder = folderFor(t);
    const good = lock('ada', 'ada');
    await writeLock(folder, good);
    writeFileSync(join(folder, name), JSON.stringify({ format: 1, tenant: 'default', kind: 'all' }));
    const read = await readLocks(folder, new Map([['ada', good]]));
    assert.ok(read.ok);
    assert.deepEqual(read.value.locks, [good]);
    assert.deepEqual(read.value.faults, [{ file: name, fault: 'is not a lock: its name does not end in .json' }]);
    await clearFaults(folder, read.value.faults);
    assert.deepEqual(await readLocks(folder), { ok: true, value: { locks: [good], faults: [] } });
  });

test('what was not written to its end, and what editors and file systems hide, is no fault', async (t) => {
  const folder = folderFor(t);
  await writeLock(folder, lock('ada', 'ada'));
  for (const name of ['x.json.new', 'x.lifted.new', '.nfs0001', '.ada.json.swp']) writeFileSync(join(folder, name), 'half');
  assert.deepEqual(await readLocks(folder), { ok: true, value: { locks: [lock('ada', 'ada')], faults: [] } });
});

test('a folder that is not there is a fault; it is made again when faults are cleared', async (t) => {
  const folder = folderFor(t);
  assert.deepEqual(await readLocks(folder), { ok: false, error: 'does not exist' });
  await clearFaults(folder, []);
  assert.deepEqual(await readLocks(folder), { ok: true, value: { locks: [], faults: [] } });
});

for (const [what, act] of [
  ['to lock', (folder) => writeLock(folder, lock('zz', 'zz'))],
  ['to start a gateway', ensureLockdownFolder],
  ['to do either, twice', async (folder) => void (await Promise.all([writeLock(folder, lock('zz', 'zz')), ensureLockdownFolder(folder)]))],
] as const satisfies readonly (readonly [string, (folder: string) => Promise<void>])[])
  test(`a folder that was taken away stays a fault: ${what} makes it again without lifting what was in it`, async (t) => {
    const folder = folderFor(t);
    await writeLock(folder, lock('ada'));
    rmSync(folder, { recursive: true });
    assert.equal(await isUntouched(folder), false);
    await act(folder);
    const read = await readLocks(folder);
    assert.ok(read.ok);
    assert.deepEqual(read.value.faults, [{ file: 'gone.json', fault: 'stands for the locks of a folder that was taken away' }]);
    assert.ok(read.value.locks.every(({ name }) => name === 'zz'));
    assert.deepEqual(readdirSync(join(folder, '..')).toSorted(), ['.lockdown-made', 'lockdown']);
    await clearFaults(folder, read.value.faults);
    const cleared = await readLocks(folder);
    assert.ok(cleared.ok);
    assert.deepEqual(cleared.value.faults, []);
  });

test('the first folder locks nothing, whoever makes it', async (t) => {
  const folder = folderFor(t);
  assert.equal(await isUntouched(folder), true);
  await Promise.all([ensureLockdownFolder(folder), ensureLockdownFolder(folder)]);
  assert.equal(await isUntouched(folder), false);
  assert.deepEqual(await readLocks(folder), { ok: true, value: { locks: [], faults: [] } });
});

test('a folder of an older version, which has no mark beside it, is taken as it is', async (t) => {
  const folder = folderFor(t);
  await writeLock(folder, lock('ada'));
  rmSync(join(folder, '..', '.lockdown-made'));
  await ensureLockdownFolder(folder);
  assert.deepEqual((await readLocks(folder)).ok, true);
  rmSync(folder, { recursive: true });
  await ensureLockdownFolder(folder);
  const read = await readLocks(folder);
  assert.ok(read.ok);
  assert.equal(read.value.faults.length, 1);
});

test('what is known to lock nothing is passed over: one that is being written, one that was lifted', async (t) => {
  const folder = folderFor(t);
  await writeLock(folder, lock('ada'));
  for (const name of ['a.json.new', 'b.lifted', 'c.json.unreadable']) writeFileSync(join(folder, name), 'x');
  const read = await readLocks(folder);
  assert.ok(read.ok);
  assert.equal(read.value.locks.length, 1);
  assert.deepEqual(read.value.faults, []);
  assert.deepEqual(await listLifted(folder, 10), []);
});

test('two who lock at once lose nothing', async (t) => {
  const folder = folderFor(t);
  const locks = Array.from({ length: 50 }, (_, number) => lock(`agent-${number}`));
  await Promise.all(locks.map((one) => writeLock(folder, one)));
  const read = await readLocks(folder);
  assert.ok(read.ok);
  assert.deepEqual(new Set(read.value.locks.map(({ name }) => name)), new Set(locks.map(({ name }) => name)));
});

test('of what was lifted, only the newest is kept', async (t) => {
  const folder = folderFor(t);
  await clearFaults(folder, []);
  for (let number = 0; number < 105; number++) {
    const one = lock('ada', newLockId(new Date(NOW.getTime() + number)));
    await liftLock(folder, one, { by: '', reason: '', at: new Date(NOW.getTime() + number).toISOString() });
  }
  assert.equal(readdirSync(folder).length, 100);
});
