// Small bodies that cost much: nesting against the stack, keys against comparison and hashing, numbers and escapes against
// slow paths. Every one is either refused at once or read in a time that grows with its length and no faster. A parser that
// is quadratic in any of them takes minutes here, and the limit of the whole file says so.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canonicalJson, parseJson, removeElements } from '../../src/mcp/index.ts';
import type { JsonDocument, ParseOptions } from '../../src/mcp/index.ts';

const LIMIT = { timeout: 60_000 };
const many = (count: number, item: (n: number) => string) => Array.from({ length: count }, (_, n) => item(n)).join();

function accept(text: string, options: ParseOptions = {}): JsonDocument {
  const parsed = parseJson(Buffer.from(text), options);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.say);
  return parsed.value;
}

function refuse(text: string): string {
  const parsed = parseJson(Buffer.from(text));
  assert.ok(!parsed.ok);
  return parsed.error.code;
}

describe('nesting', LIMIT, () => {
  for (const [name, text] of [
    ['a million arrays', '['.repeat(1_000_000)],
    ['a million objects', '{"a":'.repeat(1_000_000)],
    ['a million arrays, closed', '['.repeat(1_000_000) + ']'.repeat(1_000_000)],
    ['behind a million flat elements', `[${many(1_000_000, () => '0')},${'['.repeat(1_000_000)}`],
  ] as const) {
    test(name, () => {
      assert.equal(refuse(text), 'json_malformed');
    });
  }
});

describe('keys', LIMIT, () => {
  test('300 000 different ones', () => {
    assert.equal(Object.keys(Object(accept(`{${many(300_000, (n) => `"key${n}":0`)}}`).value)).length, 300_000);
  });
  test('300 000 different ones and one again', () => {
    assert.equal(refuse(`{${many(300_000, (n) => `"key${n}":0`)},"key150000":0}`), 'json_ambiguous');
  });
  test('300 000 escaped ones', () => {
    accept(`{${many(300_000, (n) => `"\\u006bey${n}":0`)}}`);
  });
  test('300 000 that look like array indices', () => {
    accept(`{${many(300_000, (n) => `"${n * 4096}":0`)}}`);
  });
  test('sixteen that are long and differ at the end', () => {
    accept(`{${many(16, (n) => `"${'a'.repeat(250_000)}${n.toString(16)}":0`)}}`);
  });
  test('forty that are long and differ at the end', () => {
    accept(`{${many(40, (n) => `"${'a'.repeat(100_000)}${n}":0`)}}`);
  });
  test('100 000 objects of seventeen keys', () => {
    accept(`[${many(100_000, () => `{${many(17, (n) => `"${n}":0`)}}`)}]`);
  });
});

describe('values', LIMIT, () => {
  test('two million elements', () => {
    const document = accept(`{"result":{"tools":[${many(2_000_000, () => '0')}]}}`);
    assert.equal(document.elements(['result', 'tools'])?.length, 2_000_000);
  });
  test('a number of four million digits', () => {
    assert.equal(accept(`{"id":${'9'.repeat(4_000_000)}}`).lossy, true);
    assert.equal(accept(`{"id":0.${'9'.repeat(4_000_000)}}`).lossy, false);
    assert.equal(accept(`{"id":1e${'9'.repeat(4_000_000)}}`).lossy, true);
  });
  test('500 000 numbers with an exponent', () => {
    assert.equal(accept(`{"params":{"a":[${many(500_000, () => '1e300')}]}}`).lossy, false);
  });
  test('500 000 lone surrogates, repaired', () => {
    const document = accept(`["${'\\ud800'.repeat(500_000)}"]`, { repairSurrogates: true });
    assert.equal(document.repaired, 500_000);
    assert.equal(document.bytes.length, 500_000 * 3 + 4);
  });
  test('a string of two million escapes', () => {
    assert.equal(accept(`"${'\\\\'.repeat(2_000_000)}"`).value, '\\'.repeat(2_000_000));
  });
  test('a text of white space', () => {
    assert.equal(refuse(' '.repeat(4_000_000)), 'json_malformed');
  });
});

describe('what is done with them', LIMIT, () => {
  test('the canonical form of 200 000 keys', () => {
    assert.equal(canonicalJson(accept(`{${many(200_000, (n) => `"${n}":0`)}}`).value).startsWith('{"0":0,"1":0,"10":0,'), true);
  });
  test('every second of 200 000 elements removed', () => {
    const document = accept(`{"result":{"tools":[${many(200_000, (n) => `{"name":"t${n}"}`)}]}}`);
    const parsed = parseJson(removeElements(document, ['result', 'tools'], (index) => index % 2 === 1));
    assert.equal(parsed.ok && parsed.value.elements(['result', 'tools'])?.length, 100_000);
  });
});
