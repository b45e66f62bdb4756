// The metrics of the whole gateway as OTLP in its JSON form (opentelemetry-proto, metrics.proto): sums and histograms are cumulative since the process began
// that adds them up, under the names of the definitions, which are those of the semantic conventions where these have one.

import { definitionOf, isMetricName } from './definitions.ts';
import type { MetricDefinition, MetricName } from './definitions.ts';
import type { FamilyDump, MetricsDump, SeriesDump } from './dump.ts';
import { toAttributes } from './otlp-resource.ts';
import type { Attribute, OtlpResource } from './otlp-resource.ts';

/** When what is added up began, and when it was read, in epoch milliseconds. */
export interface Interval {
  readonly sinceMs: number;
  readonly atMs: number;
}

const CUMULATIVE = 2;
/** Units of the Unified Code for Units of Measure, as OpenTelemetry writes them. */
const UNITS = { bytes: 'By', seconds: 's' } as const;

/** The body of an export request. */
export function toOtlpMetrics(dump: MetricsDump, resource: OtlpResource, interval: Interval): unknown {
  const names = Object.keys(dump.families).filter(isMetricName).sort();
  const metrics = names.flatMap((name) => toMetric(name, dump.families[name] ?? [], interval));
  return { resourceMetrics: [{ resource: { attributes: resource.attributes }, scopeMetrics: [{ scope: resource.scope, metrics }] }] };
}

function toMetric(name: MetricName, family: FamilyDump, interval: Interval): readonly unknown[] {
  if (family.length === 0) return [];
  const definition = definitionOf(name);
  const unit = definition.unit === undefined ? '1' : UNITS[definition.unit];
  const head = { name, unit, description: definition.help };
  const pointOf = (series: SeriesDump): { readonly attributes: readonly Attribute[]; readonly timeUnixNano: string } => ({
    attributes: attributesOf(definition, series),
    timeUnixNano: toNanos(interval.atMs),
  });
  const startTimeUnixNano = toNanos(interval.sinceMs);
  switch (definition.type) {
    case 'gauge':
      return [{ ...head, gauge: { dataPoints: family.map((series) => ({ ...pointOf(series), asDouble: series.values[0] ?? 0 })) } }];
    case 'counter': {
      const dataPoints = family.map((series) => ({ ...pointOf(series), startTimeUnixNano, asDouble: series.values[0] ?? 0 }));
      return [{ ...head, sum: { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints } }];
    }
    case 'histogram': {
      const { buckets } = definition;
      const dataPoints = family.map((series) => ({ ...pointOf(series), startTimeUnixNano, ...countsOf(series, buckets) }));
      return [{ ...head, histogram: { aggregationTemporality: CUMULATIVE, dataPoints } }];
    }
    default:
      return definition satisfies never;
  }
}

/** Counts of a bucket are not cumulative in OTLP, as they are not in a dump; the last is that up to infinity. */
function countsOf({ values }: SeriesDump, explicitBounds: readonly number[]): object {
  const bucketCounts = values.slice(0, explicitBounds.length + 1);
  const count = bucketCounts.reduce((sum, one) => sum + one, 0);
  return { count: String(count), sum: values[explicitBounds.length + 1] ?? 0, bucketCounts: bucketCounts.map(String), explicitBounds };
}

function attributesOf(definition: MetricDefinition, { labels }: SeriesDump): readonly Attribute[] {
  return toAttributes(Object.fromEntries(definition.labels.map((label, i) => [label, labels[i]])));
}

function toNanos(ms: number): string {
  return `${Math.round(ms)}000000`;
}
