import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fold } from '../fold.ts';
import { HIDDEN } from '../hidden.ts';
import type { Passage } from '../types.ts';
import { toCharacters } from './characters.ts';

const REPLACEMENT = 0xfffd;

/** The code points of bytes. */
function pointsOf(hex: string): readonly number[] {
  const { points, length } = toCharacters(Buffer.from(hex, 'hex'));
  return [...points.subarray(0, length)];
}

/** Any bytes, among them many that look like the beginning of a character. */
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .array(fc.constantFrom(0x41, 0x1b, 0x5b, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf3, 0xf4, 0xf5, 0xf7, 0x80, 0x8f, 0x90, 0xa0, 0xbf), {
      maxLength: 80,
    })
    .map((all) => Uint8Array.from(all)),
);

function passageOf(bytes: Uint8Array): Passage {
  return { bytes, begin: 0, end: bytes.length, from: 0, to: bytes.length, key: '', surface: 'answer' };
}

test('bytes that are no UTF-8 stand as U+FFFD, each by itself', () => {
  for (const [name, hex] of [
    ['beyond U+10FFFF', 'f4908080'],
    ['a first byte of five', 'f8808080'],
    ['the highest that four bytes could spell', 'f7bfbfbf'],
    ['a surrogate', 'eda080'],
    ['a spelling that is too long, of two', 'c0af'],
    ['of three', 'e080af'],
    ['of four', 'f08080af'],
    ['a character that is cut', 'e282'],
    ['what only goes on', '8080'],
  ] as const)
    assert.deepEqual(
      pointsOf(hex),
      Array.from({ length: hex.length / 2 }, () => REPLACEMENT),
      name,
    );
  assert.deepEqual(pointsOf('f48fbfbf'), [0x10ffff]);
  assert.deepEqual(pointsOf('ed9fbf'), [0xd7ff]);
});

test('valid text is read as the platform reads it, and other bytes as its characters at most', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const bytes = Buffer.from(text);
      const { points, length } = toCharacters(bytes);
      assert.equal(String.fromCodePoint(...points.subarray(0, length)), bytes.toString());
    }),
  );
});

test('any bytes can be folded and swept', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const { points, length, offsets } = toCharacters(bytes);
      assert.ok(points.subarray(0, length).every((point) => point <= 0x10ffff && (point < 0xd800 || point > 0xdfff)));
      assert.equal(offsets[length], bytes.length);
      for (const { bytes: read, offsets: from } of fold(passageOf(bytes))) assert.equal(read.length, from.length);
      HIDDEN.run(passageOf(bytes), (_find, start, end) => assert.ok(0 <= start && start < end && end <= bytes.length));
    }),
    { numRuns: 500 },
  );
});

test('a part of some bytes is read as if it stood alone', () => {
  const bytes = Buffer.from('a\u00e9\u20acb');
  for (let from = 0; from <= bytes.length; from += 1)
    for (let to = from; to <= bytes.length; to += 1)
      assert.deepEqual(toCharacters(bytes, from, to), toCharacters(bytes.subarray(from, to)));
});
