import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OverviewPoint } from '../../api/contract.ts';
import { decisionSeries, latencySeries, noneUntil, ratePerSecond, timesOf, wholePoints } from './figures.ts';

const POINT: OverviewPoint = {
  at: '2031-01-01T00:00:00.000Z',
  seconds: 10,
  calls: 50,
  allowed: 30,
  denied: 15,
  asked: 5,
  givenUp: 0,
  errors: 1,
  refused: 2,
  running: 3,
  bytesIn: 1_000,
  bytesOut: 2_000,
  overheadMs: { p50: 0.4, p95: 1, p99: 2, mean: 0.5 },
  serverMs: null,
};

test('figures are per second, whatever a point lasts', () => {
  assert.equal(ratePerSecond(POINT), 5);
  assert.equal(ratePerSecond(undefined), null);
  assert.deepEqual(
    decisionSeries([POINT]).map(({ id, values }) => [id, ...values]),
    [
      ['allowed', 3],
      ['asked', 0.5],
      ['denied', 1.5],
    ],
  );
  assert.deepEqual(timesOf([POINT]), [Date.parse(POINT.at)]);
});

test('what is under way is not drawn', () => {
  assert.deepEqual(wholePoints([1, 2, 3]), [1, 2]);
  assert.deepEqual(wholePoints([]), []);
  assert.match(noneUntil('None', [POINT]), /^None up to \d\d:\d\d:00\.$/);
  assert.equal(noneUntil('None', []), 'None in this time.');
});

test('a time without calls has no latency, which is not the same as none', () => {
  assert.deepEqual(
    latencySeries([POINT]).map(({ id, values }) => [id, ...values]),
    [
      ['server-p99', null],
      ['server-p50', null],
      ['overhead-p99', 2],
      ['overhead-p50', 0.4],
    ],
  );
});
