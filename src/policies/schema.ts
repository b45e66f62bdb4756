// What a policy document looks like as people write it. Defaults stand here and nowhere else; what a rule means stands in compile.ts.

import * as z from 'zod';
import { MAX_GLOB_LENGTH } from '../base/index.ts';
import { FINDING_CLASSES } from '../inspection/index.ts';
import { MAX_CONDITION_LENGTH } from './condition/index.ts';
import { limitNameSchema, limitsSchema } from './limits/index.ts';
import { globs, labelSchema } from './schema-parts.ts';
import { DEFAULT_FLOW } from './flow.ts';
import type { PolicyDocument } from './types.ts';

/** Labels that the gateway itself knows; others are the operator's own. */
export const KNOWN_LABELS: readonly string[] = ['private-source', 'untrusted-source', 'external-sink', 'destructive', 'memory-write'];

/** A few sentences: it stands beside what somebody has to decide at once. */
const MAX_DESCRIPTION_LENGTH = 500;
/** How much the record of a call weighs. */
const classSchema = z.enum(['critical', 'standard', 'low']);

const ruleSchema = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
        'must begin with a letter or digit and hold at most 64 letters, digits, dots, underscores and hyphens',
      )
      .meta({ description: 'Name of the rule, unique in the document. Denials and the audit log show it.', examples: ['readers'] }),
    effect: z.enum(['allow', 'ask', 'deny']).meta({
      description:
        'What happens when the rule matches: ask lets a person decide. Deny wins over ask, and ask over allow; what nothing allows is denied.',
      examples: ['allow'],
    }),
    description: z
      .string()
      .min(1, 'must not be empty')
      .max(MAX_DESCRIPTION_LENGTH, `must have at most ${MAX_DESCRIPTION_LENGTH} characters`)
      .optional()
      .meta({
        description: 'Why the rule is there. Whoever is asked for an approval reads it; agents do not.',
        examples: ['Whoever pays more than 1000 shows it to somebody of finance first.'],
      }),
    agents: globs('Agents the rule is about, by name.', ['desk-*']).default([]),
    groups: globs('Agents the rule is about, by a group they are in. With `agents` too, either is enough.', ['readers']).default([]),
    servers: globs('Servers the rule is about, by name.', ['files']),
    tools: globs('Tools the rule is about. A rule with none of tools, prompts and resources is about the whole server.', [
      'read_*',
      'list_*',
    ]).optional(),
    prompts: globs('Prompts the rule is about.', ['*']).optional(),
    resources: globs('Resources and resource templates the rule is about, by URI.', ['file:///srv/shared/*']).optional(),
    labels: z
      .array(labelSchema)
      .min(1, 'must not be empty')
      .max(100, 'must have at most 100 entries')
      .optional()
      .meta({
        description:
          'Only what carries one of these labels; with `tools` too, both must hold. Labels are given in servers.<name>.tools, and in servers.<name>.labels for all that a server has.',
        examples: [['destructive']],
      }),
    after: z
      .array(labelSchema)
      .min(1, 'must not be empty')
      .max(16, 'must have at most 16 entries')
      .optional()
      .meta({
        description:
          'The rule counts only for a task that has used what carries these labels before, all of them. Of rules that deny or ask.',
        examples: [['private-source', 'untrusted-source']],
      }),
    when: z
      .string()
      .min(1, 'must not be empty')
      .max(MAX_CONDITION_LENGTH, `must have at most ${MAX_CONDITION_LENGTH} characters`)
      .optional()
      .meta({
        description:
          'Condition in CEL over agent, server, tool, args, request, taint and findings. A rule whose condition reads args or tool covers only what has these.',
        examples: ['args.path.startsWith("/srv/shared/")'],
      }),
    class: classSchema.optional().meta({
      description:
        'How much the record of a call weighs that the rule grants: critical is on disk before the call is forwarded, the others before it is answered. The heaviest of several rules counts; by default what the tool has, or standard.',
      examples: ['critical'],
    }),
    inspect: z
      .literal('required')
      .optional()
      .meta({
        description:
          'required: what was not looked into is denied, in calls that the rule grants and in their answers, whatever the lines of inspection.actions say.',
        examples: ['required'],
      }),
    redact: z
      .array(z.enum(FINDING_CLASSES).exclude(['unscanned']))
      .min(1, 'must not be empty')
      .optional()
      .meta({
        description:
          'Classes of findings that are redacted, in calls that the rule grants and in their answers, where the lines of inspection.actions do not say something stricter.',
        examples: [['personal', 'payment']],
      }),
    capture: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be the name of a purpose in audit.purposes')
      .optional()
      .meta({
        description:
          'A purpose of audit.purposes: what calls say that the rule grants, and what they are answered, is sealed for it into the vault.',
        examples: ['incident'],
      }),
    limit: z
      .union([limitNameSchema, z.array(limitNameSchema).min(1, 'must not be empty').max(20, 'must have at most 20 entries')], {
        error: 'must be the name of a limit, or a list of names. Write [calls, spend], for example.',
      })
      .optional()
      .meta({ description: 'Limits, by name, that calls are charged to which the rule grants.', examples: ['calls', ['calls', 'spend']] }),
    approval: z
      .strictObject({
        expiresAfterMs: z
          .int()
          .min(1_000)
          .max(604_800_000)
          .default(3_600_000)
          .meta({ description: 'Milliseconds after which an approval that nobody gave, or used, is void.', examples: [600_000] }),
        approvers: z
          .union([z.literal('any'), z.array(z.string().min(1, 'must not be empty').max(MAX_GLOB_LENGTH)).min(1, 'must not be empty')], {
            error: 'must be any, or a list of groups. Write [security], for example.',
          })
          .default('any')
          .meta({
            description: 'Groups of which an approver must be in one, as globs; any: whoever may approve.',
            examples: [['security']],
          }),
        notRequester: z
          .boolean()
          .default(false)
          .meta({ description: 'Whether nobody may approve what they asked for themselves.', examples: [true] }),
      })
      .optional()
      .meta({
        description: 'Of an ask rule: who approves, and for how long.',
        examples: [{ approvers: ['security'], notRequester: true }],
      }),
  })
  .refine(
    (rule) => rule.agents.length > 0 || rule.groups.length > 0,
    'must say whom it is about: agents, groups, or both. Add agents: ["*"] for everyone, or groups: [readers], for example.',
  )
  .refine((rule) => rule.approval === undefined || rule.effect === 'ask', {
    path: ['approval'],
    message: 'belongs to rules that ask. Write effect: ask, or remove it.',
  })
  // What is known of a task is the most that it may have used: enough to keep it from something, and no reason to let it.
  .refine((rule) => rule.after === undefined || rule.effect !== 'allow', {
    path: ['after'],
    message: 'belongs to rules that deny or ask. Write effect: deny, or remove it.',
  })
  .refine((rule) => rule.class === undefined || rule.effect !== 'deny', {
    path: ['class'],
    message: 'belongs to rules that let something through. Remove it.',
  })
  .refine((rule) => rule.inspect === undefined || rule.effect !== 'deny', {
    path: ['inspect'],
    message: 'belongs to rules that let something through. Remove it.',
  })
  .refine((rule) => rule.redact === undefined || rule.effect !== 'deny', {
    path: ['redact'],
    message: 'belongs to rules that let something through. Remove it.',
  })
  .refine((rule) => rule.capture === undefined || rule.effect !== 'deny', {
    path: ['capture'],
    message: 'belongs to rules that let something through. Remove it.',
  })
  .refine((rule) => rule.limit === undefined || rule.effect !== 'deny', {
    path: ['limit'],
    message: 'belongs to rules that let something through. Remove it.',
  });

