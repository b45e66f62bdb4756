import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DialFailure } from '../http/index.ts';
import { createMetrics } from '../telemetry/index.ts';
import type { MetricName } from '../telemetry/index.ts';
import { createServerGauges, faultOf } from './server-gauges.ts';

type Watched = Parameters<typeof faultOf>[0];

const READY: Watched['readiness'] = {
  kind: 'ready',
  verdict: { revisions: ['2026-07-28'], modern: true, legacy: false, transport: 'streamable', decidedAtMs: 0, staleAtMs: 1e15 },
  http: undefined,
};
const http = (over: Partial<Watched> = {}): Watched => ({
  config: { kind: 'http', name: 'files', url: 'https://files.example/mcp', headers: {}, tls: { minVersion: 'TLSv1.2' }, trust: 'review' },
  readiness: READY,
  ...over,
});
const poolIn = (kind: DialFailure['kind']): NonNullable<Watched['pool']> => ({
  open: 0,
  idle: 0,
  trouble: { kind, detail: '' },
  send: () => assert.fail('nothing is asked'),
  close: () => {},
});

test('a server that was reached once is known to be away by its connections alone', () => {
  assert.equal(faultOf(http()), undefined);
  assert.equal(faultOf(http({ pool: poolIn('unreachable') })), 'connection');
  assert.equal(faultOf(http({ pool: poolIn('unresolved') })), 'name');
  assert.equal(faultOf(http({ pool: poolIn('tls_untrusted') })), 'certificate');
  assert.equal(faultOf(http({ pool: poolIn('cancelled') })), undefined);
});

test('one that answers what is no MCP, one that is silent, and a program that does not start are told apart', () => {
  const failed = (code: 'upstream_unreachable' | 'upstream_timeout'): Watched['readiness'] => ({ kind: 'failed', reason: '', code });
  assert.equal(faultOf(http({ readiness: failed('upstream_unreachable') })), 'answer');
  assert.equal(faultOf(http({ readiness: failed('upstream_timeout') })), 'timeout');
  const program: Watched['config'] = {
    kind: 'stdio',
    name: 'files',
    command: 'false',
    args: [],
    env: {},
    cwd: '/',
    processes: 'per-agent',
    trust: 'review',
  };
  assert.equal(faultOf({ config: program, readiness: failed('upstream_unreachable') }), 'program');
});

test('what is wrong is told as long as it is, asked again meanwhile, and then no more', () => {
  const metrics = createMetrics();
  let doubts = 0;
  const server = {
    name: 'files',
    inFlight: 0,
    heldBytes: 0,
    ...http({ pool: poolIn('tls_untrusted') }),
    clock: { aheadMs: -61_400, readAtMs: 0 },
    doubt: () => void doubts++,
    prepare: () => {},
    close: () => {},
  };
  let config = [server];
  const tick = createServerGauges(metrics, { all: () => config });
  const told = (name: MetricName): unknown => metrics.dump().families[name]?.map(({ labels, values }) => [...labels, values[0]]);
  tick();
  assert.deepEqual(told('sallyport.server.up'), [['files', 0]]);
  assert.deepEqual(told('sallyport.server.fault'), [['certificate', 'files', 1]]);
  assert.deepEqual(told('sallyport.server.clock.ahead'), [['files', -61]]);
  assert.equal(doubts, 1);
  Object.assign(server, { pool: { ...poolIn('cancelled'), certificateEndsMs: 1_900_000_000_000 } });
  tick();
  assert.deepEqual(told('sallyport.server.up'), [['files', 1]]);
  assert.deepEqual(told('sallyport.server.fault'), [['certificate', 'files', 0]]);
  assert.deepEqual(told('sallyport.server.certificate.expiry.timestamp'), [['files', 1_900_000_000]]);
  assert.equal(doubts, 1);

  // It fails again, and is taken out of the config: whoever is woken because of it could do nothing about it.
  Object.assign(server, { pool: poolIn('unreachable') });
  tick();
  config = [];
  tick();
  assert.deepEqual(told('sallyport.server.up'), []);
  assert.deepEqual(told('sallyport.server.fault'), [['certificate', 'files', 0]]);
  assert.deepEqual(told('sallyport.server.clock.ahead'), []);
  assert.deepEqual(told('sallyport.server.certificate.expiry.timestamp'), []);
  config = [server];
  tick();
  assert.deepEqual(told('sallyport.server.up'), [['files', 0]]);
});
