// Calls that wait for a person, as the admin API has them. What a call is about in words is in the answer about that one call only.

import * as z from 'zod';
import { toolFactsSchema } from './contract-definitions.ts';
import type { Endpoint } from './endpoint.ts';

const time = z.iso.datetime();
const MAX_IDS = 100;

const approvalSchema = z.strictObject({
  id: z.string(),
  state: z
    .enum(['pending', 'approved', 'rejected', 'used', 'expired'])
    .meta({ description: 'approved: somebody has said yes, and no call has used it yet.' }),
  risk: z
    .enum(['high', 'medium', 'low'])
    .meta({ description: 'By the labels of the tool and the class of the call; the list is in this order.' }),
  agent: z.string(),
  user: z.string().nullable().meta({ description: 'On whose behalf the agent acts, where it says so.' }),
  server: z.string(),
  kind: z.enum(['tool', 'prompt', 'resource']),
  name: z.string(),
  rule: z.string().meta({ description: 'The rule that asks.' }),
  approvers: z
    .array(z.array(z.string()))
    .meta({ description: 'For each rule that names groups, as globs: whoever approves is in one of every list.' }),
  notRequester: z.boolean(),
  createdAt: time,
  expiresAt: time,
  decidedBy: z.string().nullable(),
  decidedAt: time.nullable(),
  usedBy: z.string().nullable().meta({ description: 'Record of the call that used it.' }),
  canBeShown: z.boolean().meta({ description: 'Whether it is known what the call is about: only then it can be approved.' }),
});

const thingSchema = z.strictObject({
  title: z.string().nullable().meta({ description: 'How the server would have it shown.' }),
  description: z.string().nullable().meta({ description: "What the server says about it, in the server's words: plain text." }),
  facts: toolFactsSchema.nullable().meta({ description: 'What rules take it for; null: it is no tool.' }),
  approvedBy: z.string().nullable().meta({ description: 'Who has approved the definition; null: nobody has.' }),
  approvedAt: time.nullable(),
  hasChanged: z.boolean().meta({ description: 'It is another one by now than when it was asked: the call would not pass as it is.' }),
});

const askingRuleSchema = z.strictObject({
  description: z.string().nullable().meta({ description: 'Why it is there, as its writer says.' }),
  concerns: z.string().meta({ description: 'Whom it is about, and after what.' }),
  when: z.string().nullable().meta({ description: 'Its condition.' }),
});

const shownSchema = approvalSchema.extend({
  thing: thingSchema.nullable().meta({
    description: 'What is known of the tool or prompt, as it was when somebody was asked; null: nothing is, or it is a resource.',
  }),
  askingRule: askingRuleSchema
    .nullable()
    .meta({ description: 'The rule as it stands in the policy in force; null: it asks about nothing any more.' }),
  content: z
    .string()
    .nullable()
    .meta({ description: 'All that the server would go by: canonical JSON with `arguments`, and `also` for what was sent beside them.' }),
  text: z.string().nullable().meta({
    description: 'The same for people: on several lines, with everything that is not seen, or pretends to be something else, as an escape.',
  }),
});

const decideSchema = z.strictObject({
  decision: z.enum(['approve', 'reject']),
  ids: z
    .array(z.string().max(64))
    .min(1, 'must not be empty')
    .max(MAX_IDS, `must have at most ${MAX_IDS} entries`)
    .meta({ description: 'To approve several at once they must be of one agent and one tool, not of high risk, and few.' }),
});

const decidedSchema = z.strictObject({
  by: z.string().meta({ description: 'Who has decided, as it is on record.' }),
  decided: z.array(approvalSchema),
});

/** Endpoints about calls that wait for a person. */
export const APPROVAL_ENDPOINTS = {
  listApprovals: {
    method: 'GET',
    path: '/approvals',
    summary: 'Calls that wait for a person',
    request: undefined,
    response: z.strictObject({ approvals: z.array(approvalSchema) }),
    status: 200,
    versioned: false,
  },
  listAllApprovals: {
    method: 'GET',
    path: '/approvals/all',
    summary: 'The same, with those that were answered or have expired within a day',
    request: undefined,
    response: z.strictObject({ approvals: z.array(approvalSchema) }),
    status: 200,
    versioned: false,
  },
  readApproval: {
    method: 'GET',
    path: '/approvals/{approval}',
    summary: 'One of them, with all that its server would get',
    request: undefined,
    response: shownSchema,
    status: 200,
    versioned: false,
    act: { action: 'approvals.read', kind: 'read', target: 'path.approval' },
  },
  decideApprovals: {
    method: 'POST',
    path: '/approvals/decisions',
    summary: 'Approve or reject; who does is known by the key in Sallyport-Approver',
    request: decideSchema,
    response: decidedSchema,
    status: 200,
    versioned: false,
    act: {
      action: 'approvals.decide',
      kind: 'change',
      target: 'body.ids',
      details: { decision: 'body.decision' },
    },
  },
} as const satisfies Record<string, Endpoint>;

export type ApprovalView = z.output<typeof approvalSchema>;
/** What a person should know beside what the call says. */
export type ApprovalBackground = Pick<ShownApproval, 'thing' | 'askingRule'>;
export type ShownApproval = z.output<typeof shownSchema>;
export type DecideInput = z.output<typeof decideSchema>;
export type DecidedApprovals = z.output<typeof decidedSchema>;
