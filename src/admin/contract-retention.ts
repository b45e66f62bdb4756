// How long records are kept, and what has to be kept longer, as the admin API has it.

import * as z from 'zod';
import type { Endpoint } from './endpoint.ts';

const time = z.iso.datetime();
const MAX_NAME_CHARS = 256;
const MAX_REASON_CHARS = 500;
/** One line, nothing that steers a terminal or hides in a record. */
const line = (max: number): z.ZodString =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    // oxlint-disable-next-line no-control-regex
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must be one line without control characters');
const reason = line(MAX_REASON_CHARS).meta({ description: 'Why, in the words of who wants it; it goes on record.' });

const holdSchema = z.strictObject({
  id: z.string(),
  about: z.string().meta({ description: 'What it is about, in words.' }),
  server: z.string().nullable(),
  agent: z.string().nullable(),
  subject: z.string().nullable().meta({ description: 'A pseudonym.' }),
  from: time.nullable(),
  to: time.nullable(),
  reason: z.string(),
  by: z.string(),
  since: time,
  lifted: z.strictObject({ by: z.string(), reason: z.string(), at: time }).nullable(),
});

const addHoldSchema = z
  .strictObject({
    server: line(MAX_NAME_CHARS).nullable().default(null).meta({ description: 'A name or a glob.' }),
    agent: line(MAX_NAME_CHARS).nullable().default(null).meta({ description: 'A name.' }),
    user: line(MAX_NAME_CHARS)
      .nullable()
      .default(null)
      .meta({ description: 'A name; kept is only the pseudonym, by which users are on record.' }),
    subject: z
      .string()
      .regex(/^sub_[0-9a-f]{24}$/, 'must be a pseudonym: sub_ and 24 hex digits')
      .nullable()
      .default(null)
      .meta({ description: 'A pseudonym, instead of a name.' }),
    from: time.nullable().default(null).meta({ description: 'Records of this time and later; null: from the first on.' }),
    to: time.nullable().default(null).meta({ description: 'Records of this time and earlier; null: until the last.' }),
    everything: z.boolean().default(false).meta({ description: 'All records, whomever and whatever they are about.' }),
    reason,
  })
  .refine(({ user, subject }) => user === null || subject === null, { path: ['subject'], message: 'or user, and not both' })
  .refine(
    ({ server, agent, user, subject, from, to, everything }) =>
      everything === [server, agent, user, subject, from, to].every((part) => part === null),
    { path: ['everything'], message: 'or what it is about is needed, and not both' },
  )
  .refine(({ from, to }) => from === null || to === null || from <= to, { path: ['to'], message: 'must not be before from' });

const retentionSchema = z.strictObject({
  isDryRun: z.boolean().meta({ description: 'Nothing was removed.' }),
  days: z.int().meta({ description: 'Records are kept so long.' }),
  cutoff: time.meta({ description: 'Records that had all been written by then are old enough.' }),
  clock: z
    .strictObject({
      state: z.enum(['steady', 'settling', 'leapt']),
      until: time.nullable().meta({ description: 'settling: it is gone by from then on.' }),
      from: time.nullable().meta({ description: 'leapt: what it showed, and what it shows now.' }),
      to: time.nullable(),
    })
    .meta({ description: 'Whether the clock can be gone by; only then is anything removed.' }),
  logs: z.array(
    z.strictObject({
      slot: z.string(),
      segments: z.int().meta({ description: 'That had records before.' }),
      removed: z.array(
        z.strictObject({ first: z.int(), last: z.int(), from: z.int(), to: z.int() }).meta({ description: 'Segments, and records.' }),
      ),
      held: z.array(z.strictObject({ segment: z.int(), holds: z.array(z.string()) })),
      fault: z.string().nullable().meta({ description: 'Why something that is old enough stays.' }),
    }),
  ),
  envelopes: z.int().meta({ description: 'Envelopes of the vault whose time was over.' }),
  keys: z.int().meta({ description: 'Months of which the keys of subjects were destroyed, because no record of them is left.' }),
  fault: z.string().nullable().meta({ description: 'Why what is old enough could not be removed at all.' }),
  note: z.string().nullable().meta({ description: 'Why nothing would be removed yet, where nothing is old enough anyway.' }),
});

const runSchema = z
  .strictObject({
    dryRun: z.boolean().default(false).meta({ description: 'Only say what would be removed.' }),
    clockIsRight: z.boolean().default(false).meta({ description: 'The clock has leapt, and what it shows now is right.' }),
    reason: reason.nullable().default(null),
  })
  .refine(({ clockIsRight, reason: why }) => !clockIsRight || why !== null, {
    path: ['reason'],
    message: 'is needed to say that the clock is right',
  });

/** Endpoints about keeping and removing records. */
export const RETENTION_ENDPOINTS = {
  listHolds: {
    method: 'GET',
    path: '/holds',
    summary: 'Legal holds, those that were lifted among them',
    request: undefined,
    response: z.strictObject({ holds: z.array(holdSchema) }),
    status: 200,
    versioned: false,
  },
  addHold: {
    method: 'POST',
    path: '/holds',
    summary: 'Keep records whatever their time; who wants it is known by the key in Sallyport-Approver',
    request: addHoldSchema,
    response: holdSchema,
    status: 201,
    versioned: false,
    act: {
      action: 'holds.add',
      kind: 'change',
      target: 'answer.id',
      reason: 'body.reason',
      // What was asked for is on record where it was refused, too; of a name that was given, only what the answer says.
      details: {
        about: 'answer.about',
        server: 'body.server',
        subject: 'body.subject',
        from: 'body.from',
        to: 'body.to',
        everything: 'body.everything',
      },
    },
  },
  liftHold: {
    method: 'POST',
    path: '/holds/lift',
    summary: 'Lift a hold that somebody else has set; who does is known by the key in Sallyport-Approver',
    request: z.strictObject({ id: line(64), reason }),
    response: holdSchema,
    status: 200,
    versioned: false,
    act: { action: 'holds.lift', kind: 'change', target: 'body.id', reason: 'body.reason', details: { about: 'answer.about' } },
  },
  removeOld: {
    method: 'POST',
    path: '/retention',
    summary: 'Remove records whose time is over, as the gateway does every day by itself',
    request: runSchema,
    response: retentionSchema,
    status: 200,
    versioned: false,
    act: {
      action: 'audit.retain',
      kind: 'change',
      reason: 'body.reason',
      details: { dryRun: 'body.dryRun', clockIsRight: 'body.clockIsRight', cutoff: 'answer.cutoff' },
    },
  },
} as const satisfies Record<string, Endpoint>;

export type HoldView = z.output<typeof holdSchema>;
export type AddHoldInput = z.output<typeof addHoldSchema>;
export type LiftHoldInput = z.output<(typeof RETENTION_ENDPOINTS)['liftHold']['request']>;
export type RetentionInput = z.output<typeof runSchema>;
export type RetentionView = z.output<typeof retentionSchema>;
