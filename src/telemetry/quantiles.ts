// From the buckets of a histogram to what most requests take. Within a bucket nobody knows where observations lie; they are taken to be spread evenly.

/** Shares of all observations, in the unit of the bounds. */
export interface QuantileEstimate {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly mean: number;
}

/** `values`: counts of the buckets, the one up to infinity, the sum. undefined: nothing was observed. */
export function estimateQuantiles(bounds: readonly number[], values: ArrayLike<number>): QuantileEstimate | undefined {
  let count = 0;
  for (let at = 0; at <= bounds.length; at++) count += values[at] ?? 0;
  if (count <= 0) return undefined;
  const sum = values[bounds.length + 1] ?? 0;
  return {
    p50: quantile(bounds, values, count * 0.5),
    p95: quantile(bounds, values, count * 0.95),
    p99: quantile(bounds, values, count * 0.99),
    mean: sum / count,
  };
}

function quantile(bounds: readonly number[], values: ArrayLike<number>, rank: number): number {
  let below = 0;
  for (let at = 0; at < bounds.length; at++) {
    const inside = values[at] ?? 0;
    const from = bounds[at - 1] ?? 0;
    const to = bounds[at] ?? from;
    if (inside > 0 && below + inside >= rank) return from + ((rank - below) / inside) * (to - from);
    below += inside;
  }
  // Beyond the last bound it is at least that.
  return bounds.at(-1) ?? 0;
}
