// Edits change exactly what they say, and what comes out is JSON again.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { objectEdit } from './splice.ts';
import { elementEdits, memberEdit, memberEdits, parseJson, removeElements, removeMember, setMember, splice } from './index.ts';
import type { JsonDocument } from './index.ts';

function parse(text: string): JsonDocument {
  const parsed = parseJson(Buffer.from(text));
  assert.ok(parsed.ok);
  return parsed.value;
}

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe('splice', () => {
  const document = parse('{"a":1,"b":[2,3]}');
  const edit = (start: number, end: number, text: string) => ({ span: { start, end }, replacement: Buffer.from(text) });

  test('no edits give the same bytes', () => {
    assert.equal(textOf(splice(document, [])), '{"a":1,"b":[2,3]}');
  });
  test('edits in any order', () => {
    assert.equal(textOf(splice(document, [edit(14, 15, '"x"'), edit(5, 6, '100')])), '{"a":100,"b":[2,"x"]}');
  });
  test('edits that touch do not overlap', () => {
    assert.equal(textOf(splice(document, [edit(12, 13, '4'), edit(13, 13, ',5')])), '{"a":1,"b":[4,5,3]}');
  });
  for (const [name, edits] of [
    ['overlapping', [edit(5, 8, ''), edit(7, 9, '')]],
    ['the same twice', [edit(5, 6, 'x'), edit(5, 6, 'y')]],
    ['backwards', [edit(6, 5, '')]],
    ['before the document', [edit(-1, 2, '')]],
    ['behind the document', [edit(16, 18, '')]],
  ] as const) {
    test(`refused: ${name}`, () => {
      assert.throws(() => splice(document, edits), { name: 'GatewayError', code: 'internal' });
    });
  }
});

describe('removeElements', () => {
  const cases: readonly (readonly [string, readonly number[], string])[] = [
    ['{"r":{"t":[1,2,3]}}', [0, 1, 2], '{"r":{"t":[1,2,3]}}'],
    ['{"r":{"t":[1,2,3]}}', [1, 2], '{"r":{"t":[2,3]}}'],
    ['{"r":{"t":[1,2,3]}}', [0, 2], '{"r":{"t":[1,3]}}'],
    ['{"r":{"t":[1,2,3]}}', [0, 1], '{"r":{"t":[1,2]}}'],
    ['{"r":{"t":[1,2,3]}}', [1], '{"r":{"t":[2]}}'],
    ['{"r":{"t":[1,2,3]}}', [], '{"r":{"t":[]}}'],
    ['{"r":{"t":[ 1 , 2 , 3 ],"u":0}}', [0, 2], '{"r":{"t":[ 1,3 ],"u":0}}'],
    ['{"r":{"t":[]}}', [], '{"r":{"t":[]}}'],
    ['{"r":{"t":[{"a":"],["},[[],1.0]]}}', [1], '{"r":{"t":[[[],1.0]]}}'],
  ];
  for (const [text, kept, expected] of cases) {
    test(`${text} keeping ${JSON.stringify(kept)}`, () => {
      assert.equal(textOf(removeElements(parse(text), ['r', 't'], (index) => kept.includes(index))), expected);
    });
  }
  test('white space stays where nothing is removed', () => {
    assert.equal(textOf(removeElements(parse('[ 1 , 2 ]'), [], () => true)), '[ 1 , 2 ]');
  });
  test('no array is the mistake of the caller', () => {
    assert.throws(() => removeElements(parse('{"r":{}}'), ['r'], () => true), { code: 'internal' });
  });
});

describe('setMember', () => {
  const cases: readonly (readonly [string, readonly string[], string, string, string])[] = [
    ['{"a":1,"b":2}', [], 'b', '[3]', '{"a":1,"b":[3]}'],
    ['{ "a" : 1.0 , "b":2}', [], 'a', 'null', '{ "a" : null , "b":2}'],
    ['{"a":1}', [], 'c', '3', '{"c":3,"a":1}'],
    ['{}', [], 'c', '3', '{"c":3}'],
    ['{ }', [], 'c', '3', '{"c":3 }'],
    ['{"p":{"_meta":{}}}', ['p', '_meta'], 'k"y', '"é"', '{"p":{"_meta":{"k\\"y":"é"}}}'],
    ['{"\\u0061":1}', [], 'a', '2', '{"\\u0061":2}'],
    ['{"a":{"b":{"c":{"d":{"e":1}}}}}', ['a', 'b', 'c', 'd'], 'e', '2', '{"a":{"b":{"c":{"d":{"e":2}}}}}'],
  ];
  for (const [text, path, key, value, expected] of cases) {
    test(`${key} of ${text}`, () => {
      assert.equal(textOf(setMember(parse(text), path, key, value)), expected);
    });
  }
  test('no object is the mistake of the caller', () => {
    for (const path of [['x'], ['a'], ['a', 'b']]) assert.throws(() => setMember(parse('{"a":[]}'), path, 'k', '1'), { code: 'internal' });
  });
});

