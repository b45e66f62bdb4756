// What a worker tells control about its metrics: plain JSON. Control must not trust it: a worker reads the network and may be
// taken over or of another version, so a dump is parsed like any stranger's message, and adding up can never lower a total.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { definitionOf, isMetricName, widthOf } from './definitions.ts';
import type { MetricDefinition, MetricName } from './definitions.ts';

/** One label set and its numbers: one value, or a histogram's buckets (not cumulative), then the one to infinity, then the sum. */
export interface SeriesDump {
  readonly labels: readonly string[];
  readonly values: readonly number[];
}

export type FamilyDump = readonly SeriesDump[];

/** Everything a process has recorded. */
export interface MetricsDump {
  readonly format: 1;
  readonly families: { readonly [Name in MetricName]?: FamilyDump };
}

/** A dump that came from another process. Metrics unknown here are left out; anything else that does not fit is refused. */
export function parseMetricsDump(input: unknown): Result<MetricsDump, string> {
  if (!isObject(input) || input['format'] !== 1 || !isObject(input['families'])) return fail('not a metrics dump of format 1');
  const families: [MetricName, FamilyDump][] = [];
  for (const [name, family] of Object.entries(input['families'])) {
    if (!isMetricName(name)) continue;
    const definition = definitionOf(name);
    const series = parseFamily(family, definition);
    if (series === undefined) return fail(`metric ${name} does not fit its definition`);
    families.push([name, series]);
  }
  return ok({ format: 1, families: Object.fromEntries(families) });
}

function parseFamily(input: unknown, definition: MetricDefinition): FamilyDump | undefined {
  // A worker holds at most maxSeries and the overflow; twice that is more than any version of it sends.
  if (!Array.isArray(input) || input.length > 2 * definition.maxSeries + 128) return undefined;
  const entries: readonly unknown[] = input;
  const family: SeriesDump[] = [];
  for (const entry of entries) {
    if (!isObject(entry)) return undefined;
    const { labels, values } = entry;
    if (!isStrings(labels) || labels.length !== definition.labels.length) return undefined;
    if (!isNumbers(values) || values.length !== widthOf(definition)) return undefined;
    if (definition.type !== 'gauge' && values.some((value) => value < 0)) return undefined;
    family.push({ labels, values });
  }
  return family;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isFinite(item));
}
