// The tables that a run prints. Pure: samples in, lines out.

import type { Verdict } from './budgets.ts';
import type { Machine } from './machine.ts';
import type { PartResult } from './parts.ts';
import type { Phase } from './measure.ts';
import { type RowWrites, type Sample, spreadOf } from './results.ts';
import { allRows, type Row, ROWS, yardstickOf } from './rows.ts';
import type { RowCalls } from './system-calls.ts';
import { number, percent, section, table } from './tables.ts';
import { targetTable } from './targets.ts';
import type { WriteCounts } from './writes.ts';

/** What a run knows besides its samples. */
export interface Report {
  readonly machine: Machine;
  readonly haproxy: string;
  /** What else was compared with. */
  readonly rivals: string;
  readonly pinned: boolean;
  readonly rounds: number;
  readonly measureMs: number;
  readonly quick: boolean;
  readonly samples: readonly Sample[];
  readonly writes: readonly RowWrites[] | string;
  readonly calls: readonly RowCalls[];
  readonly parts: readonly PartResult[];
  /** What could not be started or counted. */
  readonly failures: readonly string[];
  readonly verdicts: readonly Verdict[];
}

/** Below this share of busy time a core was not the bottleneck. */
const SATURATED = 0.9;

/** The whole report. */
export function renderReport(report: Report): string {
  const { samples } = report;
  const rows = allRows().filter((row) => samples.some((sample) => sample.row === row));
  return [
    header(report),
    ...sectionOf(rows, 'saturation', '50 connections, as fast as they go', (own) => saturationTable(samples, own)),
    ...sectionOf(rows, 'single', '1 connection', (own) => latencyTable(samples, own, 'single')),
    ...sectionOf(rows, 'paced', '50 connections, 1 000 req/s on a schedule', (own) => latencyTable(samples, own, 'paced')),
    ...bridgeSections(samples, rows),
    ...(rows.length === 0 ? [] : [section('Memory and disk', memoryTable(report, rows))]),
    ...callSections(report),
    ...report.parts.map(({ part, output, failure }) => section(part, failure === undefined ? output : `FAILED: ${failure}\n${output}`)),
    notes(report, rows),
    section(report.quick ? 'Targets, widened for a quick run' : 'Targets', budgetLines(report)),
  ].join('\n\n');
}

/** A table of the rows that have a load, where there are any. */
function sectionOf(rows: readonly Row[], phase: Phase, title: string, render: (own: readonly Row[]) => string): readonly string[] {
  const own = rows.filter((row) => ROWS[row].phases.includes(phase));
  return own.length === 0 ? [] : [section(title, render(own))];
}

function header({ machine, haproxy, rivals, pinned, rounds, measureMs }: Report): string {
  return [
    `Sallyport bench: tools/call, 1 KiB each way, keep-alive; ${rounds === 1 ? 'one round' : `medians of ${rounds} interleaved rounds [min–max]`}, ${measureMs / 1000} s each`,
    `${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.system}, load average ${machine.loadAverage.toFixed(2)} at the start`,
    `Node ${machine.node} (OpenSSL ${machine.openssl}), ${haproxy}, ${rivals}, commit ${machine.commit}`,
    pinned
      ? 'pinned: generator and upstream to core 0, the proxy to core 1'
      : 'NOT PINNED: taskset is not installed (apt-get install util-linux), so everything shares the cores',
    `one durable write of this disk: p50 ${machine.durableWriteP50Ms.toFixed(2)} ms, p99 ${machine.durableWriteP99Ms.toFixed(2)} ms`,
  ].join('\n');
}

