// What the policy in force says of a call, and what it is about, as the admin API has it.

import * as z from 'zod';
import { agentNameSchema } from '../agents/index.ts';
import type { Endpoint } from './endpoint.ts';

const callClass = z.enum(['critical', 'standard', 'low']);
const names = z.array(z.string().max(256)).max(1_000);
const subject = { kind: z.enum(['server', 'tool', 'prompt', 'resource']), name: z.string().max(8_192).default('') };

const explainInputSchema = z.strictObject({
  agent: agentNameSchema,
  groups: names.nullable().default(null).meta({ description: 'null: those that the agent has.' }),
  attributes: z.record(z.string(), z.string()).nullable().default(null),
  user: z.string().max(256).nullable().default(null),
  server: z.string().max(256),
  ...subject,
  args: z.record(z.string(), z.json()).nullable().default(null).meta({ description: 'As the agent would send them; null: not given.' }),
  labels: names.nullable().default(null).meta({ description: 'null: those that the thing has.' }),
  taint: names.nullable().default(null).meta({ description: 'Labels of what the task has used before; null: what is known of the agent.' }),
  time: z.iso.datetime({ offset: true }).nullable().default(null).meta({ description: 'null: now.' }),
  era: z.enum(['modern', 'legacy']).default('modern'),
  source: z.string().max(256).default('127.0.0.1'),
  listener: z.string().max(256).default('main'),
});

const explainedSchema = z.strictObject({
  verdict: z.strictObject({
    kind: z.enum(['allow', 'ask', 'deny']),
    rule: z.string().nullable(),
    reason: z.string().nullable(),
    says: z.string(),
  }),
  rules: z.array(
    z.strictObject({
      rule: z.string(),
      effect: z.enum(['allow', 'ask', 'deny']),
      match: z.string(),
      says: z.string().meta({ description: 'What it had to do with the verdict.' }),
      when: z.string().nullable(),
    }),
  ),
  limits: z.array(z.strictObject({ limit: z.string(), says: z.string() })),
  inspect: z.literal('required').nullable().meta({ description: 'required: what is not looked into is denied.' }),
  redact: z.array(z.string()).meta({ description: 'Classes of findings that are redacted at least.' }),
  capture: z.string().nullable().meta({ description: 'The purpose for which what is said is sealed into the vault.' }),
});

const explanationSchema = explainedSchema.extend({
  revision: z.int().meta({ description: 'Of the config in force.' }),
  agent: z.strictObject({
    name: z.string(),
    known: z.boolean(),
    groups: z.array(z.string()),
    attributes: z.record(z.string(), z.string()),
  }),
  labels: z.array(z.string()),
  taint: z.array(z.string()),
  findings: z
    .array(
      z.strictObject({
        type: z.string(),
        class: z.string(),
        confidence: z.enum(['high', 'medium', 'low']),
        path: z.string(),
        action: z.enum(['tag', 'redact', 'tokenise', 'ask', 'deny']),
        count: z.int(),
      }),
    )
    .meta({ description: 'What is found in what was given, and what is done about it.' }),
  gates: z
    .array(
      z.strictObject({
        gate: z.enum(['lockdown', 'server', 'definition', 'arguments', 'inspection']),
        passes: z.boolean(),
        says: z.string(),
      }),
    )
    .meta({ description: 'What else stands between the call and its server.' }),
  passes: z.boolean().meta({ description: 'Whether the call would go to its server, limits apart.' }),
});

const argumentTypesInputSchema = z.strictObject({ server: z.string().max(256), tool: z.string().max(8_192) });

const argumentTypesSchema = z.strictObject({
  types: z
    .record(z.string(), z.array(z.string()))
    .nullable()
    .meta({ description: 'By the approved definition that the server lists now, else by another one; null: none is approved.' }),
});

const worldSchema = z.strictObject({
  revision: z.int(),
  tools: z
    .array(z.strictObject({ server: z.string(), name: z.string(), labels: z.array(z.string()), class: callClass }))
    .meta({ description: 'Approved tools, with what rules go by.' }),
});

/** Endpoints about the policy in force. */
export const POLICY_ENDPOINTS = {
  explain: {
    method: 'POST',
    path: '/policy/explain',
    summary: 'What would become of a call, and why',
    request: explainInputSchema,
    // Everything in it is looked into, in the thread that answers for the kill switch.
    maxBodyBytes: 64 * 1024,
    response: explanationSchema,
    status: 200,
    versioned: false,
  },
  readArgumentTypes: {
    method: 'POST',
    path: '/policy/argument-types',
    summary: 'Of which types the arguments of an approved tool may be',
    request: argumentTypesInputSchema,
    response: argumentTypesSchema,
    status: 200,
    versioned: false,
  },
  readWorld: {
    method: 'GET',
    path: '/policy/world',
    summary: 'What the rules in force are about',
    request: undefined,
    response: worldSchema,
    status: 200,
    versioned: false,
  },
} as const satisfies Record<string, Endpoint>;

export type ExplainInput = z.output<typeof explainInputSchema>;
export type ExplanationView = z.output<typeof explanationSchema>;
export type ArgumentTypesInput = z.output<typeof argumentTypesInputSchema>;
export type ArgumentTypes = z.output<typeof argumentTypesSchema>;
export type WorldView = z.output<typeof worldSchema>;
