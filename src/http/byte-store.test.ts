import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appendBytes, createByteStore, storedBytes } from './byte-store.ts';

test('pieces come out as one, in order', () => {
  const store = createByteStore(0);
  const all = Buffer.from(Array.from({ length: 5000 }, (_, at) => at % 251));
  for (let at = 0; at < all.length; at += 7) appendBytes(store, all, at, Math.min(at + 7, all.length));
  assert.ok(storedBytes(store).equals(all));
});

test('memory stays within twice what was stored', () => {
  const store = createByteStore(0);
  const byte = Buffer.from('x');
  for (let at = 0; at < 100_000; at += 1) appendBytes(store, byte, 0, 1);
  assert.ok(store.bytes.length <= 200_000);
  appendBytes(store, Buffer.alloc(1_000_000), 0, 1_000_000);
  assert.equal(store.bytes.length, 1_100_000);
});

test('a view handed out is not written to again', () => {
  const store = createByteStore(0);
  appendBytes(store, Buffer.from('first'), 0, 5);
  const view = storedBytes(store);
  for (let at = 0; at < 1000; at += 1) appendBytes(store, Buffer.from('later'), 0, 5);
  assert.equal(view.toString(), 'first');
});
