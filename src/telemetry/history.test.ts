// The last day in figures: what is counted when, what is not, and that memory and time do not grow with it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHistory } from './history.ts';
import { createMetrics } from './metrics.ts';
import { estimateQuantiles } from './quantiles.ts';
import { createRing } from './ring.ts';

const BEGIN = Date.UTC(2026, 10, 23, 8);
const OPERATION = { 'mcp.method.name': 'tools/call', 'mcp.protocol.version': '2026-07-28', 'gen_ai.tool.name': 'find' };

/** A worker that has calls, and the history that hears of them. */
function worker(history: ReturnType<typeof createHistory>, name = 'worker-0.4') {
  const metrics = createMetrics();
  return {
    metrics,
    call: (server: string, verdict: 'allow' | 'deny' | 'ask', waitSeconds = 0, error = '') => {
      metrics.counter('sallyport.calls', { verdict, 'mcp.method.name': 'tools/call', 'sallyport.server': server }).add();
      metrics.histogram('sallyport.overhead.duration', { 'mcp.method.name': 'tools/call', 'sallyport.server': server }).observe(0.0002);
      metrics.histogram('mcp.server.operation.duration', { ...OPERATION, 'error.type': error, 'sallyport.server': server }).observe(0.1);
      if (error === 'failed')
        metrics.counter('sallyport.upstream.failures', { code: 'upstream_timeout', 'sallyport.server': server }).add();
      if (waitSeconds > 0) metrics.histogram('sallyport.server.wait.duration', { 'sallyport.server': server }).observe(waitSeconds);
    },
    report: (isNew = true) => history.take(name, metrics.dump(), isNew),
  };
}

test('calls are counted when they were reported, by verdict, for the gateway and for each server', () => {
  let now = BEGIN;
  const history = createHistory(() => now);
  const one = worker(history);
  const other = worker(history, 'worker-1.5');
  one.call('files', 'allow', 0.03);
  one.call('files', 'deny');
  one.report();
  now += 2_000;
  one.call('crm', 'ask');
  one.call('crm', 'allow', 4, 'failed');
  one.call('crm', 'allow', 0.001, 'tool_error');
  other.call('crm', 'allow', 0.03);
  one.report();
  other.report();

  assert.deepEqual(
    history
      .points('5m')
      .map(({ atMs, seconds, calls, allowed, denied, asked, errors }) => [atMs - BEGIN, seconds, calls, allowed, denied, asked, errors]),
    [
      [0, 2, 2, 1, 1, 0, 0],
      [2_000, 2, 4, 3, 0, 1, 1],
    ],
  );
  const totals = history.totals('1h');
  assert.deepEqual([totals.calls, totals.errors], [6, 1]);
  assert.ok(totals.overheadMs !== null && totals.overheadMs.p50 > 0.1 && totals.overheadMs.p50 <= 0.2);
  assert.deepEqual([history.serverTotals('files', '15m').calls, history.serverTotals('crm', '15m').calls], [2, 4]);
  assert.ok((history.serverTotals('crm', '1h').serverMs?.p99 ?? 0) > 2_000);
  assert.equal(history.serverTotals('nobody', '1h').serverMs, null);
  assert.equal(history.latest().calls, 2, 'the last step that is over, not the one under way');
});

test('a call to a server that is away is a failure, and no denial of the policy', () => {
  const history = createHistory(() => BEGIN);
  const { metrics, report, call } = worker(history);
  call('files', 'deny', 0, 'refused');
  metrics.counter('sallyport.upstream.failures', { code: 'upstream_unreachable', 'sallyport.server': 'files' }).add();
  call('files', 'deny', 0, 'refused');
  for (const [code, verdict, times] of [
    ['denied', 'deny', 1],
    ['upstream_unreachable', 'deny', 1],
    ['unauthenticated', '', 3],
    ['overloaded', '', 2],
    ['internal', '', 1],
  ] as const)
    metrics.counter('sallyport.refusals', { code, listener: 'main', verdict }).add(times);
  report();
  const { calls, denied, errors, refused, shed } = history.totals('1h');
  assert.deepEqual({ calls, denied, errors, refused, shed }, { calls: 2, denied: 1, errors: 2, refused: 5, shed: 2 });
});

test('a call over a limit was denied, and not turned away as well; one that was let through and then refused was', () => {
  const history = createHistory(() => BEGIN);
  const { metrics, report, call } = worker(history);
  call('files', 'deny', 0, 'refused');
  metrics.counter('sallyport.refusals', { code: 'limited', listener: 'main', verdict: 'deny' }).add();
  call('files', 'allow', 0.01, 'refused');
  metrics.counter('sallyport.refusals', { code: 'task_unknown', listener: 'main', verdict: 'allow' }).add();
  report();
  const { calls, allowed, denied, errors, refused } = history.totals('1h');
  assert.deepEqual({ calls, allowed, denied, errors, refused }, { calls: 2, allowed: 1, denied: 1, errors: 0, refused: 1 });
});

