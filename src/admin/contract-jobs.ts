// What takes longer than an answer may take: it is begun, looked at, and given up, all by its id. What comes of it is at the endpoint of its own matter.

import * as z from 'zod';
import type { Endpoint } from './endpoint.ts';

const time = z.iso.datetime();

/** What is done as a job. */
export const JOB_KINDS = ['verification', 'replay'] as const;

/** A job. */
export const jobSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(JOB_KINDS),
  says: z.string().meta({ description: 'What it does, for people.' }),
  by: z.string().meta({ description: 'Who began it, as they stand on record.' }),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  startedAt: time,
  endedAt: time.nullable(),
  progress: z.strictObject({
    done: z.int(),
    total: z.int().nullable().meta({ description: 'null: nobody knows yet.' }),
    unit: z.string().meta({ description: 'Of what: bytes, records.' }),
  }),
  problem: z.string().nullable().meta({ description: 'Why it failed, and what to do.' }),
  result: z
    .string()
    .nullable()
    .meta({ description: 'Where what came of it can be read, below the prefix; null: nothing did, or not yet.' }),
});

/** Endpoints about jobs. */
export const JOB_ENDPOINTS = {
  listJobs: {
    method: 'GET',
    path: '/jobs',
    summary: 'What runs, and what has ended lately',
    request: undefined,
    response: z.strictObject({ jobs: z.array(jobSchema).meta({ description: 'Those that began last come first.' }) }),
    status: 200,
    versioned: false,
  },
  readJob: {
    method: 'GET',
    path: '/jobs/{job}',
    summary: 'How far a job is',
    request: undefined,
    response: jobSchema,
    status: 200,
    versioned: false,
  },
  cancelJob: {
    method: 'DELETE',
    path: '/jobs/{job}',
    summary: 'Give a job up',
    request: undefined,
    response: jobSchema,
    status: 200,
    versioned: false,
    act: { action: 'jobs.cancel', kind: 'change', target: 'path.job', details: { kind: 'answer.kind' } },
  },
} as const satisfies Record<string, Endpoint>;

export type JobKind = (typeof JOB_KINDS)[number];
export type JobView = z.output<typeof jobSchema>;
