// The contract of the admin API: every endpoint, what it takes and what it gives. The server checks requests against it, the client
// checks answers, and whoever shows them takes their types from here: this file is a second door of the folder, for types and table only.
// A secret is never in an answer, except the text of a key in the one answer that creates it.

import * as z from 'zod';
import { agentInputSchema } from '../agents/index.ts';

/** Where the API lives on its socket. A change that breaks clients gets a new number. */
export const API_PREFIX = '/api/v1';

const time = z.iso.datetime();

const keySchema = z.strictObject({
  id: z.string(),
  label: z.string(),
  createdAt: time,
  expiresAt: time.nullable().meta({ description: 'null: the key does not expire.' }),
});

const agentSchema = z.strictObject({
  name: z.string(),
  groups: z.array(z.string()),
  attributes: z.record(z.string(), z.string()),
  keys: z.array(keySchema).meta({ description: 'The keys that are not revoked.' }),
});

const keyInputSchema = z.strictObject({
  label: z
    .string()
    .max(100, 'must have at most 100 characters')
    .default('')
    .meta({ description: 'What the key is for, as people call it.' }),
  expiresAt: time.nullable().default(null).meta({ description: 'When the key stops working; null: never.' }),
});

const addAgentSchema = agentInputSchema.extend({
  key: keyInputSchema.nullable().default({ label: '', expiresAt: null }).meta({ description: 'The first key; null: none.' }),
});

const changeAgentSchema = z.strictObject({
  groups: agentInputSchema.shape.groups.unwrap().optional(),
  attributes: agentInputSchema.shape.attributes.unwrap().optional(),
});

const issuedKeySchema = keySchema.extend({
  text: z.string().meta({ description: 'The key itself. It is shown this once and stored nowhere.' }),
});

const problemSchema = z.strictObject({
  severity: z.enum(['error', 'warning']),
  file: z.string(),
  line: z.int(),
  column: z.int(),
  path: z.string(),
  message: z.string(),
  fix: z.string().optional(),
});

const configSchema = z.strictObject({
  file: z.string().nullable(),
  revision: z.int().meta({ description: 'Number of the snapshot in force.' }),
  digest: z.string(),
  loadedAt: time,
  refusal: z
    .strictObject({ at: time, problems: z.array(problemSchema) })
    .nullable()
    .meta({ description: 'Set while the file says something that could not be put in force.' }),
});

const serverSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(['stdio', 'http']),
  target: z.string().meta({ description: 'The command or the URL, without secrets.' }),
  state: z.enum(['unknown', 'ready', 'failed']),
  eras: z.array(z.enum(['modern', 'legacy'])),
  revisions: z.array(z.string()),
  transport: z
    .enum(['stdio', 'streamable', 'sse'])
    .nullable()
    .meta({ description: 'What carries its sessions of older revisions: a pipe, Streamable HTTP, or the HTTP+SSE of 2024-11-05.' }),
  problem: z.string().nullable().meta({ description: 'Why it failed, and what to do.' }),
  checkedAt: time.nullable().meta({ description: 'When it was last seen to be so.' }),
  holds: z
    .strictObject({
      sessions: z.int().meta({ description: 'Sessions of older revisions kept for agents.' }),
      bridgeSessions: z
        .int()
        .meta({ description: 'Sessions of older revisions that the gateway has open with it for agents of the newest.' }),
      parkedRounds: z.int().meta({ description: 'Calls that wait for an answer of their agent to a question of the server.' }),
      processes: z.int().meta({ description: 'Programs of it that run.' }),
    })
    .meta({ description: 'What the gateway keeps for it now, over all workers.' }),
});

const workerSchema = z.strictObject({
  slot: z.int(),
  pid: z.int(),
  state: z.enum(['starting', 'serving', 'draining']),
  startedAt: time,
  revision: z.int().meta({ description: 'Number of the snapshot it serves.' }),
});

const addressSchema = z.strictObject({ name: z.string(), url: z.string() });

const statusSchema = z.strictObject({
  version: z.string(),
  pid: z.int().meta({ description: 'Process id of the supervisor.' }),
  startedAt: time,
  dataFolder: z.string(),
  ready: z.boolean(),
  listeners: z.array(addressSchema),
  notServed: z.array(addressSchema).optional().meta({ description: 'Listeners of the config that nobody can reach now.' }),
  metrics: z.string().optional().meta({ description: 'URL of the metrics; absent: none are served.' }),
  agents: z.int(),
  servers: z.int(),
  routes: z
    .array(z.strictObject({ path: z.string(), servers: z.array(z.string()) }))
    .optional()
    .meta({ description: 'Paths that show several servers as one.' }),
  config: configSchema,
  workers: z.array(workerSchema),
});

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

interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the prefix; `{name}` stands for one segment. */
  readonly path: string;
  readonly summary: string;
  /** undefined: takes no body. */
  readonly request: z.ZodType | undefined;
  readonly response: z.ZodType;
  readonly status: 200 | 201;
  /** Whether the answer has an ETag, or the request may carry If-Match with one. */
  readonly versioned: boolean;
}

const agentList = z.strictObject({ agents: z.array(agentSchema) });
const revoked = z.strictObject({ revoked: z.array(z.string()) });

/** Every endpoint. Pinned by test/pins. */
export const ENDPOINTS = {
  readStatus: {
    method: 'GET',
    path: '/status',
    summary: 'How the gateway is',
    request: undefined,
    response: statusSchema,
    status: 200,
    versioned: false,
  },
  listAgents: {
    method: 'GET',
    path: '/agents',
    summary: 'All agents',
    request: undefined,
    response: agentList,
    status: 200,
    versioned: true,
  },
  addAgent: {
    method: 'POST',
    path: '/agents',
    summary: 'Add an agent and issue its first key',
    request: addAgentSchema,
    response: z.strictObject({ agent: agentSchema, key: issuedKeySchema.nullable() }),
    status: 201,
    versioned: true,
  },
  changeAgent: {
    method: 'PATCH',
    path: '/agents/{agent}',
    summary: 'Set groups or attributes',
    request: changeAgentSchema,
    response: agentSchema,
    status: 200,
    versioned: true,
  },
  removeAgent: {
    method: 'DELETE',
    path: '/agents/{agent}',
    summary: 'Remove an agent and its keys',
    request: undefined,
    response: agentSchema,
    status: 200,
    versioned: true,
  },
  addKey: {
    method: 'POST',
    path: '/agents/{agent}/keys',
    summary: 'Issue another key',
    request: keyInputSchema,
    response: issuedKeySchema,
    status: 201,
    versioned: true,
  },
  revokeKeys: {
    method: 'DELETE',
    path: '/agents/{agent}/keys',
    summary: 'Revoke all keys',
    request: undefined,
    response: revoked,
    status: 200,
    versioned: true,
  },
  revokeKey: {
    method: 'DELETE',
    path: '/agents/{agent}/keys/{key}',
    summary: 'Revoke one key',
    request: undefined,
    response: revoked,
    status: 200,
    versioned: true,
  },
  listServers: {
    method: 'GET',
    path: '/servers',
    summary: 'All servers and how they are',
    request: undefined,
    response: z.strictObject({ servers: z.array(serverSchema) }),
    status: 200,
    versioned: false,
  },
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
  reload: {
    method: 'POST',
    path: '/reload',
    summary: 'Read the config file again and put it in force',
    request: undefined,
    response: configSchema,
    status: 200,
    versioned: false,
  },
} as const satisfies Record<string, Endpoint>;

/** The name of an endpoint. */
export type EndpointName = keyof typeof ENDPOINTS;
/** What an endpoint's body is once checked; undefined for those without. */
export type RequestOf<Name extends EndpointName> = (typeof ENDPOINTS)[Name]['request'] extends z.ZodType
  ? z.output<(typeof ENDPOINTS)[Name]['request']>
  : undefined;
/** What an endpoint answers. */
export type ResponseOf<Name extends EndpointName> = z.output<(typeof ENDPOINTS)[Name]['response']>;

export type AgentView = z.output<typeof agentSchema>;
export type IssuedKey = z.output<typeof issuedKeySchema>;
export type AddAgentInput = z.output<typeof addAgentSchema>;
export type ChangeAgentInput = z.output<typeof changeAgentSchema>;
export type KeyInput = z.output<typeof keyInputSchema>;
export type ConfigStatus = z.output<typeof configSchema>;
export type ServerStatus = z.output<typeof serverSchema>;
export type WorkerStatus = z.output<typeof workerSchema>;
export type WithheldView = z.output<typeof withheldSchema>;
export type CatalogueView = z.output<typeof catalogueSchema>;
export type DecisionInput = z.output<typeof decisionInputSchema>;
export type DecidedView = z.output<typeof decidedSchema>;
export type GatewayStatus = z.output<typeof statusSchema>;
