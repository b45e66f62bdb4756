import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interpolate, parseTemplate } from './template.ts';

const ENV = { A: 'x', EMPTY: '', NESTED: '${A}' };

const filled: readonly (readonly [text: string, expected: string])[] = [
  ['', ''],
  ['plain', 'plain'],
  ['${A}', 'x'],
  ['a-${A}-${A}', 'a-x-x'],
  ['${A:-d}', 'x'],
  ['${NONE:-d}', 'd'],
  ['${NONE:-}', ''],
  ['${EMPTY}', ''],
  ['${EMPTY:-d}', 'd'],
  ['${NONE:-a:-b $ c}', 'a:-b $ c'],
  ['${NESTED}', '${A}'],
  ['$', '$'],
  ['$5', '$5'],
  ['$A', '$A'],
  ['$$', '$'],
  ['$${A}', '${A}'],
  ['$$${A}', '$x'],
  ['a$$', 'a$'],
];
for (const [text, expected] of filled) {
  test(`${JSON.stringify(text)} becomes ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(interpolate(text, ENV), { ok: true, value: expected });
  });
}

test('a variable that is not set, and what is no reference, are told', () => {
  const told = (text: string) => {
    const result = interpolate(text, ENV);
    return !result.ok && result.error.message;
  };
  assert.equal(told('${NONE}'), 'needs the environment variable NONE, which is not set');
  assert.equal(told('${'), 'has a ${ without its }');
  for (const text of ['${}', '${1A}', '${A-b}', '${env:A}', '${ A }', '${:-x}'])
    assert.match(String(told(text)), /names no environment variable/, text);
});

test('a template keeps its references apart from its text', () => {
  assert.deepEqual(parseTemplate('Bearer $${${A}${B:-}!'), {
    ok: true,
    value: [{ text: 'Bearer ${' }, { env: 'A' }, { env: 'B', fallback: '' }, { text: '!' }],
  });
  assert.deepEqual(parseTemplate(''), { ok: true, value: [{ text: '' }] });
});
