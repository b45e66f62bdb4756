import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { rewriteFile, whyFixed } from './rewrite-file.ts';

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-rewrite-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a file is replaced, and keeps its rights', (t) => {
  const folder = folderFor(t);
  const file = join(folder, 'sallyport.yaml');
  writeFileSync(file, 'before\n');
  chmodSync(file, 0o640);
  writeFileSync(join(folder, '.sallyport.yaml.new'), 'left over');
  assert.deepEqual(rewriteFile(file, 'before\n', 'after\n'), { ok: true, value: undefined });
  assert.equal(readFileSync(file, 'utf8'), 'after\n');
  assert.equal(statSync(file).mode & 0o777, 0o640);
  assert.deepEqual(readdirSync(folder), ['sallyport.yaml']);
});

test('a link stays one', (t) => {
  const folder = folderFor(t);
  mkdirSync(join(folder, 'real'));
  const real = join(folder, 'real', 'policy.yaml');
  const link = join(folder, 'policy.yaml');
  writeFileSync(real, 'before\n');
  symlinkSync(real, link);
  assert.ok(rewriteFile(link, 'before\n', 'after\n').ok);
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.equal(readFileSync(real, 'utf8'), 'after\n');
});

test('what somebody else has changed is left alone', (t) => {
  const file = join(folderFor(t), 'sallyport.yaml');
  writeFileSync(file, 'theirs\n');
  assert.deepEqual(rewriteFile(file, 'before\n', 'after\n'), { ok: false, error: { kind: 'changed' } });
  assert.equal(readFileSync(file, 'utf8'), 'theirs\n');
});

test('what cannot be written is said before and after', (t) => {
  const file = join(folderFor(t), 'gone.yaml');
  assert.equal(whyFixed(file), 'does not exist');
  assert.deepEqual(rewriteFile(file, '', 'after\n'), { ok: false, error: { kind: 'fixed', says: 'does not exist' } });
});
