import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { inflate } from './inflate.ts';

const TEXT = Buffer.from('again and '.repeat(1000));
const LIMITS = { maxBytes: 100_000, isCut: false };

test('what was compressed comes out', () => {
  for (const [bytes, compression] of [
    [gzipSync(TEXT), 'gzip'],
    [deflateSync(TEXT), 'zlib'],
  ] as const) {
    const result = inflate(bytes, compression, LIMITS);
    assert.ok(result.ok);
    assert.deepEqual(Buffer.from(result.value), TEXT);
  }
});

test('no more comes out than was asked for', () => {
  const bomb = gzipSync(Buffer.alloc(10_000_000));
  assert.deepEqual(inflate(bomb, 'gzip', LIMITS), { ok: false, error: 'too-long' });
  assert.deepEqual(inflate(gzipSync(TEXT), 'gzip', { maxBytes: TEXT.length - 1, isCut: false }), { ok: false, error: 'too-long' });
  assert.ok(inflate(gzipSync(TEXT), 'gzip', { maxBytes: TEXT.length, isCut: false }).ok);
});

test('what is not compressed is broken, and so is what ends too early, unless it was cut', () => {
  assert.deepEqual(inflate(TEXT, 'gzip', LIMITS), { ok: false, error: 'broken' });
  assert.deepEqual(inflate(new Uint8Array(0), 'zlib', LIMITS), { ok: false, error: 'broken' });
  const cut = gzipSync(TEXT).subarray(0, -12);
  assert.deepEqual(inflate(cut, 'gzip', LIMITS), { ok: false, error: 'broken' });
  const result = inflate(cut, 'gzip', { ...LIMITS, isCut: true });
  assert.ok(result.ok && result.value.length > 0 && TEXT.subarray(0, result.value.length).equals(result.value));
});
