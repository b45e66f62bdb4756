// Values over time. Drawn as SVG from plain numbers; whoever does not see it, or uses no mouse, moves along it with the arrow keys and hears or
// reads what stands at each time (it is a slider to assistive technology), and has the whole of it in one sentence.

import './Chart.css';
import { useEffect, useId, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent, ReactElement } from 'react';
import { describeChart, describePoint, nearest, timeScale, valueScale, withEnd } from './chart-math.ts';
import type { ChartForm, Series } from './chart-math.ts';
import { Bars, Cursor, Line, Rules, Stack } from './ChartMarks.tsx';
import { moveTo } from './table-moves.ts';
import { showTime } from './units.ts';

/** Props of a chart. */
export interface ChartProps {
  readonly label: string;
  /** Times of the values, rising. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly form?: ChartForm;
  readonly format: (value: number) => string;
  readonly height?: number;
  /** Said where there is no value at all. */
  readonly empty?: string;
}

const LEFT = 52;
const RIGHT = 12;
const TOP = 8;
const BOTTOM = 22;
const TIP_PX = 190;
/** Nearer to the end than this, what stands at a tick is drawn inwards. */
const EDGE = 24;

/** Values over time. */
export function Chart({
  label,
  times,
  series,
  form = 'lines',
  format,
  height = 200,
  empty = 'No values in this time.',
}: ChartProps): ReactElement {
  const field = useRef<HTMLDivElement>(null);
  const width = useWidth(field);
  const [place, setPlace] = useState<number>();
  const description = useId();
  const inner = Math.max(10, width - LEFT - RIGHT);
  const depth = height - TOP - BOTTOM;
  const y = valueScale(series, form, depth);
  const isBars = form === 'bars';
  // Bars take room: each lies between two edges. Everything else lies at a point.
  const edges = isBars ? withEnd(times) : times;
  const x = timeScale(edges, inner);
  const at = (index: number): number => x.at(isBars ? middle(edges, index) : (times[index] ?? 0));
  const isEmpty = series.every((one) => one.values.every((value) => value === null || value === 0));
  const shown = place === undefined || place >= times.length ? undefined : place;

  const onPointerMove = (event: PointerEvent): void => {
    const first = edges[0];
    const last = edges.at(-1);
    if (first === undefined || last === undefined) return;
    const share = (event.clientX - (field.current?.getBoundingClientRect().left ?? 0) - LEFT) / inner;
    const time = first + share * (last - first);
    const middles = isBars ? times.map((_, index) => middle(edges, index)) : times;
    setPlace(nearest(middles, time));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = moveTo(KEYS[event.key] ?? event.key, shown ?? times.length - 1, times.length, Math.ceil(times.length / 10));
    if (next === undefined) return;
    event.preventDefault();
    setPlace(next);
  };
  return (
    <figure className="chart">
      <Legend series={series} place={shown} format={format} />
      <div
        ref={field}
        className="chart-field"
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-describedby={description}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, times.length - 1)}
        aria-valuenow={shown ?? Math.max(0, times.length - 1)}
        aria-valuetext={times.length === 0 ? empty : describePoint(times, series, shown ?? times.length - 1, format)}
        onPointerMove={onPointerMove}
        onPointerLeave={() => setPlace(undefined)}
        onKeyDown={onKeyDown}
        onBlur={() => setPlace(undefined)}
      >
        <svg height={height} viewBox={`0 0 ${Math.max(1, width)} ${height}`} aria-hidden="true" focusable="false">
          <g transform={`translate(${LEFT} ${TOP})`}>
            <Rules scale={y} width={inner} format={format} />
            {x.ticks.map((tick) => (
              <text
                key={tick.text + tick.at}
                className="chart-tick"
                x={tick.at}
                y={depth + 16}
                textAnchor={tick.at > inner - EDGE ? 'end' : tick.at < EDGE ? 'start' : 'middle'}
              >
                {tick.text}
              </text>
            ))}
            {isBars ? (
              <Bars series={series} edges={edges.map((time) => x.at(time))} y={y} />
            ) : form === 'stack' ? (
              <Stack series={series} at={at} y={y} />
            ) : (
              series.map((one) => <Line key={one.id} series={one} at={at} y={y} foot={form === 'lines' ? depth : null} />)
            )}
            {shown === undefined ? null : <Cursor series={series} form={form} place={shown} x={at(shown)} y={y} depth={depth} />}
          </g>
        </svg>
        {isEmpty ? <div className="chart-empty">{empty}</div> : null}
        {shown === undefined || isEmpty ? null : (
          <Tip times={times} series={series} place={shown} format={format} left={LEFT + at(shown)} width={width} />
        )}
      </div>
      <figcaption id={description} className="visually-hidden">
        {describeChart(times, series, format)}
      </figcaption>
    </figure>
  );
}

/** The time in the middle of a bar. */
function middle(edges: readonly number[], index: number): number {
  const from = edges[index] ?? 0;
  return (from + (edges[index + 1] ?? from)) / 2;
}

const KEYS: Readonly<Record<string, string>> = {
  ArrowLeft: 'ArrowUp',
  ArrowRight: 'ArrowDown',
  ArrowUp: 'ArrowDown',
  ArrowDown: 'ArrowUp',
};

function Legend({
  series,
  place,
  format,
}: {
  readonly series: readonly Series[];
  readonly place: number | undefined;
  readonly format: (value: number) => string;
}): ReactElement {
  return (
    <div className="chart-legend" aria-hidden="true">
      {series.map(({ id, label, color, values }) => {
        const value = place === undefined ? undefined : values[place];
        return (
          <span key={id}>
            <span className={`chart-swatch color-${color}`} />
            {label}
            {value === undefined || value === null ? null : <b>{format(value)}</b>}
          </span>
        );
      })}
    </div>
  );
}

function Tip({
  times,
  series,
  place,
  format,
  left,
  width,
}: {
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly place: number;
  readonly format: (value: number) => string;
  readonly left: number;
  readonly width: number;
}): ReactElement {
  return (
    <div className="chart-tip" style={left + TIP_PX > width ? { right: width - left + 12 } : { left: left + 12 }} aria-hidden="true">
      <span className="faint">{showTime(times[place] ?? 0).slice(5)}</span>
      {series.map(({ id, label, color, values }) => {
        const value = values[place] ?? null;
        return (
          <span key={id}>
            <span className={`chart-swatch color-${color}`} />
            {label}
            <b>{value === null ? '–' : format(value)}</b>
          </span>
        );
      })}
    </div>
  );
}

/** How wide an element is, as it changes. */
function useWidth(element: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(600);
  useEffect(() => {
    const box = element.current;
    if (box === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(entry.contentRect.width);
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
