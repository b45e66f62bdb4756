// What sallyport.yaml looks like as people write it: its parts come from the folders that own them. Defaults stand in the schemas and nowhere else.

import * as z from 'zod';
import { auditSchema } from '../audit/index.ts';
import { inspectionSchema } from '../inspection/index.ts';
import { policySchema } from '../policies/index.ts';
import { discoverySchema, overLimitSchema, serverEntrySchema, serverNameSchema } from '../servers/index.ts';
import { adminSchema } from './admin.ts';
import { dataSchema } from './data-schema.ts';
import { limitsSchema } from './limits.ts';
import { addressSchema, listenSchema } from './listen.ts';
import { telemetrySchema } from './telemetry.ts';

const text = z.string().min(1, 'must not be empty');

/** Below /mcp, where the routes of single servers are; written one way only, so that no two are the same to somebody on the way. */
const routePathSchema = z
  .string()
  .regex(
    /^\/mcp(?:\/[a-z0-9][a-z0-9-]{0,62}){0,4}$/,
    'must be /mcp or a path below it, of lowercase letters, digits and hyphens, without a slash at its end. Write /mcp/all, for example.',
  );

const routeSchema = z.strictObject({
  servers: z
    .union(
      [
        z.string().regex(/^\*$/, "must be '*' or a list of names of servers. Write the one name in brackets."),
        z.array(serverNameSchema).min(1, 'must not be empty'),
      ],
      "must be '*' or a list of names of servers",
    )
    .default('*')
    .meta({
      description: "Names of the servers shown here, or '*' for all. Of two that have the same, the one named first keeps it.",
      examples: [['files', 'tickets']],
    }),
  names: z
    .enum(['prefixed', 'bare'])
    .default('prefixed')
    .meta({
      description:
        'What tools and prompts are called: prefixed is <server>__<tool>; bare is what the server calls them, prefixed only where two are equal.',
      examples: ['bare'],
    }),
  // What npx starts says its first word after two to four seconds; a person who waits for a list takes no more for granted.
  waitMs: z
    .int()
    .min(1)
    .max(60_000)
    .default(5_000)
    .meta({
      description: 'Milliseconds that the slowest server is waited for where all are asked: what is known of it is shown then, or nothing.',
      examples: [2_000],
    }),
  overLimit: overLimitSchema.optional(),
  discovery: discoverySchema.optional(),
});

/** A policy kept in a file of its own. */
export const policyFileSchema = z.strictObject({
  file: text.meta({ description: 'YAML or JSON file that holds the policy, relative to this file.', examples: ['policy.yaml'] }),
});

/** A whole config file. */
export const configSchema = z
  .strictObject({
    version: z.literal(1).meta({ description: 'Version of the config format: 1.', examples: [1] }),
    data: dataSchema,
    workers: z
      .int()
      .min(1)
      .max(256)
      .meta({ description: 'Processes that carry traffic. By default two, or one on a machine with one core.', examples: [2] })
      .optional(),
    listen: listenSchema,
    metrics: z
      .strictObject({
        listen: addressSchema.meta({
          description: 'IP address and port; the metrics are at /metrics there.',
          examples: ['127.0.0.1:7626'],
        }),
      })
      .meta({ description: 'Where to serve metrics in the Prometheus format. Loopback only.', examples: [{ listen: '127.0.0.1:7626' }] })
      .optional(),
    admin: adminSchema.prefault({}),
    telemetry: telemetrySchema.prefault({}),
    servers: z
      .record(serverNameSchema, serverEntrySchema)
      .meta({
        description: 'The MCP servers, by name. Agents reach each at /mcp/<name>.',
        examples: [{ files: { command: 'npx', args: ['-y', '@modelcontextprotocol/server-filesystem', '/srv/shared'] } }],
      })
      .default({}),
    routes: z
      .record(routePathSchema, routeSchema)
      .prefault({ '/mcp': {} })
      .meta({
        description: 'Paths that show several servers as one. By default /mcp shows all of them; {} shows none.',
        examples: [{ '/mcp': { servers: ['files', 'tickets'] } }],
      }),
    limits: limitsSchema.prefault({}),
    policy: z
      .union([policySchema, policyFileSchema], {
        error: ({ input }) =>
          typeof input === 'object' && input !== null && 'rules' in input && 'file' in input
            ? 'has both rules and a file. Keep the rules here, or move them into the file.'
            : 'must have rules, or the file that has them. Write { rules: […] } or { file: policy.yaml }.',
      })
      .prefault({ rules: [] })
      .meta({
        description: 'Who may use what: the rules, or the file that has them. Without rules nothing may be called.',
        examples: [{ file: 'policy.yaml' }],
      }),
    inspection: inspectionSchema.prefault({}),
    audit: auditSchema.prefault({}),
  })
  .meta({ title: 'Sallyport config', description: 'The config of a Sallyport gateway: sallyport.yaml.' });

/** A config as written, defaults filled in. */
export type ConfigDocument = z.infer<typeof configSchema>;
