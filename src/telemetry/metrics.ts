// The metrics of one process: typed arrays of numbers. A label set is resolved once to a handle; recording through the
// handle touches one array slot (or two), allocates nothing and cannot fail. Nothing here ever leaves the process by itself:
// `dump` gives plain data, and control adds up the dumps of all workers (totals.ts).

import { definitionOf, widthOf } from './definitions.ts';
import type { CounterName, GaugeName, HistogramName, LabelsOf, MetricName } from './definitions.ts';
import type { FamilyDump, MetricsDump, SeriesDump } from './dump.ts';
import { createSeriesTable } from './series.ts';
import type { SeriesTable } from './series.ts';

/** Counts up. */
export interface Counter {
  /** Adds one, or `amount`; amounts that are not positive are ignored, so that a counter never falls. */
  add(amount?: number): void;
}

/** Goes up and down. */
export interface Gauge {
  set(value: number): void;
  add(amount: number): void;
  /** What it told of is no more: nothing is told of it until it is set again. */
  forget(): void;
}

/** Counts observations by size. */
export interface Histogram {
  observe(value: number): void;
}

/** Resolve handles once, keep them, record through them. */
export interface Metrics {
  counter<Name extends CounterName>(name: Name, labels: LabelsOf<Name>): Counter;
  gauge<Name extends GaugeName>(name: Name, labels: LabelsOf<Name>): Gauge;
  histogram<Name extends HistogramName>(name: Name, labels: LabelsOf<Name>): Histogram;
  /** Everything recorded so far. */
  dump(): MetricsDump;
}

interface Family {
  readonly table: SeriesTable;
  readonly values: Float64Array;
  readonly width: number;
  /** Bounds of a histogram's buckets, once for all of its handles: they are then always at hand, in one cache line after the other. */
  readonly limits: Float64Array;
}

/** The metrics of this process, all at nothing. */
export function createMetrics(): Metrics {
  // Families come into being when first used: a process pays memory only for what it records.
  const families = new Map<MetricName, Family>();

  const familyOf = (name: MetricName): Family => {
    const known = families.get(name);
    if (known !== undefined) return known;
    const definition = definitionOf(name);
    const table = createSeriesTable(definition);
    const width = widthOf(definition);
    const limits = Float64Array.from(definition.type === 'histogram' ? definition.buckets : []);
    const family: Family = { table, width, values: new Float64Array(table.capacity * width), limits };
    families.set(name, family);
    return family;
  };

  const offsetOf = (family: Family, name: MetricName, labels: Readonly<Record<string, string | undefined>>): number =>
    family.table.find(definitionOf(name).labels.map((label) => labels[label] ?? '')) * family.width;

  return {
    counter(name, labels) {
      const family = familyOf(name);
      return createCounter(family.values, offsetOf(family, name, labels));
    },
    gauge(name, labels) {
      const family = familyOf(name);
      return createGauge(family.values, offsetOf(family, name, labels));
    },
    histogram(name, labels) {
      const family = familyOf(name);
      return createHistogram(family.values, offsetOf(family, name, labels), family.limits);
    },
    dump() {
      const dumped: [MetricName, FamilyDump][] = [];
      for (const [name, { table, values, width }] of families) {
        const series: SeriesDump[] = [];
        for (let row = 0; row < table.labels.length; row++) {
          const numbers = readRow(values, row * width, width);
          if (numbers !== undefined) series.push({ labels: table.labels[row] ?? [], values: numbers });
        }
        dumped.push([name, series]);
      }
      return { format: 1, families: Object.fromEntries(dumped) };
    },
  };
}

function createCounter(values: Float64Array, at: number): Counter {
  return {
    add(amount = 1) {
      if (amount > 0) values[at] = (values[at] ?? 0) + amount;
    },
  };
}

function createGauge(values: Float64Array, at: number): Gauge {
  return {
    set(value) {
      values[at] = value;
    },
    add(amount) {
      values[at] = (values[at] || 0) + amount;
    },
    forget() {
      values[at] = Number.NaN;
    },
  };
}

function createHistogram(values: Float64Array, at: number, limits: Float64Array): Histogram {
  const last = limits.length;
  return {
    observe(value) {
      // A clock that went backwards counts as no time at all; NaN would poison the sum for ever.
      const seconds = value > 0 ? value : 0;
      let bucket = 0;
      while (bucket < last && seconds > (limits[bucket] ?? 0)) bucket += 1;
      values[at + bucket] = (values[at + bucket] ?? 0) + 1;
      values[at + last + 1] = (values[at + last + 1] ?? 0) + seconds;
    },
  };
}

/** The numbers of a label set; undefined where nothing is told of it. Once a second for each: no iterators. */
function readRow(values: Float64Array, from: number, width: number): readonly number[] | undefined {
  const row: number[] = [];
  for (let at = from; at < from + width; at++) {
    const value = values[at] ?? 0;
    if (Number.isNaN(value)) return undefined;
    row.push(value);
  }
  return row;
}
