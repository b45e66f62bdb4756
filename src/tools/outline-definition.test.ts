import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue } from '../mcp/index.ts';
import { outlineDefinition } from './outline-definition.ts';

test('one member a line, and texts over the lines that they have', () => {
  const definition = {
    annotations: { readOnlyHint: true },
    description: 'Reads a file.\nAsk before.',
    inputSchema: { properties: { path: { type: 'string', enum: ['a', 'b'] }, any: {} }, required: ['path'], type: 'object' },
    name: 'read_file',
    'x y': [{ a: 1 }, [2]],
  };
  assert.deepEqual(outlineDefinition(definition), [
    'name: read_file',
    'description:',
    '  | Reads a file.',
    '  | Ask before.',
    'inputSchema:',
    '  type: object',
    '  properties:',
    '    any: {}',
    '    path:',
    '      type: string',
    '      enum: ["a", "b"]',
    '  required: ["path"]',
    'annotations:',
    '  readOnlyHint: true',
    '"x y":',
    '  -',
    '    a: 1',
    '  - [2]',
  ]);
});

test('what cannot be seen is an escape, and no text looks like the end of its line', () => {
  assert.deepEqual(outlineDefinition({ name: 'a\u200bb', description: 'one\r\ntwo' }), [
    'name: a\\u{200b}b',
    'description:',
    '  | one\\u{d}',
    '  | two',
  ]);
});

test('instructions are a text', () => {
  assert.deepEqual(outlineDefinition('Be kind.\nAlways.'), ['| Be kind.', '| Always.']);
});

test('a text is not taken for what it looks like', () => {
  for (const text of ['', '1', 'true', 'null', '[]', '{}', '- a', '| a', ' a', '"a"'])
    assert.notDeepEqual(outlineDefinition({ a: text }), outlineDefinition({ a: looksLike(text) }), text);
});

function looksLike(text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    return text.includes('a') ? ['a'] : [];
  }
}
