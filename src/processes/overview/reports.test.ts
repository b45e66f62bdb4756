// What is read out of workers' reports beside the history: failures with when they were last, and how busy the busiest worker is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from '../../telemetry/index.ts';
import { createFailures } from './failures.ts';
import { createWorkerLoads } from './worker-loads.ts';

test('failures are of their server, the latest first, with when they were last', () => {
  let now = 1_000;
  const failures = createFailures(() => now);
  const metrics = createMetrics();
  const fail = (code: string, server: string): void =>
    metrics.counter('sallyport.upstream.failures', { code, 'sallyport.server': server }).add();
  fail('upstream_timeout', 'crm');
  fail('upstream_timeout', 'crm');
  failures.take('w1', metrics.dump(), true);
  now = 2_000;
  fail('upstream_unreachable', 'crm');
  fail('upstream_unreachable', 'files');
  failures.take('w1', metrics.dump(), true);
  now = 3_000;
  failures.take('w1', metrics.dump(), true);
  assert.deepEqual(failures.of('crm'), [
    { code: 'upstream_unreachable', times: 1, lastAtMs: 2_000 },
    { code: 'upstream_timeout', times: 2, lastAtMs: 1_000 },
  ]);
  assert.equal(failures.of('nobody').length, 0);
});

test('what a worker had counted before this control was there has no time', () => {
  const failures = createFailures(() => 5_000);
  const metrics = createMetrics();
  const counter = metrics.counter('sallyport.upstream.failures', { code: 'upstream_timeout', 'sallyport.server': 'crm' });
  counter.add(7);
  failures.take('w1', metrics.dump(), false);
  assert.deepEqual(failures.of('crm'), []);
  counter.add();
  failures.take('w1', metrics.dump(), false);
  assert.deepEqual(failures.of('crm'), [{ code: 'upstream_timeout', times: 1, lastAtMs: 5_000 }]);
  failures.end('w1');
  failures.take('w2', createMetrics().dump(), true);
  assert.equal(failures.of('crm')[0]?.times, 1);
});

test('the busiest worker, of late', () => {
  let now = 0;
  const loads = createWorkerLoads(() => now);
  assert.equal(loads.busiest(), 0);
  const active = [createMetrics(), createMetrics()];
  for (let second = 0; second <= 40; second++) {
    now = second * 1_000;
    for (const [index, metrics] of active.entries()) {
      metrics.counter('sallyport.process.loop.active', { process: 'worker' }).add(index === 0 ? 0.1 : second > 5 ? 0.6 : 0);
      loads.take(`w${index}`, metrics.dump());
    }
  }
  assert.ok(Math.abs(loads.busiest() - 0.6) < 0.001);
  loads.end('w1');
  assert.ok(Math.abs(loads.busiest() - 0.1) < 0.001);
});
