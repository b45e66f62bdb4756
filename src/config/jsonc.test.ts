import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { blankComments } from './jsonc.ts';

const table: readonly (readonly [text: string, expected: string])[] = [
  ['{"a": 1}', '{"a": 1}'],
  ['{"a": 1} // b', '{"a": 1}     '],
  ['// a\r\n{}', '    \r\n{}'],
  ['/* a\n b */{}', '    \n     {}'],
  ['{/*}', '{   '],
  ['"// no" /**/', '"// no"     '],
  ['"\\"// no"//', '"\\"// no"  '],
  ['"open // no', '"open // no'],
  ['[1, 2, ]', '[1, 2  ]'],
  ['[1, /* x */ ]', '[1          ]'],
  ['{"a,}": [",]",],}', '{"a,}": [",]" ] }'],
  ['[,]', '[ ]'],
  ['[1,,2]', '[1,,2]'],
  ['{\t"a":\t"\t"}', '{ "a": "\t"}'],
];
for (const [text, expected] of table) {
  test(`${JSON.stringify(text)} keeps only its JSON`, () => {
    assert.equal(blankComments(text), expected);
  });
}

test('JSON stays the JSON it is', () => {
  fc.assert(fc.property(fc.json(), (text) => assert.deepEqual(JSON.parse(blankComments(text)), JSON.parse(text))));
});

test('everything keeps its place', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('"', '\\', '/', '*', ',', ']', '}', '\n', '\t', 'a', ' ')), (parts) => {
      const text = parts.join('');
      const blanked = blankComments(text);
      assert.equal(blanked.length, text.length);
      assert.deepEqual(
        blanked.split('\n').map((line) => line.length),
        text.split('\n').map((line) => line.length),
      );
    }),
  );
});
