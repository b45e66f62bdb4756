// How the gateway has done over the last day, second by second at first and more coarsely the longer ago: from the reports that workers send anyway,
// in memory of a fixed size. Buckets are kept rather than percentiles, because percentiles of parts say nothing about the whole.

import type { MetricsDump } from './dump.ts';
import { estimateQuantiles } from './quantiles.ts';
import type { QuantileEstimate } from './quantiles.ts';
import { decodeHistory, encodeHistory } from './kept-history.ts';
import type { KeptRing } from './kept-history.ts';
import { createRing } from './ring.ts';
import type { Ring, RingRow } from './ring.ts';
import * as tally from './tally.ts';

/** What happened in some time. Times are in milliseconds. */
export interface Flow {
  readonly calls: number;
  readonly allowed: number;
  readonly denied: number;
  readonly asked: number;
  /** Whose agents hung up before anything was decided: none of the others. */
  readonly givenUp: number;
  readonly errors: number;
  readonly refused: number;
  readonly running: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Requests that were turned away because there was too much to do. */
  readonly shed: number;
  /** Processor time of workers, and the time that their loops were not idle, in seconds. */
  readonly cpuSeconds: number;
  readonly loopSeconds: number;
  /** Bytes that were put on record, and durable writes. */
  readonly auditBytes: number;
  readonly commits: number;
  readonly commitMs: QuantileEstimate | null;
  readonly overheadMs: QuantileEstimate | null;
  readonly serverMs: QuantileEstimate | null;
}

export interface FlowPoint extends Flow {
  readonly atMs: number;
  readonly seconds: number;
}

export interface ServerFlow {
  readonly calls: number;
  readonly errors: number;
  readonly serverMs: QuantileEstimate | null;
}

export interface ServerFlowPoint extends ServerFlow {
  readonly atMs: number;
  readonly seconds: number;
}

/** How far back is looked. */
export type HistoryWindow = keyof typeof WINDOWS;

