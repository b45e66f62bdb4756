import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CARD, DOUBTFUL_CARD } from './card.ts';
import { createCodeGlance } from './code-glance.ts';
import { NATIONAL_NUMBERS } from './national-numbers.ts';
import { createNumberGlance } from './number-glance.ts';
import { SPEAKS_OF_PHONES } from './phone.ts';

const glance = createNumberGlance([CARD, DOUBTFUL_CARD, ...NATIONAL_NUMBERS], [SPEAKS_OF_PHONES]);

/** Whether the run of digits between the bars is skipped. */
function skips(marked: string, key = ''): boolean {
  const [before = '', run = '', after = ''] = marked.split('|');
  const bytes = Buffer.from(before + run + after);
  const start = Buffer.byteLength(before);
  glance.begin(bytes, 0, bytes.length, key);
  const verdict = glance.skips(start, start + run.length);
  glance.end();
  return verdict;
}

test('counts, times and ids are nothing at a glance', () => {
  for (const text of [
    'rows: |123456|, ',
    '12, |1234567890|, 13',
    '|1700000000000|',
    'took |250000|ms',
    'order |1234567890| was shipped',
    '|1.22.3333|',
  ])
    assert.ok(skips(text), text);
});

test('a word near it, in the text or as its name, is a reason to look', () => {
  assert.ok(!skips('tel |5551234567|'));
  assert.ok(!skips('|5551234567| is my phone'));
  assert.ok(skips('this could be told |5551234567|'), 'a word inside of another is none');
  assert.ok(!skips('|5551234567|', 'phoneNumber'));
  assert.ok(skips('|5551234567|', 'total'));
  assert.ok(!skips('电话 |5551234567|'), 'in other scripts everything may be a word');
  assert.ok(!skips('TÉLÉPHONE |5551234567|') && !skips('fØdselsnummer |5551234567|'), 'in whatever case');
  assert.ok(skips('Málaga, |5551234567|, Tromsø'), 'names of western places are none');
});

test('what needs no word is looked at: cards, numbers of a form, what is beside letters', () => {
  const card = `4111${'1'.repeat(12)}`;
  for (const text of [
    `a |${card}|`,
    '|123-45-6780|',
    '|756.9217.0769.85|',
    'DE|89 3704 0044 0532 0130 00|',
    '|12345678|Z',
    '|12345678| Z',
    'X |1234567|L',
  ])
    assert.ok(!skips(text), text);
});

test('a word is near from one place of a text, and no longer from a later one', () => {
  const bytes = Buffer.from(`tel 1234567890${', '.repeat(60)}1234567890`);
  glance.begin(bytes, 0, bytes.length, '');
  assert.ok(!glance.skips(4, 14));
  assert.ok(glance.skips(bytes.length - 10, bytes.length));
  glance.end();
});

test('letters of base64 hold a code only where one of its length stands by itself', () => {
  const codes = createCodeGlance([16]);
  const verdictOn = (text: string): boolean => {
    codes.begin(Buffer.from(text), 0, text.length, '');
    return codes.skips(0, text.length);
  };
  assert.ok(verdictOn('a'.repeat(40)));
  assert.ok(!verdictOn('a'.repeat(16)));
  assert.ok(!verdictOn(`${'a'.repeat(16)}/${'b'.repeat(30)}`));
});
