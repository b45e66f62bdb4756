import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { diskFiles } from './index.ts';

test('the disk says what is there, and why something is not', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'file');
  writeFileSync(file, 'grüße', { mode: 0o600 });
  assert.deepEqual(diskFiles.read(file), { ok: true, value: 'grüße' });
  assert.deepEqual(diskFiles.look(file), { kind: 'file', openToOthers: false });
  chmodSync(file, 0o644);
  assert.deepEqual(diskFiles.look(file), { kind: 'file', openToOthers: true });
  assert.deepEqual(diskFiles.look(folder), { kind: 'folder' });
  assert.deepEqual(diskFiles.look(join(folder, 'none')), { kind: 'absent', reason: 'does not exist' });

  assert.deepEqual(diskFiles.read(join(folder, 'none')), { ok: false, error: 'does not exist' });
  assert.deepEqual(diskFiles.read(join(file, 'below')), { ok: false, error: 'does not exist' });
  assert.deepEqual(diskFiles.read(folder), { ok: false, error: 'is a folder' });
  writeFileSync(file, Uint8Array.of(0xff));
  assert.deepEqual(diskFiles.read(file), { ok: false, error: 'is not UTF-8 text' });
  truncateSync(file, 16 * 1024 * 1024 + 1);
  assert.deepEqual(diskFiles.read(file), { ok: false, error: 'has 16777217 bytes, more than the 16777216 allowed' });
  assert.deepEqual(diskFiles.read('a\0b'), { ok: false, error: 'cannot be read (ERR_INVALID_ARG_VALUE)' });
});

test('a file that may not be read is told', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'file');
  writeFileSync(file, 'x', { mode: 0o000 });
  chmodSync(folder, 0o755);
  asNobody(() => assert.deepEqual(diskFiles.read(file), { ok: false, error: 'may not be read by this user' }));
});

/** Root may read everything, so a test that runs as root steps down for a moment. */
function asNobody(step: () => void): void {
  if (process.geteuid?.() !== 0) return step();
  process.seteuid?.(NOBODY);
  try {
    step();
  } finally {
    process.seteuid?.(0);
  }
}
const NOBODY = 65_534;
