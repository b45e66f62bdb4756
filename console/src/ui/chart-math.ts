// What a chart needs to know before it draws: where values lie, which lines to rule, what stands at a place, and the same in words.

import { scaleLinear, scaleLog, scaleTime } from 'd3-scale';
import { showClock, showTime } from './units.ts';

/** A row of values over time; null: there is none. */
export interface Series {
  readonly id: string;
  readonly label: string;
  /** Colour by number: one of the six of the tokens. */
  readonly color: 1 | 2 | 3 | 4 | 5 | 6;
  readonly values: readonly (number | null)[];
}

/**
 * How values are shown: beside each other, on top of each other; on a scale that begins at nothing, or one of powers of ten. `bars`: each is of the time
 * up to the next, and says nothing of what lies between them.
 */
export type ChartForm = 'lines' | 'stack' | 'log-lines' | 'bars';

/** Values and where they lie. */
export interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

const TICKS = 4;
/** So many pixels a time on the axis takes. */
const TIME_PX = 96;
/** What a chart without values is ruled for. */
const EMPTY_TOP = 1;
const LOG_STEPS = [1, 2, 5] as const;
const MAX_LOG_TICKS = 5;

/** The scale of values over a height, from the bottom up. */
export function valueScale(series: readonly Series[], form: ChartForm, height: number): Scale {
  const values = (form === 'stack' || form === 'bars' ? tops(series) : series.flatMap((one) => one.values)).filter(
    (value) => value !== null,
  );
  if (form === 'log-lines') return logScale(values, height);
  const scale = scaleLinear([0, Math.max(...values, 0) || EMPTY_TOP], [height, 0]).nice(TICKS);
  return { at: (value) => scale(value), ticks: scale.ticks(TICKS) };
}

function logScale(values: readonly number[], height: number): Scale {
  const positive = values.filter((value) => value > 0);
  const low = 10 ** Math.floor(Math.log10(positive.length === 0 ? 1 : Math.min(...positive)));
  const high = Math.max(10 ** Math.ceil(Math.log10(positive.length === 0 ? 1 : Math.max(...positive))), low * 10);
  const scale = scaleLog([low, high], [height, 0]).clamp(true);
  const powers = Math.round(Math.log10(high / low));
  const steps = powers === 1 ? LOG_STEPS : [1];
  const ticks = Array.from({ length: powers + 1 }, (_, power) => steps.map((step) => low * 10 ** power * step))
    .flat()
    .filter((tick) => tick <= high * 1.000_1);
  const every = Math.ceil(ticks.length / MAX_LOG_TICKS);
  return { at: (value) => scale(value), ticks: ticks.filter((_, place) => place % every === 0) };
}

/** The scale of times over a width, and what stands at its ticks: the time of day, or the day where there are several. */
export function timeScale(
  times: readonly number[],
  width: number,
): { readonly at: (time: number) => number; readonly ticks: readonly { readonly at: number; readonly text: string }[] } {
  const first = times[0] ?? 0;
  const last = times.at(-1) ?? first + 1;
  const scale = scaleTime([first, last > first ? last : first + 1], [0, width]);
  const ticks = scale.ticks(Math.max(2, Math.floor(width / TIME_PX)));
  const isFine = ticks.some((tick) => tick.getSeconds() !== 0);
  return {
    at: (time) => scale(time),
    ticks: ticks.map((tick) => ({ at: scale(tick), text: showClock(tick.getTime()).slice(0, isFine ? 8 : 5) })),
  };
}

/** Each series as from where to where it goes when they stand on each other. */
export function stack(series: readonly Series[]): readonly (readonly (readonly [from: number, to: number])[])[] {
  const length = series[0]?.values.length ?? 0;
  const base = Array.from({ length }, () => 0);
  return series.map((one) =>
    base.map((from, place) => {
      const to = from + (one.values[place] ?? 0);
      base[place] = to;
      return [from, to] as const;
    }),
  );
}

/** Where the times of bars begin, with where the last of them ends: as long as the others. */
export function withEnd(times: readonly number[]): readonly number[] {
  const last = times.at(-1);
  const before = times.at(-2);
  return last === undefined ? [] : [...times, last + (before === undefined ? 1 : last - before)];
}

/** A bar for each value, on top of each other; as an SVG path for each series. What is little is seen, what is nothing is not. */
export function barPaths(series: readonly Series[], edges: readonly number[], y: Scale): readonly string[] {
  return stack(series).map((layer) =>
    layer
      .flatMap(([from, to], place) => {
        const left = edges[place];
        const right = edges[place + 1];
        if (to <= from || left === undefined || right === undefined) return [];
        const gap = Math.min(MAX_GAP_PX, (right - left) * GAP_SHARE);
        const foot = y.at(from);
        const head = Math.min(y.at(to), foot - LEAST_PX);
        return [
          `M${round(left + gap / 2)} ${round(foot)}V${round(head)}H${round(Math.max(right - gap / 2, left + LEAST_PX))}V${round(foot)}Z`,
        ];
      })
      .join(''),
  );
}

/** Between two bars. */
const GAP_SHARE = 0.2;
const MAX_GAP_PX = 4;
const LEAST_PX = 1;

function round(px: number): number {
  return Math.round(px * 100) / 100;
}

function tops(series: readonly Series[]): readonly number[] {
  return (
    stack(series)
      .at(-1)
      ?.map(([, to]) => to) ?? []
  );
}

/** The place whose time is nearest to one. */
export function nearest(times: readonly number[], time: number): number {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  const before = times[low - 1];
  return before !== undefined && time - before < (times[low] ?? before) - time ? low - 1 : low;
}

/** What stands at a place, in words: what a screen reader says as somebody moves along the chart. */
export function describePoint(
  times: readonly number[],
  series: readonly Series[],
  place: number,
  format: (value: number) => string,
): string {
  const values = series.map(({ label, values: each }) => {
    const value = each[place];
    return `${label} ${value === null || value === undefined ? 'none' : format(value)}`;
  });
  return `${showTime(times[place] ?? 0)}: ${values.join(', ')}`;
}

/** The whole chart in words. */
export function describeChart(times: readonly number[], series: readonly Series[], format: (value: number) => string): string {
  const first = times[0];
  const last = times.at(-1);
  if (first === undefined || last === undefined) return 'No values yet.';
  const parts = series.map(({ label, values }) => {
    const known = values.filter((value) => value !== null);
    if (known.length === 0) return `${label}: none`;
    return `${label}: from ${format(Math.min(...known))} to ${format(Math.max(...known))}, last ${format(known.at(-1) ?? 0)}`;
  });
  return `From ${showTime(first)} to ${showTime(last)}. ${parts.join('. ')}.`;
}