function saturationTable(samples: readonly Sample[], rows: readonly Row[]): string {
  const cell = cellsOf(samples, 'saturation');
  return table(
    ['', 'req/s', 'CPU µs/req', '× HAProxy', 'p50 ms', 'p99 ms', 'proxy CPU', 'its core', "load's core"],
    rows.map((row) => [
      ROWS[row].label,
      cell(row, 'requestsPerSecond', 0),
      cell(row, 'cpuPerRequestUs', 1),
      ratio(samples, row, 'saturation.cpuPerRequestUs'),
      cell(row, 'p50Ms', 2),
      cell(row, 'p99Ms', 2),
      percent(spreadOf(samples, row, 'saturation.proxyCpuShare')),
      ROWS[row].baseline === undefined ? '' : percent(spreadOf(samples, row, 'saturation.proxyCoreBusy')),
      percent(spreadOf(samples, row, 'saturation.loadCoreBusy')),
    ]),
  );
}

function latencyTable(samples: readonly Sample[], rows: readonly Row[], phase: 'single' | 'paced'): string {
  const cell = cellsOf(samples, phase);
  return table(
    ['', 'p50 ms', 'p99 ms', 'added p50', '× HAProxy', 'added p99', 'CPU µs/req', '× HAProxy'],
    rows.map((row) => [
      ROWS[row].label,
      cell(row, 'p50Ms', 3),
      cell(row, 'p99Ms', 3),
      cell(row, 'addedP50Ms', 3),
      ratio(samples, row, `${phase}.addedP50Ms`),
      cell(row, 'addedP99Ms', 3),
      cell(row, 'cpuPerRequestUs', 1),
      ratio(samples, row, `${phase}.cpuPerRequestUs`),
    ]),
  );
}

/** What a longer road costs: over the same road at its simplest. */
function bridgeSections(samples: readonly Sample[], rows: readonly Row[]): readonly string[] {
  const lines = rows.flatMap((row) => {
    const { sameEra } = ROWS[row];
    if (sameEra === undefined) return [];
    const figure = 'saturation.cpuPerRequestUs';
    const more = number(spreadOf(samples, row, figure, { minus: sameEra }), 1);
    return [[ROWS[row].label, more, number(spreadOf(samples, row, figure, { against: sameEra }), 2), sameEra]];
  });
  return lines.length === 0
    ? []
    : [section('What a longer road costs, CPU at 50 connections', table(['', 'µs/req more', 'times', 'than the row'], lines))];
}

/** The kernel's part: how often it is asked for something. */
function callSections({ calls }: Report): readonly string[] {
  if (calls.length === 0) return [];
  const lines = calls.map(({ row, all, byName }) => {
    const most = Object.entries(byName).slice(0, 6);
    return [ROWS[row].label, all.toFixed(2), most.map(([name, count]) => `${name} ${count.toFixed(2)}`).join(', ')];
  });
  return [section('System calls of a call, at 50 connections', table(['', 'all', 'most of them'], lines))];
}

function memoryTable({ samples, writes }: Report, rows: readonly Row[]): string {
  const proxies = rows.filter((row) => spreadOf(samples, row, 'saturation.peakRssBytes') !== undefined);
  return table(
    ['', 'peak RSS MiB', 'file bytes/call (50, 1 conn)', 'file writes/call', 'durable writes/call'],
    proxies.map((row) => {
      const counted = typeof writes === 'string' ? undefined : writes.find((entry) => entry.row === row);
      const both = (kind: keyof WriteCounts, digits: number): string =>
        counted === undefined ? 'not counted' : `${counted.saturation[kind].toFixed(digits)}, ${counted.single[kind].toFixed(digits)}`;
      const rss = spreadOf(samples, row, 'saturation.peakRssBytes');
      return [
        ROWS[row].label,
        rss === undefined ? '' : (rss.max / 2 ** 20).toFixed(0),
        both('bytes', 0),
        both('filesystem', 3),
        both('durable', 3),
      ];
    }),
  );
}

/** Other work on the machine takes the cores from what is measured: said, so that nobody trusts such a round too much. */
const DISTURBED = 0.1;

