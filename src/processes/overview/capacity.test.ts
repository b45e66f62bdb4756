// What a node carries is reckoned from figures, each of which can be followed by hand; where there are too few, nothing is claimed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHistory } from '../../telemetry/index.ts';
import type { Flow, FlowPoint } from '../../telemetry/index.ts';
import { reckonCapacity } from './capacity.ts';
import type { CapacityFacts } from './capacity.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const NOTHING: Flow = createHistory(() => NOW).totals('5m');
const MACHINE = { cores: 4, memoryFreeBytes: 8e9, memoryUsedBytes: 3e8, descriptors: 1_024, diskFreeBytes: 5e10 };

/** Steps of ten seconds: so many calls in each, of which each costs 500 µs, beside half a second of its own. */
function points(calls: readonly number[]): readonly FlowPoint[] {
  return calls.map((count, index) => ({
    ...NOTHING,
    atMs: NOW + index * 10_000,
    seconds: 10,
    calls: count,
    cpuSeconds: 0.5 + count * 0.0005,
    loopSeconds: 0.2 + count * 0.0004,
  }));
}

function facts(steps: readonly FlowPoint[], change: Partial<CapacityFacts> = {}): CapacityFacts {
  const sum = (of: (point: FlowPoint) => number): number => steps.reduce((total, point) => total + of(point), 0);
  return {
    nowMs: NOW,
    points: steps,
    flow: { ...NOTHING, calls: sum(({ calls }) => calls), cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds) },
    peak: 40,
    busiestWorker: 0.25,
    workers: 2,
    machine: MACHINE,
    servers: [],
    connections: 0,
    ...change,
  };
}

test('below some hundreds of calls nothing is claimed', () => {
  const view = reckonCapacity(facts(points([10, 20, 30])));
  assert.deepEqual([view.isReliable, view.carries, view.first, view.cpuMicrosPerCall], [false, null, null, null]);
});

test('what one more call costs is told apart from what runs anyway', () => {
  const view = reckonCapacity(facts(points([0, 100, 900, 300, 600, 50, 800, 200])));
  assert.equal(view.cpuMicrosPerCall, 500);
  // Two workers, each busy for 85 % at most, at 500 µs of processor and 400 µs of loop.
  assert.deepEqual([view.carries, view.first], [3_400, 'cpu']);
  assert.equal(view.more, Math.round(3_400 - 2_950 / 80));
  assert.match(view.resources[0]?.text ?? '', /A call costs 500 µs .* 2 workers on 4 cores/);
});

test('where the load was always the same, all is put down to the calls', () => {
  const view = reckonCapacity(facts(points(Array.from({ length: 10 }, () => 500))));
  assert.equal(view.cpuMicrosPerCall, 1_500);
});

test('starting is not put down to the first calls', () => {
  const steps = points([0, 0, 300, 700, 100, 500, 900, 400]);
  const [first, ...rest] = steps;
  assert.ok(first !== undefined);
  assert.equal(reckonCapacity(facts([{ ...first, cpuSeconds: 9 }, ...rest])).cpuMicrosPerCall, 500);
});

test('a server with few places gives out before the processor', () => {
  const servers = [
    { name: 'slow', calls: 1_475, running: 3, places: 20, meanMs: 400 },
    { name: 'idle', calls: 0, running: 0, places: 20, meanMs: undefined },
  ];
  const view = reckonCapacity(facts(points([0, 100, 900, 300, 600, 50, 800, 200]), { servers }));
  // 20 places at 0.4 s are 50 calls a second of this server, which has half of all.
  assert.deepEqual([view.first, view.carries, view.resources[0]?.about], ['server_places', 100, 'slow']);
});

test('writes, descriptors and the disk are told with how they were reckoned', () => {
  const steps = points([0, 100, 900, 300, 600, 50, 800, 200]);
  const flow: Flow = { ...facts(steps).flow, commits: 800, commitMs: { p50: 4, p95: 6, p99: 9, mean: 5 }, auditBytes: 2_950 * 1_000 };
  const view = reckonCapacity(facts(steps, { flow, connections: 512 }));
  const of = (name: string) => view.resources.find(({ resource }) => resource === name);
  assert.deepEqual([of('durable_writes')?.used, of('durable_writes')?.available], [10, 400]);
  assert.equal(of('durable_writes')?.carries, Math.round((8 * 1_048_576 * 400) / 1_000));
  assert.equal(of('descriptors')?.carries, Math.round((36.875 * 2_048) / 512));
  assert.match(of('disk')?.text ?? '', /fills it in 16 days/);
  assert.equal(of('memory')?.carries, null);
});
