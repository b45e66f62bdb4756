// What limits look like as people write them. Defaults stand here and nowhere else.

import * as z from 'zod';
import { globs, labelSchema } from '../schema-parts.ts';
import type { Limit } from './types.ts';

const DAY_MS = 86_400_000;
/** Of calls, bytes or units; with a month of milliseconds it stays far from what a number can hold. */
const MOST = 1_000_000_000_000;

const KINDS = ['rate', 'concurrent', 'bytes', 'spend', 'repeats'] as const;

const period = z
  .int()
  .min(1_000, 'must be at least 1000, a second')
  .max(31 * DAY_MS, 'must be at most 2678400000, 31 days')
  .default(60_000)
  .meta({ description: 'Milliseconds of a period.', examples: [60_000] });

const amount = (description: string, example: number) =>
  z
    .int()
    .min(1)
    .max(MOST)
    .meta({ description, examples: [example] });

const burst = (what: string, example: number) =>
  z
    .int()
    .min(1)
    .max(MOST)
    .optional()
    .meta({ description: `Most ${what} at once, after a pause; by default those of a whole period.`, examples: [example] });

const rateSchema = z.strictObject({
  calls: amount('Calls in a period.', 60),
  periodMs: period,
  burst: burst('calls', 10),
});

const bytesSchema = z.strictObject({
  bytes: amount('Bytes of requests and answers in a period.', 50_000_000),
  periodMs: period,
  burst: burst('bytes', 10_000_000),
});

const spendSchema = z.strictObject({
  units: amount('Units in a period, of whatever they stand for.', 1_000),
  periodMs: period
    .unwrap()
    .default(DAY_MS)
    .meta({ description: 'Milliseconds of a period.', examples: [DAY_MS] }),
  burst: burst('units', 100),
  costs: z
    .record(z.string().min(1, 'must not be empty').max(256), z.int().min(0).max(MOST))
    .default({})
    .meta({
      description:
        'Units that a call costs, by globs over the names of tools; of several that match, the dearest. What none matches costs 1.',
      examples: [{ 'generate_*': 20, search: 2 }],
    }),
});

const repeatsSchema = z.strictObject({
  calls: z
    .int()
    .min(1)
    .max(1_000, 'must be at most 1000')
    .meta({ description: 'Identical calls of one agent that pass in the window.', examples: [5] }),
  windowMs: z
    .int()
    .min(1_000)
    .max(DAY_MS)
    .default(60_000)
    .meta({ description: 'Milliseconds within which identical calls are counted.', examples: [60_000] }),
  coolDownMs: z
    .int()
    .min(1_000)
    .max(DAY_MS)
    .default(60_000)
    .meta({ description: 'Milliseconds for which that call is refused once there were too many.', examples: [300_000] }),
});

const limitSchema = z
  .strictObject({
    agents: globs('Agents whose calls are charged, by name. Without agents and groups: everyone’s.', ['desk-*']).default([]),
    groups: globs('Agents whose calls are charged, by a group they are in. With `agents` too, either is enough.', ['interns']).default([]),
    servers: globs('Servers to which calls are charged, by name.', ['search']).default(['*']),
    tools: globs('Tools whose calls are charged. With none of tools, prompts and resources: all three.', ['generate_*']).optional(),
    prompts: globs('Prompts that are charged.', ['*']).optional(),
    resources: globs('Resources that are charged, by URI.', ['file:///srv/*']).optional(),
    labels: z
      .array(labelSchema)
      .min(1, 'must not be empty')
      .max(100, 'must have at most 100 entries')
      .optional()
      .meta({ description: 'Only tools that carry one of these labels; with `tools` too, both must hold.', examples: [['external-sink']] }),
    per: z
      .array(z.enum(['agent', 'group', 'server', 'tool']))
      .max(4, 'must have at most 4 entries')
      .optional()
      .meta({
        description:
          'What is counted apart: agent (the default), group, server, tool, or several of them together. [] counts everything in one. An agent in several groups is charged to each.',
        examples: [['agent', 'tool']],
      }),
    counts: z
      .enum(['uses', 'requests'])
      .default('uses')
      .meta({
        description: 'uses: calls of tools, and getting prompts and resources. requests: lists, discovery and everything else as well.',
        examples: ['requests'],
      }),
    rate: rateSchema.optional().meta({ description: 'So many calls in a period.', examples: [{ calls: 60, periodMs: 60_000, burst: 10 }] }),
    concurrent: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .meta({ description: 'So many calls under way at once.', examples: [4] }),
    bytes: bytesSchema.optional().meta({
      description: 'So many bytes in a period, of requests and their answers. They are charged when a call ends; a debt is paid off first.',
      examples: [{ bytes: 50_000_000, periodMs: 3_600_000 }],
    }),
    spend: spendSchema.optional().meta({
      description: 'So many units in a period, of which each call costs what you declare for its tool.',
      examples: [{ units: 1_000, periodMs: DAY_MS, costs: { 'generate_*': 20 } }],
    }),
    repeats: repeatsSchema.optional().meta({
      description: 'So many identical calls (one agent, one tool, equal arguments); then that call is refused until it has cooled down.',
      examples: [{ calls: 5, windowMs: 60_000, coolDownMs: 300_000 }],
    }),
  })
  .refine(
    (limit) => KINDS.filter((kind) => limit[kind] !== undefined).length === 1,
    'must say one thing that it limits: rate, concurrent, bytes, spend or repeats. Write concurrent: 4, for example, and a limit of its own for each further one.',
  )
  .refine((limit) => limit.repeats === undefined || limit.per === undefined, {
    path: ['per'],
    message: 'does not go with repeats, which counts each agent and each call apart. Remove it.',
  })
  .refine((limit) => limit.repeats === undefined || limit.counts === 'uses', {
    path: ['counts'],
    message: 'does not go with repeats, which is about uses. Remove it.',
  });

/** The name of a limit. */
export const limitNameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'must begin with a letter or digit and hold at most 64 letters, digits, dots, underscores and hyphens',
  );

/** The `limits` of a policy document. */
export const limitsSchema = z.record(limitNameSchema, limitSchema).meta({
  description:
    'What calls are charged to, by name. A limit concerns whoever and whatever it names, or the calls that rules with `limit` grant.',
  examples: [{ calls: { rate: { calls: 60, periodMs: 60_000, burst: 10 } } }],
}) satisfies z.ZodType<Readonly<Record<string, Limit>>>;
