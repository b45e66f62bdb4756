import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasContext, toWords, words } from './context.ts';

test('a word is found as a whole, whatever its case; letters beside it make another one', () => {
  const found = words('card', 'tax id', 'steuer*', 'カード');
  for (const text of [
    'card',
    'my Card.',
    'CARD_number',
    '(card)',
    'tax id',
    'taxid',
    'Tax-ID',
    'tax_id',
    'Steuernummer',
    'このカード番号',
    'é card',
  ])
    assert.ok(found.test(text), text);
  for (const text of ['discard', 'cards', 'écard', 'cardé', 'besteuern', 'taxi', 'tax  id', '']) assert.ok(!found.test(text), text);
});

test('names of members are words too', () => {
  assert.equal(toWords('cardNumber'), 'card Number');
  assert.equal(toWords('card_number-no.1'), 'card number no 1');
});

test('a word counts in front of the place, behind it, or in the member’s name, and not further away', () => {
  const found = words('ssn');
  const at = (window: string, key = ''): boolean => {
    const start = window.indexOf('5');
    return hasContext({ value: '5', window, at: start, key, surface: 'answer' }, start, start + 1, found);
  };
  assert.ok(at('ssn 5'));
  assert.ok(at('5 is my ssn'));
  assert.ok(at('5', 'employeeSsn'));
  assert.ok(!at(`ssn ${' '.repeat(70)}5`));
  assert.ok(!at(`5${' '.repeat(40)}ssn`));
  assert.ok(!at('5', 'assn'));
});
