import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { RE2JS } from 're2js';

import { compileProgram } from './program.ts';
import { findMatch, matchAtStart } from './run-program.ts';
import type { Match } from './run-program.ts';
import type { Budget } from './types.ts';

function plenty(): Budget {
  return { left: 1e9, failures: 0 };
}

/** What re2js finds with its own runners, one match after the other. */
function reference(source: string, text: string): readonly Match[] {
  const compiled = RE2JS.compile(source);
  const matcher = compiled.matcher(text);
  const matches: Match[] = [];
  for (let from = 0; from <= text.length && matcher.find(from); from = behind(text, matcher.start(), matcher.end())) {
    const [start, end] = [matcher.start(), matcher.end()];
    const valueStart = 'value' in compiled.namedGroups() ? matcher.start('value') : -1;
    matches.push(
      valueStart < 0 ? { start, end, valueStart: start, valueEnd: end } : { start, end, valueStart, valueEnd: matcher.end('value') },
    );
  }
  return matches;
}

/** Where the next match may begin: never in the middle of a character. */
function behind(text: string, start: number, end: number): number {
  return end > start ? end : start + ((text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);
}

function own(source: string, text: string): readonly Match[] {
  const program = compileProgram(source);
  const budget = plenty();
  const matches: Match[] = [];
  for (let from = 0; from <= text.length;) {
    const match = findMatch(program, text, from, budget);
    if (match === undefined) break;
    matches.push(match);
    from = behind(text, match.start, match.end);
  }
  return matches;
}

describe('a program finds what re2js finds with its own runners', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['(?i)password\\s*[=:]\\s*(?P<value>\\S{4,8})', 'PassWord : hunter2, password=x password=swordfish1'],
    ['\\b(?P<value>sk_[A-Za-z0-9]{4})\\b', 'sk_ab12 xsk_ab12 sk_ab123 sk_zz99'],
    ['(?i)[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\\.[a-z0-9-]{1,63})+', 'to bob.b@example.com, @x and a@b.c.d'],
    ['(a|ab)(c|bcd)(?P<value>d*)', 'abcd abcdd acd'],
    ['(?:(?P<value>a)x|(?:a)(?P<other>b))', 'ab ax'],
    ['(?:(?P<value>[ab])-?)+', 'a-b-ab b'],
    ['(?s).{3}$', 'ab\ncd\nef'],
    ['(?m)^\\w+$', 'one\ntwo words\nthree'],
    ['^a|b$', 'ab ab'],
    ['\\Bx\\B|\\bx', 'x axa xa'],
    ['(?i)k', 'k K \u212a'],
    ['(?i)straße', 'STRAßE strasse'],
    ['[^a-z]+', 'ab\u{1f600}é1 z'],
    ['\\p{Cyrillic}+', 'abc где 123'],
    ['\\x{1f600}|\\x{d83d}', 'a😀b'],
    ['.', '😀é'],
    ['a*?b', 'aaab'],
    ['(?U)a+', 'aaa'],
    ['x{2,3}?', 'xxxxx'],
    ['(?:a?){20}a{20}', 'a'.repeat(20)],
  ];
  for (const [source, text] of cases) {
    test(`${source} in ${JSON.stringify(text)}`, () => assert.deepEqual(own(source, text), reference(source, text)));
  }

  test('in any text, for any pattern', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\w', '\\W', '\\b', '\\B', '^', '$', '(?m:^)', '(?i:a)', 'é', '😀', '\\s');
    const pattern = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4, depthSize: 'small' },
        atom,
        fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => a + b),
        fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => `(?:${a}|${b})`),
        fc
          .tuple(tie('tree'), fc.constantFrom('*', '+', '?', '*?', '+?', '??', '{2}', '{1,3}', '{0,2}?'))
          .map(([a, times]) => `(?:${a})${times}`),
        tie('tree').map((a) => `(${a})`),
      ),
    })).tree;
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'A', ' ', '\n', 'é', '😀', '_'), maxLength: 24 });
    fc.assert(
      fc.property(pattern, pattern, pattern, text, (before, value, behind, some) => {
        const source = `${before}(?P<value>${value})${behind}`;
        assert.deepEqual(own(source, some), reference(source, some));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('what a search costs', () => {
  const spentOn = (source: string, text: string): number => {
    const budget = plenty();
    findMatch(compileProgram(source), text, 0, budget);
    return 1e9 - budget.left;
  };

  test('is little where nothing can begin', () => {
    assert.ok(spentOn('x[a-z]{8}', '-'.repeat(4000)) <= 1010);
  });

  test('grows with the text, for patterns that take others forever', () => {
    for (const source of ['(?:a*)*b', '(?:a|a)*b', '(?:a?){30}a{30}b', '(?:[a-z]+\\s?)+;', '.*.*.*=', 'a[^;]{0,120}?b[^;]{0,120}?c']) {
      const once = spentOn(source, 'a'.repeat(500));
      const twice = spentOn(source, 'a'.repeat(1000));
      assert.ok(twice <= 2.5 * once + 1000, `${source}: ${once}, then ${twice}`);
    }
  });

  test('is the same each time', () => {
    assert.equal(spentOn('(?i)\\bkey\\b.{0,20}=', 'a key or keys = b'), spentOn('(?i)\\bkey\\b.{0,20}=', 'a key or keys = b'));
  });

  test('ends with the budget', () => {
    const budget = { left: 2000, failures: 0 };
    assert.equal(findMatch(compileProgram('(?:[a-z]{1,60}x?){1,9}='), 'a'.repeat(2000), 0, budget), undefined);
    assert.ok(budget.left < 0 && budget.left > -4000, String(budget.left));
  });
});

describe('a program at the beginning', () => {
  test('matches there or not at all', () => {
    const program = compileProgram('a(?P<value>b+)');
    assert.deepEqual(matchAtStart(program, 'abbc', plenty()), { start: 0, end: 3, valueStart: 1, valueEnd: 3 });
    assert.equal(matchAtStart(program, 'cab', plenty()), undefined);
    assert.equal(matchAtStart(program, '', plenty()), undefined);
  });
});
