// One text poisons how the next is read: V8 remembers which key came after which, and takes an escaped key for the remembered one if
// its first characters, unread, look like it (nodejs/node#63785). Two requests of one agent are enough to make a guard that
// trusts JSON.parse see another argument than the server will. The gateway's reading must not depend on what came before.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runInThisContext } from 'node:vm';
import { parseJson } from '../../src/mcp/index.ts';

const cases: readonly (readonly [primer: string, text: string, keys: readonly string[]])[] = [
  ['{"q":1,"\\\\":0}', '{"q":1,"\\u0061":0}', ['q', 'a']],
  ['{"r":1,"\\\\":0}', '{"r":1,"\\"":0}', ['r', '"']],
  ['{"s":1,"\\\\n":0}', '{"s":1,"\\nx":0}', ['s', '\nx']],
  ['{"t":1,"\\\\u00":0}', '{"t":1,"\\u0070ath":"/etc/shadow"}', ['t', 'path']],
  ['{"u":1,"pa\\\\u":0}', '{"u":1,"pa\\u0074h":"/etc/shadow"}', ['u', 'path']],
  ['{"é":1,"\\\\":0}', '{"é":1,"\\u0061":0}', ['é', 'a']],
  ['{"v":{"w":1,"\\\\":0}}', '{"v":{"w":1,"\\u0061":0}}', ['v']],
];

describe('a key that an earlier text has primed', () => {
  for (const [primer, text, keys] of cases) {
    test(text, () => {
      for (let round = 0; round < 5; round++) {
        JSON.parse(primer);
        assert.ok(parseJson(Buffer.from(primer)).ok);
        const parsed = parseJson(Buffer.from(text));
        assert.ok(parsed.ok);
        assert.deepEqual(Object.keys(Object(parsed.value.value)), keys);
        assert.deepEqual(parsed.value.value, runInThisContext(`(${text})`));
      }
    });
  }
});
