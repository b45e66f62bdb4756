// What the strict pass takes, what it refuses and under which code, and what it says about numbers and repaired text.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parseJson } from './index.ts';
import type { JsonDocument } from './index.ts';

/** The cases of a file in test/cases/json, whose header says how they are written. */
function casesOf(file: string): readonly (readonly [string, Buffer])[] {
  const lines = readFileSync(new URL(`../../test/cases/json/${file}`, import.meta.url), 'ascii').split('\n');
  const cases = lines.filter((line) => line !== '' && !line.startsWith('#'));
  assert.ok(cases.length > 20);
  return cases.map((line) => {
    const colon = line.indexOf(': ');
    const bytes = line.slice(colon + 2).replaceAll(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    return [line.slice(0, colon), Buffer.from(bytes, 'latin1')];
  });
}

function accept(text: string | Uint8Array, options = {}): JsonDocument {
  const parsed = parseJson(typeof text === 'string' ? Buffer.from(text) : text, options);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.say);
  return parsed.value;
}

function refuse(text: string | Uint8Array, options = {}): { code: string; say: string } {
  const parsed = parseJson(typeof text === 'string' ? Buffer.from(text) : text, options);
  assert.ok(!parsed.ok, 'the text must be refused');
  return parsed.error;
}

describe('accepted', () => {
  for (const [name, bytes] of casesOf('accepted.txt')) {
    test(name, () => {
      const document = accept(bytes);
      assert.equal(document.bytes, bytes);
      assert.deepEqual(document.value, JSON.parse(bytes.toString()));
      assert.equal(document.repaired, 0);
    });
  }

  test('a view into a larger buffer', () => {
    const document = accept(Buffer.from('xx{"a":[7]}yy').subarray(2, 11));
    assert.deepEqual(document.value, { a: [7] });
    assert.deepEqual(document.span(['a', 0]), { start: 6, end: 7 });
  });
});

for (const [file, code] of [
  ['malformed.txt', 'json_malformed'],
  ['ambiguous.txt', 'json_ambiguous'],
] as const) {
  describe(`refused as ${code}`, () => {
    for (const [name, bytes] of casesOf(file)) {
      test(name, () => {
        assert.equal(refuse(bytes).code, code);
      });
    }
  });
}

describe('what a refusal says', () => {
  const cases: readonly (readonly [string | Uint8Array, string])[] = [
    ['{"secret": hunter2}', 'The body is not valid JSON: a value cannot begin here at byte 11.'],
    ['{"password":1,"password":2}', 'The body names the same member twice: a second key at byte 15.'],
    [Buffer.from([0x22, 0xff, 0x22]), 'The body is not valid UTF-8.'],
    ['['.repeat(65), 'The body nests objects and arrays more than 64 deep at byte 64.'],
  ];
  for (const [text, say] of cases) {
    test(`the place and not the content: ${say}`, () => {
      assert.equal(refuse(text).say, say);
    });
  }
});

describe('maxDepth', () => {
  const arrays = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  test('lowers the limit', () => {
    accept('[[1]]', { maxDepth: 2 });
    refuse('[[[1]]]', { maxDepth: 2 });
    accept('1', { maxDepth: 0 });
    refuse('{}', { maxDepth: 0 });
  });
  test('never raises it', () => {
    accept(arrays(64), { maxDepth: 1000 });
    refuse(arrays(65), { maxDepth: 1000 });
  });
});

describe('lossy numbers', () => {
  const cases: readonly (readonly [string, boolean])[] = [
    ['{"id":9007199254740991}', false],
    ['{"id":-9007199254740991}', false],
    ['{"id":9007199254740992}', true],
    ['{"id":9007199254740993}', true],
    ['{"params":{"a":[-9007199254740993]}}', true],
    ['{"result":[12345678901234567890]}', true],
    ['{"result":{"a":1e400}}', true],
    ['{"params":{"a":-1E+400}}', true],
    ['{"params":{"a":1e300}}', false],
    ['{"params":{"a":6.02214076e23}}', false],
    ['{"params":{"a":1000000000000000}}', false],
    ['{"params":{"a":8999999999999999}}', false],
    ['{"params":{"a":9007199254740990.5}}', false],
    ['{"params":{"a":0.12345678901234567890123}}', false],
    ['{"other":9007199254740993,"params":{"a":1}}', false],
    ['{"\\u0069d":9007199254740993}', true],
    ['{"error":{"data":1e999}}', false],
    ['[9007199254740993]', false],
    ['9007199254740993', false],
  ];
  for (const [text, lossy] of cases) {
    test(`${text} ${lossy ? 'loses' : 'does not lose'} digits`, () => {
      assert.equal(accept(text).lossy, lossy);
    });
  }
});

describe('repair of lone surrogates', () => {
  const options = { repairSurrogates: true };
  const cases: readonly (readonly [string, string, number])[] = [
    ['"\\ud800"', '"\ufffd"', 1],
    ['"\\udc00\\ud800"', '"\ufffd\ufffd"', 2],
    ['"a\\uDBFFb\\ud83d\\ude00"', '"a\ufffdb\\ud83d\\ude00"', 1],
    ['"\\ud800\\u0041"', '"\ufffd\\u0041"', 1],
    ['"\\ud800\\ud83d\\ude00"', '"\ufffd\\ud83d\\ude00"', 1],
    ['{"\\ud800":[1]}', '{"\ufffd":[1]}', 1],
  ];
  for (const [text, repaired, count] of cases) {
    test(text, () => {
      const document = accept(text, options);
      assert.equal(Buffer.from(document.bytes).toString(), repaired);
      assert.deepEqual(document.value, JSON.parse(repaired));
      assert.equal(document.repaired, count);
    });
  }
  test('spans are those of the repaired bytes', () => {
    const document = accept('{"a":"\\ud800","b":7}', options);
    const span = document.span(['b']);
    assert.equal(Buffer.from(document.bytes.subarray(span?.start, span?.end)).toString(), '7');
  });
  test('keys that become equal are refused', () => {
    assert.equal(refuse('{"\\ud800":1,"\\udbff":2}', options).code, 'json_ambiguous');
    assert.equal(refuse('{"\\ud800":1,"\ufffd":2}', options).code, 'json_ambiguous');
  });
  test('nothing else is repaired', () => {
    assert.equal(refuse('"\\ud800', options).code, 'json_malformed');
    assert.equal(refuse(Uint8Array.from([0x22, 0xed, 0xa0, 0x80, 0x22]), options).code, 'json_malformed');
    assert.equal(accept('"\\ud83d\\ude00"', options).repaired, 0);
  });
});
