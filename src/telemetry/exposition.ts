// Prometheus text exposition format 0.0.4. Label values hold names that strangers chose: every one is escaped, or a tool called
// `x"} 1\nfake_metric 7` would write metrics of its own.

import { definitionOf, isMetricName } from './definitions.ts';
import type { MetricDefinition, MetricName } from './definitions.ts';
import type { FamilyDump, MetricsDump, SeriesDump } from './dump.ts';

/** The Content-Type of the exposition. */
export const EXPOSITION_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** All families, ordered by name, each with HELP and TYPE. */
export function renderExposition(dump: MetricsDump): string {
  const names = Object.keys(dump.families).filter(isMetricName).sort();
  return names.map((name) => renderFamily(name, dump.families[name] ?? [])).join('');
}

/** The exposition's name: dots become underscores, then the unit, then `_total` for a counter. */
export function toExpositionName(name: MetricName): string {
  const definition = definitionOf(name);
  const unit = definition.unit === undefined ? '' : `_${definition.unit}`;
  return `${name.replaceAll('.', '_')}${unit}${definition.type === 'counter' ? '_total' : ''}`;
}

function renderFamily(name: MetricName, family: FamilyDump): string {
  if (family.length === 0) return '';
  const definition = definitionOf(name);
  const exposed = toExpositionName(name);
  const head = `# HELP ${exposed} ${definition.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${exposed} ${definition.type}\n`;
  return head + family.map((series) => renderSeries(exposed, definition, series)).join('');
}

function renderSeries(exposed: string, definition: MetricDefinition, { labels, values }: SeriesDump): string {
  const pairs = definition.labels.flatMap((label, i) => {
    const value = labels[i] ?? '';
    return value === '' ? [] : [`${label.replaceAll('.', '_')}="${escapeValue(value)}"`];
  });
  if (definition.type !== 'histogram') return `${exposed}${braced(pairs)} ${toNumber(values[0] ?? 0)}\n`;
  let text = '';
  let count = 0;
  for (let i = 0; i <= definition.buckets.length; i++) {
    count += values[i] ?? 0;
    const bound = definition.buckets[i];
    text += `${exposed}_bucket${braced([...pairs, `le="${bound === undefined ? '+Inf' : toNumber(bound)}"`])} ${count}\n`;
  }
  const sum = toNumber(values[definition.buckets.length + 1] ?? 0);
  return `${text}${exposed}_sum${braced(pairs)} ${sum}\n${exposed}_count${braced(pairs)} ${count}\n`;
}

function braced(pairs: readonly string[]): string {
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function toNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return String(value);
}
