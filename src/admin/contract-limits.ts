// Limits, as the admin API has them.

import * as z from 'zod';
import type { Endpoint } from './endpoint.ts';

const bucketSchema = z.strictObject({
  tenant: z.string(),
  agent: z.string().nullable().meta({ description: 'null: the limit does not count agents apart. Likewise the following.' }),
  group: z.string().nullable().meta({ description: 'Empty: agents that are in no group.' }),
  server: z.string().nullable(),
  tool: z.string().nullable(),
  agents: z
    .int()
    .nullable()
    .meta({ description: 'How many agents it is about together, where the privacy profile does not let them be told apart; else null.' }),
  remaining: z.number().nullable().meta({
    description: 'Calls, places, bytes or units that are left now; negative: a debt that is paid off first; null: every agent has its own.',
  }),
  admitted: z.int().meta({ description: 'Calls let through since control began, or since there was last nothing to say of it.' }),
  refused: z.int(),
  lastRefusedAt: z.iso.datetime().nullable(),
  retryAfterMs: z
    .int()
    .nullable()
    .meta({ description: 'Milliseconds until the smallest call passes; 0: now; null: every agent has its own.' }),
});

const limitSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(['rate', 'concurrent', 'bytes', 'spend', 'repeats']),
  text: z.string().meta({ description: 'What it is, in a line.' }),
  per: z.array(z.enum(['agent', 'group', 'server', 'tool'])).meta({ description: 'What it counts apart.' }),
  capacity: z.number().meta({ description: 'Most at once.' }),
  fewest: z.int().nullable().meta({ description: 'Figures about fewer agents are not shown, by the privacy profile; null: all are.' }),
  count: z.int().meta({ description: 'Buckets that somebody has taken from, or was refused by in the last hour.' }),
  buckets: z
    .array(bucketSchema)
    .meta({ description: 'The hundred of them with the least left; where agents are not told apart, by what they are about.' }),
});

const limitsSchema = z.strictObject({ limits: z.array(limitSchema) });

const MAX_PAGE = 500;

const bucketQuerySchema = z.strictObject({
  name: z.string().max(64).meta({ description: 'The limit.' }),
  state: z
    .enum(['all', 'refused'])
    .default('all')
    .meta({ description: 'refused: only those by which the smallest call would be refused now, or one was in the last hour.' }),
  search: z.string().max(256).optional().meta({ description: 'A part of the agent, group, server or tool, whatever the case.' }),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100),
  cursor: z
    .string()
    .regex(/^\d{1,9}$/, 'was not given out here')
    .optional(),
});

const bucketPageSchema = z.strictObject({
  limit: limitSchema.omit({ buckets: true, count: true }),
  buckets: z
    .array(bucketSchema)
    .meta({ description: 'Those with the least left first; where agents are not told apart, by what they are about.' }),
  total: z.int().meta({ description: 'How many there are in all.' }),
  next: z.string().nullable().meta({ description: 'The cursor of the next page; null: this is the last.' }),
});

/** Endpoints about limits. */
export const LIMITS_ENDPOINTS = {
  readLimits: {
    method: 'GET',
    path: '/limits',
    summary: 'All limits, how much of each is left, and who is refused',
    request: undefined,
    response: limitsSchema,
    status: 200,
    versioned: false,
  },
  listBuckets: {
    method: 'GET',
    path: '/limits/buckets',
    summary: 'How full the buckets of one limit are, by page',
    query: bucketQuerySchema,
    request: undefined,
    response: bucketPageSchema,
    status: 200,
    versioned: false,
  },
} as const satisfies Record<string, Endpoint>;

export type BucketQuery = z.output<typeof bucketQuerySchema>;
export type BucketPage = z.output<typeof bucketPageSchema>;

export type LimitsView = z.output<typeof limitsSchema>;
