// The tables that a run prints. Pure: samples in, lines out.

import type { Verdict } from './budgets.ts';
import type { Machine } from './machine.ts';
import { type RowWrites, type Sample, spreadOf } from './results.ts';
import { allRows, type Row, ROWS, YARDSTICK } from './rows.ts';
import type { Spread } from './statistics.ts';
import type { WriteCounts } from './writes.ts';

/** What a run knows besides its samples. */
export interface Report {
  readonly machine: Machine;
  readonly haproxy: string;
  readonly pinned: boolean;
  readonly rounds: number;
  readonly measureMs: number;
  readonly samples: readonly Sample[];
  readonly writes: readonly RowWrites[] | string;
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
    section('50 connections, as fast as they go', saturationTable(samples, rows)),
    section('1 connection', latencyTable(samples, rows, 'single')),
    ...pacedSections(samples, rows),
    ...bridgeSections(samples, rows),
    section('Memory and disk', memoryTable(report, rows)),
    notes(report, rows),
    section('Budgets', budgetLines(report)),
  ].join('\n\n');
}

function header({ machine, haproxy, pinned, rounds, measureMs }: Report): string {
  return [
    `Sallyport bench: tools/call, 1 KiB each way, keep-alive; ${rounds === 1 ? 'one round' : `medians of ${rounds} interleaved rounds [min–max]`}, ${measureMs / 1000} s each`,
    `${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.system}, load average ${machine.loadAverage.toFixed(2)} at the start`,
    `Node ${machine.node} (OpenSSL ${machine.openssl}), ${haproxy}, commit ${machine.commit}`,
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
  const measured = rows.filter((row) => samples.some((sample) => sample.row === row && sample.phase === phase));
  return table(
    ['', 'p50 ms', 'p99 ms', 'added p50', '× HAProxy', 'added p99', 'CPU µs/req', '× HAProxy'],
    measured.map((row) => [
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

function pacedSections(samples: readonly Sample[], rows: readonly Row[]): readonly string[] {
  const paced = rows.some((row) => ROWS[row].phases.includes('paced'));
  return paced ? [section('50 connections, 1 000 req/s on a schedule', latencyTable(samples, rows, 'paced'))] : [];
}

/** What bridging costs: the same agent's calls, over the same transport, with and without. */
function bridgeSections(samples: readonly Sample[], rows: readonly Row[]): readonly string[] {
  const lines = rows.flatMap((row) => {
    const { sameEra } = ROWS[row];
    if (sameEra === undefined) return [];
    const more = (phase: string): string => number(spreadOf(samples, row, `${phase}.cpuPerRequestUs`, { minus: sameEra }), 1);
    return [[ROWS[row].label, more('saturation'), more('single'), sameEra]];
  });
  return lines.length === 0
    ? []
    : [section('What a bridge adds, CPU µs/req', table(['', '50 connections', '1 connection', 'over the row'], lines))];
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

function notes({ samples, writes, pinned }: Report, rows: readonly Row[]): string {
  const lines: string[] = [];
  for (const row of rows) {
    const busy = spreadOf(samples, row, 'saturation.proxyCoreBusy');
    const load = spreadOf(samples, row, 'saturation.loadCoreBusy');
    if (!pinned || ROWS[row].baseline === undefined || busy === undefined || load === undefined || busy.median >= SATURATED) continue;
    const first = load.median >= SATURATED ? 'generator and upstream saturated first' : 'neither core was saturated';
    lines.push(`note: ${ROWS[row].label}: its core was ${percent(busy)} busy, so ${first}; its req/s is not its limit.`);
  }
  for (const row of rows) lines.push(...disturbances(samples, row));
  if (rows.includes('sallyport-tls-2'))
    lines.push('(*) for information: workers, generator and upstream share both cores, so only CPU per request is comparable.');
  lines.push('added: over the direct row of the same round. × HAProxy: against HAProxy TLS→TLS in the same round.');
  lines.push('peak RSS: the sum of each process’s own peak since it began; shared pages count in each.');
  const late = spreadLate(samples);
  if (late !== undefined)
    lines.push(
      `the generator woke late for its schedule by p50 ${late.p50.toFixed(3)} ms, p99 ${late.p99.toFixed(3)} ms (worst round): contained in every latency of that table.`,
    );
  if (typeof writes === 'string') lines.push(`writes not counted: ${writes}`);
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
  return [...verdicts.map(renderVerdict), ...(disturbed > 0 ? [caution] : [])].join('\n');
}

function spreadLate(samples: readonly Sample[]): { readonly p50: number; readonly p99: number } | undefined {
  const paced = samples.flatMap(({ phase, measurement }) =>
    phase === 'paced' && measurement !== undefined ? [measurement.generator] : [],
  );
  if (paced.length === 0) return undefined;
  return { p50: Math.max(...paced.map((each) => each.lateP50Ms)), p99: Math.max(...paced.map((each) => each.lateP99Ms)) };
}

function renderVerdict({ kind, name, limit, measured }: Verdict): string {
  const figure = measured === undefined ? 'no figure' : measured.toFixed(2);
  return `${kind.padEnd(10)}  ${name}: ${figure} (at most ${limit})`;
}

function cellsOf(samples: readonly Sample[], phase: string): (row: Row, member: string, digits: number) => string {
  return (row, member, digits) => number(spreadOf(samples, row, `${phase}.${member}`), digits);
}

function ratio(samples: readonly Sample[], row: Row, figure: string): string {
  return ROWS[row].baseline === undefined && row !== 'sallyport-tls-2'
    ? ''
    : number(spreadOf(samples, row, figure, { against: YARDSTICK }), 2);
}

function number(value: Spread | undefined, digits: number): string {
  if (value === undefined) return '';
  if (value.min === value.max) return value.median.toFixed(digits);
  return `${value.median.toFixed(digits)} [${value.min.toFixed(digits)}–${value.max.toFixed(digits)}]`;
}

function percent(value: Spread | undefined): string {
  return value === undefined || Number.isNaN(value.median) ? '' : `${(value.median * 100).toFixed(0)} %`;
}

function section(title: string, body: string): string {
  return `${title}\n${'─'.repeat(title.length)}\n${body}`;
}

/** Columns padded to their widest cell; the first to the left, figures to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
