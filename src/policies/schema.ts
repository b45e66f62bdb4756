// What a policy document looks like as people write it. Defaults stand here and nowhere else; what a rule means stands in compile.ts.

import * as z from 'zod';
import { MAX_GLOB_LENGTH } from './glob.ts';
import type { PolicyDocument } from './types.ts';

const globs = (description: string, example: readonly string[]) =>
  z
    .array(z.string().min(1, 'must not be empty').max(MAX_GLOB_LENGTH, `must have at most ${MAX_GLOB_LENGTH} characters`))
    .min(1, 'must not be empty: leave it out, or write ["*"] for all')
    .max(1000, 'must have at most 1000 entries')
    .meta({ description: `${description} \`*\` is any run of characters, \`?\` one character.`, examples: [example] });

const ruleSchema = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
        'must begin with a letter or digit and hold at most 64 letters, digits, dots, underscores and hyphens',
      )
      .meta({ description: 'Name of the rule, unique in the document. Denials and the audit log show it.', examples: ['readers'] }),
    effect: z.enum(['allow', 'deny']).meta({
      description: 'What happens when the rule matches. A deny wins over every allow; what nothing allows is denied.',
      examples: ['allow'],
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
  })
  .refine(
    (rule) => rule.agents.length > 0 || rule.groups.length > 0,
    'must say whom it is about: agents, groups, or both. Add agents: ["*"] for everyone, or groups: [readers], for example.',
  );

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
  })
  .meta({ description: 'Who may use what.' }) satisfies z.ZodType<PolicyDocument>;
