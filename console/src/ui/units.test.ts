import assert from 'node:assert/strict';
import { test } from 'node:test';
import { showBytes, showClock, showCount, showDistance, showMs, showShare, showShort, showTime } from './units.ts';

const rows = <Value>(show: (value: Value) => string, table: readonly (readonly [Value, string])[]): void => {
  for (const [value, text] of table) assert.equal(show(value), text);
};

test('counts', () => {
  rows(showCount, [
    [0, '0'],
    [999, '999'],
    [1_234, '1\u202f234'],
    [12_345_678, '12\u202f345\u202f678'],
  ]);
  rows(showShort, [
    [0, '0'],
    [0.125, '0.13'],
    [9.5, '9.5'],
    [1_250, '1.25k'],
    [12_340, '12.3k'],
    [4_200_000, '4.2M'],
    [3e9, '3G'],
  ]);
});

test('durations', () => {
  rows(showMs, [
    [0, '0 ms'],
    [0.04, '40 µs'],
    [0.41, '0.41 ms'],
    [1.5, '1.5 ms'],
    [250, '250 ms'],
    [3_200, '3.2 s'],
    [240_000, '4 min'],
    [7_200_000, '2 h'],
  ]);
});

test('bytes and shares', () => {
  rows(showBytes, [
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1 kB'],
    [14_200_000, '14.2 MB'],
    [2e15, '2000 TB'],
  ]);
  const shares: readonly (readonly [number, number, string])[] = [
    [0, 0, '–'],
    [0, 10, '0 %'],
    [1, 10_000, '< 0.1 %'],
    [12, 1_000, '1.2 %'],
    [1, 3, '33 %'],
    [5, 5, '100 %'],
  ];
  for (const [part, whole, text] of shares) assert.equal(showShare(part, whole), text);
});

test('distances in time', () => {
  const now = Date.parse('2031-04-05T12:00:00Z');
  rows(
    (ms: number) => showDistance(now + ms, now),
    [
      [0, 'just now'],
      [-4_999, 'just now'],
      [-42_000, '42 s ago'],
      [-240_000, '4 min ago'],
      [-7_200_000, '2 h ago'],
      [3 * 86_400_000, 'in 3 d'],
    ],
  );
});

test('times are those of whoever reads, to the second and to the millisecond', () => {
  const at = new Date(2031, 3, 5, 9, 3, 2, 7).getTime();
  assert.equal(showTime(at), '2031-04-05 09:03:02');
  assert.equal(showClock(at), '09:03:02.007');
});
