import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseJson } from '../mcp/index.ts';
import type { JsonValue } from '../mcp/index.ts';
import { diffDefinitions, fingerprint, isFingerprint } from './index.ts';

/** The value as the gateway reads it off the wire. */
function read(text: string): JsonValue {
  const document = parseJson(Buffer.from(text));
  assert.ok(document.ok, text);
  return document.value.value;
}

const same: readonly (readonly [what: string, one: string, other: string])[] = [
  ['the order of keys, at every depth', '{"a":1,"b":{"c":2,"d":[{"e":3,"f":4}]}}', '{"b":{"d":[{"f":4,"e":3}],"c":2},"a":1}'],
  ['white space', '{"a":[1,2]}', ' {\n\t"a" : [ 1 ,\r\n 2 ] } '],
  ['escapes of one text', '{"name":"caf\u00e9 /"}', '{"n\\u0061me":"caf\\u00e9 \\/"}'],
  ['spellings of one number', '{"a":[1,100,0.001,0]}', '{"a":[1.0,1e2,1E-3,-0]}'],
  ['a pair of surrogates and the character', '"\\ud83d\\ude00"', '"\u{1f600}"'],
  ['keys that JavaScript sorts by number', '{"10":1,"9":2}', '{"9":2,"10":1}'],
];
for (const [what, one, other] of same) test(`${what}: no alarm`, () => assert.equal(fingerprint(read(one)), fingerprint(read(other))));

const different: readonly (readonly [what: string, one: string, other: string])[] = [
  ['one letter', '{"description":"Reads a file"}', '{"description":"Reads a File"}'],
  ['a space', '"a b"', '"a  b"'],
  ['an invisible character', '"ab"', '"a\\u200bb"'],
  ['a letter that looks the same', '"a"', '"\u0430"'],
  ['another Unicode form', '"\u00e9"', '"e\u0301"'],
  ['the order of elements', '["a","b"]', '["b","a"]'],
  ['a member that is null', '{}', '{"a":null}'],
  ['a number and its text', '[1]', '["1"]'],
  ['a number and a truth', '[1]', '[true]'],
  ['an empty list and an empty object', '{"a":[]}', '{"a":{}}'],
  ['where a member stands', '{"a":{"b":1},"c":{}}', '{"a":{},"c":{"b":1}}'],
  ['a text that imitates structure', '{"a":"b\\",\\"c\\":\\"d"}', '{"a":"b","c":"d"}'],
  ['the last digit of a number', '[0.1]', '[0.10000000000000002]'],
];
for (const [what, one, other] of different)
  test(`${what}: an alarm`, () => assert.notEqual(fingerprint(read(one)), fingerprint(read(other))));

describe('the form', () => {
  test('is pinned: what is in a store must be found again', () => {
    assert.equal(fingerprint({ name: 'echo', inputSchema: {} }), 'f1:5724ca3548bb22eeb69e8497c3cb869fe2c0ea22cd76b58e51befbec9e07708f');
  });
  test('is recognised, and nothing else is', () => {
    assert.ok(isFingerprint(fingerprint(null)));
    for (const text of ['', 'f1:', `f2:${'0'.repeat(64)}`, `f1:${'0'.repeat(63)}`, `f1:${'A'.repeat(64)}`, `f1:${'0'.repeat(64)}\n`])
      assert.ok(!isFingerprint(text), text);
  });
});

test('two values have one fingerprint if and only if there is nothing to tell about them', () => {
  const near = fc.tuple(fc.jsonValue({ maxDepth: 4 }), fc.jsonValue({ maxDepth: 4 })).map(([a, b]) => [toJson(a), toJson(b)] as const);
  const equal = fc.jsonValue({ maxDepth: 4 }).map((a) => [toJson(a), toJson(a)] as const);
  fc.assert(
    fc.property(fc.oneof(near, equal), ([one, other]) => {
      assert.equal(fingerprint(one) === fingerprint(other), diffDefinitions(one, other).length === 0);
    }),
  );
});

/** Only what can come off the wire: no `__proto__`, no lone surrogates. */
function toJson(value: unknown): JsonValue {
  return JSON.parse(
    JSON.stringify(value)
      .replaceAll('__proto__', 'proto')
      .replaceAll(/\\ud[89a-f]../g, ''),
  );
}
