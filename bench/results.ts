// What a run has measured, round by round, and how figures are read out of it: medians over rounds, ratios within a round. Pure.

import type { Measurement, Phase } from './measure.ts';
import { isRow, type Row, ROWS } from './rows.ts';
import { spread, type Spread } from './statistics.ts';
import type { WriteCounts } from './writes.ts';

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

/** What a figure is compared with, in the same round. */
export interface Comparison {
  /** Row to divide by. */
  readonly against?: string | undefined;
  /** Row to subtract. */
  readonly minus?: string | undefined;
}

/** `phase.member` of a measurement; `phase.addedP50Ms` and `phase.addedP99Ms` are over the direct row of the same round. */
export function valuesOf(samples: readonly Sample[], row: string, figure: string, { against, minus }: Comparison = {}): readonly number[] {
  const values: number[] = [];
  for (const round of new Set(samples.map((sample) => sample.round))) {
    const value = valueIn(samples, round, row, figure);
    const divisor = against === undefined ? 1 : valueIn(samples, round, against, figure);
    const less = minus === undefined ? 0 : valueIn(samples, round, minus, figure);
    // What is added to the direct row can come out below nothing on a noisy machine: a ratio to that would say nothing, least of all that a target is kept.
    if (value !== undefined && divisor !== undefined && divisor > 0 && less !== undefined) values.push((value - less) / divisor);
  }
  return values;
}

/** Median and range over the rounds; undefined when no round has it. */
export function spreadOf(samples: readonly Sample[], row: string, figure: string, comparison?: Comparison): Spread | undefined {
  const values = valuesOf(samples, row, figure, comparison);
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
