import assert from 'node:assert/strict';
import { test } from 'node:test';
import { activePlace, leastWidth, moveTo, toTracks, widthOf } from './table-moves.ts';

test('keys lead from row to row and never out of the list', () => {
  const table: readonly (readonly [key: string, active: number | undefined, to: number | undefined])[] = [
    ['ArrowDown', undefined, 0],
    ['ArrowDown', 3, 4],
    ['ArrowDown', 99, 99],
    ['ArrowUp', undefined, 0],
    ['ArrowUp', 0, 0],
    ['PageDown', 3, 13],
    ['PageDown', 95, 99],
    ['PageUp', 3, 0],
    ['Home', 50, 0],
    ['End', undefined, 99],
    ['a', 5, undefined],
  ];
  for (const [key, active, to] of table) assert.equal(moveTo(key, active, 100, 10), to, `${key} from ${active}`);
  assert.equal(moveTo('ArrowDown', undefined, 0, 10), undefined);
});

test('the active row is followed to where it is now, at hand or not', () => {
  const at = { rows: ['k', 'l', 'm'], start: 10, count: 500, keyOf: (row: string) => row };
  const table: readonly (readonly [index: number, key: string | undefined, place: number | undefined])[] = [
    [11, 'l', 11],
    [10, 'm', 12],
    [11, 'gone', undefined],
    [400, 'far', 400],
    [400, undefined, 400],
    [500, undefined, undefined],
    [500, 'far', undefined],
    [11, undefined, 11],
  ];
  for (const [index, key, place] of table) assert.equal(activePlace({ index, key }, at), place, `${key} at ${index}`);
  assert.equal(activePlace(undefined, at), undefined);
});

test('columns share what is left, and what somebody dragged has its width', () => {
  const columns = [
    { id: 'name', width: { min: 100, share: 2 } },
    { id: 'time', width: 80 },
  ];
  assert.equal(toTracks(columns, new Map()), 'minmax(100px, 2fr) 80px');
  assert.equal(toTracks(columns, new Map([['name', 240]])), '240px 80px');
  assert.equal(leastWidth(columns, new Map()), 180);
  assert.equal(leastWidth(columns, new Map([['name', 240]])), 320);
  assert.equal(widthOf(3), 56);
  assert.equal(widthOf(100.4), 100);
});
