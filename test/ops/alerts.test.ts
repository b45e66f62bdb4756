// The alert rules that are shipped: each fires at what it is about, at nothing else, and has a page that says what to do. Prometheus' own tool decides.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { repositoryRoot } from '../harness/gateway.ts';
import { metricsIn, scrapedNames } from './metric-names.ts';
import { ALERTS_FILE, checkRules, promtoolMissing, wrongAlerts } from './promtool.ts';
import type { Scenario, Series } from './promtool.ts';

const DOCS = join(repositoryRoot, 'docs');
const missing = promtoolMissing();

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const groups: readonly { readonly rules: readonly Rule[] }[] = parse(readFileSync(ALERTS_FILE, 'utf8')).groups;
const rules = groups.flatMap((group) => group.rules);
const alerts = rules.filter(({ alert }) => alert !== undefined);

const scraped = new Set(scrapedNames());
const recorded = new Set(rules.flatMap(({ record }) => record ?? []));

test('every rule is about metrics that there are', () => {
  const used = rules.flatMap(({ expr }) => metricsIn(expr));
  assert.ok(used.length > 40, 'the expressions are read');
  for (const name of used) assert.ok(scraped.has(name) || recorded.has(name), `${name} is no metric of ours`);
});

test('every alert has a severity and a page, and every page an alert', () => {
  const pages = alerts.map(({ alert, labels, annotations }) => {
    assert.match(labels?.['severity'] ?? '', /^(critical|warning|info)$/, String(alert));
    assert.ok(annotations?.['summary'], String(alert));
    const page = annotations?.['runbook'] ?? '';
    assert.ok(existsSync(join(DOCS, page)), `${alert}: there is no docs/${page}`);
    assert.ok(readFileSync(join(DOCS, page), 'utf8').includes(`\`${alert}\``), `docs/${page} does not name ${alert}`);
    return page;
  });
  const written = readdirSync(join(DOCS, 'runbooks')).map((name) => `runbooks/${name}`);
  assert.deepEqual(new Set(written), new Set(pages));
});

test('promtool finds nothing wrong with the rules', { skip: missing ?? false }, () => assert.equal(checkRules(ALERTS_FILE), ''));

/** Samples of half an hour, and of a day. */
const LONG = 24 * 12;
/** Seconds between two of them: no more than it takes. */
const LONG_STEP_S = 300;
const SHORT = 44;

const buckets = (name: string, labels: string, perStep: Readonly<Record<string, number>>, n = SHORT): Series =>
  Object.fromEntries(
    Object.entries(perStep).map(([le, rate]) => [`${name}_bucket{${labels}${labels === '' ? '' : ','}le="${le}"}`, `0+${rate}x${n}`]),
  );

/** A gateway with two servers and nothing wrong. */
function healthy(n = SHORT): Series {
  return {
    sallyport_snapshot_revision: `1x${n}`,
    sallyport_disk_free_bytes: `50e9x${n}`,
    'sallyport_calls_total{verdict="allow",sallyport_server="files"}': `0+100x${n}`,
    'sallyport_calls_total{verdict="allow",sallyport_server="mail"}': `0+100x${n}`,
    'sallyport_server_fault{kind="connection",sallyport_server="files"}': `0x${n}`,
    'sallyport_server_clock_ahead_seconds{sallyport_server="files"}': `0x${n}`,
    'sallyport_server_clock_ahead_seconds{sallyport_server="mail"}': `-1x${n}`,
    'sallyport_refusals_total{code="denied",listener="main"}': `0+50x${n}`,
    'sallyport_refusals_total{code="unauthenticated",listener="main"}': `0x${n}`,
    'sallyport_process_loop_delay_seconds{process="worker"}': `0.01x${n}`,
    'sallyport_certificate_expiry_timestamp_seconds{listener="main"}': `9e6x${n}`,
    'sallyport_audit_checkpoints_total{result="signed"}': `0+15x${n}`,
    sallyport_audit_faulted: `0x${n}`,
    sallyport_config_faults: `0x${n}`,
    sallyport_approvals_pending: `0x${n}`,
    sallyport_lockdown_locks: `0x${n}`,
    ...buckets('sallyport_overhead_duration_seconds', '', { '0.005': 199, '+Inf': 200 }, n),
    sallyport_overhead_duration_seconds_count: `0+200x${n}`,
    ...buckets('sallyport_audit_commit_duration_seconds', '', { '0.001': 100, '0.1': 100, '+Inf': 100 }, n),
    sallyport_audit_commit_duration_seconds_count: `0+100x${n}`,
    ...buckets(
      'mcp_client_operation_duration_seconds',
      'mcp_method_name="tools/call",sallyport_server="files"',
      { '0.1': 100, '2': 100, '5': 100, '+Inf': 100 },
      n,
    ),
    'mcp_client_operation_duration_seconds_count{mcp_method_name="tools/call",sallyport_server="files"}': `0+100x${n}`,
  };
}

