// Definitions that nobody has approved, as the admin API has them.

import * as z from 'zod';
import type { Endpoint } from './endpoint.ts';

const time = z.iso.datetime();

const definitionKind = z.enum(['tool', 'prompt', 'template', 'instructions']);

const withheldSchema = z.strictObject({
  server: z.string(),
  kind: definitionKind,
  name: z.string().meta({ description: 'As the server calls it; empty for its instructions.' }),
  fingerprint: z.string(),
  change: z.enum(['new', 'changed', 'rejected']).meta({ description: 'rejected: a person said no, and the server lists it still.' }),
  since: time.meta({ description: 'When it was first seen like this.' }),
  serverVersion: z.string().meta({ description: 'What the server called its version then; empty where it did not say.' }),
  diff: z.array(z.string()).meta({ description: 'What it says, against what is approved; lines of plain text.' }),
  looksLike: z
    .array(z.string())
    .meta({ description: 'Approved things of all servers whose names are easily taken for its name, as server/name.' }),
});

const catalogueSchema = z.strictObject({
  faults: z
    .array(z.strictObject({ server: z.string(), fault: z.string() }))
    .meta({ description: 'Servers whose approvals cannot be trusted: everything of them is withheld until it is approved anew.' }),
  withheld: z.array(withheldSchema),
});

const decisionInputSchema = z.strictObject({
  server: z.string(),
  decision: z.enum(['approve', 'reject']),
  name: z.string().nullable().default(null).meta({ description: 'Which; null: everything that is withheld.' }),
  kind: definitionKind.nullable().default(null),
  serverVersion: z.string().nullable().default(null).meta({ description: 'Only what was first seen with this version of the server.' }),
});

const decidedSchema = z.strictObject({
  decided: z.array(z.strictObject({ kind: definitionKind, name: z.string(), fingerprint: z.string() })),
});

/** Endpoints about catalogue. */
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
  decideDefinitions: {
    method: 'POST',
    path: '/catalogue/decisions',
    summary: 'Approve or reject what is withheld, or take an approval back',
    request: decisionInputSchema,
    response: decidedSchema,
    status: 200,
    versioned: false,
  },
} as const satisfies Record<string, Endpoint>;

export type WithheldView = z.output<typeof withheldSchema>;
export type CatalogueView = z.output<typeof catalogueSchema>;
export type DecisionInput = z.output<typeof decisionInputSchema>;
export type DecidedView = z.output<typeof decidedSchema>;
