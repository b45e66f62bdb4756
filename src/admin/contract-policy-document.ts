// The policy as it is written, as the admin API has it: read and changed as text, with its comments, so that what people wrote for each other stays.
// Where two people are asked for, a change is a proposal until somebody else accepts it.

import * as z from 'zod';
import { jobSchema } from './contract-jobs.ts';
import type { Endpoint } from './endpoint.ts';

/** A whole body may have a mebibyte; the rest of it is small. */
const MAX_TEXT_CHARS = 900_000;
const MAX_PAGE = 500;

const effect = z.enum(['allow', 'ask', 'deny']);
const time = z.iso.datetime();
const tag = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits');
const count = z.int().min(0);
const textSchema = z.string().max(MAX_TEXT_CHARS, `must have at most ${MAX_TEXT_CHARS} characters`);
const reasonSchema = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(500, 'must have at most 500 characters')
  // oxlint-disable-next-line no-control-regex
  .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must be one line without control characters')
  .meta({ description: 'Why, for whoever reads the history or the record.' });

/** What a page of a list is asked for with. */
const page = {
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100),
  cursor: z.string().max(512).optional(),
};
const next = z.string().nullable().meta({ description: 'The cursor of the next page; null: this is the last.' });

const problemSchema = z.strictObject({
  severity: z.enum(['error', 'warning']),
  file: z.string(),
  line: z.int().meta({ description: 'In the file.' }),
  textLine: z.int().nullable().meta({ description: 'In the text, from 1; null: it is about something outside of it.' }),
  textColumn: z.int().nullable(),
  path: z.string(),
  message: z.string(),
  fix: z.string().nullable(),
});

const ruleSchema = z.strictObject({
  name: z.string(),
  effect,
  line: z.int().meta({ description: 'Where it begins in the text, from 1.' }),
  endLine: z.int().meta({ description: 'Its last line.' }),
  uses: count.nullable().meta({
    description: 'Calls that it decided, of those on record since usesSince; null: not counted, or too few people to be told.',
  }),
});

const separation = z.enum(['one', 'two']).meta({ description: 'two: a change takes another person, who accepts it.' });

const policySchema = z.strictObject({
  text: z.string().meta({ description: 'As it is written, without the indentation that it has in the config file.' }),
  tag: tag.meta({ description: 'What If-Match takes; the ETag of this answer.' }),
  source: z.strictObject({
    kind: z
      .enum(['section', 'file', 'none'])
      .meta({ description: 'section: of the config file; file: one of its own; none: not written.' }),
    file: z.string().nullable(),
    firstLine: z.int().meta({ description: 'Line of the file that the first line of the text is.' }),
  }),
  inForce: z.boolean().meta({ description: 'Whether it is what the gateway goes by.' }),
  problems: z.array(problemSchema).meta({ description: 'What is wrong with it as it stands.' }),
  rules: z.array(ruleSchema).meta({ description: 'Empty where the text cannot be read.' }),
  usesSince: time.nullable(),
  cases: z.strictObject({
    patterns: z.array(z.string()).meta({ description: 'As the policy names them.' }),
    files: z.array(z.string()),
    count,
  }),
  writable: z.boolean(),
  why: z.string().nullable().meta({ description: 'Why it cannot be changed from here; null where it can.' }),
  separation,
  revision: z.int().nullable().meta({ description: 'Its number in the history; null: it is not in there.' }),
});

const changedRuleSchema = z.strictObject({
  name: z.string(),
  change: z.enum(['added', 'removed', 'changed', 'moved']),
  line: z.int().nullable().meta({ description: 'In the new text; null: it is not there any more.' }),
});

const diffLineSchema = z.strictObject({
  kind: z.enum(['same', 'added', 'removed']),
  before: z.int().nullable().meta({ description: 'Its line before; null: it is new.' }),
  after: z.int().nullable(),
  text: z.string(),
});

const testedSchema = z.strictObject({
  files: z.array(z.string()),
  count,
  failures: z.array(z.strictObject({ file: z.string(), line: z.int(), text: z.string(), message: z.string() })),
});

const checkedPolicySchema = z.strictObject({
  outcome: z
    .enum(['checked', 'refused', 'saved', 'unchanged', 'proposed'])
    .meta({ description: 'checked and refused: of a dry run. Whoever writes what cannot be used is answered with a problem instead.' }),
  tag: tag.meta({ description: 'Of the policy as it stands now.' }),
  problems: z.array(problemSchema),
  cases: testedSchema.nullable().meta({ description: 'What came of the cases; null: they were not run, because the text cannot be used.' }),
  rules: z.array(changedRuleSchema).meta({ description: 'What becomes of rules.' }),
  otherwise: z.array(z.string()).meta({ description: 'Members of the document beside rules that are written otherwise.' }),
  revision: z.int().nullable().meta({ description: 'Its number in the history, once it is saved.' }),
  proposal: z.string().nullable(),
});

