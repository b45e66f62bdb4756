import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson, canonicalText, parseJson } from './index.ts';

const textOf = (text: string): string | undefined => canonicalText(Buffer.from(text));

describe('a number that a double does not hold keeps its digits', () => {
  const rows: readonly (readonly [text: string, canonical: string])[] = [
    ['{"maximum":9007199254740993}', '{"maximum":9007199254740993}'],
    ['{"maximum":9223372036854775807}', '{"maximum":9223372036854775807}'],
    ['{"minimum":-9223372036854775808,"a":1.0}', '{"a":1,"minimum":-9223372036854775808}'],
    ['[1e999]', '[1e999]'],
    ['[10.0e998]', '[1e999]'],
    ['[9007199254740993.0, 0.1e1, -0]', '[9007199254740993,1,0]'],
    ['{"b":9007199254740993,"a":[true,false,null,"\\u00e9\\/"]}', '{"a":[true,false,null,"é/"],"b":9007199254740993}'],
  ];
  for (const [text, canonical] of rows) test(text, () => assert.equal(textOf(text), canonical));
});

test('no two of such numbers that differ are spelled alike, and order and white space never matter', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 2n ** 53n, max: 2n ** 70n }), fc.bigInt({ min: 2n ** 53n, max: 2n ** 70n }), (one, other) => {
      assert.equal(textOf(`{"a":${one},"b":0}`) === textOf(`{ "b": 0.0,\n"a": ${other} }`), one === other);
    }),
  );
});

test('what has no such number is spelled as its value is', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const parsed = parseJson(Buffer.from(text));
      if (!parsed.ok || /\d{16}|[eE]/.test(text)) return;
      assert.equal(textOf(text), canonicalJson(parsed.value.value));
    }),
  );
});

test('what has been spelled so is spelled so again', () => {
  for (const text of ['{"a":9007199254740993,"b":1e999}', '[1.5,123456789012345678901234567890]']) {
    const once = textOf(text) ?? '';
    assert.equal(textOf(once), once);
  }
});

test('what is no JSON has no spelling', () => assert.equal(textOf('{"a":1,"a":2}'), undefined));