const flowSchema = z
  .strictObject({
    windowMs: z
      .int()
      .min(60_000)
      .max(604_800_000)
      .default(DEFAULT_FLOW.windowMs)
      .meta({
        description:
          'Milliseconds for which what an agent has used counts for everything it does. In a session of an older revision it counts for a day at least.',
        examples: [28_800_000],
      }),
    trustTrace: z
      .array(z.string().min(1, 'must not be empty').max(MAX_GLOB_LENGTH, `must have at most ${MAX_GLOB_LENGTH} characters`))
      .max(1000, 'must have at most 1000 entries')
      .default([...DEFAULT_FLOW.trustTrace])
      .meta({
        description:
          'Agents, as globs, whose trace context says which requests are one task. Of all others everything is taken for one task, because an agent can begin a new trace whenever it likes.',
        examples: [['orchestrator']],
      }),
  })
  .meta({ description: 'How rules with `after` tell one task from another.', examples: [{ windowMs: 28_800_000 }] });

/** Files of policy cases. */
const casesSchema = z
  .array(z.string().min(1, 'must not be empty'))
  .min(1, 'must not be empty: leave it out, or write [policy-cases/*.case]')
  .max(100, 'must have at most 100 entries')
  .optional()
  .meta({
    description:
      'Files that say what the policy is to answer, relative to this file; `*` and `?` may stand in the name of the file. A config whose cases do not hold is refused.',
    examples: [['policy-cases/*.case']],
  });

/** The policy document: rules in an order that only decides which of several matching rules is named. */
export const policySchema = z
  .strictObject({
    rules: z
      .array(ruleSchema)
      .max(10_000, 'must have at most 10000 rules')
      .meta({
        description: 'The rules. Without a rule that allows it, nothing may be called.',
        examples: [[{ name: 'readers', effect: 'allow', groups: ['readers'], servers: ['files'], tools: ['read_*'] }]],
      }),
    denyDetail: z
      .enum(['rule', 'generic'])
      .optional()
      .meta({
        description:
          'What an agent reads of a denial: rule (the default) names what decided; generic does not, and refuses what the agent may never use in the words for what does not exist. The record says all of it in both cases.',
        examples: ['generic'],
      }),
    limits: limitsSchema.optional(),
    flow: flowSchema.optional(),
    cases: casesSchema,
  })
  .meta({ description: 'Who may use what.' }) satisfies z.ZodType<PolicyDocument>;