test('what an agent gave up before it was decided is no call that anybody denied', () => {
  const history = createHistory(() => BEGIN);
  const { metrics, report, call } = worker(history);
  call('files', 'allow');
  metrics.counter('sallyport.calls', { verdict: 'given_up', 'mcp.method.name': 'tools/call', 'sallyport.server': 'files' }).add();
  report();
  const { calls, allowed, denied, givenUp } = history.totals('1h');
  assert.deepEqual({ calls, allowed, denied, givenUp }, { calls: 1, allowed: 1, denied: 0, givenUp: 1 });
  assert.equal(history.serverTotals('files', '1h').calls, 1);
});

test('what was counted before this control was there is not put down to now', () => {
  let now = BEGIN;
  const history = createHistory(() => now);
  const one = worker(history);
  for (let at = 0; at < 50; at++) one.call('files', 'allow');
  one.report(false);
  assert.equal(history.totals('24h').calls, 0);
  now += 1_000;
  one.call('files', 'allow');
  one.report(false);
  assert.equal(history.totals('24h').calls, 1);
});

test('a worker that counts less than before takes nothing away', () => {
  const history = createHistory(() => BEGIN);
  const one = worker(history);
  one.call('files', 'allow');
  one.call('files', 'allow');
  one.report();
  history.take('worker-0.4', createMetrics().dump(), true);
  assert.equal(history.totals('1h').calls, 2);
});

test('what is being answered is the most at once over all workers, and none of one that is gone', () => {
  const history = createHistory(() => BEGIN);
  for (const [at, running] of [3, 4].entries()) {
    const metrics = createMetrics();
    metrics.gauge('sallyport.requests.running', {}).set(running);
    history.take(`worker-${at}.1`, metrics.dump(), true);
  }
  assert.equal(history.totals('1h').running, 7);
  history.end('worker-0.1');
  history.end('worker-1.1');
  history.take('worker-2.1', createMetrics().dump(), true);
  assert.equal(history.totals('1h').running, 7);
});

test('every window goes back as far as it says, and no further than the gateway', () => {
  let now = BEGIN;
  const history = createHistory(() => now);
  const one = worker(history);
  for (let hour = 0; hour < 30; hour++) {
    one.call('files', 'allow');
    one.report();
    now += 3_600_000;
  }
  const lengths = (['5m', '15m', '1h', '6h', '24h'] as const).map((window) => [
    history.points(window).length,
    history.totals(window).calls,
  ]);
  assert.deepEqual(lengths, [
    [151, 0],
    [91, 0],
    [121, 1],
    [181, 6],
    [145, 24],
  ]);
  assert.equal(history.serverPoints('files', '24h').length, 145);
  assert.equal(createHistory(() => now).points('24h').length, 1);
});

test('the most calls per second of the day', () => {
  let now = BEGIN;
  const history = createHistory(() => now);
  const one = worker(history);
  for (let at = 0; at < 300; at++) one.call('files', 'allow');
  one.report();
  now += 1_000;
  for (let at = 0; at < 200; at++) one.call('files', 'allow');
  one.report();
  now += 60_000;
  one.call('files', 'allow');
  one.report();
  assert.equal(history.peak(), 50);
});

test('a ring forgets what came round, and takes nothing back in time', () => {
  const ring = createRing({ stepMs: 1_000, steps: 4, width: 2, highest: new Set([1]) });
  for (let at = 0; at < 10; at++) ring.add(at * 1_000, [1, at]);
  ring.add(2_000, [1, 9]);
  assert.deepEqual(
    ring.read(0, 9_000, 1).map(({ atMs, values }) => [atMs, ...values]),
    [
      [6_000, 1, 6],
      [7_000, 1, 7],
      [8_000, 1, 8],
      [9_000, 1, 9],
    ],
  );
  assert.deepEqual(
    ring.read(6_000, 9_000, 2).map(({ spanMs, values }) => [spanMs, ...values]),
    [
      [2_000, 2, 7],
      [2_000, 2, 9],
    ],
  );
});

test('shares lie within the bucket that they fall into; beyond the last bound nothing is invented', () => {
  assert.equal(estimateQuantiles([1, 2], [0, 0, 0, 0]), undefined);
  assert.deepEqual(estimateQuantiles([1, 2, 4], [50, 40, 10, 0, 130]), { p50: 1, p95: 3, p99: 3.8, mean: 1.3 });
  assert.equal(estimateQuantiles([1, 2], [0, 0, 7, 70])?.p99, 2);
});
