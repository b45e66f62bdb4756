// What a run says of its samples.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { type Budget, compareBudgets } from './budgets.ts';
import type { Measurement } from './measure.ts';
import { renderReport, type Report } from './report.ts';
import { type Sample, spreadOf, valuesOf } from './results.ts';
import type { Row } from './rows.ts';

/** A measurement of which only what is asked matters. */
function measured(cpuPerRequestUs: number | undefined, p50Ms = 1, proxyCoreBusy = 0.95): Measurement {
  return {
    requestsPerSecond: 1000,
    p50Ms,
    p99Ms: 2 * p50Ms,
    cpuPerRequestUs,
    proxyCpuShare: cpuPerRequestUs === undefined ? undefined : proxyCoreBusy,
    proxyCoreBusy,
    loadCoreBusy: 0.99,
    stolenShare: 0,
    peakRssBytes: undefined,
    generator: {
      event: 'result',
      answered: 1,
      answeredInAll: 1,
      windowMs: 1,
      p50Ms,
      p99Ms: 2 * p50Ms,
      maxMs: 1,
      lateP50Ms: 0,
      lateP99Ms: 0,
      refused: 0,
      givenUp: 0,
      reconnects: 0,
      protocol: 'plain',
      errors: 0,
      firstError: undefined,
    },
  };
}

const sample = (round: number, row: Row, measurement: Measurement | undefined, failure?: string): Sample => ({
  round,
  row,
  phase: 'saturation',
  measurement,
  failure,
});

const SAMPLES: readonly Sample[] = [
  sample(1, 'haproxy-tls', measured(20, 3)),
  sample(1, 'sallyport-tls', measured(90, 5)),
  sample(1, 'direct-tls', measured(undefined, 1)),
  sample(2, 'haproxy-tls', measured(40, 4)),
  sample(2, 'sallyport-tls', measured(100, 9)),
  sample(2, 'direct-tls', measured(undefined, 2)),
  sample(3, 'haproxy-tls', measured(30)),
  sample(3, 'sallyport-tls', undefined, 'a wrong answer'),
];

test('results: ratios and differences are taken within a round, and a failed round has no figure', () => {
  assert.deepEqual(valuesOf(SAMPLES, 'sallyport-tls', 'saturation.cpuPerRequestUs', { against: 'haproxy-tls' }), [4.5, 2.5]);
  assert.deepEqual(valuesOf(SAMPLES, 'sallyport-tls', 'saturation.cpuPerRequestUs', { minus: 'haproxy-tls' }), [70, 60]);
  assert.deepEqual(spreadOf(SAMPLES, 'haproxy-tls', 'saturation.cpuPerRequestUs'), { median: 30, min: 20, max: 40 });
});

test('results: added latency is over the direct row of the same round', () => {
  assert.deepEqual(valuesOf(SAMPLES, 'sallyport-tls', 'saturation.addedP50Ms'), [4, 7]);
  assert.deepEqual(valuesOf(SAMPLES, 'sallyport-tls', 'saturation.addedP99Ms'), [8, 14]);
  assert.equal(spreadOf(SAMPLES, 'direct-tls', 'saturation.addedP50Ms'), undefined);
});

test('results: there is no ratio to a yardstick that came out below nothing', () => {
  const noisy = SAMPLES.filter(({ round }) => round === 1).map((one) =>
    one.row === 'direct-tls' ? { ...one, measurement: measured(undefined, 3.5) } : one,
  );
  assert.deepEqual(valuesOf(noisy, 'sallyport-tls', 'saturation.addedP50Ms', { against: 'haproxy-tls' }), []);
});

const BUDGET: Budget = {
  name: 'CPU',
  of: 'sallyport-tls',
  figure: 'saturation.cpuPerRequestUs',
  against: 'haproxy-tls',
  atMost: 4,
  stretch: 3,
};
const BOTH = new Set<string>(['sallyport-tls', 'haproxy-tls']);

test('report: a miss, a failure and an idle core are all said', () => {
  const report: Report = {
    machine: {
      cpu: 'CPU',
      cores: 2,
      memoryGiB: 1,
      system: 'Linux',
      loadAverage: 0,
      node: 'v26',
      openssl: '3',
      commit: 'abc',
      durableWriteP50Ms: 0.1,
      durableWriteP99Ms: 0.2,
    },
    haproxy: 'HAProxy 1',
    rivals: 'another 2',
    quick: false,
    calls: [],
    parts: [{ part: 'large', figures: {}, output: 'a line', failure: 'it ended' }],
    failures: ['nothing started'],
    pinned: true,
    rounds: 3,
    measureMs: 1000,
    samples: [...SAMPLES, sample(1, 'sallyport-plain', measured(10, 1, 0.6))],
    writes: 'strace is not installed',
    verdicts: compareBudgets([BUDGET], BOTH, 1, () => 4.5),
  };
  const text = renderReport(report);
  assert.match(text, /CPU +≤ 4 +3 +4\.50 +MISSED/);
  assert.match(text, /FAILED: nothing started/);
  assert.match(text, /FAILED: it ended\na line/);
  assert.match(text, /FAILED: round 3, Sallyport TLS→TLS, everything on, saturation: a wrong answer/);
  assert.match(text, /Sallyport plain.*its core was 60 % busy, so generator and upstream saturated first/);
  assert.doesNotMatch(text, /CAUTION/);
  const disturbed = sample(1, 'sallyport-plain', { ...measured(10), proxyCpuShare: 0.5 });
  assert.match(
    renderReport({ ...report, samples: [...SAMPLES, disturbed] }),
    /others took 45 % of its core[^]*CAUTION: 1 of 6 measurements/,
  );
  assert.match(text, /writes not counted: strace is not installed/);
  assert.match(renderReport({ ...report, pinned: false }), /NOT PINNED/);
});
