// How the gateway does over time, what waits for a person, what is wrong, and how much more it carries, as the admin API has it.

import * as z from 'zod';
import type { Endpoint } from './endpoint.ts';

const time = z.iso.datetime();
const count = z.int().nonnegative();

/** Windows of time that can be asked for. */
export const WINDOWS = ['5m', '15m', '1h', '6h', '24h'] as const;
export const windowSchema = z.enum(WINDOWS).meta({ description: 'How far back.' });

/** Of what lies in the buckets of a histogram: a share of all takes at most so long. Estimated within the bucket it falls into. */
export const quantilesSchema = z.strictObject({
  p50: z.number().nonnegative(),
  p95: z.number().nonnegative(),
  p99: z.number().nonnegative(),
  mean: z.number().nonnegative(),
});

const flowMembers = {
  calls: count.meta({ description: 'Requests of authenticated agents that policy judged.' }),
  allowed: count,
  denied: count.meta({ description: 'Of which so many were refused by a rule, a limit, a lock, a person or an inspection.' }),
  asked: count.meta({ description: 'Of which a person was to be asked.' }),
  givenUp: count.meta({
    description: 'Requests whose agent hung up before anything was decided: nobody denied them, and they are none of the calls.',
  }),
  errors: count.meta({ description: 'Calls that were let through and came to nothing: the server failed, or the gateway did.' }),
  refused: count.meta({
    description: 'Requests turned away with an error, whoever sent them. What was denied is counted as that, and not here.',
  }),
  running: count.meta({ description: 'The most that were being answered at once.' }),
  bytesIn: count.meta({ description: 'Bytes from agents.' }),
  bytesOut: count.meta({ description: 'Bytes to agents.' }),
  overheadMs: quantilesSchema.nullable().meta({ description: 'What the gateway added to a request; null: there was none.' }),
  serverMs: quantilesSchema.nullable().meta({ description: 'How long servers took; null: none was asked.' }),
};

/** What happened within some seconds. */
export const overviewPointSchema = z.strictObject({
  at: time.meta({ description: 'When it began.' }),
  seconds: z.number().positive(),
  ...flowMembers,
});

const warningSchema = z.strictObject({
  severity: z.enum(['critical', 'warning', 'info']),
  code: z
    .enum([
      'anchor_late',
      'audit_faulted',
      'certificate_ends',
      'certificate_over',
      'clock_wrong',
      'config_refused',
      'disk_full',
      'disk_low',
      'disk_slow',
      'keeper_gone',
      'locked_down',
      'loop_slow',
      'overloaded',
      'server_failed',
      'server_slow',
      'workers_missing',
      'other',
    ])
    .meta({ description: 'What it is, for programs.' }),
  about: z.string().nullable().meta({ description: 'A server, a listener, an anchor, a worker: by name.' }),
  text: z.string(),
  remedy: z.string().nullable(),
  runbook: z.string().nullable().meta({ description: 'The page of the documentation that says what to do.' }),
});

const waitingSchema = z
  .strictObject({
    approvals: count.meta({ description: 'Calls.' }),
    definitions: count.meta({ description: 'Tools and other definitions that nobody has approved, or that have changed.' }),
    releases: count.meta({ description: 'Requests to open what was sealed.' }),
  })
  .meta({ description: 'What waits for a person.' });

const overviewSchema = z.strictObject({
  at: time,
  window: windowSchema,
  since: time.meta({ description: 'From when on figures are known.' }),
  points: z.array(overviewPointSchema).meta({ description: 'In order of time, the oldest first. Times before `since` are left out.' }),
  totals: z.strictObject(flowMembers),
  busiest: z
    .array(
      z.strictObject({
        name: z.string(),
        state: z.enum(['unknown', 'ready', 'failed']),
        calls: count,
        errors: count,
        serverMs: quantilesSchema.nullable(),
      }),
    )
    .meta({ description: 'Servers with most calls in the window, and all that failed; at most 50.' }),
  waiting: waitingSchema,
  warnings: z.array(warningSchema).meta({ description: 'The worst first.' }),
  gateway: z.strictObject({
    ready: z.boolean(),
    startedAt: time,
    version: z.string(),
    workers: z.strictObject({ serving: count, wanted: count }),
    agents: count,
    servers: z.strictObject({ all: count, ready: count, failed: count }),
    locks: count,
  }),
});

/** What may give out, in the order in which a program meets it. */
export const RESOURCES = ['cpu', 'durable_writes', 'server_places', 'memory', 'descriptors', 'disk'] as const;

const resourceSchema = z.strictObject({
  resource: z.enum(RESOURCES),
  about: z.string().nullable().meta({ description: 'Which one, where there are several: a server.' }),
  used: z.number().nonnegative(),
  available: z.number().nonnegative(),
  unit: z.enum(['cores', 'writes/s', 'places', 'bytes', 'descriptors']),
  carries: z
    .number()
    .nonnegative()
    .nullable()
    .meta({ description: 'Calls per second at which it would be used up, by what a call costs now; null: that cannot be said.' }),
  text: z.string().meta({ description: 'How that was reckoned.' }),
});

const capacitySchema = z.strictObject({
  at: time,
  seconds: z.number().nonnegative().meta({ description: 'Over how much time it was measured.' }),
  calls: count.meta({ description: 'Calls in it. Below some hundreds a figure says little.' }),
  isReliable: z.boolean(),
  load: z.strictObject({
    callsPerSecond: z.number().nonnegative(),
    peakCallsPerSecond: z.number().nonnegative().meta({ description: 'In ten seconds of the last 24 hours.' }),
    cores: z.number().nonnegative().meta({ description: 'Cores that all processes of the gateway use.' }),
    busiestWorker: z.number().min(0).max(1).meta({ description: 'Share of its time that the busiest worker is busy.' }),
  }),
  cpuMicrosPerCall: z.number().nonnegative().nullable().meta({ description: 'Processor time of workers and inspectors per call.' }),
  carries: z.number().nonnegative().nullable().meta({ description: 'Calls per second that this node carries.' }),
  more: z.number().nonnegative().nullable().meta({ description: 'How many that is beyond what there is now.' }),
  first: z.enum(RESOURCES).nullable().meta({ description: 'What gives out first.' }),
  resources: z.array(resourceSchema).meta({ description: 'What gives out first is first.' }),
});

/** Endpoints about how the gateway does. */
export const OVERVIEW_ENDPOINTS = {
  readOverview: {
    method: 'GET',
    path: '/overview',
    summary: 'Calls, times, what waits for a person and what is wrong',
    query: z.strictObject({ window: windowSchema.default('1h') }),
    request: undefined,
    response: overviewSchema,
    status: 200,
    versioned: false,
  },
  readCapacity: {
    method: 'GET',
    path: '/capacity',
    summary: 'What a call costs, how many more calls this node carries, and what gives out first',
    request: undefined,
    response: capacitySchema,
    status: 200,
    versioned: false,
  },
} as const satisfies Record<string, Endpoint>;

export type Window = (typeof WINDOWS)[number];
export type Quantiles = z.output<typeof quantilesSchema>;
export type OverviewPoint = z.output<typeof overviewPointSchema>;
export type Overview = z.output<typeof overviewSchema>;
export type Warning = z.output<typeof warningSchema>;
export type CapacityView = z.output<typeof capacitySchema>;
export type ResourceView = z.output<typeof resourceSchema>;
