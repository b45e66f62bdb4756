// The label sets of one metric, at most so many. Strangers choose tool names and methods: without a bound they could make
// a worker, the exposition and the monitoring behind it grow without end.

import type { MetricDefinition } from './definitions.ts';
import { toPrintable } from './printable.ts';

const OTHER = 'other';
const MAX_LABEL_CHARS = 120;
/** Label sets kept back for overflow, so that the kept labels still tell apart what the others no longer do. */
const OVERFLOW_SERIES = 64;
/** No label value can hold it: toPrintable replaces it. */
const SEPARATOR = '\u0000';

/** Label sets of one metric, numbered as they appear. */
export interface SeriesTable {
  /** Numbers above every index that `find` can return. */
  readonly capacity: number;
  /** The label values of each number, in the order of the definition. */
  readonly labels: readonly (readonly string[])[];
  /** The number of this label set; when the table is full, that of the overflow set it falls into. */
  find(values: readonly string[]): number;
}

/** An empty table with the bounds of the metric. */
export function createSeriesTable(definition: MetricDefinition): SeriesTable {
  const labels: (readonly string[])[] = [];
  const numbers = new Map<string, number>();
  const bounded = definition.labels.length > 0;
  const capacity = bounded ? definition.maxSeries + OVERFLOW_SERIES : 1;

  const place = (values: readonly string[], limit: number): number => {
    const key = values.join(SEPARATOR);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    if (labels.length >= limit) return -1;
    numbers.set(key, labels.length);
    return labels.push(values) - 1;
  };

  return {
    capacity,
    labels,
    find(values) {
      const clean = definition.labels.map((_, i) => toPrintable(values[i] ?? '', MAX_LABEL_CHARS));
      const own = place(clean, bounded ? definition.maxSeries : 1);
      if (own >= 0) return own;
      const kept = place(
        clean.map((value, i) => (i < definition.keeps ? value : OTHER)),
        capacity - 1,
      );
      return kept >= 0
        ? kept
        : place(
            clean.map(() => OTHER),
            capacity,
          );
    },
  };
}
