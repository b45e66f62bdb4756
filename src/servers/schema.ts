// What a server in the config looks like as people write it: the zod schemas, with defaults.

import * as z from 'zod';
import { termsShape } from './terms-schema.ts';

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

/** Names of header fields that the gateway may be told to send. */
export const headerNameSchema = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~A-Za-z0-9-]{1,128}$/, 'must be the name of a header field')
  .refine((name) => !OWN_HEADERS.test(name), 'is a header field that the gateway writes itself');

/** A value, or where a secret comes from. */
export const valueSchema = z
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
  ...termsShape,
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
  ...termsShape,
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
