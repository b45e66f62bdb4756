import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson } from './parse-json.ts';
import { setMembers } from './set-members.ts';
import type { MembersSet } from './set-members.ts';
import type { JsonDocument } from './types.ts';

const read = (text: string): JsonDocument => {
  const parsed = parseJson(Buffer.from(text));
  assert.ok(parsed.ok, text);
  return parsed.value;
};

const TEXTS = [
  '{"jsonrpc":"2.0","id":1,"result":{}}',
  ' { "id" : 7 , "result" : { "a" : [ 1.50 , 9007199254740993 ] , "_meta" : { "x" : 1 } } } ',
  '{"result":{"_meta":{}},"\\u0069d":"x"}',
  '{"id":1,"result":{"constructor":{"toString":null},"resultType":"old","é":"\\ud83d\\ude00"}}',
];
const SETS: readonly (readonly [string, readonly MembersSet[]])[] = [
  ['nothing', []],
  ['one that is there or not', [{ path: [], members: { id: 12 } }]],
  [
    'several, of several objects',
    [
      { path: [], members: { id: 'y', other: null } },
      { path: ['result'], members: { resultType: 'complete', ttlMs: 0, note: { deep: ['"', 1e21] } } },
    ],
  ],
];

for (const [name, sets] of SETS) {
  test(`the value is what the bytes say: ${name}`, () => {
    for (const text of TEXTS) {
      const edited = setMembers(read(text), sets);
      const again = read(Buffer.from(edited.bytes).toString());
      assert.deepEqual(edited.value, again.value, text);
      for (const path of [[], ['id'], ['result'], ['result', 'resultType'], ['result', '_meta', 'x'], ['nowhere']])
        assert.deepEqual(edited.span(path), again.span(path));
      assert.deepEqual(edited.elements(['result', 'a']), again.elements(['result', 'a']));
    }
  });
}

test('what is inside an object that is there can be set beside members of that object', () => {
  const edited = setMembers(read('{"id":1,"result":{"_meta":{"x":1}}}'), [
    { path: ['result'], members: { resultType: 'complete' } },
    { path: ['result', '_meta'], members: { y: 2 } },
  ]);
  assert.equal(Buffer.from(edited.bytes).toString(), '{"id":1,"result":{"resultType":"complete","_meta":{"y":2,"x":1}}}');
  assert.deepEqual(edited.value, { id: 1, result: { resultType: 'complete', _meta: { x: 1, y: 2 } } });
});

test('what stays keeps its spelling, and what loses digits is still known to', () => {
  const document = read('{"id":1,"result":{"n":9007199254740993,"f":1.50}}');
  const edited = setMembers(document, [{ path: [], members: { id: 2 } }]);
  assert.equal(Buffer.from(edited.bytes).toString(), '{"id":2,"result":{"n":9007199254740993,"f":1.50}}');
  assert.equal(edited.lossy, true);
  assert.equal(document.lossy, true);
});

test('the document that is edited stays as it was', () => {
  const document = read('{"id":1,"result":{"a":1}}');
  setMembers(document, [{ path: ['result'], members: { a: 2, b: 3 } }]);
  assert.deepEqual(document.value, { id: 1, result: { a: 1 } });
});

test('a path that leads to no object is a mistake of the caller', () => {
  for (const path of [['nowhere'], ['id']]) assert.throws(() => setMembers(read('{"id":1}'), [{ path, members: { a: 1 } }]));
});