const writeInputSchema = z.strictObject({
  text: textSchema,
  reason: reasonSchema,
  restores: z.int().min(1).nullable().default(null).meta({ description: 'The revision of the history that this text is of.' }),
});

const revisionSchema = z.strictObject({
  revision: z.int(),
  at: time,
  by: z.string().nullable().meta({ description: 'Who saved it, as on record; null: it was found in the file.' }),
  via: z.enum(['api', 'cli', 'console', 'file']),
  reason: z.string(),
  acceptedBy: z.string().nullable().meta({ description: 'Who accepted it, where that took another person.' }),
  restores: z.int().nullable(),
  tag,
  rules: z.strictObject({ added: count, removed: count, changed: count }),
  inForce: z.boolean(),
});

const proposalSchema = z.strictObject({
  proposal: z.string(),
  state: z
    .enum(['open', 'accepted', 'rejected', 'withdrawn', 'outdated'])
    .meta({ description: 'outdated: the policy was changed since, and is not what this was to change.' }),
  at: time,
  by: z.string(),
  reason: z.string(),
  restores: z.int().nullable(),
  decidedBy: z.string().nullable(),
  decidedAt: time.nullable(),
  decidedReason: z.string().nullable(),
  revision: z.int().nullable().meta({ description: 'Its number in the history, once it was accepted.' }),
});

const replayInputSchema = z.strictObject({
  text: textSchema.nullable().default(null).meta({ description: 'The policy to be tried; null: as it is written now.' }),
  from: time.meta({ description: 'Decisions from this time on.' }),
  to: time.nullable().default(null).meta({ description: 'And before this; null: to the last.' }),
});

const decided = z.strictObject({ verdict: effect, rule: z.string().nullable() });

const replaySchema = z.strictObject({
  job: jobSchema,
  report: z
    .strictObject({
      decisions: count,
      same: count,
      changed: count,
      unsaid: count.meta({ description: 'Of which it cannot be said, as it depends on what is not on record.' }),
      leftOut: z.record(z.string(), count).meta({ description: 'Decisions that say nothing of policy, by why.' }),
      unknownAgents: z.array(z.string()).meta({ description: 'Agents that are not there any more: taken to be in no group.' }),
      groups: z
        .array(
          z.strictObject({
            agent: z.string().meta({ description: '*: agents are not told apart, by the privacy profile.' }),
            server: z.string(),
            kind: z.enum(['server', 'tool', 'prompt', 'resource']),
            name: z.string().nullable(),
            was: decided,
            now: decided.nullable().meta({ description: 'null: it cannot be said, because of these rules.' }),
            rules: z.array(z.string()),
            count,
            last: time,
          }),
        )
        .meta({ description: 'What would be decided otherwise, most frequent first; at most 500.' }),
      omitted: count.meta({ description: 'Decisions in groups that are not in this answer.' }),
    })
    .nullable()
    .meta({ description: 'null: the job has not ended, or came to nothing.' }),
});

const schemaSchema = z.strictObject({
  schema: z.record(z.string(), z.json()).meta({ description: 'JSON Schema of the document, draft 7.' }),
  known: z.strictObject({
    agents: z.array(z.string()).meta({ description: 'Some of them where there are many; likewise the following.' }),
    groups: z.array(z.string()),
    attributes: z.array(z.string()),
    servers: z.array(z.string()),
    tools: z.array(z.strictObject({ server: z.string(), name: z.string() })),
    labels: z.array(z.string()),
    findings: z.array(z.string()).meta({ description: 'Classes of findings.' }),
    detectors: z.array(z.string()),
    purposes: z.array(z.string()),
    variables: z.array(z.string()).meta({ description: 'What conditions can read.' }),
  }),
  omitted: z.int().meta({ description: 'Names that were left out.' }),
});

