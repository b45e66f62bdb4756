import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { createPattern, patternMistake } from './pattern.ts';

describe('a pattern of a detector', () => {
  test('may be what RE2 can run', () => {
    for (const pattern of [
      'abc',
      '(?i)key\\s*[=:]\\s*(?P<value>[a-z0-9]{8,64})',
      '\\bsk_[A-Za-z0-9]{24}\\b',
      '\\p{L}{2}',
      '[[:digit:]]{4}',
    ]) {
      assert.equal(patternMistake(pattern), undefined, pattern);
    }
  });

  for (const [pattern, what] of [
    ['(?=ab)', 'look-ahead'],
    ['(?<=ab)c', 'look-behind'],
    ['(?<!ab)c', 'negative look-behind'],
    ['(a)\\1', 'a back reference'],
    ['(?>ab)', 'an atomic group'],
    ['a++', 'a possessive repetition'],
    ['[a', 'an open class'],
    ['a{1001}', 'too many repetitions'],
  ] as const) {
    test(`is refused with ${what}`, () => assert.match(patternMistake(pattern) ?? '', /^is not RE2 syntax, which has no look-around/));
  }

  test('is refused when it can match nothing', () => {
    for (const pattern of ['', 'a*', '(?:abc)?', 'a|', '\\b', '^', '$', '\\bx*', '(?m)^', '\\B', 'x*?', '(?:a|b*)']) {
      assert.match(patternMistake(pattern) ?? '', /can match the empty text/, pattern);
    }
  });

  test('is refused when it is too large', () => {
    assert.match(patternMistake('a'.repeat(4001)) ?? '', /longer than 4000/);
    assert.match(patternMistake('[a-z]{900}x'.repeat(10)) ?? '', /too large/);
  });
});

describe('what matches', () => {
  const budget = { left: 1e9, failures: 0 };

  test('is the whole, or the group that is named value', () => {
    assert.deepEqual(createPattern('b+').find('abbb', 0, budget), { start: 1, end: 4, valueStart: 1, valueEnd: 4 });
    assert.deepEqual(createPattern('k=(?P<value>\\d+);').find('a k=123;', 0, budget), { start: 2, end: 8, valueStart: 4, valueEnd: 7 });
    assert.deepEqual(createPattern('k=(?<value>\\d+)').find('k=1', 0, budget), { start: 0, end: 3, valueStart: 2, valueEnd: 3 });
  });

  test('is the whole where the group took no part', () => {
    assert.deepEqual(createPattern('a(?P<value>b)|c').find('c', 0, budget), { start: 0, end: 1, valueStart: 0, valueEnd: 1 });
    assert.deepEqual(createPattern('(?:(?P<value>a)x|ab)').find('ab', 0, budget), { start: 0, end: 2, valueStart: 0, valueEnd: 2 });
  });

  test('is looked for from an offset, in sight of what stands before it', () => {
    const word = createPattern('\\bab');
    assert.equal(word.find('xab ab', 1, budget)?.start, 4);
    assert.equal(word.find('xab', 1, budget), undefined);
  });

  test('at the beginning is nowhere else', () => {
    const pattern = createPattern('\\d{3}');
    assert.equal(pattern.atStart('x123', budget), undefined);
    assert.equal(pattern.atStart('1234', budget)?.end, 3);
    assert.equal(pattern.atStart('', budget), undefined);
  });
});
