import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barPaths, describeChart, describePoint, nearest, stack, timeScale, valueScale, withEnd } from './chart-math.ts';
import type { Series } from './chart-math.ts';

const series = (id: string, ...values: readonly (number | null)[]): Series => ({ id, label: id, color: 1, values });
const START = new Date(2031, 3, 5, 9, 0, 0).getTime();

test('a scale begins at nothing and reaches the highest value', () => {
  const { at, ticks } = valueScale([series('a', 3, null, 7), series('b', 1, 2, 3)], 'lines', 100);
  assert.equal(at(0), 100);
  assert.ok(at(7) >= 0 && at(7) < 20);
  assert.deepEqual(ticks, [0, 2, 4, 6, 8]);
});

test('values on top of each other reach as high as their sum', () => {
  const both = [series('a', 3, 1), series('b', 7, null)];
  assert.deepEqual(stack(both), [
    [
      [0, 3],
      [0, 1],
    ],
    [
      [3, 10],
      [1, 1],
    ],
  ]);
  assert.ok(valueScale(both, 'stack', 100).at(10) >= 0);
});

test('powers of ten hold what is small beside what is large', () => {
  const { at, ticks } = valueScale([series('gateway', 0.3), series('server', 240)], 'log-lines', 100);
  assert.ok(at(0.3) < 100 && at(240) > 0 && at(0.3) - at(240) > 40);
  assert.deepEqual(ticks, [0.1, 1, 10, 100, 1_000]);
  assert.equal(at(0), 100, 'nothing lies at the foot');
});

test('no value at all still makes a scale', () => {
  for (const form of ['lines', 'stack', 'log-lines', 'bars'] as const) {
    const { at, ticks } = valueScale([series('a', null, null)], form, 100);
    assert.ok(Number.isFinite(at(0)) && ticks.length > 0, form);
  }
  assert.ok(timeScale([], 500).ticks.every((tick) => Number.isFinite(tick.at)));
});

test('times have round ticks within the width', () => {
  const { at, ticks } = timeScale([START, START + 3_600_000], 600);
  assert.equal(at(START), 0);
  assert.equal(at(START + 3_600_000), 600);
  assert.deepEqual(
    ticks.map(({ text }) => text),
    ['09:00', '09:15', '09:30', '09:45', '10:00'],
  );
  assert.equal(timeScale([START, START + 60_000], 300).ticks[1]?.text.length, 8);
});

test('the nearest time is found from either side', () => {
  const times = [0, 10, 20, 40];
  for (const [time, place] of [
    [-5, 0],
    [4, 0],
    [6, 1],
    [29, 2],
    [31, 3],
    [99, 3],
  ] as const)
    assert.equal(nearest(times, time), place, `${time}`);
});

test('a chart can be said in words', () => {
  const format = (value: number): string => `${value} ms`;
  const times = [START, START + 60_000];
  assert.equal(describePoint(times, [series('p50', 3, null)], 1, format), '2031-04-05 09:01:00: p50 none');
  assert.equal(
    describeChart(times, [series('p50', 3, 5), series('p99', null, null)], format),
    'From 2031-04-05 09:00:00 to 2031-04-05 09:01:00. p50: from 3 ms to 5 ms, last 5 ms. p99: none.',
  );
  assert.equal(describeChart([], [], format), 'No values yet.');
});

test('bars lie between their times and reach as high as their values; nothing has no bar, and little has one', () => {
  assert.deepEqual(withEnd([10, 20, 30]), [10, 20, 30, 40]);
  assert.deepEqual([withEnd([]), withEnd([5])], [[], [5, 6]]);
  const both = [series('a', 50, 0, 0.01), series('b', 50, null, 0)];
  const y = valueScale(both, 'bars', 100);
  assert.deepEqual(barPaths(both, [0, 10, 20, 30], y), ['M1 100V50H9V100ZM21 100V99H29V100Z', 'M1 50V0H9V50Z']);
  assert.deepEqual(
    barPaths([series('a', 1)], [0, 0.2], valueScale([series('a', 1)], 'bars', 10)),
    ['M0.02 10V0H1V10Z'],
    'the thinnest is seen',
  );
});
