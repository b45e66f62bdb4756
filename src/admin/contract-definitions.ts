// Definitions one by one, as people look through them: every thing that a server lists or has listed, and all that is known of one of them. Their texts are
// the servers': whoever shows them shows text, and nothing else.

import * as z from 'zod';
import type { Endpoint } from './endpoint.ts';

const MAX_PAGE = 500;

const time = z.iso.datetime();
const definitionKind = z.enum(['tool', 'prompt', 'template', 'instructions']);
const callClass = z.enum(['critical', 'standard', 'low']);
const serverName = z.string().max(256);
const definitionName = z.string().max(8_192);

const stateSchema = z.enum(['approved', 'new', 'changed', 'rejected', 'gone']).meta({
  description:
    'new, changed: withheld until somebody decides; rejected: listed still, though a person said no; gone: approved, and not listed any more.',
});

/** What rules go by for a tool. */
export const toolFactsSchema = z.strictObject({
  labels: z.array(z.string()),
  guessed: z.array(z.string()).meta({ description: 'Those of the labels that are guessed from its name and its texts.' }),
  class: callClass,
  classFrom: z.enum(['declared', 'guessed', 'nothing']),
});

const rowSchema = z.strictObject({
  server: z.string(),
  kind: definitionKind,
  name: z.string().meta({ description: 'As the server calls it; empty for its instructions.' }),
  title: z.string().nullable().meta({ description: 'How the server would have it shown.' }),
  state: stateSchema,
  fingerprint: z.string(),
  since: time.meta({ description: 'When it was first seen as it is now.' }),
  decidedBy: z.string().nullable(),
  decidedAt: time.nullable(),
  labels: z.array(z.string()),
  class: callClass.nullable().meta({ description: 'null: it is no tool.' }),
});

const diffLineSchema = z.strictObject({
  kind: z.enum(['same', 'added', 'removed', 'skipped']).meta({ description: 'skipped: lines that are the same, and left out here.' }),
  before: z.int().nullable(),
  after: z.int().nullable(),
  text: z.string().meta({ description: 'Plain text; of skipped lines how many they are.' }),
});

const findingSchema = z.strictObject({
  kind: z.enum(['hidden-characters', 'orders', 'prefers-itself', 'secret', 'active-content']),
  place: z.string().meta({ description: 'Where in the definition, like tools[0].description.' }),
  span: z.tuple([z.int(), z.int()]).meta({ description: 'From and to, in UTF-16 units of the text there.' }),
  text: z.string().meta({ description: 'What stands there; what cannot be seen is written as an escape.' }),
  finding: z.string().nullable().meta({ description: 'The type of finding because of which it is not approved by first use.' }),
});

const shapeSchema = z.strictObject({
  fingerprint: z.string(),
  state: z.enum(['pinned', 'quarantined', 'rejected']),
  isListed: z.boolean(),
  firstSeen: time,
  lastSeen: time,
  serverVersion: z.string(),
  decidedBy: z.string().nullable(),
  decidedAt: time.nullable(),
});

const definitionSchema = rowSchema.extend({
  serverVersion: z.string().meta({ description: 'What the server called its version when it was first seen; empty: it did not say.' }),
  present: z.string().nullable().meta({ description: 'What it is now, as indented JSON; null: too large to be shown.' }),
  approved: z.string().nullable().meta({ description: 'What is approved; null: nothing is.' }),
  bytes: z.int(),
  tooLarge: z.boolean().meta({ description: 'It cannot be reviewed, and so it cannot be approved.' }),
  diff: z.array(diffLineSchema).meta({ description: 'From what is approved to what it is now; empty where they are the same.' }),
  changes: z.array(z.string()).meta({ description: 'The same member by member, lines of plain text.' }),
  findings: z.array(findingSchema).meta({ description: 'What stands out in its texts. That nothing does says nothing.' }),
  lookAlikes: z.array(
    z.strictObject({
      kind: z.enum(['same-name', 'looks-same', 'near-name', 'names-other', 'same-purpose']),
      server: z.string(),
      name: z.string(),
      prefersItself: z.boolean(),
    }),
  ),
  resembles: z
    .strictObject({ name: z.string(), likeness: z.number() })
    .nullable()
    .meta({ description: 'What this server had approved and does not list any more, and this may be under another name.' }),
  facts: toolFactsSchema.nullable(),
  shapes: z.array(shapeSchema).meta({ description: 'What it has been, latest first.' }),
  fault: z.string().nullable().meta({ description: 'Why nothing of this server that was approved can be trusted; null: it can.' }),
  reach: z
    .strictObject({
      rules: z
        .array(z.strictObject({ rule: z.string(), effect: z.enum(['allow', 'ask', 'deny']), match: z.string() }))
        .meta({ description: 'Rules that are about it, whoever calls.' }),
      agents: z.array(z.string()).meta({ description: 'Agents that could call it, were it approved: the first of them by name.' }),
      agentCount: z.int().meta({ description: 'How many these are; of those that were looked at.' }),
      looked: z.int().meta({ description: 'Agents that were looked at; where there are very many, not all.' }),
      conditional: z.int().meta({ description: 'Of these, such as need a condition to hold or a person to approve.' }),
    })
    .nullable()
    .meta({ description: 'By the policy in force; null: none is.' }),
});

const listQuerySchema = z.strictObject({
  state: z
    .enum(['withheld', 'approved', 'all'])
    .default('withheld')
    .meta({ description: 'withheld: new, changed or rejected; approved: those gone too.' }),
  server: serverName.optional(),
  kind: definitionKind.optional(),
  search: z.string().max(256).optional().meta({ description: "A part of its name or of its server's, whatever the case." }),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100),
  cursor: z.string().max(16_384).optional(),
});

/** Endpoints about definitions one by one. */
export const DEFINITION_ENDPOINTS = {
  listDefinitions: {
    method: 'GET',
    path: '/catalogue/definitions',
    summary: 'What servers list, by page: withheld, approved, or all of it',
    query: listQuerySchema,
    request: undefined,
    response: z.strictObject({
      definitions: z.array(rowSchema),
      total: z.int().meta({ description: 'How many there are in all.' }),
      counts: z.strictObject({ withheld: z.int(), approved: z.int() }).meta({ description: 'Of all servers, whatever was asked for.' }),
      faults: z
        .array(z.strictObject({ server: z.string(), fault: z.string() }))
        .meta({ description: 'Servers whose approvals cannot be trusted: everything of them is withheld.' }),
      next: z.string().nullable().meta({ description: 'The cursor of the next page; null: this is the last.' }),
    }),
    status: 200,
    versioned: false,
  },
  readDefinition: {
    method: 'GET',
    path: '/catalogue/definition',
    summary: 'One thing that a server lists: what it is, what is approved of it, and what is known',
    query: z.strictObject({ server: serverName, kind: definitionKind, name: definitionName.default('') }),
    request: undefined,
    response: definitionSchema,
    status: 200,
    versioned: false,
  },
} as const satisfies Record<string, Endpoint>;

export type DefinitionQuery = z.output<typeof listQuerySchema>;
export type DefinitionPage = z.output<typeof DEFINITION_ENDPOINTS.listDefinitions.response>;
export type DefinitionRow = z.output<typeof rowSchema>;
export type DefinitionPlace = z.output<typeof DEFINITION_ENDPOINTS.readDefinition.query>;
export type DefinitionView = z.output<typeof definitionSchema>;
export type DefinitionDiffLine = z.output<typeof diffLineSchema>;