const FILES = 'sallyport_server="files"';
const SLOW_SERVER = 'mcp_method_name="tools/call",sallyport_server="files"';

/** What is wrong, which alerts tell of it, and after how many samples. */
const SCENARIOS: readonly (readonly [what: string, series: Series, expected: readonly string[], samples?: number])[] = [
  ['nothing', {}, []],
  [
    'a server is away',
    {
      [`sallyport_server_fault{kind="connection",${FILES}}`]: '1x120',
      [`sallyport_upstream_failures_total{code="upstream_unreachable",${FILES}}`]: '0+90x120',
    },
    ['SallyportServerDown'],
  ],
  ['a server was away for a minute', { [`sallyport_server_fault{kind="connection",${FILES}}`]: '0x20 1x2 0x70' }, []],
  [
    'the certificate of a server has expired',
    {
      [`sallyport_server_fault{kind="certificate",${FILES}}`]: '1x120',
      [`sallyport_upstream_failures_total{code="upstream_unreachable",${FILES}}`]: '0+90x120',
    },
    ['SallyportServerCertificate'],
  ],
  [
    'a server is slow',
    buckets('mcp_client_operation_duration_seconds', SLOW_SERVER, { '0.1': 0, '2': 50, '5': 100, '+Inf': 100 }),
    ['SallyportServerSlow'],
  ],
  [
    'the only two calls of a server failed',
    {
      [`sallyport_calls_total{verdict="allow",${FILES}}`]: '0x40 2x80',
      [`sallyport_upstream_failures_total{code="upstream_malformed",${FILES}}`]: '0x40 2x80',
    },
    [],
  ],
  [
    'a server answers what cannot be trusted',
    { [`sallyport_upstream_failures_total{code="upstream_malformed",${FILES}}`]: '0+20x120' },
    ['SallyportServerFails'],
  ],
  [
    'the certificate of a server ends soon',
    { [`sallyport_server_certificate_expiry_timestamp_seconds{${FILES}}`]: '90000x120' },
    ['SallyportServerCertificateEnds'],
  ],
  ['the clock of one server is wrong', { [`sallyport_server_clock_ahead_seconds{${FILES}}`]: '-3600x120' }, ['SallyportServerClock']],
  [
    'the clock here is wrong',
    {
      [`sallyport_server_clock_ahead_seconds{${FILES}}`]: '-3600x120',
      'sallyport_server_clock_ahead_seconds{sallyport_server="mail"}': '-3601x120',
    },
    ['SallyportClock'],
  ],
  ['the gateway is gone', { sallyport_snapshot_revision: '1x10 stale' }, ['SallyportGone']],
  ['one gateway of two is gone', { 'sallyport_snapshot_revision{instance="other"}': '1x10 stale' }, ['SallyportGone']],
  [
    'the certificate of a listener ends soon',
    { 'sallyport_certificate_expiry_timestamp_seconds{listener="main"}': '90000x120' },
    ['SallyportCertificateEnds'],
  ],
  [
    'the certificate of the console ends soon',
    { 'sallyport_certificate_expiry_timestamp_seconds{listener="@console"}': '90000x120' },
    ['SallyportCertificateEnds'],
  ],
  ['the disk has little room', { sallyport_disk_free_bytes: '900e6x120' }, ['SallyportDiskFilling']],
  ['the disk will be full in some hours', { sallyport_disk_free_bytes: '9e9-50000000x120' }, ['SallyportDiskFilling']],
  [
    'the disk is full',
    {
      sallyport_disk_free_bytes: '1000000x120',
      sallyport_audit_faulted: '1x120',
      'sallyport_audit_refused_total{reason="full"}': '0+1x120',
    },
    ['SallyportDiskFull'],
  ],
  [
    'the disk is slow',
    buckets('sallyport_audit_commit_duration_seconds', '', { '0.001': 0, '0.1': 10, '0.5': 100, '+Inf': 100 }),
    ['SallyportDiskSlow'],
  ],
  [
    'a few writes were slow',
    {
      ...buckets('sallyport_audit_commit_duration_seconds', '', { '0.001': 0, '0.1': 0, '0.5': 1, '+Inf': 1 }),
      sallyport_audit_commit_duration_seconds_count: '0+1x120',
    },
    [],
  ],
  ['a log cannot be written', { sallyport_audit_faulted: '1x120' }, ['SallyportRecordFails']],
  ['the vault cannot be written', { sallyport_vault_faulted: '1x120' }, ['SallyportVaultFails']],
  [
    'somebody comes with a revoked key',
    { 'sallyport_refusals_total{code="unauthenticated",listener="main"}': '0+5x120' },
    ['SallyportKeysRefused'],
  ],
  ['somebody mistypes a key', { 'sallyport_refusals_total{code="unauthenticated",listener="main"}': '0x20 2x60' }, []],
  ['there are too many requests', { 'sallyport_refusals_total{code="too_many",listener="main"}': '0+5x120' }, ['SallyportOverloaded']],
  ['a worker is behind', { 'sallyport_process_loop_delay_seconds{process="worker"}': '0.9x120' }, ['SallyportOverloaded']],
  ['the config is refused', { sallyport_config_faults: '2x120' }, ['SallyportConfigRefused']],
  ['a process ends again and again', { 'sallyport_process_restarts_total{process="worker"}': '0x20 0+1x60' }, ['SallyportRestarts']],
  ['a log is another one', { 'sallyport_audit_checkpoints_total{result="disputed"}': '0x20 1x60' }, ['SallyportCheckpointsDisputed']],
  [
    'the keeper signs nothing',
    { 'sallyport_audit_checkpoints_total{result="signed"}': '9x120', 'sallyport_audit_checkpoints_total{result="late"}': '0+5x120' },
    ['SallyportCheckpointsLate'],
  ],
  ['an anchor takes nothing', { 'sallyport_audit_anchor_late_seconds{anchor="elsewhere"}': '3500+15x120' }, ['SallyportAnchorLate']],
  [
    'the keeper says nothing of subjects',
    { 'sallyport_subjects_questions_total{outcome="unknown"}': '0+1x120' },
    ['SallyportSubjectsUnknown'],
  ],
  [
    'the inspector hangs',
    { 'sallyport_inspection_messages_total{where="inspector",end="hung"}': '0x20 0+1x60' },
    ['SallyportInspectionFails'],
  ],
  ['a person is waited for', { sallyport_approvals_pending: '0x5 1x240' }, ['SallyportApprovalsWait'], 38],
  ['a person has been waited for from the start, for twelve minutes', { sallyport_approvals_pending: '1x240' }, [], 24],
  ['something is locked', { sallyport_lockdown_locks: '1x400' }, ['SallyportLocked'], 130],
  ['the collector is away', { 'sallyport_telemetry_spans_total{result="dropped"}': '0+50x240' }, ['SallyportTelemetryDropped'], 70],
  [
    'the gateway fails requests',
    { 'sallyport_refusals_total{code="internal",listener="main"}': '0+10x120' },
    ['SallyportAvailabilityBurnsFast'],
  ],
  [
    'the gateway fails a few requests, all day',
    { ...longer(), 'sallyport_refusals_total{code="internal",listener="main"}': `0+0.9x${LONG}` },
    ['SallyportAvailabilityBurnsSlowly'],
    LONG,
  ],
  [
    'the gateway is slow',
    { ...buckets('sallyport_overhead_duration_seconds', '', { '0.005': 100, '+Inf': 200 }) },
    ['SallyportLatencyBurnsFast'],
  ],
  [
    'the gateway is a little slow, all day',
    { ...longer(), ...buckets('sallyport_overhead_duration_seconds', '', { '0.005': 191, '+Inf': 200 }, LONG) },
    ['SallyportLatencyBurnsSlowly'],
    LONG,
  ],
];

function longer(): Series {
  return healthy(LONG);
}

const scenarios = SCENARIOS.map(([name, series, expected, samples = 40]): Scenario => {
  const n = Math.max(SHORT, samples + 20);
  return { name, series: { ...healthy(n), ...series }, expected, samples };
});

// All in one go: starting the tool takes longer than what it does.
test('each fault makes its alert fire, and no other', { skip: missing ?? false }, () => {
  const short = scenarios.filter(({ samples }) => samples !== LONG);
  assert.equal(wrongAlerts(short), '');
});

test('what goes on all day makes the slow alerts fire', { skip: missing ?? false }, () => {
  const long = scenarios.filter(({ samples }) => samples === LONG);
  assert.ok(long.length > 0);
  assert.equal(wrongAlerts(long, LONG_STEP_S), '');
});

test('every alert has been seen to fire', () => {
  const seen = new Set(SCENARIOS.flatMap(([, , expected]) => expected));
  assert.deepEqual(
    alerts.flatMap(({ alert = '' }) => (seen.has(alert) ? [] : [alert])),
    [],
  );
});
