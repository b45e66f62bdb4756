// What is wrong is said with what it is about and a figure; what is in order is not.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { OVERVIEW_ENDPOINTS } from '../../admin/contract-overview.ts';
import type { GatewayStatus, ServerStatus } from '../../admin/index.ts';
import { createHistory, createMetrics } from '../../telemetry/index.ts';
import type { Flow, GaugeName, MetricsDump } from '../../telemetry/index.ts';
import { listWarnings } from './warnings.ts';
import type { WarningFacts } from './warnings.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const IN_DAYS = (days: number): number => NOW / 1_000 + days * 86_400;
const QUIET: Flow = createHistory(() => NOW).totals('5m');
const QUANTILES = { p50: 1, p95: 2, p99: 3, mean: 1 };

const STATUS: GatewayStatus = {
  version: '1',
  pid: 1,
  startedAt: new Date(NOW).toISOString(),
  dataFolder: '/data',
  ready: true,
  listeners: [],
  agents: 1,
  servers: 1,
  config: { file: null, revision: 1, digest: '', loadedAt: new Date(NOW).toISOString(), refusal: null, warnings: [] },
  workers: [0, 1].map((slot) => ({ slot, pid: slot, state: 'serving' as const, startedAt: '', revision: 1 })),
};

const SERVER: ServerStatus = {
  name: 'crm',
  kind: 'http',
  target: 'https://crm.example/mcp',
  state: 'ready',
  eras: [],
  revisions: [],
  transport: null,
  problem: null,
  checkedAt: null,
  holds: { sessions: 0, bridgeSessions: 0, parkedRounds: 0, processes: 0 },
};

function dumpOf(gauges: readonly (readonly [GaugeName, Readonly<Record<string, string>>, number])[]): MetricsDump {
  const metrics = createMetrics();
  for (const [name, labels, value] of gauges) metrics.gauge(name, labels).set(value);
  return metrics.dump();
}

function warnings(change: Partial<WarningFacts>): readonly string[] {
  const facts: WarningFacts = {
    nowMs: NOW,
    status: STATUS,
    wantedWorkers: 2,
    servers: [SERVER],
    dump: dumpOf([]),
    flow: QUIET,
    flowOf: () => ({ calls: 0, errors: 0, serverMs: null }),
    hasKeeper: true,
    diskFaults: [],
    anchorFaults: [],
    ...change,
  };
  return listWarnings(facts).map(({ severity, code, about, text }) => `${severity} ${code} ${about ?? '-'}: ${text}`);
}

test('a handful of slow writes says nothing of the disk', () => {
  assert.deepEqual(warnings({ flow: { ...QUIET, commits: 25, commitMs: { ...QUANTILES, mean: 201, p95: 1_000 } } }), []);
});

test('where nothing is wrong nothing is said', () => {
  assert.deepEqual(warnings({}), []);
});

