import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { METRICS } from './definitions.ts';
import type { MetricsDump } from './dump.ts';
import { createMetrics } from './metrics.ts';
import { createMetricsTotals, mergeMetrics } from './totals.ts';

function records(count: number): MetricsDump {
  const metrics = createMetrics();
  metrics.counter('sallyport.audit.records', {}).add(count);
  metrics.gauge('sallyport.connections', { listener: 'main' }).set(count);
  metrics.gauge('sallyport.snapshot.revision', {}).set(count);
  metrics.histogram('sallyport.audit.commit.duration', {}).observe(count);
  return metrics.dump();
}

function read(dump: MetricsDump) {
  const first = (name: keyof typeof METRICS): number | undefined => dump.families[name]?.[0]?.values.at(-1);
  return {
    records: first('sallyport.audit.records'),
    connections: first('sallyport.connections'),
    revision: first('sallyport.snapshot.revision'),
    seconds: first('sallyport.audit.commit.duration'),
  };
}

describe('metrics of several workers', () => {
  it('add up, except gauges of which the highest counts', () => {
    assert.deepEqual(read(mergeMetrics(records(3), records(4))), { records: 7, connections: 7, revision: 4, seconds: 7 });
  });

  it('are nothing at first', () => {
    assert.deepEqual(mergeMetrics(), { format: 1, families: {} });
    assert.equal(createMetricsTotals().render(), '');
  });
});

describe('totals over restarts', () => {
  it('keep the counts of a replaced worker and drop its gauges', () => {
    const totals = createMetricsTotals();
    totals.update('w1', 1, records(10));
    totals.update('w2', 1, records(5));
    totals.update('w1', 2, records(1));
    assert.deepEqual(read(totals.total()), { records: 16, connections: 6, revision: 5, seconds: 16 });
  });

  it('do not fall by a rounding error when fractions are added in another order', () => {
    const totals = createMetricsTotals();
    for (const [worker, count] of Object.entries({ w1: 0.1, w2: 0.2, w3: 0.3 })) totals.update(worker, 1, records(count));
    const before = read(totals.total()).records ?? 0;
    totals.end('w2');
    totals.end('w3');
    assert(0.2 + 0.3 + 0.1 < before, 'this order comes out lower');
    assert.equal(read(totals.total()).records, before);
  });

  it('keep the counts of a worker that ended for good, once', () => {
    const totals = createMetricsTotals();
    totals.update('w1', 1, records(10));
    totals.end('w1');
    totals.end('w1');
    totals.end('never seen');
    assert.deepEqual(read(totals.total()), { records: 10, connections: undefined, revision: undefined, seconds: 10 });
  });

  it('ignore a late report of a process that is known to be gone', () => {
    const totals = createMetricsTotals();
    totals.update('w1', 1, records(10));
    totals.end('w1');
    totals.update('w1', 1, records(12));
    totals.update('w1', 2, records(1));
    totals.update('w1', 1, records(100));
    assert.equal(read(totals.total()).records, 11);
  });

  it('never fall, even when a worker reports less than before or leaves a metric out', () => {
    const totals = createMetricsTotals();
    totals.update('w1', 1, records(10));
    totals.update('w1', 1, records(4));
    assert.deepEqual(read(totals.total()), { records: 10, connections: 4, revision: 4, seconds: 10 });
    totals.update('w1', 1, { format: 1, families: {} });
    assert.deepEqual(read(totals.total()), { records: 10, connections: undefined, revision: undefined, seconds: 10 });
  });

  it('never fall in any series, over random lives of workers', () => {
    const totals = createMetricsTotals();
    const live = new Map<string, { epoch: number; metrics: ReturnType<typeof createMetrics> }>();
    const before = new Map<string, readonly number[]>();
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
    let recorded = 0;
    for (let step = 0; step < 400; step++) {
      const id = `w${random(3)}`;
      const worker = live.get(id) ?? { epoch: step, metrics: createMetrics() };
      live.set(id, worker);
      for (let i = 0; i < 5; i++) {
        worker.metrics.counter('sallyport.connections.accepted', { listener: `l${random(90)}` }).add();
        recorded += 1;
      }
      totals.update(id, worker.epoch, worker.metrics.dump());
      if (random(10) === 0) {
        if (random(2) === 0) totals.end(id);
        live.delete(id);
      }
      const family = totals.total().families['sallyport.connections.accepted'] ?? [];
      for (const { labels, values } of family) {
        const old = before.get(labels.join())?.[0] ?? 0;
        assert.ok((values[0] ?? 0) >= old, `${labels.join()} fell from ${old} to ${values[0]} at step ${step}`);
        before.set(labels.join(), values);
      }
      assert.equal(family.length, before.size, 'a series vanished');
      assert.equal(
        family.reduce((sum, { values }) => sum + (values[0] ?? 0), 0),
        recorded,
      );
    }
  });

  it('stay bounded when every worker brings label sets of its own', () => {
    const totals = createMetricsTotals();
    for (let worker = 0; worker < 5; worker++) {
      const metrics = createMetrics();
      for (let i = 0; i < 60; i++) metrics.counter('sallyport.connections.accepted', { listener: `${worker}-${i}` }).add();
      totals.update(`w${worker}`, 1, metrics.dump());
    }
    const family = totals.total().families['sallyport.connections.accepted'] ?? [];
    assert.equal(family.length, METRICS['sallyport.connections.accepted'].maxSeries + 1);
    assert.equal(
      family.reduce((sum, { values }) => sum + (values[0] ?? 0), 0),
      300,
    );
  });
});
