import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { METRICS } from './definitions.ts';
import { parseMetricsDump } from './dump.ts';
import { createMetrics } from './metrics.ts';
import type { Metrics } from './metrics.ts';

const CALL = { 'mcp.method.name': 'tools/call', 'sallyport.server': 'tickets' } as const;

function seriesOf(metrics: Metrics, name: keyof typeof METRICS) {
  return metrics.dump().families[name] ?? [];
}

describe('recording', () => {
  it('counts, through one handle or several to the same label set', () => {
    const metrics = createMetrics();
    const calls = metrics.counter('sallyport.calls', { verdict: 'allow', ...CALL });
    calls.add();
    calls.add(2);
    metrics.counter('sallyport.calls', { verdict: 'allow', ...CALL }).add();
    metrics.counter('sallyport.calls', { verdict: 'deny', ...CALL }).add();
    assert.deepEqual(seriesOf(metrics, 'sallyport.calls'), [
      { labels: ['allow', 'tools/call', 'tickets'], values: [4] },
      { labels: ['deny', 'tools/call', 'tickets'], values: [1] },
    ]);
  });

  for (const amount of [-1, 0, Number.NaN]) {
    it(`ignores adding ${amount} to a counter`, () => {
      const metrics = createMetrics();
      metrics.counter('sallyport.audit.records', {}).add(amount);
      assert.deepEqual(seriesOf(metrics, 'sallyport.audit.records'), [{ labels: [], values: [0] }]);
    });
  }

  it('sets and moves a gauge', () => {
    const metrics = createMetrics();
    const open = metrics.gauge('sallyport.connections', { listener: 'main' });
    open.set(5);
    open.add(-2);
    assert.deepEqual(seriesOf(metrics, 'sallyport.connections'), [{ labels: ['main'], values: [3] }]);
  });

  it('tells nothing of a gauge that is forgotten, until it is set again', () => {
    const metrics = createMetrics();
    const open = metrics.gauge('sallyport.connections', { listener: 'main' });
    open.set(5);
    open.forget();
    assert.deepEqual(seriesOf(metrics, 'sallyport.connections'), []);
    assert.ok(parseMetricsDump(structuredClone(metrics.dump())).ok);
    open.add(2);
    assert.deepEqual(seriesOf(metrics, 'sallyport.connections'), [{ labels: ['main'], values: [2] }]);
  });

  const bounds = METRICS['sallyport.overhead.duration'].buckets;
  const observations: readonly { name: string; seconds: number; bucket: number; sum: number }[] = [
    { name: 'nothing', seconds: 0, bucket: 0, sum: 0 },
    { name: 'a bound itself', seconds: 0.0001, bucket: 1, sum: 0.0001 },
    { name: 'just above a bound', seconds: 0.00011, bucket: 2, sum: 0.00011 },
    { name: 'more than every bound', seconds: 100, bucket: bounds.length, sum: 100 },
    { name: 'time that ran backwards', seconds: -3, bucket: 0, sum: 0 },
    { name: 'not a number', seconds: Number.NaN, bucket: 0, sum: 0 },
  ];
  for (const { name, seconds, bucket, sum } of observations) {
    it(`puts ${name} into its bucket`, () => {
      const metrics = createMetrics();
      metrics.histogram('sallyport.overhead.duration', CALL).observe(seconds);
      const values = seriesOf(metrics, 'sallyport.overhead.duration')[0]?.values ?? [];
      assert.equal(values.length, bounds.length + 2);
      assert.deepEqual(
        values.slice(0, -1).flatMap((count, i) => (count === 0 ? [] : [i])),
        [bucket],
      );
      assert.equal(values.at(-1), sum);
    });
  }
});

