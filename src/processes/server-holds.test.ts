import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics, createMetricsTotals } from '../telemetry/index.ts';
import { holdsOf } from './server-holds.ts';

test('what workers keep for a server is added up, for that server only', () => {
  const totals = createMetricsTotals();
  for (const [worker, parked] of [
    ['worker-0', 2],
    ['worker-1', 3],
  ] as const) {
    const metrics = createMetrics();
    metrics.gauge('sallyport.bridge.rounds.parked', { 'sallyport.server': 'desk' }).set(parked);
    metrics.gauge('sallyport.stdio.processes', { 'sallyport.server': 'shop' }).set(1);
    totals.update(worker, 1, metrics.dump());
  }
  assert.deepEqual(holdsOf('desk', totals.total()), { sessions: 0, bridgeSessions: 0, parkedRounds: 5, processes: 0 });
  assert.deepEqual(holdsOf('shop', totals.total()), { sessions: 0, bridgeSessions: 0, parkedRounds: 0, processes: 2 });
});