function notes({ samples, writes, pinned, failures }: Report, rows: readonly Row[]): string {
  const lines: string[] = [];
  for (const row of rows) {
    const busy = spreadOf(samples, row, 'saturation.proxyCoreBusy');
    const load = spreadOf(samples, row, 'saturation.loadCoreBusy');
    if (!pinned || ROWS[row].baseline === undefined || busy === undefined || load === undefined || busy.median >= SATURATED) continue;
    const first = load.median >= SATURATED ? 'generator and upstream saturated first' : 'neither core was saturated';
    lines.push(`note: ${ROWS[row].label}: its core was ${percent(busy)} busy, so ${first}; its req/s is not its limit.`);
  }
  for (const row of rows) lines.push(...disturbances(samples, row));
  if (rows.includes('workers-2'))
    lines.push('(*) where there are two cores, workers share them with the load, so only CPU per request can be compared.');
  lines.push(
    'added: over the direct row of the same round. × HAProxy: against HAProxy TLS→TLS in the same round, behind the same upstream.',
  );
  lines.push('peak RSS: the sum of each process’s own peak since it began; shared pages count in each.');
  const late = spreadLate(samples);
  if (late !== undefined)
    lines.push(
      `the generator woke late for its schedule by p50 ${late.p50.toFixed(3)} ms, p99 ${late.p99.toFixed(3)} ms (worst round): contained in every latency of that table.`,
    );
  if (typeof writes === 'string') lines.push(`writes not counted: ${writes}`);
  for (const failure of failures) lines.push(`FAILED: ${failure}`);
  for (const { round, row, phase, failure } of samples) {
    if (failure !== undefined) lines.push(`FAILED: round ${round}, ${ROWS[row].label}, ${phase}: ${failure}`);
  }
  return lines.join('\n');
}

function disturbances(samples: readonly Sample[], row: Row): readonly string[] {
  return samples
    .filter((sample) => sample.row === row && othersShare(sample) > DISTURBED)
    .map(
      (sample) =>
        `note: round ${sample.round}, ${ROWS[row].label}, ${sample.phase}: others took ${(othersShare(sample) * 100).toFixed(0)} % of its core.`,
    );
}

/** Share of the proxy's core that neither the proxy nor idleness had; NaN where nothing is pinned to it. */
function othersShare({ row, measurement }: Sample): number {
  if (measurement?.proxyCpuShare === undefined || ROWS[row].baseline === undefined) return Number.NaN;
  return measurement.proxyCoreBusy - measurement.proxyCpuShare + measurement.stolenShare;
}

/** The verdicts, and a warning when the machine had other work: they stand all the same. */
function budgetLines({ samples, verdicts }: Report): string {
  const judged = samples.filter((sample) => !Number.isNaN(othersShare(sample)));
  const disturbed = judged.filter((sample) => othersShare(sample) > DISTURBED).length;
  const caution = `CAUTION: ${disturbed} of ${judged.length} measurements shared the proxy's core with other work; repeat on a quiet machine before trusting these.`;
  return [targetTable(verdicts), ...(disturbed > 0 ? [caution] : [])].join('\n');
}

function spreadLate(samples: readonly Sample[]): { readonly p50: number; readonly p99: number } | undefined {
  const paced = samples.flatMap(({ phase, measurement }) =>
    phase === 'paced' && measurement !== undefined ? [measurement.generator] : [],
  );
  if (paced.length === 0) return undefined;
  return { p50: Math.max(...paced.map((each) => each.lateP50Ms)), p99: Math.max(...paced.map((each) => each.lateP99Ms)) };
}

function cellsOf(samples: readonly Sample[], phase: string): (row: Row, member: string, digits: number) => string {
  return (row, member, digits) => number(spreadOf(samples, row, `${phase}.${member}`), digits);
}

function ratio(samples: readonly Sample[], row: Row, figure: string): string {
  return ROWS[row].baseline === undefined ? '' : number(spreadOf(samples, row, figure, { against: yardstickOf(row) }), 2);
}
