// Whether anybody changed the record, as the admin API has it: begun as a job, and what came of it.

import * as z from 'zod';
import { jobSchema } from './contract-jobs.ts';
import type { Endpoint } from './endpoint.ts';
import { reasonMember } from './record-query.ts';

const time = z.iso.datetime();
const signedSchema = z.strictObject({ records: z.int(), at: time }).nullable();

const badSchema = z.strictObject({
  what: z
    .string()
    .meta({ description: 'altered, missing, inserted, duplicated, reordered, cut, torn, rewritten, forged, rolled-back or foreign.' }),
  file: z.string(),
  line: z.int().meta({ description: 'In the file, from 1; 0: it is about no line.' }),
  seq: z.int().meta({ description: 'The record it is about, and the last one where there are several.' }),
  until: z.int().nullable(),
  says: z.string(),
});

const logSchema = z.strictObject({
  log: z.string(),
  ok: z.boolean(),
  records: z.int(),
  files: z.int(),
  first: time.nullable(),
  last: time.nullable(),
  end: z.enum(['closed', 'open', 'unfinished']),
  checkpoints: z.int().meta({ description: 'Checkpoints that hold.' }),
  removed: z.int().meta({ description: 'Records that were removed because their time was over, each with a signature.' }),
  signed: signedSchema,
  anchored: signedSchema.meta({ description: 'As anchors noted it down.' }),
  remembered: signedSchema.meta({ description: 'As the keeper remembers it.' }),
  bad: z.array(badSchema).meta({ description: 'What was done to it, in the order of the log; at most 100.' }),
  badTotal: z.int(),
  remarks: z.array(z.string()),
});

const verificationSchema = z.strictObject({
  job: jobSchema,
  report: z
    .strictObject({
      ok: z.boolean(),
      says: z.string().meta({ description: 'The verdict as a sentence.' }),
      records: z.int(),
      logs: z.array(logSchema),
      keys: z.array(z.string()).meta({ description: 'Verifier keys that signatures were checked with.' }),
      anchors: z.array(z.string()).meta({ description: 'What it was held against that was kept elsewhere.' }),
      limits: z.array(z.string()).meta({ description: 'What this check cannot exclude.' }),
    })
    .nullable()
    .meta({ description: 'null: the job has not ended, or came to nothing.' }),
});

/** Endpoints about verifications. */
export const VERIFICATION_ENDPOINTS = {
  beginVerification: {
    method: 'POST',
    path: '/verifications',
    summary: 'Check that nobody changed the record',
    request: z.strictObject({ reason: reasonMember }),
    response: jobSchema,
    status: 201,
    versioned: false,
    act: { action: 'records.verify', kind: 'read', target: 'answer.id', reason: 'body.reason' },
  },
  readVerification: {
    method: 'GET',
    path: '/verifications/{job}',
    summary: 'What a verification has found',
    request: undefined,
    response: verificationSchema,
    status: 200,
    versioned: false,
  },
} as const satisfies Record<string, Endpoint>;

export type VerificationView = z.output<typeof verificationSchema>;
export type VerificationReport = NonNullable<VerificationView['report']>;
