// What commands do to the data folder of a running gateway by themselves, as the admin API has it: they say so here before they show anything. What
// endpoints do is on record without this.

import * as z from 'zod';
import { MAX_ACT_DETAILS } from '../audit/index.ts';
import type { Endpoint } from './endpoint.ts';

const MAX_TARGET_CHARS = 128;
const MAX_REASON_CHARS = 500;
/** One line, nothing that steers a terminal or hides in a record. */
const line = (max: number): z.ZodString =>
  z
    .string()
    .max(max, `must have at most ${max} characters`)
    // oxlint-disable-next-line no-control-regex
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must be one line without control characters');

/** What commands do that is on record. Nothing else can be put there: whoever has the socket must not invent what others did. */
export const COMMAND_ACTIONS = [
  'audit.query',
  'audit.export',
  'audit.subject',
  'audit.who',
  'audit.index',
  'audit.evidence',
  'policy.lint',
  'policy.replay',
  'policy.unused',
] as const;

const commandActSchema = z.strictObject({
  action: z.enum(COMMAND_ACTIONS),
  target: line(MAX_TARGET_CHARS).nullable().default(null).meta({ description: 'What it is about: a server, a pseudonym, a file.' }),
  reason: line(MAX_REASON_CHARS).nullable().default(null).meta({ description: 'Why, in the words of who does it.' }),
  details: z
    .record(z.string().regex(/^[a-zA-Z]{1,32}$/), z.union([line(256), z.number()]))
    .refine((details) => Object.keys(details).length <= MAX_ACT_DETAILS, `must have at most ${MAX_ACT_DETAILS} members`)
    .default({})
    .meta({ description: 'Figures and names that tell what it was; never what was said in a call.' }),
});

/** Endpoints about acts. */
export const ACT_ENDPOINTS = {
  recordAct: {
    method: 'POST',
    path: '/acts',
    summary: 'Put on record what a command is about to do with the data folder',
    request: commandActSchema,
    response: z.strictObject({ act: z.string().meta({ description: 'Its id on record.' }) }),
    status: 201,
    versioned: false,
  },
} as const satisfies Record<string, Endpoint>;

export type CommandAction = (typeof COMMAND_ACTIONS)[number];
export type CommandActInput = z.input<typeof commandActSchema>;
export type CommandAct = z.output<typeof commandActSchema>;
export type RecordedAct = z.output<(typeof ACT_ENDPOINTS)['recordAct']['response']>;
