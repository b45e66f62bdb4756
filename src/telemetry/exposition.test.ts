import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { METRICS } from './definitions.ts';
import type { MetricName } from './definitions.ts';
import { renderExposition, toExpositionName } from './exposition.ts';
import { createMetrics } from './metrics.ts';

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads the format back by its grammar, written apart from the code that writes it. */
function parseExposition(text: string): { samples: Sample[]; types: Map<string, string>; help: Map<string, string> } {
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  const help = new Map<string, string>();
  assert.ok(text === '' || text.endsWith('\n'));
  for (const line of text.split('\n').slice(0, -1)) {
    const meta = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (meta !== null) {
      const map = meta[1] === 'HELP' ? help : types;
      assert.ok(!map.has(meta[2] ?? ''), `${line} twice`);
      map.set(meta[2] ?? '', meta[3] ?? '');
      continue;
    }
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)$/.exec(line);
    assert.ok(sample !== null, `not in the format: ${line}`);
    const labels = [...(sample[2] ?? '').matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"/g)].map((pair): [string, string] => [
      pair[1] ?? '',
      (pair[2] ?? '').replace(/\\(["\\n])/g, (_, c: string) => (c === 'n' ? '\n' : c)),
    ]);
    samples.push({ name: sample[1] ?? '', labels: Object.fromEntries(labels), value: sample[3] === '+Inf' ? Infinity : Number(sample[3]) });
  }
  return { samples, types, help };
}

describe('the exposition text', () => {
  it('reads back as it was recorded', () => {
    const metrics = createMetrics();
    metrics.counter('sallyport.calls', { verdict: 'allow', 'mcp.method.name': 'tools/call' }).add(3);
    metrics.gauge('sallyport.audit.queued', {}).set(1_024);
    const { samples, types } = parseExposition(renderExposition(metrics.dump()));
    assert.deepEqual(samples, [
      { name: 'sallyport_audit_queued_bytes', labels: {}, value: 1_024 },
      { name: 'sallyport_calls_total', labels: { verdict: 'allow', mcp_method_name: 'tools/call' }, value: 3 },
    ]);
    assert.deepEqual(
      [...types],
      [
        ['sallyport_audit_queued_bytes', 'gauge'],
        ['sallyport_calls_total', 'counter'],
      ],
    );
  });

  it('gives a histogram its cumulative buckets, its sum and its count', () => {
    const metrics = createMetrics();
    const overhead = metrics.histogram('sallyport.overhead.duration', { 'mcp.method.name': 'tools/call' });
    for (const seconds of [0.00004, 0.00006, 0.00006, 0.7, 9]) overhead.observe(seconds);
    const { samples, types } = parseExposition(renderExposition(metrics.dump()));
    assert.deepEqual([...types], [['sallyport_overhead_duration_seconds', 'histogram']]);
    const buckets = samples.filter(({ name }) => name === 'sallyport_overhead_duration_seconds_bucket');
    assert.deepEqual(
      buckets.map(({ labels }) => labels['le']),
      [...METRICS['sallyport.overhead.duration'].buckets.map(String), '+Inf'],
    );
    assert.deepEqual(
      buckets.map(({ value }) => value),
      [1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 5],
    );
    const rest = samples.filter(({ name }) => !name.endsWith('_bucket'));
    assert.deepEqual(
      rest.map(({ name, value }) => [name, value]),
      [
        ['sallyport_overhead_duration_seconds_sum', 9.70016],
        ['sallyport_overhead_duration_seconds_count', 5],
      ],
    );
  });

  for (const server of ['a"b', 'a\\b', 'a\\"b', 'x"} 1\nfake_metric 7', 'ünï 🎉', '{,}=']) {
    it(`keeps ${JSON.stringify(server)} inside its label`, () => {
      const metrics = createMetrics();
      metrics.gauge('sallyport.server.up', { 'sallyport.server': server }).set(1);
      const { samples } = parseExposition(renderExposition(metrics.dump()));
      assert.deepEqual(samples, [{ name: 'sallyport_server_up', labels: { sallyport_server: server.replace('\n', '\ufffd') }, value: 1 }]);
    });
  }

  it('escapes even a dump whose labels were never cleaned', () => {
    const text = renderExposition({ format: 1, families: { 'sallyport.server.up': [{ labels: ['a\nb\\"'], values: [Number.NaN] }] } });
    assert.equal(text.split('\n').at(-2), 'sallyport_server_up{sallyport_server="a\\nb\\\\\\""} NaN');
  });

  it('names follow the format: unit last, then _total', () => {
    const names: Readonly<Partial<Record<MetricName, string>>> = {
      'mcp.server.operation.duration': 'mcp_server_operation_duration_seconds',
      'mcp.client.operation.duration': 'mcp_client_operation_duration_seconds',
      'sallyport.audit.written': 'sallyport_audit_written_bytes_total',
      'sallyport.sessions': 'sallyport_sessions',
    };
    for (const [name, exposed] of Object.entries(names)) {
      assert.ok(name in METRICS);
      assert.equal(
        toExpositionName(Object.keys(METRICS).filter((known): known is MetricName => known === name)[0] ?? 'sallyport.sessions'),
        exposed,
      );
    }
  });
});

describe('the table of metrics', () => {
  for (const [name, definition] of Object.entries(METRICS)) {
    it(`${name} is well formed`, () => {
      assert.match(name, /^(mcp|sallyport)(\.[a-z]+)+$/);
      assert.ok(definition.help.endsWith('.') && definition.help.length > 15);
      assert.ok(definition.keeps <= definition.labels.length);
      assert.equal(new Set(definition.labels).size, definition.labels.length);
      if (definition.type === 'histogram')
        assert.deepEqual(
          [...definition.buckets].sort((a, b) => a - b),
          [...definition.buckets],
        );
    });
  }

  it('keeps the bounds of the MCP convention', () => {
    const bounds = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
    assert.deepEqual(METRICS['mcp.server.operation.duration'].buckets, bounds);
    assert.deepEqual(METRICS['mcp.client.operation.duration'].buckets, bounds);
    assert.equal(METRICS['sallyport.overhead.duration'].buckets[0], 0.00005);
  });
});
