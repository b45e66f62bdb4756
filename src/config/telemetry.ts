// The `telemetry` of a config: where metrics and traces are sent to, how often, and how many calls are traced. Without an address nothing leaves.

import * as z from 'zod';
import { headerNameSchema, valueSchema } from '../servers/index.ts';
import type { ValueEntry, ValueSource } from '../servers/index.ts';
import type { TelemetryConfig } from './types.ts';
import type { Path } from './yaml.ts';

const text = z.string().min(1, 'must not be empty');

const otlpSchema = z.strictObject({
  endpoint: z.string().meta({
    description: 'Address of an OpenTelemetry collector that takes OTLP over HTTP; /v1/traces and /v1/metrics are put behind it.',
    examples: ['https://collector.example:4318'],
  }),
  headers: z
    .record(headerNameSchema, valueSchema)
    .default({})
    .meta({
      description: 'Header fields to send with every request, such as Authorization.',
      examples: [{ Authorization: { env: 'OTLP_AUTHORIZATION' } }],
    }),
  ca: text.optional().meta({
    description: 'PEM file with the certificates to trust in place of the well-known ones.',
    examples: ['/etc/sallyport/collector-ca.pem'],
  }),
  timeoutMs: z
    .int()
    .min(100)
    .max(60_000)
    .default(10_000)
    .meta({ description: 'Milliseconds that the collector has for one answer. No call waits for it.', examples: [5_000] }),
});

const tracesSchema = z
  .strictObject({
    ratio: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .meta({ description: 'Share of the calls that are traced, of those whose agent says nothing about it.', examples: [1] }),
    followAgents: z
      .boolean()
      .default(true)
      .meta({
        description:
          'Whether a call is traced when its agent traces it, and not when its agent traces, but not this one (W3C trace context).',
        examples: [false],
      }),
    perSecond: z
      .int()
      .min(1)
      .max(10_000)
      .default(200)
      .meta({ description: 'Calls that each worker traces in a second, whatever agents ask for.', examples: [1_000] }),
  })
  .prefault({})
  .meta({ description: 'Which calls are traced. Spans hold names, ids, codes and times, never what was said.', examples: [{ ratio: 1 }] });

/** The `telemetry` of a config. */
export const telemetrySchema = z
  .strictObject({
    otlp: otlpSchema.optional().meta({
      description:
        'The collector that metrics and traces are sent to. Without it nothing is sent; the metrics can be fetched from metrics.listen.',
      examples: [{ endpoint: 'https://collector.example:4318' }],
    }),
    metricsEveryMs: z
      .union([z.literal(0), z.int().min(1_000).max(3_600_000)], 'must be 0, or 1000 to 3600000 milliseconds')
      .default(60_000)
      .meta({ description: 'Milliseconds between two sendings of the metrics; 0: they are not sent.', examples: [15_000] }),
    traces: tracesSchema,
    resource: z
      .record(
        z
          .string()
          .regex(/^[a-z][a-z0-9_.-]{0,127}$/, 'must be the name of an attribute: lowercase letters, digits, dots, hyphens and underscores'),
        text,
      )
      .default({})
      .meta({
        description: 'Attributes of this gateway, beside its name, version and node.',
        examples: [{ 'deployment.environment.name': 'production' }],
      }),
  })
  .meta({
    description: 'Where the gateway sends its metrics and traces.',
    examples: [{ otlp: { endpoint: 'https://collector.example:4318' }, traces: { ratio: 0.05 } }],
  });

/** As written, defaults filled in. */
export type TelemetryEntry = z.infer<typeof telemetrySchema>;

/** What it takes to normalize it: paths made absolute, an address made sure of, values as references. */
interface Normalizing {
  readonly absolute: (path: string) => string;
  readonly url: (text: string, at: Path) => string;
  readonly values: (entries: Readonly<Record<string, ValueEntry>>, at: Path) => Readonly<Record<string, ValueSource>>;
}

/** One form for what can be written in several. */
export function toTelemetry(
  { otlp, metricsEveryMs, traces, resource }: TelemetryEntry,
  { absolute, url, values }: Normalizing,
): TelemetryConfig {
  return {
    otlp:
      otlp === undefined
        ? undefined
        : {
            // Whoever writes a slash at the end means the same.
            endpoint: url(otlp.endpoint, ['telemetry', 'otlp', 'endpoint']).replace(/\/+$/, ''),
            headers: values(otlp.headers, ['telemetry', 'otlp', 'headers']),
            ca: otlp.ca === undefined ? undefined : absolute(otlp.ca),
            timeoutMs: otlp.timeoutMs,
          },
    metricsEveryMs,
    traces,
    resource,
  };
}
