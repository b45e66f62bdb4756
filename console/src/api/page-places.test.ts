import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIRST_PLACE, placeOfRow, stepTo } from './page-places.ts';
import type { PagePlace, RowWindow, Step } from './page-places.ts';

test('the page of a row is found among those that went by', () => {
  let known: PagePlace = FIRST_PLACE;
  for (const cursor of ['b', 'c', 'd']) known = { cursor, start: known.start + 500, before: known };
  const table: readonly (readonly [row: number, cursor: string | null])[] = [
    [0, null],
    [499, null],
    [500, 'b'],
    [1_499, 'c'],
    [1_500, 'd'],
    [9_999, 'd'],
  ];
  for (const [row, cursor] of table) assert.equal(placeOfRow(known, row).cursor, cursor, `row ${row}`);
});

test('what is asked for follows what is looked at', () => {
  const middle: RowWindow = { start: 10_000, end: 14_000, hasNext: true };
  const table: readonly (readonly [first: number, last: number, at: RowWindow, step: Step])[] = [
    [11_000, 11_040, middle, undefined],
    [13_790, 13_830, middle, 'next'],
    [14_000, 14_040, middle, 'next'],
    [14_200, 14_240, middle, 'jump'],
    [10_100, 10_140, middle, 'previous'],
    [9_900, 9_940, middle, 'previous'],
    [9_000, 9_040, middle, 'jump'],
    [0, 40, middle, 'jump'],
    [0, 40, { start: 0, end: 500, hasNext: true }, undefined],
    [0, 40, { start: 0, end: 30, hasNext: false }, undefined],
    [13_970, 13_999, { ...middle, hasNext: false }, undefined],
    // After a jump nothing is there yet.
    [13_000, 13_040, { start: 13_000, end: 13_000, hasNext: true }, 'next'],
  ];
  for (const [first, last, at, step] of table) assert.equal(stepTo(first, last, at), step, `${first}–${last} of ${JSON.stringify(at)}`);
});
