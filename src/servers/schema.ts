// What a server in the config looks like: as people write it (the zod schemas, with defaults) and as the gateway keeps it (the types).
// A secret is never in here: only where it comes from.

import * as z from 'zod';

/** A part of a value: text from the config, or where a secret comes from. */
export type ValuePart =
  | { readonly text: string }
  | { readonly env: string; readonly fallback?: string | undefined }
  | { readonly file: string };

/** An environment or header value: its parts, concatenated when the server is started or called, by who may read secrets. */
export type ValueSource = readonly ValuePart[];

/**
 * What of a server is approved without a person. `first-use`: what it lists first; the default, because it fits one person on loopback, who
 * would approve it all unread anyway, and still stops every later change. `review`: nothing, for teams and for servers of others.
 */
export type Trust = 'first-use' | 'review';

/** How a call over a limit is refused: with a result that has isError, or with HTTP status 429. */
export type OverLimit = 'result' | 'status';

/**
 * How calls and results are held against approved schemas. Arguments: what the schema does not declare is refused (`strict`), or only what it forbids
 * (`schema`). Results that are not as the output schema says: refused, or let through and marked in the record (`tag`).
 */
export interface ToolHandling {
  readonly arguments: 'strict' | 'schema';
  readonly results: 'refuse' | 'tag';
}

/** What a server may ask of agents, and of the people in front of them. */
export interface ServerAsks {
  /** `plain`: forms without fields that sound like secrets. */
  readonly forms: 'plain' | 'any' | 'none';
  /** Hosts of pages that it may have opened, in lowercase; `*.host` is everything below a host, `*` every host. */
  readonly urls: readonly string[];
  readonly sampling: boolean;
  readonly roots: boolean;
}

/** What the operator says of tools. */
export interface DeclaredTool {
  /** Undefined: they are guessed. */
  readonly labels?: readonly string[] | undefined;
  readonly class?: 'critical' | 'standard' | 'low' | undefined;
  readonly arguments?: ToolHandling['arguments'] | undefined;
  readonly results?: ToolHandling['results'] | undefined;
}

/** A server that is a child process speaking over stdin and stdout. */
export interface StdioServerConfig {
  readonly kind: 'stdio';
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, ValueSource>>;
  /** Absolute. */
  readonly cwd: string;
  /** Whether agents may share a process; only one of the modern era is ever shared. */
  readonly processes: 'per-agent' | 'shared';
  readonly trust: Trust;
  /** Undefined: what the catalogue takes for granted (tools/questions.ts). */
  readonly asks?: ServerAsks | undefined;
  /** Labels of everything that it has. */
  readonly labels?: readonly string[] | undefined;
  /** Undefined: `strict`, `refuse`. */
  readonly arguments?: ToolHandling['arguments'] | undefined;
  readonly results?: ToolHandling['results'] | undefined;
  /** By globs over the names of tools. */
  readonly tools?: Readonly<Record<string, DeclaredTool>> | undefined;
  /** Time to the first byte of an answer; undefined: `limits.answerTimeoutMs`. */
  readonly timeoutMs?: number | undefined;
  /** Undefined: `result`. */
  readonly overLimit?: OverLimit | undefined;
  /** Undefined: `list`. */
  readonly discovery?: Discovery | undefined;
}

/** A server reached over Streamable HTTP. */
export interface HttpServerConfig {
  readonly kind: 'http';
  readonly name: string;
  /** Absolute http or https URL without credentials or fragment. */
  readonly url: string;
  readonly headers: Readonly<Record<string, ValueSource>>;
  readonly tls: {
    /** Absolute path of a PEM bundle that replaces the default roots. */
    readonly ca?: string | undefined;
    readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  };
  readonly trust: Trust;
  /** Undefined: what the catalogue takes for granted (tools/questions.ts). */
  readonly asks?: ServerAsks | undefined;
  /** Labels of everything that it has. */
  readonly labels?: readonly string[] | undefined;
  /** Undefined: `strict`, `refuse`. */
  readonly arguments?: ToolHandling['arguments'] | undefined;
  readonly results?: ToolHandling['results'] | undefined;
  /** By globs over the names of tools. */
  readonly tools?: Readonly<Record<string, DeclaredTool>> | undefined;
  readonly timeoutMs?: number | undefined;
  /** Undefined: `result`. */
  readonly overLimit?: OverLimit | undefined;
  /** Undefined: `list`. */
  readonly discovery?: Discovery | undefined;
}

/** A server the gateway stands in front of. */
export type ServerConfig = StdioServerConfig | HttpServerConfig;

/** Names of servers: they are part of paths, of qualified tool names, and of rules. */
export const serverNameSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    'must begin with a lowercase letter or digit and hold at most 63 lowercase letters, digits and hyphens',
  );

/** Names of environment variables. */
export const envNameSchema = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be the name of an environment variable: letters, digits and underscores');

