import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printable, toPieces } from './printable.ts';

test('what cannot be seen is written out', () => {
  const table: readonly (readonly [string, string])[] = [
    ['read_file', 'read_file'],
    ['Überweisung 支払い 🙂', 'Überweisung 支払い 🙂'],
    ['pay\u202ednuf', 'pay\\u{202e}dnuf'],
    ['a\u200bb', 'a\\u{200b}b'],
    ['a\u00a0b', 'a\\u{a0}b'],
    ['\u{e0041}', '\\u{e0041}'],
    ['a\ufe0fb', 'a\\u{fe0f}b'],
    ['\u0000\u001b[31m', '\\u{0}\\u{1b}[31m'],
    ['\ud800', '\\u{d800}'],
    ['line\nline', 'line\\u{a}line'],
  ];
  for (const [text, shown] of table) assert.equal(printable(text), shown);
});

test('lines and tabs stay where a text has several lines', () => {
  assert.deepEqual(toPieces('a\n\tb\r', true), [
    { text: 'a\n\tb', isEscape: false },
    { text: '\\u{d}', isEscape: true },
  ]);
});

test('no text is lost', () => {
  assert.deepEqual(toPieces(''), []);
  assert.equal(
    toPieces('<b>x</b>\u202e&amp;')
      .map(({ text }) => text)
      .join(''),
    '<b>x</b>\\u{202e}&amp;',
  );
});
