// The published vectors of RFC 8785, and what it leaves open.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canonicalJson } from './index.ts';

/** The double whose bits these are, most significant first. */
function double(hex: string): number {
  return Buffer.from(hex, 'hex').readDoubleBE();
}

describe('numbers (RFC 8785 appendix B)', () => {
  const vectors: readonly (readonly [string, string])[] = [
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ];
  for (const [bits, text] of vectors) {
    test(`${bits} is ${text}`, () => {
      assert.equal(canonicalJson(double(bits)), text);
    });
  }
  test('an overflow is neither null nor another overflow', () => {
    assert.equal(canonicalJson([Infinity, -Infinity, null]), '[1e999,-1e999,null]');
    assert.deepEqual(JSON.parse('[1e999,-1e999,null]'), [Infinity, -Infinity, null]);
  });
});

describe('strings, literals, structure (RFC 8785 §3.2)', () => {
  test('the example of §3.2.2', () => {
    const value = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    );
    assert.equal(
      canonicalJson(value),
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });
  test('the example of §3.2.3: members by UTF-16 code units', () => {
    const value = { '\u20ac': 'Euro', '\r': 'CR', '\ufb33': 'Dalet', '1': 'One', '\u{1f600}': 'Emoji', '\u0080': 'Control', ö: 'O' };
    assert.deepEqual(Object.values(JSON.parse(canonicalJson(value))), ['One', 'CR', 'Control', 'O', 'Euro', 'Emoji', 'Dalet']);
    assert.equal(
      canonicalJson(value),
      '{"\\r":"CR","1":"One","\u0080":"Control","ö":"O","\u20ac":"Euro","\u{1f600}":"Emoji","\ufb33":"Dalet"}',
    );
  });
  const cases: readonly (readonly [string, string])[] = [
    ['{ }', '{}'],
    ['[ ]', '[]'],
    ['{"b":[1, {"d":1,"c":2}],"a":""}', '{"a":"","b":[1,{"c":2,"d":1}]}'],
    ['{"10":1,"9":2,"1":3}', '{"1":3,"10":1,"9":2}'],
    ['{"B":1,"a":2,"":3}', '{"":3,"B":1,"a":2}'],
    ['["",[],{}]', '["",[],{}]'],
    ['"\\u2028\\u007f\\ud83d\\ude00"', '"\u2028\u007f😀"'],
  ];
  for (const [text, canonical] of cases) {
    test(text, () => {
      assert.equal(canonicalJson(JSON.parse(text)), canonical);
    });
  }
});
