// The gateway itself, its config and its workers, as the admin API has them.

import * as z from 'zod';
import { lockdownSchema } from './contract-lockdown.ts';
import type { Endpoint } from './endpoint.ts';

const time = z.iso.datetime();

const problemSchema = z.strictObject({
  severity: z.enum(['error', 'warning']),
  file: z.string(),
  line: z.int(),
  column: z.int(),
  path: z.string(),
  message: z.string(),
  fix: z.string().optional(),
});

const configSchema = z.strictObject({
  file: z.string().nullable(),
  revision: z.int().meta({ description: 'Number of the snapshot in force.' }),
  digest: z.string(),
  loadedAt: time,
  refusal: z
    .strictObject({ at: time, problems: z.array(problemSchema) })
    .nullable()
    .meta({ description: 'Set while the file says something that could not be put in force.' }),
  warnings: z.array(problemSchema).meta({ description: 'What was doubtful about it when it was put in force.' }),
});

const workerSchema = z.strictObject({
  slot: z.int(),
  pid: z.int(),
  state: z.enum(['starting', 'serving', 'draining']),
  startedAt: time,
  revision: z.int().meta({ description: 'Number of the snapshot it serves.' }),
});

const addressSchema = z.strictObject({ name: z.string(), url: z.string() });

const statusSchema = z.strictObject({
  version: z.string(),
  pid: z.int().meta({ description: 'Process id of the supervisor.' }),
  startedAt: time,
  dataFolder: z.string(),
  ready: z.boolean(),
  listeners: z.array(addressSchema),
  notServed: z.array(addressSchema).optional().meta({ description: 'Listeners of the config that nobody can reach now.' }),
  metrics: z.string().optional().meta({ description: 'URL of the metrics; absent: none are served.' }),
  console: z.string().optional().meta({ description: 'URL of the console; absent: there is none.' }),
  agents: z.int(),
  servers: z.int(),
  routes: z
    .array(z.strictObject({ path: z.string(), servers: z.array(z.string()) }))
    .optional()
    .meta({ description: 'Paths that show several servers as one.' }),
  lockdown: lockdownSchema.optional().meta({ description: 'What is locked now.' }),
  faults: z
    .array(z.string())
    .optional()
    .meta({ description: 'What is wrong with workers and approvals, and where the policy does not fit them.' }),
  config: configSchema,
  workers: z.array(workerSchema),
});

/** Endpoints about gateway. */
export const GATEWAY_ENDPOINTS = {
  readStatus: {
    method: 'GET',
    path: '/status',
    summary: 'How the gateway is',
    request: undefined,
    response: statusSchema,
    status: 200,
    versioned: false,
  },
  reload: {
    method: 'POST',
    path: '/reload',
    summary: 'Read the config file again and put it in force',
    request: undefined,
    response: configSchema,
    status: 200,
    versioned: false,
    act: { action: 'config.reload', kind: 'change', details: { revision: 'answer.revision', digest: 'answer.digest' } },
  },
} as const satisfies Record<string, Endpoint>;

export type ConfigStatus = z.output<typeof configSchema>;
export type WorkerStatus = z.output<typeof workerSchema>;
export type GatewayStatus = z.output<typeof statusSchema>;
