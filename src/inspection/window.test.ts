import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';

import { openWindow } from './window.ts';

describe('a window', () => {
  test('of ASCII stands where its bytes do', () => {
    const { text, toByte, toText } = openWindow(Buffer.from('some plain text'), 5, 10);
    assert.equal(text, 'plain');
    assert.equal(toByte(0), 5);
    assert.equal(toByte(5), 10);
    assert.equal(toText(7), 2);
    assert.equal(toText(0), 0);
    assert.equal(toText(99), 5);
  });

  test('leaves out halves of characters at its ends', () => {
    const bytes = Buffer.from('é日😀x');
    assert.equal(openWindow(bytes, 0, bytes.length).text, 'é日😀x');
    for (const [from, to, text] of [
      [1, 10, '日😀x'],
      [3, 10, '😀x'],
      [6, 10, 'x'],
      [0, 3, 'é'],
      [0, 8, 'é日'],
      [0, 1, ''],
      [6, 8, ''],
    ] as const) {
      assert.equal(openWindow(bytes, from, to).text, text, `${from}..${to}`);
    }
  });

  test('reads what decoders of UTF-8 read, and knows the byte of each character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const bytes = Buffer.from(text);
        const window = openWindow(bytes, 0, bytes.length);
        assert.equal(window.text, bytes.toString());
        for (let at = 0; at <= window.text.length; at += 1) {
          if (isLow(window.text.charCodeAt(at))) continue;
          const byte = window.toByte(at);
          assert.equal(byte, Buffer.byteLength(window.text.slice(0, at)));
          assert.equal(window.toText(byte), at);
        }
      }),
    );
  });

  test('reads any bytes, and never beyond its ends', () => {
    const some = fc.uint8Array({ maxLength: 24 });
    fc.assert(
      fc.property(some, fc.nat(24), fc.nat(24), (bytes, one, other) => {
        const from = Math.min(one, other, bytes.length);
        const to = Math.min(Math.max(one, other), bytes.length);
        const { text, toByte } = openWindow(bytes, from, to);
        let last = from;
        for (let at = 0; at <= text.length; at += 1) {
          const byte = toByte(at);
          assert.ok(byte >= last && byte <= to);
          last = byte;
        }
        assert.equal(text.isWellFormed(), true);
      }),
    );
  });

  test('reads as U+FFFD what is no UTF-8: overlong forms, surrogates, beyond Unicode, cut off', () => {
    for (const bytes of [
      [0xc0, 0x80],
      [0xe0, 0x9f, 0xbf],
      [0xed, 0xa0, 0x80],
      [0xf0, 0x8f, 0xbf, 0xbf],
      [0xf4, 0x90, 0x80, 0x80],
      [0xf5, 0x80, 0x80, 0x80],
    ]) {
      const { text } = openWindow(Uint8Array.from([0x61, ...bytes, 0x62]), 0, bytes.length + 2);
      assert.equal(text, `a${'\ufffd'.repeat(bytes.length)}b`);
    }
    assert.equal(openWindow(Uint8Array.from([0x61, 0xe6, 0x97]), 0, 3).text, 'a\ufffd\ufffd');
  });

  test('takes what stands behind the text for no part of its last character', () => {
    // The end of another text, in a buffer that held that one before.
    const held = Buffer.concat([Buffer.from('a token'), Buffer.from('😀').subarray(2)]);
    assert.equal(openWindow(held, 0, 7, 7).text, 'a token');
  });
});

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
