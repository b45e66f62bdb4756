// Agents and their keys, as the admin API has them. A secret is never in an answer, except the text of a key in the one answer that creates it.

import * as z from 'zod';
import { AGENT_PRIORITIES, agentInputSchema } from '../agents/index.ts';
import type { Endpoint } from './endpoint.ts';

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
  priority: z.enum(AGENT_PRIORITIES),
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
  priority: agentInputSchema.shape.priority.unwrap().optional(),
});

const issuedKeySchema = keySchema.extend({
  text: z.string().meta({ description: 'The key itself. It is shown this once and stored nowhere; empty in a dry run.' }),
});

const MAX_PAGE = 500;

const listQuery = z.strictObject({
  search: z.string().max(100).optional().meta({ description: 'A part of a name or of a group, in either case.' }),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).optional().meta({ description: 'How many at most; without one, all of them.' }),
  cursor: z.string().max(100).optional().meta({ description: '`next` of the page before.' }),
});

const agentList = z.strictObject({
  agents: z.array(agentSchema).meta({ description: 'By name.' }),
  next: z.string().nullable().meta({ description: 'Where the next page begins; null: there is none.' }),
  total: z.int().meta({ description: 'How many there are that were searched for.' }),
});
const revoked = z.strictObject({ revoked: z.array(z.string()) });

/** Endpoints about agents. */
export const AGENT_ENDPOINTS = {
  listAgents: {
    method: 'GET',
    path: '/agents',
    summary: 'Agents: all of them, or those that are searched for, page by page',
    query: listQuery,
    request: undefined,
    response: agentList,
    status: 200,
    versioned: true,
  },
  readAgent: {
    method: 'GET',
    path: '/agents/{agent}',
    summary: 'One agent',
    request: undefined,
    response: agentSchema,
    status: 200,
    versioned: true,
  },
  addAgent: {
    method: 'POST',
    path: '/agents',
    summary: 'Add an agent and issue its first key',
    request: addAgentSchema,
    response: z.strictObject({ agent: agentSchema, key: issuedKeySchema.nullable() }),
    dryRun: true,
    status: 201,
    versioned: true,
    act: {
      action: 'agents.add',
      kind: 'change',
      target: 'body.name',
      targetIs: 'agent',
      details: { groups: 'body.groups', priority: 'body.priority', key: 'answer.key.id', expires: 'answer.key.expiresAt' },
    },
  },
  changeAgent: {
    method: 'PATCH',
    path: '/agents/{agent}',
    summary: 'Set groups, attributes or priority',
    request: changeAgentSchema,
    response: agentSchema,
    dryRun: true,
    status: 200,
    versioned: true,
    act: {
      action: 'agents.change',
      kind: 'change',
      target: 'path.agent',
      targetIs: 'agent',
      details: { groups: 'body.groups', priority: 'body.priority' },
    },
  },
  removeAgent: {
    method: 'DELETE',
    path: '/agents/{agent}',
    summary: 'Remove an agent and its keys',
    request: undefined,
    response: agentSchema,
    dryRun: true,
    status: 200,
    versioned: true,
    act: { action: 'agents.remove', kind: 'change', target: 'path.agent', targetIs: 'agent' },
  },
  addKey: {
    method: 'POST',
    path: '/agents/{agent}/keys',
    summary: 'Issue another key',
    request: keyInputSchema,
    response: issuedKeySchema,
    dryRun: true,
    status: 201,
    versioned: true,
    act: {
      action: 'keys.issue',
      kind: 'change',
      target: 'path.agent',
      targetIs: 'agent',
      details: { key: 'answer.id', expires: 'answer.expiresAt' },
    },
  },
  revokeKeys: {
    method: 'DELETE',
    path: '/agents/{agent}/keys',
    summary: 'Revoke all keys',
    request: undefined,
    response: revoked,
    dryRun: true,
    status: 200,
    versioned: true,
    act: { action: 'keys.revoke', kind: 'change', target: 'path.agent', targetIs: 'agent', details: { revoked: 'answer.revoked' } },
  },
  revokeKey: {
    method: 'DELETE',
    path: '/agents/{agent}/keys/{key}',
    summary: 'Revoke one key',
    request: undefined,
    response: revoked,
    dryRun: true,
    status: 200,
    versioned: true,
    act: {
      action: 'keys.revoke',
      kind: 'change',
      target: 'path.agent',
      targetIs: 'agent',
      details: { key: 'path.key', revoked: 'answer.revoked' },
    },
  },
} as const satisfies Record<string, Endpoint>;

export type AgentQuery = z.output<typeof listQuery>;
export type AgentPage = z.output<typeof agentList>;
export type AgentView = z.output<typeof agentSchema>;
export type IssuedKey = z.output<typeof issuedKeySchema>;
export type AddAgentInput = z.output<typeof addAgentSchema>;
export type ChangeAgentInput = z.output<typeof changeAgentSchema>;
export type KeyInput = z.output<typeof keyInputSchema>;
