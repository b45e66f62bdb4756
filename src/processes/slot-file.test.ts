import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { bodyBytes, openSlotFile } from './slot-file.ts';
import type { SlotFile } from './slot-file.ts';

const SLOT = 64;
let folder: string;
let path: string;
let opened: SlotFile[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slots-'));
  path = join(folder, 'some.slots');
  opened = [];
});
afterEach(() => {
  for (const file of opened) file.close();
  rmSync(folder, { recursive: true });
});

const open = (): SlotFile => {
  const file = openSlotFile(path, { slotBytes: SLOT, title: 'test-slots/1' });
  opened.push(file);
  return file;
};
const body = (text: string): Buffer => Buffer.from(text.padEnd(bodyBytes(SLOT), '.'));
const texts = (file: SlotFile): readonly string[] => [...file.bodies.values()].map((one) => one.toString().replace(/\.+$/, ''));

test('what was added is there for the next process', () => {
  const file = open();
  assert.deepEqual([file.add(body('one')), file.add(body('two'))], [1, 2]);
  assert.deepEqual(texts(open()), ['one', 'two']);
});

test('what is destroyed is zeros on the disk and in memory, and its place is used again', () => {
  const file = open();
  file.add(body('one'));
  const view = file.bodies.get(file.add(body('secret')));
  file.destroy(2);
  assert.ok(view?.every((byte) => byte === 0));
  assert.equal(readFileSync(path).includes('secret'), false);
  assert.deepEqual(texts(open()), ['one']);
  assert.equal(file.add(body('three')), 2);
  assert.deepEqual(texts(open()), ['one', 'three']);
  assert.equal(readFileSync(path).length, 3 * SLOT);
});

test('what was condemned when the process ended is known to be unfinished', () => {
  const file = open();
  file.add(body('one'));
  file.condemn(file.add(body('two')));
  assert.deepEqual(open().unfinished, [2]);
  assert.deepEqual(file.unfinished, [], 'by whoever opens it next');
});

test('a slot that is torn or gone bad is not used, and not overwritten', () => {
  const file = open();
  for (const text of ['one', 'two', 'three']) file.add(body(text));
  const bytes = readFileSync(path);
  bytes[2 * SLOT + 5] = 0xff;
  writeFileSync(path, bytes);
  truncateSync(path, 4 * SLOT - 10);
  const again = open();
  assert.deepEqual([texts(again), again.damaged], [['one'], 2]);
  assert.equal(again.add(body('four')), 4);
  assert.deepEqual(readFileSync(path).subarray(0, 4 * SLOT - 10), bytes.subarray(0, 4 * SLOT - 10));
});

test('a file that was made a moment before a crash is made whole', () => {
  open().add(body('one'));
  truncateSync(path, 7);
  const file = open();
  assert.deepEqual(texts(file), []);
  file.add(body('two'));
  assert.deepEqual(texts(open()), ['two']);
});

test('a file of another kind is refused as it is', () => {
  writeFileSync(path, 'something else'.padEnd(SLOT));
  assert.throws(open, /no known form/);
  assert.equal(readFileSync(path, 'utf8'), 'something else'.padEnd(SLOT));
});

test('a body that is larger than its slot is refused', () => {
  assert.throws(() => open().add(Buffer.alloc(SLOT)), RangeError);
});
