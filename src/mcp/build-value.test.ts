// Texts with escaped keys have the value that their characters say, whatever was parsed before.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { buildValue } from './build-value.ts';
import type { JsonValue } from './index.ts';

const cases: readonly (readonly [string, JsonValue])[] = [
  ['{"\\u0061":1}', { a: 1 }],
  [' { "\\"" : [ ] , "\\\\" : { } }\n', { '"': [], '\\': {} }],
  ['[1,-2.5e+3,true,false,null,"x","",[[]],{"\\n":{"\\t":[0]}}]', [1, -2500, true, false, null, 'x', '', [[]], { '\n': { '\t': [0] } }]],
  ['"\\ud83d\\ude00,:]}\\""', '😀,:]}"'],
  ['1e999', Infinity],
  ['{"1":1,"\\u0030":0,"\\u0061":2}', { 0: 0, 1: 1, a: 2 }],
];

describe('values', () => {
  for (const [text, value] of cases) {
    test(text, () => {
      assert.deepEqual(buildValue(text), value);
    });
  }
});