/** Endpoints about the policy as it is written. */
export const POLICY_DOCUMENT_ENDPOINTS = {
  readPolicy: {
    method: 'GET',
    path: '/policy',
    summary: 'The policy as it is written, and what is known of its rules',
    request: undefined,
    response: policySchema,
    status: 200,
    versioned: true,
  },
  writePolicy: {
    method: 'PUT',
    path: '/policy',
    summary: 'Write the policy and put it in force, or propose it where that takes two people',
    request: writeInputSchema,
    response: checkedPolicySchema,
    dryRun: true,
    status: 200,
    versioned: true,
    act: {
      action: 'policy.write',
      kind: 'change',
      reason: 'body.reason',
      details: {
        restores: 'body.restores',
        outcome: 'answer.outcome',
        revision: 'answer.revision',
        proposal: 'answer.proposal',
        tag: 'answer.tag',
      },
    },
  },
  listProposals: {
    method: 'GET',
    path: '/policy/proposals',
    summary: 'Changes of the policy that wait for another person, and what became of others',
    query: z.strictObject({ state: z.enum(['open', 'all']).default('open'), ...page }),
    request: undefined,
    response: z.strictObject({ proposals: z.array(proposalSchema), next }),
    status: 200,
    versioned: false,
  },
  readProposal: {
    method: 'GET',
    path: '/policy/proposals/{proposal}',
    summary: 'A proposed policy, against the one that it would replace',
    request: undefined,
    response: proposalSchema.extend({
      text: z.string(),
      diff: z.array(diffLineSchema),
      checked: checkedPolicySchema.nullable().meta({ description: 'What would come of it now; null: it is not open.' }),
    }),
    status: 200,
    versioned: false,
  },
  decideProposal: {
    method: 'POST',
    path: '/policy/proposals/{proposal}/decisions',
    summary: 'Accept or reject a proposed policy, or take it back',
    request: z.strictObject({
      decision: z.enum(['accept', 'reject', 'withdraw']),
      reason: z.string().max(500).nullable().default(null),
    }),
    response: proposalSchema,
    status: 200,
    versioned: false,
    act: {
      action: 'policy.decide',
      kind: 'change',
      target: 'path.proposal',
      reason: 'body.reason',
      details: { decision: 'body.decision', revision: 'answer.revision' },
    },
  },
  listPolicyRevisions: {
    method: 'GET',
    path: '/policy/history',
    summary: 'Policies that were in force: since when, by whom and why',
    query: z.strictObject(page),
    request: undefined,
    response: z.strictObject({ revisions: z.array(revisionSchema), next }),
    status: 200,
    versioned: false,
  },
  readPolicyRevision: {
    method: 'GET',
    path: '/policy/history/{revision}',
    summary: 'A policy that was in force, and what it changed',
    request: undefined,
    response: revisionSchema.extend({
      text: z.string(),
      before: z.int().nullable().meta({ description: 'The revision before it, which the diff is against; null: it is the first.' }),
      diff: z.array(diffLineSchema),
    }),
    status: 200,
    versioned: false,
  },
  beginReplay: {
    method: 'POST',
    path: '/policy/replays',
    summary: 'Decide anew what is on record, by another policy',
    request: replayInputSchema,
    response: jobSchema,
    status: 201,
    versioned: false,
    act: { action: 'replays.begin', kind: 'read', target: 'answer.id', details: { from: 'body.from', to: 'body.to' } },
  },
  readReplay: {
    method: 'GET',
    path: '/policy/replays/{job}',
    summary: 'What another policy would have decided otherwise',
    request: undefined,
    response: replaySchema,
    status: 200,
    versioned: false,
  },
  readPolicySchema: {
    method: 'GET',
    path: '/policy/schema',
    summary: 'What may stand in a policy: its JSON Schema, and the names there are',
    request: undefined,
    response: schemaSchema,
    status: 200,
    versioned: false,
  },
} as const satisfies Record<string, Endpoint>;

export type PolicyView = z.output<typeof policySchema>;
export type PolicyProblemView = z.output<typeof problemSchema>;
export type PolicyRuleView = z.output<typeof ruleSchema>;
export type ChangedRuleView = z.output<typeof changedRuleSchema>;
export type DiffLineView = z.output<typeof diffLineSchema>;
export type WritePolicyInput = z.output<typeof writeInputSchema>;
export type CheckedPolicy = z.output<typeof checkedPolicySchema>;
export type PolicyRevisionView = z.output<typeof revisionSchema>;
export type PolicyRevisionWhole = z.output<typeof POLICY_DOCUMENT_ENDPOINTS.readPolicyRevision.response>;
export type PolicyRevisionPage = z.output<typeof POLICY_DOCUMENT_ENDPOINTS.listPolicyRevisions.response>;
export type ProposalView = z.output<typeof proposalSchema>;
export type ProposalWhole = z.output<typeof POLICY_DOCUMENT_ENDPOINTS.readProposal.response>;
export type ProposalPage = z.output<typeof POLICY_DOCUMENT_ENDPOINTS.listProposals.response>;
export type DecideProposalInput = z.output<typeof POLICY_DOCUMENT_ENDPOINTS.decideProposal.request>;
export type ReplayPolicyInput = z.output<typeof replayInputSchema>;
export type ReplayView = z.output<typeof replaySchema>;
export type PolicySchemaView = z.output<typeof schemaSchema>;
