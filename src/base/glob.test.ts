import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileGlob, coversGlob, isGlob, literalPrefix } from './glob.ts';

const table: readonly (readonly [pattern: string, matching: readonly string[], other: readonly string[]])[] = [
  ['read', ['read'], ['', 'rea', 'reads', 'Read', ' read']],
  ['*', ['', 'a', 'a/b', 'a\nb', '*'], []],
  ['**', ['', 'abc'], []],
  ['?', ['a', '?', '*', '\n', 'ä', '😀'], ['', 'ab']],
  ['read_*', ['read_', 'read_file', 'read_*'], ['read', 'xread_file', 'READ_file']],
  ['*_file', ['_file', 'read_file'], ['_files', 'file']],
  ['*_*', ['_', 'a_b', '__'], ['', 'ab']],
  ['a*b*c', ['abc', 'aXbYc', 'abbcc', 'abcbc'], ['acb', 'abcd', 'ab']],
  ['?at', ['cat', '😀at'], ['at', 'chat']],
  ['tool?', ['tool1', 'tool😀'], ['tool', 'tool12', 'tool😀😀']],
  ['*?', ['a', 'ab', '😀'], ['']],
  ['?*', ['a', 'ab'], ['']],
  ['*a?', ['ab', 'aab', 'xaab'], ['a', 'ba']],
  ['a.b', ['a.b'], ['axb']],
  ['[ab]*', ['[ab]', '[ab]c'], ['a', 'b']],
  ['{a,b}?', ['{a,b}c'], ['ac']],
  ['\\*', ['\\', '\\x'], ['*']],
  ['😀*', ['😀', '😀a'], ['\ud83d']],
  ['\ud83d?x', ['\ud83dax'], ['😀x']],
];
for (const [pattern, matching, other] of table) {
  test(`the glob ${JSON.stringify(pattern)} matches what it says`, () => {
    const match = compileGlob(pattern);
    for (const name of matching) assert.equal(match(name), true, JSON.stringify(name));
    for (const name of other) assert.equal(match(name), false, JSON.stringify(name));
  });
}

test('a glob matches as the obvious recursion does', () => {
  const naive = (pattern: readonly string[], name: readonly string[]): boolean => {
    const [head, ...rest] = pattern;
    if (head === undefined) return name.length === 0;
    if (head === '*') return naive(rest, name) || (name.length > 0 && naive(pattern, name.slice(1)));
    return name.length > 0 && (head === '?' || head === name[0]) && naive(rest, name.slice(1));
  };
  const text = (alphabet: string) => fc.array(fc.constantFrom(...Array.from(alphabet)), { maxLength: 9 });
  fc.assert(
    fc.property(text('ab*?😀'), text('ab?😀'), (pattern, name) => {
      assert.equal(compileGlob(pattern.join(''))(name.join('')), naive(pattern, name));
    }),
    { numRuns: 3000 },
  );
});

test('the worst pattern on the worst name is still judged', () => {
  const match = compileGlob(`${'*a'.repeat(100)}?b`);
  assert.equal(match('a'.repeat(8192)), false);
  assert.equal(match(`${'a'.repeat(8190)}xb`), true);
});

test('wildcards are seen, and the text in front of them', () => {
  assert.deepEqual(['a', 'a*', 'a?', '\\', ''].map(isGlob), [false, true, true, false, false]);
  assert.deepEqual(['read_*', 'a?b*', '*', 'plain', ''].map(literalPrefix), ['read_', 'a', '', 'plain', '']);
});

const word = (alphabet: string, maxLength = 4) => fc.string({ unit: fc.constantFrom(...alphabet.split('')), maxLength });
const names = ['', ...Array.from({ length: 3 }, (_, i) => i + 1).flatMap((length) => words('abc', length))];
function words(alphabet: string, length: number): readonly string[] {
  if (length === 0) return [''];
  return words(alphabet, length - 1).flatMap((rest) => alphabet.split('').map((char) => char + rest));
}

test('a glob is said to cover another one only if it matches every name of it', () => {
  let covered = 0;
  fc.assert(
    fc.property(word('ab*?'), word('ab*?'), (wide, narrow) => {
      if (!coversGlob(wide, narrow)) return;
      covered++;
      const [outer, inner] = [compileGlob(wide), compileGlob(narrow)];
      for (const name of names) assert.ok(!inner(name) || outer(name), `${wide} ${narrow} ${name}`);
    }),
    { numRuns: 5000 },
  );
  assert.ok(covered > 500, 'the property met enough globs that cover others');
  for (const [wide, narrow] of [
    ['*', '?*?'],
    ['a*', 'ab?*'],
    ['*?', '?*'],
    ['?*', '*?'],
    ['*a*', 'ba*b'],
    ['**', '*'],
  ] as const)
    assert.ok(coversGlob(wide, narrow), `${wide} covers ${narrow}`);
});
