// What was signed of the record, and where that was noted down, as the admin API has it.

import * as z from 'zod';
import type { Endpoint } from './endpoint.ts';

const time = z.iso.datetime();
const MAX_REASON_CHARS = 500;

const signedSchema = z.strictObject({
  log: z.string().meta({ description: 'Random name of the log, as the heads of its segments have it.' }),
  slot: z.string().meta({ description: 'Whose log it is, as its folder is called.' }),
  records: z.int().meta({ description: 'So many were signed, all from the first on.' }),
  at: time,
});

const checkpointsSchema = z.strictObject({
  key: z.string().nullable().meta({ description: 'The public key, as text for whoever verifies; null: the keeper does not answer.' }),
  logs: z.array(signedSchema).meta({ description: 'What was signed last of each log.' }),
  anchors: z.array(
    z.strictObject({
      name: z.string(),
      owedSince: time.nullable().meta({ description: 'Since when it has not taken a checkpoint that there is for it; null: it has all.' }),
      fault: z.string().nullable(),
    }),
  ),
  faults: z.array(z.string()).meta({ description: 'What is wrong with the checkpoints of any log.' }),
});

const acceptSchema = z.strictObject({
  log: z
    .string()
    .regex(/^[0-9a-f]{16}$/, 'must be the name of a log: 16 hex digits')
    .meta({ description: 'Name of the log.' }),
  reason: z
    .string()
    .min(1, 'must not be empty')
    .max(MAX_REASON_CHARS, `must have at most ${MAX_REASON_CHARS} characters`)
    // oxlint-disable-next-line no-control-regex
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must be one line without control characters')
    .meta({ description: 'Why, in the words of who wants it; it goes on record.' }),
});

/** Endpoints about checkpoints. */
export const CHECKPOINT_ENDPOINTS = {
  readCheckpoints: {
    method: 'GET',
    path: '/checkpoints',
    summary: 'What was signed of the record, and where it was noted down',
    request: undefined,
    response: checkpointsSchema,
    status: 200,
    versioned: false,
  },
  acceptLog: {
    method: 'POST',
    path: '/checkpoints/accept',
    summary: 'Let go of what was signed of a log that was cut, changed or removed; what is there is signed from now on',
    request: acceptSchema,
    response: signedSchema,
    status: 200,
    versioned: false,
    act: {
      action: 'checkpoints.accept',
      kind: 'change',
      target: 'body.log',
      reason: 'body.reason',
      details: { slot: 'answer.slot', records: 'answer.records', signed: 'answer.at' },
    },
  },
} as const satisfies Record<string, Endpoint>;

export type CheckpointsView = z.output<typeof checkpointsSchema>;
export type SignedLogView = z.output<typeof signedSchema>;
export type AcceptLogInput = z.output<typeof acceptSchema>;
