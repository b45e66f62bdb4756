import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { createMac, sha256 } from './digest.ts';

test('a digest is that of the bytes, text as UTF-8', () => {
  for (const data of ['', 'abc', '\u00e9\u4f60', Buffer.from([0, 255, 128])])
    assert.deepEqual(Buffer.from(sha256(data)), createHash('sha256').update(data).digest());
});

test('a prepared HMAC is the HMAC of its prefix and the value, each time', () => {
  for (const bytes of [0, 1, 20, 32, 64]) {
    const key = Buffer.alloc(bytes, 0xa7);
    const mac = createMac(key, 'answer:', 32);
    for (const fill of [0, 255, 7, 7]) {
      const value = Buffer.alloc(32, fill);
      assert.equal(mac.of(value), createHmac('sha256', key).update('answer:').update(value).digest('base64url'));
    }
  }
  assert.throws(() => createMac(Buffer.alloc(65), '', 32), RangeError);
  assert.throws(() => createMac(Buffer.alloc(32), '', 32).of(Buffer.alloc(31)), RangeError);
});