describe('removeMember', () => {
  const cases: readonly (readonly [string, readonly string[], string, string])[] = [
    ['{"a":1,"b":2,"c":3}', [], 'a', '{"b":2,"c":3}'],
    ['{"a":1,"b":2,"c":3}', [], 'b', '{"a":1,"c":3}'],
    ['{"a":1,"b":2,"c":3}', [], 'c', '{"a":1,"b":2}'],
    ['{"a":1}', [], 'a', '{}'],
    ['{ "a" : 1 , "b" : 2 }', [], 'b', '{ "a" : 1  }'],
    ['{ "a" : 1 , "b" : 2 }', [], 'a', '{ "b" : 2 }'],
    ['[1,{"a":1}]', [], 'a', '[1,{"a":1}]'],
    ['{"x":[1,{"a":1}]}', ['x'], 'a', '{"x":[1,{"a":1}]}'],
    ['{"x,":{"a":1}}', ['x,'], 'a', '{"x,":{}}'],
    ['{"a\\"b\\\\":1,"c":2}', [], 'a"b\\', '{"c":2}'],
    ['{"\\\\\\"":1}', [], '\\"', '{}'],
    ['{"":1,"a":2}', [], '', '{"a":2}'],
    ['{"a":1}', [], 'b', '{"a":1}'],
    ['{"p":{"m":{"c":{"e":{"t":{},"u":1}}}}}', ['p', 'm', 'c', 'e'], 't', '{"p":{"m":{"c":{"e":{"u":1}}}}}'],
  ];
  for (const [text, path, key, expected] of cases) {
    test(`${JSON.stringify(key)} of ${text}`, () => {
      assert.equal(textOf(removeMember(parse(text), path, key)), expected);
    });
  }
});

test('several edits, one splice', () => {
  const document = parse('{"result":{"tools":[{"name":"a"},{"name":"b"}],"cacheScope":"public"}}');
  const edits = [
    memberEdit(document, ['result'], 'cacheScope', '"private"'),
    ...elementEdits(document, ['result', 'tools'], (index) => index === 1),
  ];
  assert.equal(textOf(splice(document, edits)), '{"result":{"tools":[{"name":"b"}],"cacheScope":"private"}}');
});

test('several members are set at once, in an empty object too', () => {
  const set = (text: string, members: readonly (readonly [string, string])[]): string => {
    const parsed = parseJson(Buffer.from(text));
    assert.ok(parsed.ok);
    return Buffer.from(splice(parsed.value, memberEdits(parsed.value, [], members))).toString();
  };
  const members = [
    ['a', '1'],
    ['b', '2'],
    ['c', '3'],
  ] as const;
  assert.equal(set('{}', members), '{"a":1,"b":2,"c":3}');
  assert.equal(set('{ "x":0}', members), '{"a":1,"b":2,"c":3, "x":0}');
  assert.equal(set('{"b":9,"x":0}', members), '{"a":1,"c":3,"b":2,"x":0}');
  assert.equal(set('{"a":9,"b":9,"c":9}', members), '{"a":1,"b":2,"c":3}');
  assert.equal(set('{}', []), '{}');
});

describe('objectEdit', () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[], Readonly<Record<string, string>>, string])[] = [
    ['{"r":{"a":1,"b":2}}', ['r'], ['a', 'b'], {}, '{"r":{}}'],
    ['{"r":{"a":1,"b":2,"c":1.0}}', ['r'], ['a', 'b'], {}, '{"r":{"c":1.0}}'],
    ['{"r":{ "a" : 1 , "b":2 }}', ['r'], ['b'], { a: '[]' }, '{"r":{"a" : []}}'],
    ['{"r":{}}', ['r'], [], { a: '1', b: '2' }, '{"r":{"a":1,"b":2}}'],
    ['{"r":{"z":0}}', ['r'], ['z'], { z: '1', y: '2' }, '{"r":{"y":2}}'],
    ['{"a\\"b":1,"c":2}', [], ['c'], {}, '{"a\\"b":1}'],
    ['{"constructor":1}', [], [], { toString: '2' }, '{"toString":2,"constructor":1}'],
  ];
  for (const [text, path, dropped, set, expected] of cases) {
    test(`${text} without ${dropped.join()} and with ${JSON.stringify(set)}`, () => {
      const document = parse(text);
      const edit = objectEdit(document, path, { drop: (name) => dropped.includes(name), set: new Map(Object.entries(set)) });
      assert.equal(textOf(splice(document, [edit])), expected);
    });
  }
  test('refused: where there is no object', () => {
    for (const path of [['r'], ['x']]) assert.throws(() => objectEdit(parse('{"r":[]}'), path, {}), { code: 'internal' });
  });
});
