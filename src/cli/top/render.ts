// A frame of `sallyport top`: plain lines of plain text, as wide as there is room for. What is in it comes from servers and operators, and steers no terminal.

import type { CapacityView, Overview, Quantiles } from '../../admin/index.ts';
import { toPrintable } from '../../telemetry/index.ts';

/** By what servers are sorted. */
export const SORTS = ['calls', 'errors', 'slow'] as const;
export type Sort = (typeof SORTS)[number];

export interface Frame {
  readonly columns: number;
  readonly rows: number;
  readonly sort: Sort;
  /** Whether the terminal shows more than ASCII. */
  readonly isUnicode: boolean;
  /** What is said at the bottom; empty: nothing. */
  readonly note: string;
}

export interface Seen {
  readonly overview: Overview;
  readonly capacity: CapacityView | undefined;
}

const NAME_COLUMNS = 10;
/** Rates are of the last points, so that a call shows at once and one alone does not jump about. */
const RATE_POINTS = 5;

/** Lines of one frame, none longer than there are columns, no more than there are rows. */
export function renderTop({ overview, capacity }: Seen, frame: Frame): string[] {
  const { columns, rows } = frame;
  const head = [...headOf(overview), '', ...figuresOf(overview, capacity, frame), ...warningsOf(overview), ''];
  const table = tableOf(overview, frame.sort);
  const foot = frame.note === '' ? [] : ['', frame.note];
  const room = Math.max(0, rows - head.length - foot.length);
  const shown =
    table.length <= room ? table : [...table.slice(0, Math.max(0, room - 1)), `… ${table.length - Math.max(0, room - 1)} more lines`];
  const lines = [...head, ...shown.slice(0, room), ...foot];
  return lines.slice(0, rows).map((line) => cut(line, columns));
}

function headOf({ gateway, at, window }: Overview): string[] {
  const { workers, servers, agents, locks } = gateway;
  const parts = [
    `sallyport ${gateway.version}`,
    gateway.ready ? 'ready' : 'NOT READY',
    `${workers.serving} of ${workers.wanted} workers`,
    `${agents} agents`,
    `${servers.all} servers${servers.failed > 0 ? ` (${servers.failed} failed)` : ''}`,
    ...(locks > 0 ? [`${locks} LOCKED`] : []),
    `last ${window}`,
    `${at.slice(11, 19)} UTC`,
  ];
  return [parts.join(' | ')];
}

function figuresOf(overview: Overview, capacity: CapacityView | undefined, frame: Frame): string[] {
  const recent = overview.points.slice(-RATE_POINTS - 1, -1);
  const seconds = recent.reduce((sum, point) => sum + point.seconds, 0);
  const rate = (of: (point: Overview['points'][number]) => number): number =>
    seconds === 0 ? 0 : recent.reduce((sum, point) => sum + of(point), 0) / seconds;
  const { totals, waiting } = overview;
  const calls = rate((point) => point.calls);
  const spark = sparkline(
    overview.points.slice(0, -1).map((point) => point.calls / point.seconds),
    Math.max(10, frame.columns - 60),
    frame.isUnicode,
  );
  return [
    line(
      'calls',
      `${figure(calls)}/s, ${figure(rate((point) => point.denied))} denied, ${figure(rate((point) => point.errors))} failed  ${spark}`,
    ),
    line(
      'window',
      `${totals.calls} calls, ${totals.denied} denied, ${totals.asked} asked, ${totals.errors} failed, ${totals.refused} turned away, ${totals.givenUp} given up, at most ${totals.running} at once`,
    ),
    line('gateway', `adds ${quantiles(totals.overheadMs)}`),
    line('servers', `take ${quantiles(totals.serverMs)}`),
    line('traffic', `${bytes(rate((point) => point.bytesIn))}/s in, ${bytes(rate((point) => point.bytesOut))}/s out`),
    line('carries', capacityOf(capacity)),
    line('waiting', `${waiting.approvals} approvals, ${waiting.definitions} definitions, ${waiting.releases} releases`),
  ];
}

function capacityOf(capacity: CapacityView | undefined): string {
  if (capacity === undefined) return '-';
  const { isReliable, more, first, load, cpuMicrosPerCall } = capacity;
  const busy = `busiest worker ${Math.round(load.busiestWorker * 100)} %`;
  if (!isReliable || more === null) return `too few calls to say; ${busy}`;
  return `about ${more} calls/s more, ${first ?? '-'} gives out first; ${cpuMicrosPerCall ?? 0} µs a call; ${busy}`;
}

function warningsOf({ warnings }: Overview): string[] {
  if (warnings.length === 0) return [];
  return [
    '',
    ...warnings
      .slice(0, 8)
      .map(
        ({ severity, about, text }) =>
          `${severity === 'info' ? 'note' : severity.toUpperCase()}  ${about === null ? '' : `${about}: `}${text}`,
      ),
  ];
}

function tableOf({ busiest, points }: Overview, sort: Sort): string[] {
  const seconds = points.reduce((sum, point) => sum + point.seconds, 0);
  const key = (server: Overview['busiest'][number]): number =>
    sort === 'calls' ? server.calls : sort === 'errors' ? server.errors : (server.serverMs?.p95 ?? 0);
  const rows = busiest
    .toSorted((a, b) => key(b) - key(a))
    .map(({ name, state, calls, errors, serverMs }) => [
      toPrintable(name, 40),
      state,
      figure(seconds === 0 ? 0 : calls / seconds),
      String(errors),
      serverMs === null ? '-' : milliseconds(serverMs.p50),
      serverMs === null ? '-' : milliseconds(serverMs.p95),
      serverMs === null ? '-' : milliseconds(serverMs.p99),
    ]);
  const table = [['SERVER', 'STATE', 'CALLS/S', 'FAILED', 'P50', 'P95', 'P99'], ...rows];
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) =>
    row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '),
  );
}

function line(name: string, text: string): string {
  return `${name.padEnd(NAME_COLUMNS)}${text}`;
}

function quantiles(estimate: Quantiles | null): string {
  return estimate === null
    ? '-'
    : `p50 ${milliseconds(estimate.p50)}, p95 ${milliseconds(estimate.p95)}, p99 ${milliseconds(estimate.p99)}`;
}

function milliseconds(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${ms >= 100 ? Math.round(ms) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2)} ms`;
}

function figure(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toFixed(1);
}

function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  let left = value;
  while (left >= 1_024 && unit < units.length - 1) {
    left /= 1_024;
    unit += 1;
  }
  return `${left >= 100 || unit === 0 ? Math.round(left) : left.toFixed(1)} ${units[unit] ?? ''}`;
}

const BLOCKS = '▁▂▃▄▅▆▇█';
const LETTERS = '_.-=+*#@';

/** As many of the last values as there is room for, against the highest of them. */
export function sparkline(values: readonly number[], width: number, isUnicode: boolean): string {
  const shown = values.slice(-width);
  const highest = Math.max(0, ...shown);
  const steps = isUnicode ? BLOCKS : LETTERS;
  return shown.map((value) => steps[highest === 0 ? 0 : Math.min(steps.length - 1, Math.floor((value / highest) * steps.length))]).join('');
}

function cut(text: string, columns: number): string {
  return toPrintable(text, Math.max(1, columns)).slice(0, columns).trimEnd();
}
