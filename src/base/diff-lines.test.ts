import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { diffLines } from './diff-lines.ts';
import type { DiffLine } from './diff-lines.ts';

const SIGNS = { same: ' ', removed: '-', added: '+' } as const;
const printed = (before: string, after: string): string[] =>
  diffLines(before.split(''), after.split('')).map(({ kind, text }) => SIGNS[kind] + text);

test('what stays stays, in as few changes as it takes', () => {
  assert.deepEqual(printed('abcabba', 'cbabac'), ['-a', '-b', ' c', '+b', ' a', ' b', '-b', ' a', '+c']);
  assert.deepEqual(printed('abc', 'abc'), [' a', ' b', ' c']);
  assert.deepEqual(printed('', 'ab'), ['+a', '+b']);
  assert.deepEqual(printed('ab', ''), ['-a', '-b']);
  assert.deepEqual(printed('abc', 'axc'), [' a', '-b', '+x', ' c']);
});

test('both texts can be read from it, with their numbers', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before, after);
      const side = (left: 'added' | 'removed'): readonly DiffLine[] => lines.filter(({ kind }) => kind !== left);
      assert.deepEqual(
        side('added').map(({ text: line }) => line),
        before,
      );
      assert.deepEqual(
        side('removed').map(({ text: line }) => line),
        after,
      );
      assert.deepEqual(
        side('added').map((line) => line.before),
        before.map((_, at) => at + 1),
      );
      assert.deepEqual(
        side('removed').map((line) => line.after),
        after.map((_, at) => at + 1),
      );
    }),
  );
});

test('it takes no more changes than the longest common part leaves', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 9 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const same = diffLines(before, after).filter(({ kind }) => kind === 'same').length;
      assert.equal(same, longestCommon(before, after));
    }),
  );
});

test('texts that have nothing in common take no time that grows with their product', () => {
  const before = Array.from({ length: 20_000 }, (_, at) => `before ${at}`);
  const after = Array.from({ length: 20_000 }, (_, at) => `after ${at}`);
  assert.equal(diffLines(['head', ...before, 'tail'], ['head', ...after, 'tail']).length, 40_002);
});

function longestCommon([first, ...before]: readonly string[], after: readonly string[]): number {
  if (first === undefined) return 0;
  const at = after.indexOf(first);
  const without = longestCommon(before, after);
  return at < 0 ? without : Math.max(without, 1 + longestCommon(before, after.slice(at + 1)));
}
