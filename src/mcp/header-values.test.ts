// The test vectors of SEP-2243, and what a careless decoder would let through.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { trimSpace } from './header-values.ts';
import { decodeHeaderValue, encodeHeaderValue } from './index.ts';

describe('encoding', () => {
  const vectors: readonly (readonly [string, string])[] = [
    ['us-west-1', 'us-west-1'],
    ['us west 1', 'us west 1'],
    ['a\tb', 'a\tb'],
    ['Hello, 世界', '=?base64?SGVsbG8sIOS4lueVjA==?='],
    [' padded ', '=?base64?IHBhZGRlZCA=?='],
    ['\tpadded', '=?base64?CXBhZGRlZA==?='],
    ['line1\nline2', '=?base64?bGluZTEKbGluZTI=?='],
    ['=?base64?literal?=', '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
    ['=?base64?=', '=?base64?PT9iYXNlNjQ/PQ==?='],
    ['=?base64?open', '=?base64?open'],
    ['=?BASE64?x?=', '=?BASE64?x?='],
    ['closed?=', 'closed?='],
    ['', '=?base64??='],
    ['\u007f', '=?base64?fw==?='],
    ['\u0000', '=?base64?AA==?='],
    ['\r\nX-Evil: 1', '=?base64?DQpYLUV2aWw6IDE=?='],
  ];
  for (const [text, header] of vectors) {
    test(JSON.stringify(text), () => {
      assert.equal(encodeHeaderValue(text), header);
      assert.deepEqual(decodeHeaderValue(header), { ok: true, value: text });
    });
  }
});

describe('decoding', () => {
  const literal: readonly (readonly [string, string])[] = [
    ['', ''],
    ['  x y  ', 'x y'],
    ['\t x\t', 'x'],
    [' \t ', ''],
    ['  =?base64?SGVsbG8=?=  ', 'Hello'],
    ['=?Base64?SGVsbG8=?=', '=?Base64?SGVsbG8=?='],
    ['=?base64?SGVsbG8=', '=?base64?SGVsbG8='],
    ['SGVsbG8=?=', 'SGVsbG8=?='],
    ['=?base64?=', '=?base64?='],
    ['x=?base64?SGVsbG8=?=', 'x=?base64?SGVsbG8=?='],
    ['=?base64?PT9iYXNlNjQ/U0dWc2JHOD0/PQ==?=', '=?base64?SGVsbG8=?='],
    ['=?base64?77u/YQ==?=', '\ufeffa'],
  ];
  for (const [header, text] of literal) {
    test(`${JSON.stringify(header)} is ${JSON.stringify(text)}`, () => {
      assert.deepEqual(decodeHeaderValue(header), { ok: true, value: text });
    });
  }
  const refused = [
    ['missing padding', '=?base64?SGVsbG8?='],
    ['a character outside the alphabet', '=?base64?SGVs!!!bG8=?='],
    ['the URL alphabet', '=?base64?-_-_?='],
    ['white space inside', '=?base64?SGVs bG8=?='],
    ['padding in the middle', '=?base64?SGU=bG8=?='],
    ['too much padding', '=?base64?SGVsbG8==?='],
    ['bits that the padding hides', '=?base64?SGVsbG9=?='],
    ['one character', '=?base64?A?='],
    ['no UTF-8', '=?base64?/w==?='],
    ['an encoded surrogate', '=?base64?7aCA?='],
    ['a control character', 'a\u0001b'],
    ['a line feed', 'a\nb'],
    ['delete', 'a\u007fb'],
    ['Latin-1', 'caf\u00e9'],
    ['more than a byte', '\u20ac'],
  ] as const;
  for (const [name, header] of refused) {
    test(`refused: ${name}`, () => {
      const decoded = decodeHeaderValue(header);
      assert.ok(!decoded.ok);
      assert.equal(decoded.error.code, 'header_mismatch');
    });
  }
});

test('only space and tab are trimmed', () => {
  assert.equal(trimSpace('\u00a0x\u00a0'), '\u00a0x\u00a0');
  assert.equal(trimSpace('\nx'), '\nx');
  assert.equal(trimSpace(' \t'), '');
});
