// What a run is held against.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { type Budget, compareBudgets, isPassed, parseBudgets } from './budgets.ts';
import { isPart } from './parts.ts';
import { isRow } from './rows.ts';

const BUDGET: Budget = {
  name: 'CPU',
  of: 'sallyport-tls',
  figure: 'saturation.cpuPerRequestUs',
  against: 'haproxy-tls',
  atMost: 4,
  stretch: 3,
};
const BOTH = new Set<string>(['sallyport-tls', 'haproxy-tls']);

for (const [name, measuredRatio, rows, width, kind, passed] of [
  ['within is kept', 3.9, BOTH, 1, 'kept', true],
  ['exactly at the limit is kept', 4, BOTH, 1, 'kept', true],
  ['above is a miss', 4.01, BOTH, 1, 'missed', false],
  ['a wider limit is kept', 5.9, BOTH, 1.5, 'kept', true],
  ['above the wider limit is a miss', 6.1, BOTH, 1.5, 'missed', false],
  ['no figure is not kept', undefined, BOTH, 1, 'unmeasured', false],
  ['not a number is not kept', Number.NaN, BOTH, 1, 'unmeasured', false],
  ['a row left out by --only is not judged', undefined, new Set(['haproxy-tls']), 1, 'not asked', true],
] as const) {
  test(`budgets: ${name}`, () => {
    const verdicts = compareBudgets([BUDGET], rows, width, () => measuredRatio);
    assert.equal(verdicts[0]?.kind, kind);
    assert.equal(isPassed(verdicts, false), passed);
  });
}

test('budgets: a quick run may miss, but not leave anything unmeasured', () => {
  const passed = (measured: number | undefined): boolean =>
    isPassed(
      compareBudgets([BUDGET], BOTH, 1, () => measured),
      true,
    );
  assert.deepEqual([passed(100), passed(undefined)], [true, false]);
});

test('budgets: what must not be below, and what would be good', () => {
  const least: Budget = { name: 'goodput', of: 'overload', figure: 'goodput', atLeast: 0.8, stretch: 0.9 };
  const judged = (measured: number, width = 1): unknown => {
    const [verdict] = compareBudgets([least], new Set(['overload']), width, () => measured);
    return [verdict?.kind, verdict?.reachesStretch, verdict?.limit];
  };
  assert.deepEqual(judged(0.79), ['missed', false, '≥ 0.8']);
  assert.deepEqual(judged(0.8), ['kept', false, '≥ 0.8']);
  assert.deepEqual(judged(0.9), ['kept', true, '≥ 0.8']);
  assert.deepEqual(judged(0.5, 2), ['kept', false, '≥ 0.4']);
});

test('budgets: a difference is judged only where both rows were asked for', () => {
  const budget: Budget = {
    name: 'CPU',
    of: 'modern-to-legacy',
    figure: 'saturation.cpuPerRequestUs',
    minus: 'sallyport-plain',
    atMost: 40,
  };
  const judged = (...rows: readonly string[]): string | undefined => compareBudgets([budget], new Set(rows), 1, () => 41)[0]?.kind;
  assert.equal(judged('modern-to-legacy', 'sallyport-plain'), 'missed');
  assert.equal(judged('modern-to-legacy'), 'not asked');
});

test('budgets: whatever the file names is a row or a part', () => {
  const { budgets } = parseBudgets(readFileSync(new URL('./budgets.json', import.meta.url), 'utf8'));
  for (const { of, against, minus } of budgets) {
    assert.ok(isRow(of) || isPart(of), `${of} is no row and no part`);
    for (const named of [against, minus]) assert.ok(named === undefined || isRow(named), `${named ?? ''} is no row`);
  }
  assert.equal(new Set(budgets.map(({ name }) => name)).size, budgets.length);
});

test('budgets: the file is read, and a misspelt budget refused', () => {
  const text = (...budgets: readonly object[]): string => JSON.stringify({ quickWidth: 4, budgets });
  assert.equal(parseBudgets(text(BUDGET)).budgets.length, 1);
  assert.throws(() => parseBudgets('{}'), /quickWidth/);
  assert.throws(() => parseBudgets('{"quickWidth":4}'), /budgets/);
  const { atMost: _, ...limitless } = BUDGET;
  for (const wrong of [limitless, { ...BUDGET, atLeast: 1 }, { ...BUDGET, extra: 1 }, { ...BUDGET, atMost: '4' }])
    assert.throws(() => parseBudgets(text(BUDGET, wrong)), /entry 1/);
});