/** Header fields that the gateway writes itself, or that belong to one hop. One from the config would contradict what it sends. */
const OWN_HEADERS =
  /^(host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|content-.*|accept|accept-encoding|expect|last-event-id|mcp-.*)$/i;

const headerNameSchema = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~A-Za-z0-9-]{1,128}$/, 'must be the name of a header field')
  .refine((name) => !OWN_HEADERS.test(name), 'is a header field that the gateway writes itself');

const valueSchema = z
  .union(
    [
      z.string(),
      z.strictObject({
        env: envNameSchema.meta({ description: 'The environment variable that holds the value.', examples: ['TICKETS_TOKEN'] }),
      }),
      z.strictObject({
        file: z
          .string()
          .min(1, 'must not be empty')
          .meta({
            description: 'The file that holds the value; one line break at its end is dropped.',
            examples: ['/run/secrets/tickets-token'],
          }),
      }),
    ],
    'must be text, { env: NAME } or { file: path }',
  )
  .meta({
    description: 'Text, which may hold ${NAME}; or where a secret comes from: { env: NAME } or { file: path }.',
    examples: ['Bearer ${TICKETS_TOKEN}', { env: 'TICKETS_TOKEN' }],
  });

const timeoutSchema = z
  .int()
  .min(1)
  .max(86_400_000)
  .optional()
  .meta({ description: 'Milliseconds to the first byte of an answer; by default limits.answerTimeoutMs.', examples: [60_000] });

/** How a call over a limit is refused on a route. */
/** How agents come to the tools of a route. */
export const discoverySchema = z.enum(['list', 'search']).meta({
  description:
    'How agents come to the tools here: list shows all that an agent may call; search shows one tool, find_tools, that finds the others by words, and any of them can be called by its name.',
  examples: ['search'],
});

/** How agents come to the tools of a route. */
export type Discovery = z.output<typeof discoverySchema>;

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

const stdioEntrySchema = z.strictObject({
  command: z
    .string()
    .min(1, 'must not be empty')
    .meta({ description: 'Program to start. It speaks MCP over its stdin and stdout.', examples: ['npx'] }),
  args: z
    .array(z.string())
    .default([])
    .meta({ description: 'Its arguments.', examples: [['-y', '@modelcontextprotocol/server-memory']] }),
  env: z
    .record(envNameSchema, valueSchema)
    .default({})
    .meta({
      description: 'Environment variables it gets beside PATH, HOME and the like.',
      examples: [{ API_TOKEN: { env: 'TICKETS_TOKEN' } }],
    }),
  cwd: z
    .string()
    .min(1, 'must not be empty')
    .default('.')
    .meta({ description: 'Folder to start it in, relative to the config file.', examples: ['./work'] }),
  processes: z
    .enum(['per-agent', 'shared'])
    .default('per-agent')
    .meta({
      description:
        'Whether each agent gets a process of its own, or the agents of a worker share one. Share only a server that keeps nothing of one caller for another; one that speaks only older revisions is never shared.',
      examples: ['shared'],
    }),
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
});

const httpEntrySchema = z.strictObject({
  url: z.string().meta({
    description: 'Its MCP endpoint: an http or https URL. Streamable HTTP, and the HTTP+SSE of MCP 2024-11-05, which often ends in /sse.',
    examples: ['https://tickets.example/mcp'],
  }),
  headers: z
    .record(headerNameSchema, valueSchema)
    .default({})
    .meta({
      description: 'Header fields to send with every request, such as Authorization.',
      examples: [{ Authorization: 'Bearer ${TICKETS_TOKEN}' }],
    }),
  tls: z
    .strictObject({
      ca: z
        .string()
        .min(1, 'must not be empty')
        .optional()
        .meta({
          description: 'PEM file with the certificates to trust in place of the well-known ones.',
          examples: ['/etc/sallyport/ca.pem'],
        }),
      minVersion: z
        .enum(['TLSv1.2', 'TLSv1.3'])
        .default('TLSv1.2')
        .meta({ description: 'Oldest TLS version to accept.', examples: ['TLSv1.3'] }),
    })
    .prefault({})
    .meta({ description: 'How TLS towards it is checked.', examples: [{ ca: '/etc/sallyport/ca.pem' }] }),
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
});

/** A server as written in the config, under its name. */
export const serverEntrySchema = z
  .union([stdioEntrySchema, httpEntrySchema], {
    error: ({ input }) =>
      typeof input === 'object' && input !== null && 'command' in input && 'url' in input
        ? 'has both a command and a url. Keep the command of a program to start, or the url of a server over HTTP.'
        : 'must have either a command (a program to start) or a url (a server over HTTP). Write { command: path } or { url: https://host/mcp }.',
  })
  .meta({
    description: 'An MCP server: a program to start (command) or an address (url).',
    examples: [{ url: 'https://tickets.example/mcp' }],
  });

/** A server as written, defaults filled in. */
export type ServerEntry = z.infer<typeof serverEntrySchema>;

/** An environment or header value as written. */
export type ValueEntry = z.infer<typeof valueSchema>;
