import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toOutline } from './readable-definition.ts';

const outlineOf = (value: unknown): readonly string[] => toOutline(JSON.stringify(value, null, 2)).split('\n');

test('shows members, texts on lines of their own, and lists in a row', () => {
  assert.deepEqual(
    outlineOf({
      name: 'read_file',
      description: 'Reads a file.\nOnly below /srv.',
      inputSchema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path', 'mode'] },
    }),
    [
      'name: read_file',
      'description:',
      '  │ Reads a file.',
      '  │ Only below /srv.',
      'inputSchema:',
      '  type: object',
      '  required: path, mode',
      '  properties:',
      '    path:',
      '      type: string',
    ],
  );
});

test('what tells most comes first, and a description always has lines of its own', () => {
  assert.deepEqual(outlineOf({ inputSchema: { properties: {}, type: 'object' }, description: 'Short.', name: 'a' }), [
    'name: a',
    'description:',
    '  │ Short.',
    'inputSchema:',
    '  type: object',
    '  properties: {}',
  ]);
});

test('no text passes for a member', () => {
  assert.deepEqual(outlineOf({ title: 'a"\nannotations: {}', description: 'x\nannotations:\n  readOnlyHint: true' }), [
    'title:',
    '  │ a"',
    '  │ annotations: {}',
    'description:',
    '  │ x',
    '  │ annotations:',
    '  │   readOnlyHint: true',
  ]);
  assert.deepEqual(outlineOf({ title: '│ x', 'a: b': 1 }), ['title: "│ x"', '"a: b": 1']);
});

test('tells texts from numbers, and empty things apart', () => {
  assert.deepEqual(outlineOf({ a: '1', b: 1, c: 'true', d: true, e: '', f: [], g: {}, h: null, i: ['a, b', 'c'] }), [
    'a: "1"',
    'b: 1',
    'c: "true"',
    'd: true',
    'e: ""',
    'f: []',
    'g: {}',
    'h: null',
    'i: "a, b", c',
  ]);
});

test('shows lists of things', () => {
  assert.deepEqual(outlineOf({ arguments: [{ name: 'a', required: true }, { name: 'b' }, ['x']] }), [
    'arguments:',
    '  - name: a',
    '    required: true',
    '  - name: b',
    '  - - x',
  ]);
});

test('what is no JSON stays as it is', () => {
  assert.equal(toOutline('Be careful.\nUse me.'), 'Be careful.\nUse me.');
});
