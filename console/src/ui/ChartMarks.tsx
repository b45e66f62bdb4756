// What a chart is drawn of.

import { area, line } from 'd3-shape';
import type { ReactElement } from 'react';
import { barPaths, stack } from './chart-math.ts';
import type { ChartForm, Scale, Series } from './chart-math.ts';

/** Lines across, and what they stand for. */
export function Rules({
  scale,
  width,
  format,
}: {
  readonly scale: Scale;
  readonly width: number;
  readonly format: (value: number) => string;
}): ReactElement {
  // Where two lines would be called the same, as half a byte and a byte, one is enough.
  const ticks = scale.ticks.filter((tick, place) => place === 0 || format(tick) !== format(scale.ticks[place - 1] ?? tick));
  return (
    <>
      {ticks.map((tick) => (
        <g key={tick} transform={`translate(0 ${scale.at(tick)})`}>
          <line className="chart-rule" x2={width} />
          <text className="chart-tick" x={-8} dy="0.32em" textAnchor="end">
            {format(tick)}
          </text>
        </g>
      ))}
    </>
  );
}

/** One row of values as a line; where there is none, it has a gap. */
export function Line({
  series,
  at,
  y,
  foot,
}: {
  readonly series: Series;
  readonly at: (index: number) => number;
  readonly y: Scale;
  /** Where nothing lies; null on a scale of powers, where what lies below a line says nothing. */
  readonly foot: number | null;
}): ReactElement {
  const known = (value: number | null): value is number => value !== null;
  const path = line<number | null>(
    (_, index) => at(index),
    (value) => y.at(value ?? 0),
  ).defined(known);
  const wash = area<number | null>(
    (_, index) => at(index),
    foot ?? 0,
    (value) => y.at(value ?? 0),
  ).defined(known);
  // A value with none on either side has no line: it is a dot.
  const alone = series.values.flatMap((value, index) =>
    value !== null && (series.values[index - 1] ?? null) === null && (series.values[index + 1] ?? null) === null ? [{ index, value }] : [],
  );
  return (
    <g className={`color-${series.color}`}>
      {foot === null ? null : <path className="chart-wash" d={wash(series.values) ?? ''} />}
      <path className="chart-line" d={path(series.values) ?? ''} />
      {alone.map(({ index, value }) => (
        <circle key={index} className="chart-dot" cx={at(index)} cy={y.at(value)} r={2.5} />
      ))}
    </g>
  );
}

/** Rows of values on top of each other. */
export function Stack({
  series,
  at,
  y,
}: {
  readonly series: readonly Series[];
  readonly at: (index: number) => number;
  readonly y: Scale;
}): ReactElement {
  const shape = area<readonly [number, number]>(
    (_, index) => at(index),
    ([from]) => y.at(from),
    ([, to]) => y.at(to),
  );
  return (
    <>
      {stack(series).map((layer, index) => {
        const one = series[index];
        return one === undefined ? null : <path key={one.id} className={`chart-area color-${one.color}`} d={shape(layer) ?? ''} />;
      })}
    </>
  );
}

/** A bar for each time, from one edge to the next. */
export function Bars({
  series,
  edges,
  y,
}: {
  readonly series: readonly Series[];
  readonly edges: readonly number[];
  readonly y: Scale;
}): ReactElement {
  return (
    <>
      {barPaths(series, edges, y).map((path, index) => {
        const one = series[index];
        return one === undefined ? null : <path key={one.id} className={`chart-area color-${one.color}`} d={path} />;
      })}
    </>
  );
}

/** Where somebody looks. */
export function Cursor({
  series,
  form,
  place,
  x,
  y,
  depth,
}: {
  readonly series: readonly Series[];
  readonly form: ChartForm;
  readonly place: number;
  readonly x: number;
  readonly y: Scale;
  readonly depth: number;
}): ReactElement {
  return (
    <g transform={`translate(${x} 0)`}>
      <line className="chart-cursor" y2={depth} />
      {form === 'stack' || form === 'bars'
        ? null
        : series.map(({ id, color, values }) => {
            const value = values[place] ?? null;
            return value === null ? null : <circle key={id} className={`chart-dot color-${color}`} cy={y.at(value)} r={3.5} />;
          })}
    </g>
  );
}
