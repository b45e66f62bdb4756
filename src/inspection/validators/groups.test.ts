import assert from 'node:assert/strict';
import { test } from 'node:test';
import { words } from './context.ts';
import { createNumberReader, shapes } from './groups.ts';
import type { NumberKind } from './groups.ts';

const anything = (): boolean => true;

/** What is found in the only run of digits of a text. */
function read(kind: NumberKind, text: string): readonly string[] {
  const run = /(?<!%)[0-9](?:[ .-]?[0-9])*/.exec(text);
  assert.ok(run !== null);
  const found: string[] = [];
  createNumberReader([kind])({ value: run[0], window: text, at: run.index, key: '', surface: 'answer' }, (_, { start, end }) =>
    found.push(text.slice(start, end)),
  );
  return found;
}

test('shapes are read from texts', () => {
  assert.deepEqual(shapes('16', '3.3.3-2', '4_4'), [
    { lengths: [16], marks: [] },
    { lengths: [3, 3, 3, 2], marks: ['.', '.', '-'] },
    { lengths: [4, 4], marks: ['_'] },
  ]);
});

test('groups with the marks of a shape, any one of them for an underscore', () => {
  const kind = { shapes: shapes('3-2-4', '4_4'), check: anything };
  assert.deepEqual(read(kind, 'a 123-45-6789 b'), ['123-45-6789']);
  for (const text of ['1234 5678', '1234-5678', '1234.5678']) assert.deepEqual(read(kind, text), [text]);
  for (const text of ['123-456789', '123 45 6789', '12345678', '1234 56']) assert.deepEqual(read(kind, text), [], text);
  assert.deepEqual(read({ shapes: shapes('2_2_2'), check: anything }, '12-34.56'), []);
});

test('several numbers in one run, and none of them twice', () => {
  assert.deepEqual(read({ shapes: shapes('4'), check: anything }, '1234 5678 90'), ['1234', '5678']);
  assert.deepEqual(read({ shapes: shapes('2_2'), check: anything, crowded: true }, '12 34 56 78 9'), ['12 34', '56 78']);
});

test('what is inside of something longer is none', () => {
  const kind = { shapes: shapes('4'), check: anything };
  for (const text of ['x1234', '1234x', '_1234', '1234_', '0.1234', '1234.5', '-12-1234', '+1234', '$1234', '€1234', '@1234'])
    assert.deepEqual(read(kind, text), [], text);
  for (const text of ['1234', '(1234)', '1234.', '1234, x', 'no:1234', '号1234号', String.raw`\n1234`, '%3D1234', '"1234"'])
    assert.deepEqual(read(kind, text), ['1234'], text);
});

test('what is joined to something asks for a word', () => {
  const kind = { shapes: shapes('4'), check: anything, context: words('pin') };
  for (const text of ['/a/1234', '#1234', 'a-1234', '1234-a', '1234@x']) {
    assert.deepEqual(read(kind, text), [], text);
    assert.deepEqual(read(kind, `pin ${text}`), ['1234'], text);
  }
  const pair = { shapes: shapes('2_2'), check: anything };
  assert.deepEqual(read(pair, '12 34 56'), [], 'groups with the same mark go on');
  assert.deepEqual(read(pair, '12-34 56'), ['12-34']);
});

test('loose shapes ask for a word, and what else is said may refuse', () => {
  const kind = {
    shapes: [],
    loose: shapes('4'),
    check: anything,
    context: words('pin'),
    isOther: ({ window }: { readonly window: string }) => window.includes('zip'),
  };
  assert.deepEqual(read(kind, '1234'), []);
  assert.deepEqual(read(kind, 'pin 1234'), ['1234']);
  assert.deepEqual(read(kind, 'pin or zip 1234'), []);
  assert.deepEqual(read({ shapes: shapes('4'), check: (digits) => digits === '1235' }, '1234 1235'), ['1235']);
});
