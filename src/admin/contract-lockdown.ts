// The kill switch, as the admin API has it.

import * as z from 'zod';
import type { Endpoint } from './endpoint.ts';

const time = z.iso.datetime();
const kind = z.enum(['agent', 'server', 'tool', 'all']);
const MAX_NAME_CHARS = 256;
const MAX_REASON_CHARS = 500;
/** What a person types: one line, nothing that steers a terminal or hides in a record. */
const line = (max: number): z.ZodString =>
  z
    .string()
    .max(max, `must have at most ${max} characters`)
    // oxlint-disable-next-line no-control-regex
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must be one line without control characters');

const lockSchema = z.strictObject({
  id: z.string(),
  kind,
  name: z.string().meta({ description: 'A name or a glob; of a tool SERVER/TOOL, or only the tool on every server; empty for all.' }),
  reason: z.string(),
  by: z.string(),
  since: time,
});

const lockdownSchema = z.strictObject({
  locks: z.array(lockSchema).meta({ description: 'What is locked, the oldest first.' }),
  fault: z.string().nullable().meta({ description: 'Why nobody can say what is locked; then everything is.' }),
});

const lifted = lockSchema.extend({ lifted: z.strictObject({ by: z.string(), reason: z.string(), at: time }) });

const whatSchema = { kind, name: line(MAX_NAME_CHARS).default(''), reason: line(MAX_REASON_CHARS).default(''), by: line(128).default('') };
const NAME_RULE = { path: ['name'], message: 'is needed, except where all is locked' };

/** What locking takes. Also for the command line where no gateway answers. */
export const lockInputSchema = z.strictObject(whatSchema).refine((input) => (input.kind === 'all') === (input.name === ''), NAME_RULE);

const liftInputSchema = z
  .strictObject({
    ...whatSchema,
    kind: kind.nullable().default(null),
    every: z.boolean().default(false).meta({ description: 'Everything, also what cannot be read.' }),
  })
  .refine((input) => input.every !== (input.kind !== null), { path: ['kind'], message: 'or every is needed, and not both' })
  .refine((input) => input.kind === null || (input.kind === 'all') === (input.name === ''), NAME_RULE);

const inForce = {
  workers: z.int().meta({ description: 'Workers that were told.' }),
  confirmed: z.int().meta({ description: 'Workers that have said that it is in force there.' }),
  silent: z.array(z.string()).meta({ description: 'Those that have not.' }),
  fault: z.string().nullable().meta({ description: 'Why nobody can say what is locked; then everything stays locked.' }),
};

/** Endpoints about what is locked. */
export const LOCKDOWN_ENDPOINTS = {
  readLockdown: {
    method: 'GET',
    path: '/lockdown',
    summary: 'What is locked, and what was lifted last',
    request: undefined,
    response: lockdownSchema.extend({ lifted: z.array(lifted) }),
    status: 200,
    versioned: false,
  },
  lockDown: {
    method: 'POST',
    path: '/lockdown',
    summary: 'Lock an agent, a server, a tool or everything',
    request: lockInputSchema,
    response: z.strictObject({
      lock: lockSchema,
      isKnown: z.boolean().nullable().meta({ description: 'Whether there is anything of this name now; null: nobody can say.' }),
      ...inForce,
    }),
    dryRun: true,
    status: 201,
    versioned: false,
    act: {
      action: 'lockdown.lock',
      kind: 'emergency',
      target: 'body.name',
      targetIs: 'body.kind',
      reason: 'body.reason',
      details: { kind: 'body.kind', lock: 'answer.lock.id', workers: 'answer.workers', confirmed: 'answer.confirmed' },
    },
  },
  liftLockdown: {
    method: 'POST',
    path: '/lockdown/lift',
    summary: 'Lift what was locked under this name, or everything',
    request: liftInputSchema,
    response: z.strictObject({ lifted: z.array(lockSchema), ...inForce }),
    dryRun: true,
    status: 200,
    versioned: false,
    act: {
      action: 'lockdown.lift',
      kind: 'emergency',
      target: 'body.name',
      targetIs: 'body.kind',
      reason: 'body.reason',
      details: {
        kind: 'body.kind',
        every: 'body.every',
        lifted: 'answer.lifted',
        workers: 'answer.workers',
        confirmed: 'answer.confirmed',
      },
    },
  },
} as const satisfies Record<string, Endpoint>;

export { lockdownSchema };
export type LockView = z.output<typeof lockSchema>;
export type LiftedView = z.output<typeof lifted>;
export type LockdownView = z.output<(typeof LOCKDOWN_ENDPOINTS)['readLockdown']['response']>;
export type LockInput = z.output<typeof lockInputSchema>;
export type LockedView = z.output<(typeof LOCKDOWN_ENDPOINTS)['lockDown']['response']>;
export type LiftInput = z.output<typeof liftInputSchema>;
export type LiftView = z.output<(typeof LOCKDOWN_ENDPOINTS)['liftLockdown']['response']>;
