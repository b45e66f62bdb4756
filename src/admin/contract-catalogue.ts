// What servers list and what of it is approved, as the admin API has it.

import * as z from 'zod';
import type { Endpoint } from './endpoint.ts';

const time = z.iso.datetime();

const definitionKind = z.enum(['tool', 'prompt', 'template', 'instructions']);
const callClass = z.enum(['critical', 'standard', 'low']);

const factsSchema = z.strictObject({
  labels: z.array(z.string()),
  guessed: z
    .array(z.string())
    .meta({ description: 'Those of the labels that are guessed from its name and its texts, for want of better.' }),
  class: callClass,
  classFrom: z.enum(['declared', 'guessed', 'nothing']),
});

const placeSchema = z.strictObject({ server: z.string(), name: z.string() });

const lookAlikeSchema = z.strictObject({
  kind: z
    .enum(['same-name', 'looks-same', 'near-name', 'names-other', 'same-purpose'])
    .meta({ description: 'names-other: its text names the other; same-purpose: both say that they do the same.' }),
  one: placeSchema,
  other: placeSchema,
  prefersItself: z.boolean().meta({ description: 'The first asks, in its own text, to be used before others.' }),
});

const hintSchema = z.strictObject({
  kind: z.enum(['hidden-characters', 'orders', 'prefers-itself', 'secret', 'active-content']),
  place: z.string().meta({ description: 'Where in the definition, as in the diff.' }),
  span: z.tuple([z.int(), z.int()]).meta({ description: 'From and to, in UTF-16 units of the text there.' }),
  text: z.string().meta({ description: 'What stands there; what cannot be seen is written as an escape.' }),
  finding: z
    .string()
    .nullable()
    .meta({ description: 'The type of finding because of which it is not approved by first use; null: it is for the reader.' }),
});

const withheldSchema = z.strictObject({
  server: z.string(),
  kind: definitionKind,
  name: z.string().meta({ description: 'As the server calls it; empty for its instructions.' }),
  fingerprint: z.string(),
  change: z.enum(['new', 'changed', 'rejected']).meta({ description: 'rejected: a person said no, and the server lists it still.' }),
  since: time.meta({ description: 'When it was first seen like this.' }),
  serverVersion: z.string().meta({ description: 'What the server called its version then; empty where it did not say.' }),
  diff: z.array(z.string()).meta({ description: 'What it says, against what is approved; lines of plain text.' }),
  resembles: z
    .strictObject({ name: z.string(), likeness: z.number() })
    .nullable()
    .meta({ description: 'What this server had approved and does not list any more, and this may be under another name.' }),
  hints: z.array(hintSchema).meta({ description: 'What stands out in its texts. That nothing does says nothing.' }),
  lookAlikes: z.array(lookAlikeSchema).meta({ description: 'What of other servers it could be mistaken for, or speaks of.' }),
  facts: factsSchema.nullable().meta({ description: 'What rules would go by; null: it is no tool.' }),
});

const faultSchema = z.strictObject({ server: z.string(), fault: z.string() });

const catalogueSchema = z.strictObject({
  faults: z
    .array(faultSchema)
    .meta({ description: 'Servers whose approvals cannot be trusted: everything of them is withheld until it is approved anew.' }),
  counts: z.array(z.strictObject({ server: z.string(), approved: z.int(), withheld: z.int() })),
  withheld: z.array(withheldSchema),
  omitted: z.int().meta({ description: 'Withheld things that are not in this answer, because there are too many; ask for one server.' }),
});

const approvedSchema = z.strictObject({
  kind: definitionKind,
  name: z.string(),
  fingerprints: z.array(z.string()).meta({ description: 'Several where the server shows different ones to different credentials.' }),
  decidedBy: z.string().nullable().meta({ description: 'operator: and a name, admin for whoever may use the socket, or first-use.' }),
  decidedAt: time.nullable(),
  listed: z.boolean().meta({ description: 'Whether the server lists it now, as far as anybody has seen.' }),
  facts: factsSchema.nullable(),
});

const decisionInputSchema = z.strictObject({
  server: z.string(),
  decision: z.enum(['approve', 'reject']),
  name: z.string().nullable().default(null).meta({ description: 'Which; null: everything that is withheld.' }),
  kind: definitionKind.nullable().default(null),
  fingerprint: z
    .string()
    .nullable()
    .default(null)
    .meta({ description: 'Only this shape, as the review showed it: what the server lists by now may be another.' }),
  serverVersion: z.string().nullable().default(null).meta({ description: 'Only what was first seen with this version of the server.' }),
});

const decidedSchema = z.strictObject({
  decided: z.array(z.strictObject({ kind: definitionKind, name: z.string(), fingerprint: z.string() })),
});

/** Endpoints about the catalogue. */
export const CATALOGUE_ENDPOINTS = {
  readCatalogue: {
    method: 'GET',
    path: '/catalogue/withheld',
    summary: 'What servers list and nobody has approved',
    request: undefined,
    response: catalogueSchema,
    status: 200,
    versioned: false,
  },
  readWithheld: {
    method: 'GET',
    path: '/catalogue/withheld/{server}',
    summary: 'What one server lists and nobody has approved',
    request: undefined,
    response: catalogueSchema,
    status: 200,
    versioned: false,
  },
  readApproved: {
    method: 'GET',
    path: '/catalogue/approved/{server}',
    summary: 'What of a server is approved, and what it is taken to be',
    request: undefined,
    response: z.strictObject({ server: z.string(), fault: z.string().nullable(), approved: z.array(approvedSchema) }),
    status: 200,
    versioned: false,
  },
  readLookAlikes: {
    method: 'GET',
    path: '/catalogue/look-alikes',
    summary: 'What could be mistaken for something of another server',
    request: undefined,
    response: z.strictObject({
      lookAlikes: z.array(lookAlikeSchema),
      packages: z
        .array(z.strictObject({ server: z.string(), package: z.string(), resembles: z.string() }))
        .meta({ description: 'Packages that servers are started from, and well-known ones that they could be taken for.' }),
    }),
    status: 200,
    versioned: false,
  },
  decideDefinitions: {
    method: 'POST',
    path: '/catalogue/decisions',
    summary: 'Approve or reject what is withheld, or take an approval back',
    request: decisionInputSchema,
    response: decidedSchema,
    dryRun: true,
    status: 200,
    versioned: false,
    act: {
      action: 'catalogue.decide',
      kind: 'change',
      target: 'body.server',
      details: {
        decision: 'body.decision',
        name: 'body.name',
        kind: 'body.kind',
        fingerprint: 'body.fingerprint',
        serverVersion: 'body.serverVersion',
        decided: 'answer.decided',
      },
    },
  },
} as const satisfies Record<string, Endpoint>;

export type WithheldView = z.output<typeof withheldSchema>;
export type CatalogueView = z.output<typeof catalogueSchema>;
export type ApprovedView = z.output<typeof CATALOGUE_ENDPOINTS.readApproved.response>;
export type LookAlikesView = z.output<typeof CATALOGUE_ENDPOINTS.readLookAlikes.response>;
export type ToolFactsView = z.output<typeof factsSchema>;
export type DecisionInput = z.output<typeof decisionInputSchema>;
export type DecidedView = z.output<typeof decidedSchema>;
