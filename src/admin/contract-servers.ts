// Servers, as the admin API has them: how they are, what they took, and what a look at every step of the way to one shows.

import * as z from 'zod';
import type { Endpoint } from './endpoint.ts';
import { quantilesSchema, windowSchema } from './contract-overview.ts';

const time = z.iso.datetime();
const count = z.int().nonnegative();

const serverSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(['stdio', 'http']),
  target: z.string().meta({
    description: 'The command with the names of its flags, or the URL without user, query and keys; … stands for what is left out.',
  }),
  state: z.enum(['unknown', 'ready', 'failed']),
  eras: z.array(z.enum(['modern', 'legacy'])),
  revisions: z.array(z.string()),
  transport: z
    .enum(['stdio', 'streamable', 'sse'])
    .nullable()
    .meta({ description: 'What carries its sessions of older revisions: a pipe, Streamable HTTP, or the HTTP+SSE of 2024-11-05.' }),
  problem: z.string().nullable().meta({
    description:
      'Why it failed, and what to do. What its program said stands between « and », and is kept back from roles that may not see it.',
  }),
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

const tlsSchema = z.strictObject({
  version: z.string().nullable().meta({ description: 'TLSv1.3' }),
  cipher: z.string().nullable(),
  subject: z.string(),
  issuer: z.string(),
  names: z.array(z.string()),
  validFrom: time,
  validUntil: time,
  sha256: z.string().meta({ description: 'Of the certificate, in hexadecimal.' }),
  chain: z.array(z.string()).meta({ description: 'Subjects from the certificate of the server up.' }),
  isTrusted: z.boolean(),
});

/** Steps on the way to a server, in order. */
export const HOPS = ['credentials', 'dns', 'tcp', 'tls', 'process', 'http', 'auth', 'era', 'list'] as const;

const hopSchema = z.strictObject({
  hop: z.enum(HOPS),
  verdict: z.enum(['ok', 'slow', 'failed', 'skipped']).meta({ description: 'skipped: a step before it failed.' }),
  ms: z.number().nonnegative().nullable(),
  text: z.string().meta({ description: 'What was seen.' }),
  remedy: z.string().nullable(),
});

const probeSchema = z.strictObject({
  server: z.string(),
  at: time,
  ms: z.number().nonnegative(),
  verdict: z.enum(['ok', 'slow', 'failed']),
  hop: z.enum(HOPS).nullable().meta({ description: 'The step that failed, or else the slowest of those that are slow.' }),
  text: z.string().meta({ description: 'That in one sentence, with the figure.' }),
  hops: z.array(hopSchema),
  addresses: z.array(z.string()),
  tls: tlsSchema.nullable(),
  clockSkewSeconds: z
    .number()
    .nullable()
    .meta({ description: 'How far its clock is ahead of ours, by the Date header; null: it sends none.' }),
  says: z.strictObject({ name: z.string(), version: z.string() }).nullable().meta({ description: 'What it calls itself: its own words.' }),
  revisions: z.array(z.string()),
  tools: count.nullable().meta({ description: 'How many tools the first page of its list has.' }),
});

const serverPointSchema = z.strictObject({
  at: time.meta({ description: 'When it began.' }),
  seconds: z.number().positive(),
  calls: count,
  errors: count,
  serverMs: quantilesSchema.nullable(),
});

const toolSchema = z.strictObject({
  name: z.string(),
  state: z.enum(['approved', 'withheld']),
  class: z.enum(['critical', 'standard', 'low']),
  labels: z.array(z.string()),
});

const serverDetailSchema = z.strictObject({
  server: serverSchema,
  terms: z
    .strictObject({
      trust: z.enum(['first-use', 'review']),
      discovery: z.enum(['list', 'search']),
      timeoutMs: count,
      place: z.string().meta({ description: 'Where the config says so.' }),
    })
    .meta({ description: 'What the config says of it.' }),
  window: windowSchema,
  points: z.array(serverPointSchema).meta({ description: 'In order of time, the oldest first.' }),
  totals: z.strictObject({ calls: count, errors: count, serverMs: quantilesSchema.nullable() }),
  connections: count,
  running: count.meta({ description: 'Calls that are under way with it.' }),
  places: count.meta({ description: 'Calls that may be under way with it at once, over all workers.' }),
  tools: z.strictObject({
    approved: count,
    withheld: count,
    list: z.array(toolSchema).meta({ description: 'By name; the first 1 000.' }),
  }),
  failures: z
    .array(z.strictObject({ code: z.string(), text: z.string(), times: count, lastAt: time }))
    .meta({ description: 'What failed since control began, the latest first.' }),
  lastProbe: probeSchema.nullable().meta({ description: 'The last look at every step of the way, whoever asked for it.' }),
});

const serverQuery = z.strictObject({
  search: z.string().max(200).optional().meta({ description: 'Part of the name or of the target.' }),
  state: z.enum(['unknown', 'ready', 'failed']).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).optional().meta({ description: 'Absent: all.' }),
  cursor: z.string().max(200).optional().meta({ description: '`next` of the page before.' }),
});

/** What a walk to a server showed, as another process tells it; undefined: it has another form. */
export function parseServerProbe(value: unknown): ServerProbe | undefined {
  const parsed = probeSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** Endpoints about servers. */
export const SERVER_ENDPOINTS = {
  listServers: {
    method: 'GET',
    path: '/servers',
    summary: 'Servers and how they are',
    query: serverQuery,
    request: undefined,
    response: z.strictObject({
      servers: z.array(serverSchema),
      total: count.meta({ description: 'How many there are that fit, on all pages.' }),
      next: z.string().nullable(),
    }),
    status: 200,
    versioned: false,
  },
  readServer: {
    method: 'GET',
    path: '/servers/{server}',
    summary: 'One server: what it took, its tools, its failures, its certificate',
    query: z.strictObject({ window: windowSchema.default('1h') }),
    request: undefined,
    response: serverDetailSchema,
    status: 200,
    versioned: false,
  },
  probeServer: {
    method: 'POST',
    path: '/servers/{server}/probe',
    summary: 'Look at every step of the way to a server, now',
    request: undefined,
    response: probeSchema,
    status: 200,
    versioned: false,
    act: { action: 'servers.probe', kind: 'read', target: 'path.server' },
  },
} as const satisfies Record<string, Endpoint>;

export type ServerQuery = z.output<typeof serverQuery>;
export type ServerStatus = z.output<typeof serverSchema>;
export type ServerDetail = z.output<typeof serverDetailSchema>;
export type ServerPoint = z.output<typeof serverPointSchema>;
export type ServerProbe = z.output<typeof probeSchema>;
export type ProbeHop = z.output<typeof hopSchema>;
export type ServerTls = z.output<typeof tlsSchema>;
export type HopName = (typeof HOPS)[number];
