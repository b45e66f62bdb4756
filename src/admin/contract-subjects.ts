// Whom records are about, as the admin API has it: whose a pseudonym is, what a known value would be on record as, and having somebody erased.

import * as z from 'zod';
import type { Endpoint } from './endpoint.ts';

const MAX_NAME_CHARS = 256;
const MAX_REASON_CHARS = 500;
/** Keys of one question; a whole record may have more, and is asked about in parts. */
const MAX_KEYS = 5_000;
const MAX_VALUES = 8;

/** One line, nothing that steers a terminal or hides in a record. */
const line = (max: number): z.ZodString =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    // oxlint-disable-next-line no-control-regex
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must be one line without control characters');
const PSEUDONYM = /^sub_[0-9a-f]{24}$/;
const pseudonym = z
  .string()
  .regex(PSEUDONYM, 'must be a pseudonym: sub_ and 24 hex digits')
  .meta({ description: 'As records have it: sub_ and 24 hex digits.' });
const reason = line(MAX_REASON_CHARS).meta({ description: 'Why, in the words of who asks; it goes on record.' });
const kind = z.enum(['agent', 'user']);

const findInputSchema = z.strictObject({ kind: kind.default('agent'), name: line(MAX_NAME_CHARS), reason });
const whoisInputSchema = z.strictObject({ pseudonym, reason });
const eraseInputSchema = z
  .strictObject({
    kind: z.enum(['agent', 'user', 'pseudonym']).default('agent').meta({ description: 'What `name` is.' }),
    name: line(MAX_NAME_CHARS),
    reason,
  })
  // It goes on record as it stands, where a name may not.
  .refine(({ kind: is, name }) => is !== 'pseudonym' || PSEUDONYM.test(name), {
    path: ['name'],
    message: 'must be a pseudonym: sub_ and 24 hex digits',
  });
const matchInputSchema = z.strictObject({
  values: z
    .array(
      z.strictObject({
        digest: z
          .string()
          .regex(/^[0-9a-f]{64}$/, 'must be 64 lowercase hex digits')
          .meta({ description: 'SHA-256 of the value: of arguments in their canonical form, of a result as it was released.' }),
        member: z.enum(['args', 'answer']).meta({ description: 'What the value is held against.' }),
      }),
    )
    .min(1, 'must not be empty')
    .max(MAX_VALUES, `must have at most ${MAX_VALUES} entries`)
    .meta({ description: 'Spellings of what is looked for.' }),
  keys: z
    .array(z.string().regex(/^sub_[0-9a-f]{24}\.\d{4}-\d{2}$/, 'must be the name of a key as records have it'))
    .min(1, 'must not be empty')
    .max(MAX_KEYS, `must have at most ${MAX_KEYS} entries`),
  reason: line(MAX_REASON_CHARS).nullable().default(null),
});

/** Endpoints about whom records are about. */
export const SUBJECT_ENDPOINTS = {
  findSubject: {
    method: 'POST',
    path: '/subjects/find',
    summary: 'By which pseudonym somebody is on record',
    request: findInputSchema,
    response: z.strictObject({ pseudonym: pseudonym.nullable().meta({ description: 'null: there is nothing of them.' }) }),
    status: 200,
    versioned: false,
    // The pseudonym alone: with the name beside it, the record would say what was asked for.
    act: { action: 'audit.find', kind: 'read', target: 'answer.pseudonym', reason: 'body.reason' },
  },
  whoIs: {
    method: 'POST',
    path: '/subjects/whois',
    summary: 'Whose a pseudonym is',
    request: whoisInputSchema,
    response: z.strictObject({ tenant: z.string(), kind, name: z.string() }),
    status: 200,
    versioned: false,
    act: { action: 'audit.whois', kind: 'read', target: 'body.pseudonym', reason: 'body.reason' },
  },
  eraseSubject: {
    method: 'POST',
    path: '/subjects/erase',
    summary: 'Destroy the link from a pseudonym to its name, and all keys of theirs',
    request: eraseInputSchema,
    response: z.strictObject({
      pseudonym,
      months: z.int().meta({ description: 'Of so many months there was a key.' }),
      workers: z.int().meta({ description: 'Workers that were told.' }),
      confirmed: z.int().meta({ description: 'Workers that have said that they hold nothing of them any more.' }),
      silent: z.array(z.string()).meta({ description: 'Those that have not.' }),
    }),
    status: 200,
    versioned: false,
    act: {
      action: 'audit.erase',
      kind: 'change',
      // Before it is done: afterwards nobody could say any more whom a beginning without an end was about.
      target: 'body.name',
      targetIs: 'body.kind',
      targetAs: 'pseudonym',
      reason: 'body.reason',
      details: { months: 'answer.months', workers: 'answer.workers', confirmed: 'answer.confirmed' },
    },
  },
  matchValue: {
    method: 'POST',
    path: '/commitments/match',
    summary: 'What a known value would be on record as',
    request: matchInputSchema,
    response: z.strictObject({
      macs: z.array(z.record(z.string(), z.string())).meta({
        description: 'For each value, its commitment under each key that is still there. Records that have it were made of this value.',
      }),
    }),
    status: 200,
    versioned: false,
    // Never the digest: what somebody could have said is guessed easily.
    act: { action: 'audit.match', kind: 'read', reason: 'body.reason', details: { keys: 'body.keys' } },
  },
} as const satisfies Record<string, Endpoint>;

export type FindSubjectInput = z.output<typeof findInputSchema>;
export type FoundSubject = z.output<(typeof SUBJECT_ENDPOINTS)['findSubject']['response']>;
export type WhoisInput = z.output<typeof whoisInputSchema>;
export type SubjectView = z.output<(typeof SUBJECT_ENDPOINTS)['whoIs']['response']>;
export type EraseSubjectInput = z.output<typeof eraseInputSchema>;
export type ErasedSubject = z.output<(typeof SUBJECT_ENDPOINTS)['eraseSubject']['response']>;
export type MatchInput = z.output<typeof matchInputSchema>;
export type MatchView = z.output<(typeof SUBJECT_ENDPOINTS)['matchValue']['response']>;
