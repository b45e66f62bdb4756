import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldRows } from './fold-rows.ts';
import { toRows } from './side-by-side.ts';

const LINES = Array.from({ length: 20 }, (_, at) => `line ${at}`);
const rows = toRows(LINES.join('\n'), LINES.with(10, 'line ten, changed').join('\n'));

const show = (opened: readonly number[]): string =>
  foldRows(rows, new Set(opened))
    .map((part) => (part.kind === 'fold' ? `[${part.count}]` : part.at))
    .join(' ');

test('shows what changed and some lines around it', () => {
  assert.equal(show([]), '[7] 7 8 9 10 11 12 13 [6]');
});

test('shows what was opened', () => {
  assert.equal(show([0]), '0 1 2 3 4 5 6 7 8 9 10 11 12 13 [6]');
});

test('shows all of texts that are the same', () => {
  const same = toRows('a\nb\nc\nd\ne', 'a\nb\nc\nd\ne');
  assert.equal(foldRows(same, new Set()).length, 5);
});