for (const [what, change, expected] of [
  ['workers that are missing', { wantedWorkers: 3 }, [/^warning workers_missing -: 2 of 3 workers serve/]],
  ['no worker at all', { status: { ...STATUS, workers: [] } }, [/^critical workers_missing -: 0 of 2/]],
  ['a keeper that is gone', { hasKeeper: false }, [/^critical keeper_gone/]],
  ['a log that cannot be written', { dump: dumpOf([['sallyport.audit.faulted', {}, 1]]) }, [/^critical audit_faulted -: 1 audit logs/]],
  [
    'a disk that fills',
    { diskFaults: ['The disk has 900 MiB left.'], dump: dumpOf([['sallyport.disk.free', {}, 900 * 1_048_576]]) },
    [/^warning disk_low -: The disk has 900 MiB left\./],
  ],
  [
    'a disk that is full',
    { diskFaults: ['The disk has 3 MiB left.'], dump: dumpOf([['sallyport.disk.free', {}, 3 * 1_048_576]]) },
    [/^critical disk_full/],
  ],
  [
    'a disk that is slow',
    { flow: { ...QUIET, commits: 40, commitMs: { ...QUANTILES, mean: 180, p95: 410 } } },
    [/^warning disk_slow -: Durable writes take 180 ms on average, 410 ms or more for one in twenty of the last 40/],
  ],
  [
    'a server that failed',
    { servers: [{ ...SERVER, state: 'failed', problem: 'Nothing listens there.' }] },
    [/^warning server_failed crm: Nothing/],
  ],
  [
    'a server that is slow',
    { flowOf: () => ({ calls: 60, errors: 0, serverMs: { ...QUANTILES, p50: 210, p95: 8_000 } }) },
    [/^warning server_slow crm: One in twenty of its last 60 calls took 8\.0 s or longer, half of them 210 ms/],
  ],
  [
    'certificates',
    {
      dump: dumpOf([
        ['sallyport.certificate.expiry.timestamp', { listener: 'main' }, IN_DAYS(-1)],
        ['sallyport.certificate.expiry.timestamp', { listener: 'other' }, IN_DAYS(90)],
        ['sallyport.server.certificate.expiry.timestamp', { 'sallyport.server': 'crm' }, IN_DAYS(3)],
      ]),
    },
    [/^critical certificate_over listener main: .*2026-11-22/, /^warning certificate_ends crm: .*2026-11-26, in 3 days/],
  ],
  [
    'a server whose clock is wrong',
    {
      dump: dumpOf([
        ['sallyport.server.clock.ahead', { 'sallyport.server': 'crm' }, -90],
        ['sallyport.server.clock.ahead', { 'sallyport.server': 'files' }, 0],
      ]),
    },
    [/^warning clock_wrong crm: Its clock is 90 s behind of ours/],
  ],
  [
    'our own clock, against which most servers agree',
    {
      dump: dumpOf([
        ['sallyport.server.clock.ahead', { 'sallyport.server': 'crm' }, 600],
        ['sallyport.server.clock.ahead', { 'sallyport.server': 'files' }, 601],
        ['sallyport.server.clock.ahead', { 'sallyport.server': 'wiki' }, 0],
      ]),
    },
    [/^critical clock_wrong this machine: .*2 of 3 servers.*Ours is wrong/],
  ],
  ['more than can be done', { flow: { ...QUIET, shed: 12 } }, [/^warning overloaded -: 12 requests/]],
  [
    'a loop that was held up',
    { dump: dumpOf([['sallyport.process.loop.delay', { process: 'worker' }, 0.8]]) },
    [/^warning loop_slow -: .*800 ms/],
  ],
  [
    'what is said in sentences, once',
    {
      status: { ...STATUS, faults: ['Only 1 of 2 workers is linked.', 'The anchor is late.', 'Tools are withheld.'] },
      anchorFaults: ['The anchor is late.'],
    },
    [/^warning anchor_late -: The anchor is late\./, /^warning other -: Tools are withheld\./],
  ],
] as const satisfies readonly (readonly [string, Partial<WarningFacts>, readonly RegExp[]])[]) {
  test(what, () => {
    const said = warnings(change);
    assert.equal(said.length, expected.length, said.join('\n'));
    for (const [index, pattern] of expected.entries()) assert.match(said[index] ?? '', pattern);
  });
}

test('a config that was refused, and what is locked; the worst comes first', () => {
  const refusal = {
    at: '2026-11-23T11:00:00.000Z',
    problems: [{ severity: 'error' as const, file: 'f', line: 1, column: 1, path: '', message: 'No.' }],
  };
  const locks = [
    { id: 'l1', kind: 'server' as const, name: 'crm', since: '2026-11-23T10:00:00.000Z', by: 'os:ada', via: 'cli' as const, reason: 'odd' },
  ];
  const status = { ...STATUS, config: { ...STATUS.config, refusal }, lockdown: { locks, fault: null } } as unknown as GatewayStatus;
  const said = warnings({ status });
  assert.match(said[0] ?? '', /^critical config_refused/);
  assert.match(said[1] ?? '', /^info locked_down server crm: Locked by os:ada since .*: odd/);
});

test('the page of every warning is there', () => {
  const page = readFileSync(new URL('../../../docs/doctor.md', import.meta.url), 'utf8');
  const codes = OVERVIEW_ENDPOINTS.readOverview.response.shape.warnings.element.shape.code.options.filter((code) => code !== 'other');
  assert.ok(codes.length > 10);
  for (const code of codes) assert.ok(page.includes(`\n### ${code}\n`), code);
});
