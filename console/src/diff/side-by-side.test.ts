import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editScript } from './edit-script.ts';
import { toRows } from './side-by-side.ts';
import type { DiffLine } from './side-by-side.ts';

function show(line: DiffLine | undefined): string {
  return line === undefined ? '-' : `${line.number}:${line.parts.map(({ text, isChanged }) => (isChanged ? `[${text}]` : text)).join('')}`;
}

function rowsOf(left: string, right: string): readonly string[] {
  return toRows(left, right).map((row) => `${row.kind} ${show(row.left)} | ${show(row.right)}`);
}

test('lines that stayed stand beside each other', () => {
  assert.deepEqual(rowsOf('a\nb', 'a\nb'), ['same 1:a | 1:a', 'same 2:b | 2:b']);
});

test('shows the words that changed within a line', () => {
  assert.deepEqual(rowsOf('Reads a file.', 'Reads any file.'), ['changed 1:Reads [a] file. | 1:Reads [any] file.']);
});

test('lines that only one text has stand alone, and numbers go on', () => {
  assert.deepEqual(rowsOf('a\nb', 'x\na\nb\ny'), ['added - | 1:x', 'same 1:a | 2:a', 'same 2:b | 3:b', 'added - | 4:y']);
  assert.deepEqual(rowsOf('a\nold\nb', 'a\nb'), ['same 1:a | 1:a', 'removed 2:old | -', 'same 3:b | 2:b']);
});

test('a text that is new has nothing on the left', () => {
  assert.deepEqual(rowsOf('', 'a'), ['added - | 1:a']);
});

test('lines that have nothing in common are not one line', () => {
  assert.deepEqual(rowsOf('alpha beta', 'gamma delta'), ['removed 1:alpha beta | -', 'added - | 1:gamma delta']);
});

test('an edit script makes the second out of the first, whatever they are', () => {
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (let round = 0; round < 300; round++) {
    const left = Array.from({ length: random(12) }, () => 'abc'.charAt(random(3)));
    const right = Array.from({ length: random(12) }, () => 'abc'.charAt(random(3)));
    const edits = editScript(left, right);
    const made = edits.flatMap(({ kind, from, to }) => (kind === 'removed' ? [] : (kind === 'same' ? left : right).slice(from, to)));
    const kept = edits.flatMap(({ kind, from, to }) => (kind === 'added' ? [] : left.slice(from, to)));
    assert.deepEqual([made, kept], [right, left]);
  }
});

test('texts with more differences than anybody reads are shown as replaced', () => {
  const left = Array.from({ length: 5_000 }, (_, at) => `left ${at}`);
  const right = Array.from({ length: 5_000 }, (_, at) => `right ${at}`);
  assert.deepEqual(
    editScript(left, right).map(({ kind }) => kind),
    ['removed', 'added'],
  );
});