export interface History {
  /** A worker's report. `isNew`: it has begun under this control, so that all it has counted happened since. */
  take(worker: string, dump: MetricsDump, isNew: boolean): void;
  /** A worker is gone. */
  end(worker: string): void;
  /** From when on there is anything. */
  readonly sinceMs: number;
  points(window: HistoryWindow): FlowPoint[];
  totals(window: HistoryWindow): Flow;
  serverPoints(server: string, window: HistoryWindow): ServerFlowPoint[];
  serverTotals(server: string, window: HistoryWindow): ServerFlow;
  /** The last two whole seconds, for a view that goes along. */
  latest(): FlowPoint;
  /** Most calls per second within ten seconds, of the last day. */
  peak(): number;
  /** All of it as bytes, of at most about so many: servers that were called longest ago are left out first. */
  save(maxBytes: number): Uint8Array;
  /** Goes on where another one of this program has saved; false: these bytes are nothing to go on with. */
  restore(saved: Uint8Array): boolean;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Window → how long it is, the step of the ring that is read, and how many of its steps are one point; for the gateway and for a server. */
const WINDOWS = {
  '5m': { ms: 5 * MINUTE, stepMs: 2 * SECOND, join: 1, serverStepMs: 10 * SECOND, serverJoin: 1 },
  '15m': { ms: 15 * MINUTE, stepMs: 10 * SECOND, join: 1, serverStepMs: 10 * SECOND, serverJoin: 1 },
  '1h': { ms: HOUR, stepMs: 10 * SECOND, join: 3, serverStepMs: MINUTE, serverJoin: 1 },
  '6h': { ms: 6 * HOUR, stepMs: 2 * MINUTE, join: 1, serverStepMs: 5 * MINUTE, serverJoin: 1 },
  '24h': { ms: 24 * HOUR, stepMs: 2 * MINUTE, join: 5, serverStepMs: 5 * MINUTE, serverJoin: 2 },
} as const;

/** One step more than the longest window that is read from it: the one that is under way. */
const RINGS = [
  { stepMs: 2 * SECOND, steps: 151 },
  { stepMs: 10 * SECOND, steps: 363 },
  { stepMs: 2 * MINUTE, steps: 725 },
] as const;
const SERVER_RINGS = [
  { stepMs: 10 * SECOND, steps: 91 },
  { stepMs: MINUTE, steps: 61 },
  { stepMs: 5 * MINUTE, steps: 290 },
] as const;
/** Of the servers beyond, those that were called longest ago have no history: some 80 KB each. */
const MAX_SERVERS = 256;
const PEAK_STEP_MS = 10 * SECOND;
const PEAKS = 'peaks';
/** What the columns of rows are. */
const SHAPE = JSON.stringify([tally.COLUMNS, tally.OVERHEAD_BOUNDS, tally.WAIT_BOUNDS, tally.COMMIT_BOUNDS]);

/** A history of nothing yet. */
export function createHistory(nowMs: () => number): History {
  const rings = RINGS.map((ring) => createRing({ ...ring, width: tally.ROW_WIDTH, highest: tally.HIGHEST }));
  /** Calls in the busiest ten seconds of every two minutes. */
  const peaks = createRing({ stepMs: 2 * MINUTE, steps: 721, width: 1, highest: new Set([0]) });
  const servers = new Map<string, readonly Ring[]>();
  const last = new Map<string, tally.Tally>();
  let sinceMs = nowMs();
  let tenth = { step: 0, calls: 0 };

  const ringsOf = (server: string): readonly Ring[] => {
    const known = servers.get(server) ?? SERVER_RINGS.map((ring) => createRing({ ...ring, width: tally.SERVER_ROW_WIDTH }));
    servers.delete(server);
    servers.set(server, known);
    const [oldest] = servers.keys();
    if (servers.size > MAX_SERVERS && oldest !== undefined) servers.delete(oldest);
    return known;
  };

  const notePeak = (atMs: number, calls: number): void => {
    const step = Math.floor(atMs / PEAK_STEP_MS);
    tenth = tenth.step === step ? { step, calls: tenth.calls + calls } : { step, calls };
    peaks.add(atMs, [tenth.calls]);
  };

  /** The values of a gauge of all workers together. */
  const running = (): number => [...last.values()].reduce((sum, { row }) => sum + (row[tally.COLUMNS.running] ?? 0), 0);

  const read = (window: HistoryWindow, all: boolean): RingRow[] => {
    const { ms, stepMs, join } = WINDOWS[window];
    const ring = rings.find((one) => one.stepMs === stepMs);
    const now = nowMs();
    const rows = ring?.read(Math.max(now - ms, sinceMs), now, join) ?? [];
    return all ? [sumRows(rows, tally.ROW_WIDTH, tally.HIGHEST)] : rows;
  };
  const readServer = (server: string, window: HistoryWindow, all: boolean): RingRow[] => {
    const { ms, serverStepMs, serverJoin } = WINDOWS[window];
    const ring = servers.get(server)?.find((one) => one.stepMs === serverStepMs);
    const now = nowMs();
    const from = Math.max(now - ms, sinceMs);
    const rows = (ring ?? createRing({ stepMs: serverStepMs, steps: 1_000, width: tally.SERVER_ROW_WIDTH })).read(from, now, serverJoin);
    return all ? [sumRows(rows, tally.SERVER_ROW_WIDTH)] : rows;
  };

  const keptOf = (): readonly (readonly KeptRing[])[] => [
    [...rings.map((ring) => ({ name: nameOf(ring), rows: ring.save() })), { name: PEAKS, rows: peaks.save() }],
    // Those that were called last come last.
    ...[...servers].reverse().map(([server, own]) => own.map((ring) => ({ server, name: nameOf(ring), rows: ring.save() }))),
  ];

  return {
    get sinceMs() {
      return sinceMs;
    },
    save: (maxBytes) => {
      const kept: KeptRing[] = [];
      let bytes = 0;
      for (const part of keptOf()) {
        bytes += part.reduce((sum, { rows }) => sum + rows.byteLength, 0);
        if (bytes > maxBytes && kept.length > 0) break;
        kept.push(...part);
      }
      return encodeHistory(SHAPE, { sinceMs, rings: kept });
    },
    restore: (saved) => {
      const kept = decodeHistory(SHAPE, saved);
      if (kept === undefined || kept.sinceMs > sinceMs) return false;
      const now = nowMs();
      for (const { server, name, rows } of kept.rings.toReversed()) {
        const own = server === undefined ? rings : ringsOf(server);
        const ring = server === undefined && name === PEAKS ? peaks : own.find((one) => nameOf(one) === name);
        ring?.restore(rows, now);
      }
      ({ sinceMs } = kept);
      return true;
    },
    take: (worker, dump, isNew) => {
      const now = nowMs();
      const next = tally.toTally(dump);
      const before = last.get(worker);
      last.set(worker, next);
      // What somebody counted before this control was there happened at times that nobody knows.
      if (before === undefined && !isNew) return;
      const row = difference(next.row, before?.row);
      row[tally.COLUMNS.running] = running();
      for (const ring of rings) ring.add(now, row);
      notePeak(now, row[tally.COLUMNS.calls] ?? 0);
      for (const [server, values] of next.servers) {
        const moved = difference(values, before?.servers.get(server));
        if (moved.some((value) => value > 0)) for (const ring of ringsOf(server)) ring.add(now, moved);
      }
    },
    end: (worker) => void last.delete(worker),
    points: (window) => read(window, false).map(toPoint),
    totals: (window) => toFlow(read(window, true)[0]?.values ?? new Float64Array(tally.ROW_WIDTH)),
    serverPoints: (server, window) =>
      readServer(server, window, false).map((row) => ({ atMs: row.atMs, seconds: row.spanMs / SECOND, ...toServerFlow(row.values) })),
    serverTotals: (server, window) => toServerFlow(readServer(server, window, true)[0]?.values ?? new Float64Array(0)),
    latest: () => {
      const now = nowMs();
      const [fine] = rings;
      const stepMs = fine?.stepMs ?? SECOND;
      const whole = fine?.read(now - stepMs, now - stepMs, 1).at(-1);
      return toPoint(whole ?? { atMs: now, spanMs: stepMs, values: new Float64Array(tally.ROW_WIDTH) });
    },
    peak: () => {
      const now = nowMs();
      const most = peaks.read(now - 24 * HOUR, now, 1).reduce((highest, { values }) => Math.max(highest, values[0] ?? 0), 0);
      return most / (PEAK_STEP_MS / SECOND);
    },
  };
}

function nameOf({ stepMs }: Ring): string {
  return String(stepMs);
}

/** What came since then. A process that counts less than before is broken or lying: nothing came. */
function difference(now: Float64Array, before: Float64Array | undefined): Float64Array {
  return now.map((value, at) => Math.max(0, value - (before?.[at] ?? 0)));
}

function sumRows(rows: readonly RingRow[], width: number, highest: ReadonlySet<number> = new Set()): RingRow {
  const values = new Float64Array(width);
  for (const row of rows) {
    row.values.forEach((value, at) => {
      values[at] = highest.has(at) ? Math.max(values[at] ?? 0, value) : (values[at] ?? 0) + value;
    });
  }
  return { atMs: rows[0]?.atMs ?? 0, spanMs: rows.reduce((sum, { spanMs }) => sum + spanMs, 0), values };
}

function toPoint({ atMs, spanMs, values }: RingRow): FlowPoint {
  return { atMs, seconds: spanMs / SECOND, ...toFlow(values) };
}

function toFlow(values: Float64Array): Flow {
  const { COLUMNS, OVERHEAD_AT, OVERHEAD_BOUNDS, WAIT_AT, COMMIT_AT, COMMIT_BOUNDS } = tally;
  const commits = values.subarray(COMMIT_AT);
  const of = (at: number): number => values[at] ?? 0;
  return {
    calls: of(COLUMNS.calls),
    allowed: of(COLUMNS.allowed),
    denied: of(COLUMNS.denied),
    asked: of(COLUMNS.asked),
    givenUp: of(COLUMNS.givenUp),
    errors: of(COLUMNS.errors),
    refused: of(COLUMNS.refused),
    running: of(COLUMNS.running),
    bytesIn: of(COLUMNS.bytesIn),
    bytesOut: of(COLUMNS.bytesOut),
    shed: of(COLUMNS.shed),
    cpuSeconds: of(COLUMNS.cpu),
    loopSeconds: of(COLUMNS.loopActive),
    auditBytes: of(COLUMNS.auditBytes),
    commits: commits.subarray(0, COMMIT_BOUNDS.length + 1).reduce((sum, value) => sum + value, 0),
    commitMs: inMilliseconds(COMMIT_BOUNDS, commits),
    overheadMs: inMilliseconds(OVERHEAD_BOUNDS, values.subarray(OVERHEAD_AT, WAIT_AT)),
    serverMs: inMilliseconds(tally.WAIT_BOUNDS, values.subarray(WAIT_AT, COMMIT_AT)),
  };
}

function toServerFlow(values: Float64Array): ServerFlow {
  return {
    calls: values[tally.SERVER_COLUMNS.calls] ?? 0,
    errors: values[tally.SERVER_COLUMNS.errors] ?? 0,
    serverMs: inMilliseconds(tally.WAIT_BOUNDS, values.subarray(tally.SERVER_WAIT_AT)),
  };
}

function inMilliseconds(bounds: readonly number[], values: Float64Array): QuantileEstimate | null {
  const estimate = estimateQuantiles(bounds, values);
  if (estimate === undefined) return null;
  const { p50, p95, p99, mean } = estimate;
  return { p50: p50 * SECOND, p95: p95 * SECOND, p99: p99 * SECOND, mean: mean * SECOND };
}
