// Releases, as the admin API has them: what was sealed in calls, or whose pseudonyms are, given to one person because another says yes. What comes out of
// the vault are keys of single envelopes, which open nothing without the private key of their purpose.

import * as z from 'zod';
import type { Endpoint } from './endpoint.ts';

const time = z.iso.datetime();
const MAX_NAME_CHARS = 256;
const MAX_REASON_CHARS = 500;
const MAX_RELEASED = 1_000;
const MIN_FOR_MS = 60_000;
const MAX_FOR_MS = 7 * 24 * 3_600_000;
/** One line, nothing that steers a terminal or hides in a record. */
const line = (max: number): z.ZodString =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    // oxlint-disable-next-line no-control-regex
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must be one line without control characters');
const pseudonym = z.string().regex(/^sub_[0-9a-f]{24}$/, 'must be a pseudonym: sub_ and 24 hex digits');
const name = line(MAX_NAME_CHARS).nullable().default(null);

const requestSchema = z
  .strictObject({
    kind: z.enum(['envelopes', 'identity']).meta({ description: 'What is asked for: what was sealed, or whose pseudonyms are.' }),
    pseudonyms: z
      .array(pseudonym)
      .max(MAX_RELEASED, `must have at most ${MAX_RELEASED} entries`)
      .default([])
      .meta({ description: 'Of identity: whose they are. Of envelopes: only of these; none: of anybody.' }),
    calls: z
      .array(line(64))
      .max(MAX_RELEASED, `must have at most ${MAX_RELEASED} entries`)
      .default([])
      .meta({ description: 'Envelopes of these calls; none: of any.' }),
    purpose: name.meta({ description: 'Envelopes that were sealed for it.' }),
    server: name.meta({ description: 'Envelopes of calls to it, by name or glob.' }),
    from: time.nullable().default(null).meta({ description: 'Envelopes of this time and later.' }),
    to: time.nullable().default(null).meta({ description: 'Envelopes of before this time.' }),
    reason: line(MAX_REASON_CHARS).meta({ description: 'Why, in the words of who asks; it goes on record.' }),
    forMs: z
      .int()
      .min(MIN_FOR_MS, `must be at least ${MIN_FOR_MS}`)
      .max(MAX_FOR_MS, `must be at most ${MAX_FOR_MS}`)
      .meta({ description: 'Milliseconds for which it can be had once it is approved.' }),
  })
  .refine(({ kind, pseudonyms }) => kind !== 'identity' || pseudonyms.length > 0, { path: ['pseudonyms'], message: 'must not be empty' })
  .refine(
    ({ kind, calls, purpose, server, from, to }) => kind !== 'identity' || (calls.length === 0 && !(purpose ?? server ?? from ?? to)),
    {
      path: ['kind'],
      message: 'identity is about pseudonyms, and nothing else',
    },
  )
  .refine(({ from, to }) => from === null || to === null || from <= to, { path: ['to'], message: 'must not be before from' });

const releaseSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(['envelopes', 'identity']),
  about: z.string().meta({ description: 'What it was asked for, in words.' }),
  envelopes: z.array(z.string()).meta({ description: 'Ids of the envelopes that it is about: these, and none that came later.' }),
  pseudonyms: z.array(z.string()).meta({ description: 'Of the people that it is about.' }),
  reason: z.string(),
  state: z.enum(['pending', 'approved', 'rejected', 'expired']),
  requestedBy: z.string(),
  requestedAt: time,
  forMs: z.int(),
  decidedBy: z.string().nullable(),
  decidedAt: time.nullable(),
  endsAt: time.meta({ description: 'pending: it lapses then. approved: it can be had until then.' }),
  uses: z.int().meta({ description: 'How often it was used.' }),
  usedAt: time.nullable(),
});

const openedSchema = z.strictObject({
  release: releaseSchema,
  keys: z
    .array(z.strictObject({ envelope: z.string(), half: z.string().nullable() }))
    .meta({ description: "The gateway's half of the key of each envelope, base64; null: whoever it is about was erased." }),
  identities: z
    .array(z.strictObject({ pseudonym: z.string(), kind: z.enum(['agent', 'user']).nullable(), name: z.string().nullable() }))
    .meta({ description: 'Whose the pseudonyms are; null: they were erased.' }),
});

/** Endpoints about releases. */
export const VAULT_ENDPOINTS = {
  listReleases: {
    method: 'GET',
    path: '/releases',
    summary: 'What was asked to be released, newest first',
    request: undefined,
    response: z.strictObject({ releases: z.array(releaseSchema) }),
    status: 200,
    versioned: false,
  },
  requestRelease: {
    method: 'POST',
    path: '/releases',
    summary: 'Ask for something to be released; who asks is known by the key in Sallyport-Approver',
    request: requestSchema,
    response: releaseSchema,
    status: 201,
    versioned: false,
    act: {
      action: 'vault.request',
      kind: 'change',
      target: 'answer.id',
      reason: 'body.reason',
      details: { about: 'answer.about', envelopes: 'answer.envelopes', subjects: 'answer.pseudonyms', forMs: 'body.forMs' },
    },
  },
  decideRelease: {
    method: 'POST',
    path: '/releases/decisions',
    summary: 'Approve or reject what somebody else has asked for; who does is known by the key in Sallyport-Approver',
    request: z.strictObject({ release: line(64), decision: z.enum(['approve', 'reject']) }),
    response: releaseSchema,
    status: 200,
    versioned: false,
    act: {
      action: 'vault.decide',
      kind: 'change',
      target: 'body.release',
      details: { decision: 'body.decision', about: 'answer.about', endsAt: 'answer.endsAt' },
    },
  },
  openRelease: {
    method: 'POST',
    path: '/releases/open',
    summary: 'Have what was released; only who asked for it, known by the key in Sallyport-Approver',
    request: z.strictObject({ release: line(64) }),
    response: openedSchema,
    status: 200,
    versioned: false,
    act: { action: 'vault.open', kind: 'read', target: 'body.release', details: { envelopes: 'answer.keys', names: 'answer.identities' } },
  },
} as const satisfies Record<string, Endpoint>;

export type ReleaseInput = z.output<typeof requestSchema>;
export type ReleaseView = z.output<typeof releaseSchema>;
export type DecideReleaseInput = z.output<(typeof VAULT_ENDPOINTS)['decideRelease']['request']>;
export type OpenReleaseInput = z.output<(typeof VAULT_ENDPOINTS)['openRelease']['request']>;
export type OpenedRelease = z.output<typeof openedSchema>;
