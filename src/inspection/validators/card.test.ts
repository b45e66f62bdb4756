import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine, DEFAULT_INSPECTION } from '../index.ts';
import { searchText } from '../search-text.ts';
import { isCard } from './card.ts';

const compiled = createEngine(DEFAULT_INSPECTION);
assert.ok(compiled.ok);
const engine = compiled.value;

test('a fraction is no card number, however its digits fall', () => {
  const fractions = Array.from({ length: 4_000 }, (_, at) => `${40_000_000 + at * 8_191}.${10_000_000 + at * 7_919}`);
  assert.ok(fractions.some((one) => isCard(one.replace('.', ''), false)));
  for (const fraction of fractions)
    for (const text of [fraction, `0.5,${fraction}`, `{"x":${fraction}}`])
      assert.deepEqual(
        searchText(engine, text, 'answer').filter((found) => found.class === 'payment'),
        [],
        text,
      );
});

test('a card number in groups is one, with points between them as well', () => {
  const digits = ['4111', '1111', '1111', '1111'];
  for (const mark of ['', ' ', '-', '.'])
    assert.equal(searchText(engine, `paid with ${digits.join(mark)} today`, 'answer')[0]?.type, 'card-number', mark);
});
