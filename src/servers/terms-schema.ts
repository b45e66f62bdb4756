// What the operator says of a server, whatever reaches it, as people write it: what is trusted, labelled, checked and limited.

import * as z from 'zod';

const timeoutSchema = z
  .int()
  .min(1)
  .max(86_400_000)
  .optional()
  .meta({ description: 'Milliseconds to the first byte of an answer; by default limits.answerTimeoutMs.', examples: [60_000] });

/** How agents come to the tools of a route. */
export const discoverySchema = z.enum(['list', 'search']).meta({
  description:
    'How agents come to the tools here: list shows all that an agent may call; search shows one tool, find_tools, that finds the others by words, and any of them can be called by its name.',
  examples: ['search'],
});

/** How a call over a limit is refused on a route. */
export const overLimitSchema = z.enum(['result', 'status']).meta({
  description:
    'What an agent gets for a call over a limit: result is a tool result with isError (the default; a model reads it and can wait), status is HTTP 429. Both say when to come again, 429 with Retry-After.',
  examples: ['status'],
});

const trustSchema = z
  .enum(['first-use', 'review'])
  .default('first-use')
  .meta({
    description:
      'What of it is approved without a person: what it lists first (first-use), or nothing (review). Whatever is new or changes later is withheld until `sallyport tools approve`. Teams, and servers of others, are better off with review.',
    examples: ['review'],
  });

const labelsSchema = z.array(
  z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}$/, 'must begin with a lowercase letter and hold at most 63 lowercase letters, digits and hyphens'),
);

const argumentsSchema = z
  .enum(['strict', 'schema'])
  .optional()
  .meta({
    description:
      'What is refused of arguments, by the approved schema: what it does not declare (strict, the default), or only what it forbids (schema).',
    examples: ['schema'],
  });

const resultsSchema = z
  .enum(['refuse', 'tag'])
  .optional()
  .meta({
    description:
      'What happens to a result that is not as the approved output schema says: the agent does not get it (refuse, the default), or it does and the record says so (tag).',
    examples: ['tag'],
  });

const toolsSchema = z
  .record(
    z.string().min(1, 'must not be empty').max(256, 'must have at most 256 characters'),
    z.strictObject({
      labels: labelsSchema.optional().meta({
        description:
          'Labels for rules to go by: private-source, untrusted-source, external-sink, destructive, memory-write, or your own. Where none are written they are guessed from what is approved; [] says that it has none.',
        examples: [['destructive']],
      }),
      class: z
        .enum(['critical', 'standard', 'low'])
        .optional()
        .meta({
          description:
            'How much the record of a call weighs, where no rule says; by default critical for what seems to destroy or send out, else standard.',
          examples: ['critical'],
        }),
      arguments: argumentsSchema,
      results: resultsSchema,
    }),
  )
  .optional()
  .meta({
    description: 'What its tools are, by globs over their names; of several that match, labels add up and the heaviest class counts.',
    examples: [{ 'delete_*': { labels: ['destructive'], class: 'critical' } }],
  });

const asksSchema = z
  .strictObject({
    forms: z
      .enum(['plain', 'any', 'none'])
      .default('plain')
      .meta({
        description: 'Forms: those without fields that sound like secrets (plain), all (any), or none.',
        examples: ['none'],
      }),
    urls: z
      .array(
        z
          .string()
          .regex(
            /^(?:\*|(?:\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+(?::\d{1,5})?)$/,
            'must be the name of a host in lowercase, with *. in front for everything below it, or * for every host',
          ),
      )
      .max(1000, 'must have at most 1000 entries')
      .default([])
      .meta({
        description: 'Hosts of pages that it may have opened, always over https.',
        examples: [['accounts.example.com', '*.pay.example']],
      }),
    sampling: z
      .boolean()
      .default(false)
      .meta({ description: "Whether it may use the agent's model.", examples: [true] }),
    roots: z
      .boolean()
      .default(false)
      .meta({
        description: 'Whether it may ask for the folders of the agent. Some file servers put these in the place of their own.',
        examples: [true],
      }),
  })
  .optional()
  .meta({
    description: 'What it may ask of agents, and of the people in front of them. By default forms without fields that sound like secrets.',
    examples: [{ urls: ['accounts.example.com'], sampling: true }],
  });

/** The members that every server has. */
export const termsShape = {
  trust: trustSchema,
  asks: asksSchema,
  labels: labelsSchema.optional().meta({
    description: 'Labels of everything that it has: tools, prompts and resources. Known are the same as for tools.',
    examples: [['untrusted-source']],
  }),
  arguments: argumentsSchema,
  results: resultsSchema,
  tools: toolsSchema,
  timeoutMs: timeoutSchema,
  overLimit: overLimitSchema.optional(),
  discovery: discoverySchema.optional(),
};
