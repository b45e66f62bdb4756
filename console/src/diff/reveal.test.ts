import assert from 'node:assert/strict';
import { test } from 'node:test';
import { revealHidden } from './reveal.ts';

const shown = (text: string): string =>
  revealHidden(text)
    .map((run) => (run.hidden === undefined ? run.text : `<${run.hidden}>`))
    .join('');

test('leaves what everybody sees', () => {
  assert.deepEqual(revealHidden('Reads a file.\n\tÜber 日本 🙂'), [{ text: 'Reads a file.\n\tÜber 日本 🙂', hidden: undefined }]);
  assert.deepEqual(revealHidden(''), [{ text: '', hidden: undefined }]);
});

test('names what is not seen, or turns text around', () => {
  assert.equal(shown('a\u200bb'), 'a<U+200B>b');
  assert.equal(shown('\u202etxt.exe\u202c'), '<U+202E>txt.exe<U+202C>');
  assert.equal(shown('\u001b[31m\r'), '<U+001B>[31m<U+000D>');
  assert.equal(shown('x\u{e0041}\u{e0042}'), 'x<U+E0041><U+E0042>');
  assert.equal(shown('a\ud800b'), 'a<U+D800>b');
  assert.equal(shown('a\u3164\ufe0f'), 'a<U+3164><U+FE0F>');
});
