import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileGlob } from '../base/index.ts';
import { createNameIndex, NONE } from './name-index.ts';

const entries = (patterns: readonly string[]) => patterns.map((pattern, order) => ({ pattern, order }));

test('the first of several matching patterns is found, exact or not', () => {
  const index = createNameIndex(entries(['re*', 'read', '*', 'read', 'rea?']));
  assert.equal(index.first('read'), 0);
  assert.equal(index.first('write'), 2);
  assert.equal(createNameIndex(entries(['read', 're*'])).first('read'), 0);
  assert.equal(createNameIndex(entries(['x', 'rea?', 'read'])).first('read'), 1);
});

test('nothing matches: none', () => {
  assert.equal(createNameIndex([]).first('read'), NONE);
  assert.equal(createNameIndex(entries(['write', 'readers*', 'x?'])).first('read'), NONE);
});

test('names that objects have are ordinary names', () => {
  const index = createNameIndex(entries(['read']));
  for (const name of ['__proto__', 'constructor', 'toString']) assert.equal(index.first(name), NONE);
});

test('the index answers as trying every pattern does', () => {
  const word = (alphabet: string) => fc.array(fc.constantFrom(...alphabet.split('')), { maxLength: 5 }).map((letters) => letters.join(''));
  fc.assert(
    fc.property(fc.array(word('ab*?')), word('ab'), (patterns, name) => {
      const matching = patterns.flatMap((pattern, order) => (compileGlob(pattern)(name) ? [order] : []));
      const index = createNameIndex(entries(patterns));
      const collected = new Set<number>();
      index.collect(name, collected);
      assert.equal(index.first(name), matching[0] ?? NONE);
      assert.deepEqual(
        [...collected].sort((a, b) => a - b),
        matching,
      );
    }),
    { numRuns: 2000 },
  );
});
