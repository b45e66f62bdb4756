// The names of metrics as they are scraped, and those that an expression asks for.

import { definitionOf, isMetricName, METRICS } from '../../src/telemetry/definitions.ts';
import { toExpositionName } from '../../src/telemetry/index.ts';

/** Every name that can be scraped: of a histogram, three. */
export function scrapedNames(): readonly string[] {
  return Object.keys(METRICS)
    .filter(isMetricName)
    .flatMap((name) => {
      const exposed = toExpositionName(name);
      return definitionOf(name).type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => exposed + end) : [exposed];
    });
}

/** Labels whose names look like those of metrics. */
const LABELS: ReadonlySet<string> = new Set(['sallyport_server', 'mcp_method_name', 'mcp_protocol_version']);

/** Metrics of ours in an expression. */
export function metricsIn(expr: string): readonly string[] {
  return [...expr.matchAll(/\b(?:sallyport|mcp)[_:][a-zA-Z0-9_:]+/g)].map(([name]) => name).filter((name) => !LABELS.has(name));
}
