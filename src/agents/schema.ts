// What a stored agent and a new one must look like. For whoever writes agents (the admin API, the store); the road reads compiled indexes.

import * as z from 'zod';
import type { AgentPriority, AgentRecord } from './types.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$/;

/** Names of agents and groups. No `*` and no `?`: those are globs in rules. */
export const agentNameSchema = z
  .string()
  .regex(NAME, 'must begin with a letter or digit and hold at most 63 letters, digits, dots, underscores, @ and hyphens')
  .meta({ description: 'Name of an agent: letters, digits, dots, underscores, @ and hyphens, at most 63.' });

const keySchema = z.strictObject({
  id: z.string().regex(/^key_[0-9a-f]{16}$/, 'must be key_ and 16 hex digits'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lowercase hex digits'),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  label: z.string().max(100),
});

/** Priorities, the most important first. */
export const AGENT_PRIORITIES = ['critical', 'interactive', 'batch'] as const satisfies readonly AgentPriority[];

/** What a person says about an agent when adding it. */
export const agentInputSchema = z.strictObject({
  name: agentNameSchema,
  groups: z.array(agentNameSchema).max(64).default([]).meta({ description: 'Groups the agent is in; rules may name them.' }),
  attributes: z
    .record(agentNameSchema, z.string().max(256))
    .default({})
    .meta({ description: 'Facts about the agent, for conditions and records.' }),
  priority: z
    .enum(AGENT_PRIORITIES)
    .default('interactive')
    .meta({ description: 'How much its calls matter where there are more than can be carried: critical ones go first, batch ones last.' }),
});

/** A stored agent. */
export const agentRecordSchema = agentInputSchema.extend({
  tenant: agentNameSchema,
  keys: z.array(keySchema).max(64),
}) satisfies z.ZodType<AgentRecord>;
