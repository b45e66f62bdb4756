// What a run has measured, round by round, and how figures are read out of it: medians over rounds, ratios within a round. Pure.

import type { Measurement, Phase } from './measure.ts';
import { spread, type Spread } from './statistics.ts';
import type { WriteCounts } from './writes.ts';

/** The rows of the table: what stands between generator and upstream. */
export const ROWS = {
  'direct-plain': { label: 'direct, plain', baseline: undefined },
  'direct-tls': { label: 'direct, TLS', baseline: undefined },
  'haproxy-tls': { label: 'HAProxy TLS→TLS', baseline: 'direct-tls' },
  'sallyport-plain': { label: 'Sallyport plain, everything on', baseline: 'direct-plain' },
  'sallyport-tls': { label: 'Sallyport TLS→TLS, everything on', baseline: 'direct-tls' },
  'sallyport-tls-2': { label: 'the same, 2 workers on both cores (*)', baseline: undefined },
} as const satisfies Record<string, { readonly label: string; readonly baseline: string | undefined }>;

export type Row = keyof typeof ROWS;

/** The row that ratios are taken against. */
export const YARDSTICK: Row = 'haproxy-tls';

/** One measurement of a run, or why there is none. */
export interface Sample {
  readonly round: number;
  readonly row: Row;
  readonly phase: Phase;
  readonly measurement: Measurement | undefined;
  readonly failure: string | undefined;
}

/** Writes per call of one row, with 50 connections and with one. */
export interface RowWrites {
  readonly row: Row;
  readonly saturation: WriteCounts;
  readonly single: WriteCounts;
}

/** `phase.member` of a measurement; `phase.addedP50Ms` and `phase.addedP99Ms` are over the direct row of the same round. */
export function valuesOf(samples: readonly Sample[], row: string, figure: string, against?: string): readonly number[] {
  const values: number[] = [];
  for (const round of new Set(samples.map((sample) => sample.round))) {
    const value = valueIn(samples, round, row, figure);
    const divisor = against === undefined ? 1 : valueIn(samples, round, against, figure);
    if (value !== undefined && divisor !== undefined) values.push(value / divisor);
  }
  return values;
}

/** Median and range over the rounds; undefined when no round has it. */
export function spreadOf(samples: readonly Sample[], row: string, figure: string, against?: string): Spread | undefined {
  const values = valuesOf(samples, row, figure, against);
  return values.length === 0 ? undefined : spread(values);
}

function valueIn(samples: readonly Sample[], round: number, row: string, figure: string): number | undefined {
  const [phase, member = ''] = figure.split('.');
  const find = (wanted: string | undefined): Measurement | undefined =>
    samples.find((sample) => sample.round === round && sample.row === wanted && sample.phase === phase)?.measurement;
  const measurement = find(row);
  if (measurement === undefined) return undefined;
  if (member !== 'addedP50Ms' && member !== 'addedP99Ms') return numberIn(measurement, member);
  const baseline = find(isRow(row) ? ROWS[row].baseline : undefined);
  if (baseline === undefined) return undefined;
  return member === 'addedP50Ms' ? measurement.p50Ms - baseline.p50Ms : measurement.p99Ms - baseline.p99Ms;
}

function numberIn(measurement: Measurement, member: string): number | undefined {
  const value: unknown = Object.entries(measurement).find(([name]) => name === member)?.[1];
  return typeof value === 'number' ? value : undefined;
}

/** Whether a word is the name of a row. */
export function isRow(word: string): word is Row {
  return Object.hasOwn(ROWS, word);
}
