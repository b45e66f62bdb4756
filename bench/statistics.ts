// Percentiles and spreads over samples. Pure.

/** The middle of several rounds, and how far they lay apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** The p-th percentile (0…100) by nearest rank over ascending samples; NaN when there are none. */
export function percentile(ascending: ArrayLike<number>, p: number): number {
  const rank = Math.ceil((p / 100) * ascending.length);
  return ascending[Math.max(rank, 1) - 1] ?? Number.NaN;
}

/** Median (mean of the middle two when even), smallest and largest; all NaN when there are no values. */
export function spread(values: readonly number[]): Spread {
  const ascending = [...values].sort((a, b) => a - b);
  const low = ascending[Math.floor((ascending.length - 1) / 2)] ?? Number.NaN;
  const high = ascending[Math.floor(ascending.length / 2)] ?? Number.NaN;
  return { median: (low + high) / 2, min: ascending[0] ?? Number.NaN, max: ascending.at(-1) ?? Number.NaN };
}
