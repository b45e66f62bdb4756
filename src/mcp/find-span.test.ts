// A span is exactly the text of its value, near the root and far from it, in small documents and in ones that outgrow a slab.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseJson } from './index.ts';
import type { JsonDocument } from './index.ts';
import { intAt } from './spans.ts';

function parse(text: string): JsonDocument {
  const parsed = parseJson(Buffer.from(text));
  assert.ok(parsed.ok);
  return parsed.value;
}

function textAt(document: JsonDocument, path: readonly (string | number)[]): string | undefined {
  const span = document.span(path);
  return span && Buffer.from(document.bytes.subarray(span.start, span.end)).toString();
}

const TEXT = ` { "id" : 7 , "pa\\u0072ams" : { "name":"a\\"b", "é" : [ 1 , { "x" : [ true , [ "deep" , { "k" : { "l" : null } } ] ] } ],
  "10": 1, "9": "two", ":": ":\\"" } ,"empty":{},"none":[ ] } `;

describe('a value', () => {
  const cases: readonly (readonly [readonly (string | number)[], string | undefined])[] = [
    [[], TEXT.trim()],
    [['id'], '7'],
    [['params', 'name'], '"a\\"b"'],
    [['params', 'é', 0], '1'],
    [['params', 'é', 1, 'x'], '[ true , [ "deep" , { "k" : { "l" : null } } ] ]'],
    [['params', 'é', 1, 'x', 1, 0], '"deep"'],
    [['params', 'é', 1, 'x', 1, 1, 'k', 'l'], 'null'],
    [['params', '9'], '"two"'],
    [['params', '10'], '1'],
    [['params', ':'], '":\\""'],
    [['empty'], '{}'],
    [['none'], '[ ]'],
    [['nothing'], undefined],
    [['id', 'x'], undefined],
    [['id', 0], undefined],
    [['params', 0], undefined],
    [['params', 'é', 'x'], undefined],
    [['params', 'é', 2], undefined],
    [['params', 'é', -1], undefined],
    [['params', 'é', 0.5], undefined],
    [['empty', 'x'], undefined],
    [['none', 0], undefined],
    [['none', 0, 'a', 'b', 'c', 'd'], undefined],
    [['params', 'é', 1, 'x', 1, 7], undefined],
    [['toString'], undefined],
  ];
  for (const [path, text] of cases) {
    test(JSON.stringify(path), () => {
      assert.equal(textAt(parse(TEXT), path), text);
    });
  }
});

describe('the elements of an array', () => {
  const texts = (document: JsonDocument, path: readonly (string | number)[]) =>
    document.elements(path)?.map(({ start, end }) => Buffer.from(document.bytes.subarray(start, end)).toString());
  test('near the root', () => {
    assert.deepEqual(texts(parse('[1 ,[2],{"a":[3]}]'), []), ['1', '[2]', '{"a":[3]}']);
    assert.deepEqual(texts(parse('{"result":{"tools":[ {"name":"a"} , {"name":"b"} ]}}'), ['result', 'tools']), [
      '{"name":"a"}',
      '{"name":"b"}',
    ]);
  });
  test('four levels down and deeper', () => {
    assert.deepEqual(texts(parse('{"a":{"b":{"c":{"d":[1, "x"]}}}}'), ['a', 'b', 'c', 'd']), ['1', '"x"']);
    assert.deepEqual(texts(parse('{"a":{"b":{"c":{"d":{"e":{"f":[[7]]}}}}}}'), ['a', 'b', 'c', 'd', 'e', 'f']), ['[7]']);
  });
  test('none, where there is no array', () => {
    assert.deepEqual(texts(parse('[]'), []), []);
    for (const path of [['a'], ['b'], ['a', 'x'], ['a', 'x', 'y', 'z', 'w'], ['c', 'd', 'e', 'f']]) {
      assert.equal(parse('{"a":{},"c":{"d":{"e":{"f":1}}}}').elements(path), undefined);
    }
  });
});

describe('slabs', () => {
  test('there is nothing behind the end', () => {
    assert.equal(intAt(Int32Array.of(5), 0), 5);
    assert.equal(intAt(Int32Array.of(5), 1), 0);
  });
  test('documents that share a slab do not disturb each other', () => {
    const documents = Array.from({ length: 5000 }, (_, n) => parse(`{"n":[${n},{"x":"${n}"}]}`));
    for (const [n, document] of documents.entries()) {
      assert.equal(textAt(document, ['n', 0]), String(n));
      assert.equal(textAt(document, ['n', 1, 'x']), `"${n}"`);
    }
  });
  test('a document larger than a slab', () => {
    const before = parse('{"a":1}');
    const large = parse(JSON.stringify({ result: { tools: Array.from({ length: 20_000 }, (_, n) => ({ name: `t${n}` })) } }));
    const after = parse('{"b":2}');
    assert.equal(textAt(large, ['result', 'tools', 19_999, 'name']), '"t19999"');
    assert.equal(large.elements(['result', 'tools'])?.length, 20_000);
    assert.equal(textAt(before, ['a']), '1');
    assert.equal(textAt(after, ['b']), '2');
  });
  test('a refused text leaves nothing behind', () => {
    const first = parse('{"a":1}');
    assert.ok(!parseJson(Buffer.from('{"x":[1,2,3,4,5')).ok);
    assert.equal(textAt(parse('{"b":[2]}'), ['b', 0]), '2');
    assert.equal(textAt(first, ['a']), '1');
  });
});
