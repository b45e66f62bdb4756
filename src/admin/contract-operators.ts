// The people who use the console, as the admin API has them. A link signs somebody in once: its text is in the one answer that makes it, and stored nowhere.

import * as z from 'zod';
import { agentNameSchema } from '../agents/index.ts';
import type { Endpoint } from './endpoint.ts';
import { ROLES } from './role-names.ts';

const time = z.iso.datetime();
const MAX_NAMES = 64;

const names = z.array(agentNameSchema).max(MAX_NAMES, `must have at most ${MAX_NAMES} entries`);
const role = z.enum(ROLES).meta({ description: 'What they may do: the table is in docs/reference/admin-api.md.' });
const groups = names.meta({ description: 'Groups they are in, for rules that say who approves.' });
const agents = names.meta({
  description:
    'Agents that act for this person: what such an agent asks for, this person does not approve where a rule keeps the two apart.',
});

const operatorSchema = z.strictObject({
  name: z.string(),
  role,
  groups: z.array(z.string()),
  agents: z.array(z.string()),
  createdAt: time,
  seenAt: time.nullable().meta({ description: 'When they last did anything, to a minute; null: they have never signed in.' }),
  sessions: z.int().meta({ description: 'Browsers they are signed in with now.' }),
  linkExpiresAt: time.nullable().meta({ description: 'Until when a link for them can be used; null: there is none.' }),
});

const linkSchema = z.strictObject({
  url: z.string().meta({ description: 'Signs in whoever opens it, once. It is shown this once and stored nowhere.' }),
  expiresAt: time,
});

const addOperatorSchema = z.strictObject({
  name: agentNameSchema,
  role,
  groups: groups.default([]),
  agents: agents.default([]),
  link: z.boolean().default(true).meta({ description: 'Whether a link for signing in is made at once.' }),
});

const changeOperatorSchema = z.strictObject({ role: role.optional(), groups: groups.optional(), agents: agents.optional() });

/** Endpoints about operators. */
export const OPERATOR_ENDPOINTS = {
  listOperators: {
    method: 'GET',
    path: '/operators',
    summary: 'All people who may sign in',
    request: undefined,
    response: z.strictObject({ operators: z.array(operatorSchema) }),
    status: 200,
    versioned: true,
  },
  addOperator: {
    method: 'POST',
    path: '/operators',
    summary: 'Add a person, and make a link for signing in',
    request: addOperatorSchema,
    response: z.strictObject({
      operator: operatorSchema,
      link: linkSchema.nullable().meta({ description: 'null: none was wanted, the console is switched off, or this is a dry run.' }),
    }),
    dryRun: true,
    status: 201,
    versioned: true,
    act: {
      action: 'operators.add',
      kind: 'change',
      target: 'body.name',
      details: { role: 'body.role', groups: 'body.groups' },
    },
  },
  changeOperator: {
    method: 'PATCH',
    path: '/operators/{operator}',
    summary: 'Set role, groups or agents; every session of theirs ends when the role changes',
    request: changeOperatorSchema,
    response: operatorSchema,
    dryRun: true,
    status: 200,
    versioned: true,
    act: {
      action: 'operators.change',
      kind: 'change',
      target: 'path.operator',
      details: { role: 'body.role', groups: 'body.groups' },
    },
  },
  removeOperator: {
    method: 'DELETE',
    path: '/operators/{operator}',
    summary: 'Remove a person; their sessions and links end',
    request: undefined,
    response: operatorSchema,
    dryRun: true,
    status: 200,
    versioned: true,
    act: { action: 'operators.remove', kind: 'change', target: 'path.operator' },
  },
  makeLink: {
    method: 'POST',
    path: '/operators/{operator}/link',
    summary: 'Make a link that signs somebody in once; one made before stops working',
    request: undefined,
    response: linkSchema,
    status: 201,
    versioned: false,
    act: { action: 'operators.link', kind: 'change', target: 'path.operator', details: { expires: 'answer.expiresAt' } },
  },
  endSessions: {
    method: 'DELETE',
    path: '/operators/{operator}/sessions',
    summary: 'Sign somebody out everywhere; a link that was not used stops working',
    request: undefined,
    response: z.strictObject({ ended: z.int().meta({ description: 'Sessions that were ended.' }) }),
    status: 200,
    versioned: false,
    act: { action: 'operators.signout', kind: 'emergency', target: 'path.operator', details: { ended: 'answer.ended' } },
  },
} as const satisfies Record<string, Endpoint>;

export type OperatorView = z.output<typeof operatorSchema>;
export type LinkView = z.output<typeof linkSchema>;
export type AddOperatorInput = z.output<typeof addOperatorSchema>;
export type ChangeOperatorInput = z.output<typeof changeOperatorSchema>;
export type AddedOperator = z.output<(typeof OPERATOR_ENDPOINTS)['addOperator']['response']>;
