// Gauges of a metrics dump, as pairs of what they are about and how much it is.

import type { GaugeName, MetricsDump } from '../../telemetry/index.ts';

/** By the first label; '' for a gauge that has none. */
export function gaugesOf({ families }: MetricsDump, name: GaugeName): readonly (readonly [about: string, value: number])[] {
  return (families[name] ?? []).map(({ labels, values }) => [labels[0] ?? '', values[0] ?? 0]);
}

/** The gauge of one thing; 0 where nobody has reported it. */
export function gaugeOf(dump: MetricsDump, name: GaugeName, about = ''): number {
  return gaugesOf(dump, name).find(([one]) => one === about)?.[1] ?? 0;
}