describe('bounded cardinality', () => {
  const { maxSeries } = METRICS['mcp.server.operation.duration'];

  it('keeps the labels of our own and calls the others `other` once the table is full', () => {
    const metrics = createMetrics();
    for (let i = 0; i < 3 * maxSeries; i++) {
      metrics
        .histogram('mcp.server.operation.duration', {
          'mcp.method.name': i % 2 ? 'tools/call' : 'prompts/get',
          'gen_ai.tool.name': `t${i}`,
        })
        .observe(1);
    }
    const series = seriesOf(metrics, 'mcp.server.operation.duration');
    assert.equal(series.length, maxSeries + 2);
    assert.deepEqual(series.at(-1)?.labels, ['tools/call', '', 'other', 'other', 'other']);
    assert.equal(
      series.reduce((sum, { values }) => sum + (values.at(-1) ?? 0), 0),
      3 * maxSeries,
    );
  });

  it('stays bounded when even the kept labels come from a stranger', () => {
    const metrics = createMetrics();
    for (let i = 0; i < 2 * maxSeries; i++) metrics.counter('sallyport.calls', { verdict: 'allow', 'mcp.method.name': `m${i}` }).add();
    const series = seriesOf(metrics, 'sallyport.calls');
    assert.equal(series.length, METRICS['sallyport.calls'].maxSeries + 64);
    assert.deepEqual(series.at(-1)?.labels, ['other', 'other', 'other']);
    assert.equal(
      series.reduce((sum, { values }) => sum + (values[0] ?? 0), 0),
      2 * maxSeries,
    );
  });

  it('cuts long label values and replaces what cannot be seen, also what could join two values into one key', () => {
    const metrics = createMetrics();
    metrics.counter('sallyport.refusals', { code: 'a\u0000b', listener: 'x'.repeat(10_000), verdict: '' }).add();
    metrics.counter('sallyport.refusals', { code: 'a', listener: 'b', verdict: 'deny' }).add();
    const labels = seriesOf(metrics, 'sallyport.refusals').map((entry) => entry.labels);
    assert.deepEqual(labels, [
      ['a\ufffdb', `${'x'.repeat(120)}…`, ''],
      ['a', 'b', 'deny'],
    ]);
  });
});

describe('a dump from another process', () => {
  it('is taken as it was made', () => {
    const metrics = createMetrics();
    metrics.histogram('sallyport.overhead.duration', CALL).observe(0.01);
    const sent: unknown = JSON.parse(JSON.stringify(metrics.dump()));
    assert.deepEqual(parseMetricsDump(sent), { ok: true, value: metrics.dump() });
  });

  it('may hold metrics of another version, which are left out', () => {
    assert.deepEqual(parseMetricsDump({ format: 1, families: { 'sallyport.future': 'x', constructor: [] } }), {
      ok: true,
      value: { format: 1, families: {} },
    });
  });

  const one = (values: unknown, labels: unknown = []): unknown => ({
    format: 1,
    families: { 'sallyport.audit.records': [{ labels, values }] },
  });
  const refused: readonly { name: string; dump: unknown }[] = [
    { name: 'nothing', dump: undefined },
    { name: 'an array', dump: [] },
    { name: 'another format', dump: { format: 2, families: {} } },
    { name: 'families that are none', dump: { format: 1, families: null } },
    { name: 'a family that is none', dump: { format: 1, families: { 'sallyport.calls': {} } } },
    { name: 'a series that is none', dump: { format: 1, families: { 'sallyport.calls': [7] } } },
    { name: 'too few values', dump: one([]) },
    { name: 'too many labels', dump: one([1], ['x']) },
    { name: 'a label that is no text', dump: one([1], [1]) },
    { name: 'a count below nothing', dump: one([-1]) },
    { name: 'an infinite count', dump: one([Infinity]) },
    { name: 'a count that is no number', dump: one(['1']) },
    {
      name: 'more series than there can be',
      dump: { format: 1, families: { 'sallyport.audit.records': Array.from({ length: 1_000 }, () => ({ labels: [], values: [1] })) } },
    },
  ];
  for (const { name, dump } of refused) {
    it(`is refused when it holds ${name}`, () => assert.equal(parseMetricsDump(dump).ok, false));
  }
});
