// What sallyport.yaml looks like as people write it: its parts come from the folders that own them. Defaults stand in the schemas and nowhere else.

import * as z from 'zod';
import { agentNameSchema } from '../agents/index.ts';
import { policySchema } from '../policies/index.ts';
import { serverEntrySchema, serverNameSchema } from '../servers/index.ts';
import { limitsSchema } from './limits.ts';

/** Where agents reach the gateway when the config does not say. */
export const DEFAULT_ADDRESS = '127.0.0.1:7625';

const text = z.string().min(1, 'must not be empty');

const addressSchema = text.meta({ description: 'IP address, or localhost, and port: 127.0.0.1:7625, [::1]:7625. Port 0 is any free one.' });

const listenerNameSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    'must begin with a lowercase letter or digit and hold at most 63 lowercase letters, digits and hyphens',
  );

const tlsSchema = z
  .union(
    [
      z.enum(['off', 'self-signed', 'external']),
      z.strictObject({
        certificate: text.meta({ description: 'PEM file with the certificate and those between it and its root.' }),
        key: text.meta({ description: 'PEM file with the private key.' }),
      }),
    ],
    'must be off, self-signed, external, or { certificate: path, key: path }',
  )
  .default('off')
  .meta({
    description:
      'How TLS ends here: off (loopback only), self-signed (a development certificate made at start), external (a trusted proxy in front ends it), or the files of a certificate.',
  });

const listenerSchema = z.strictObject({
  name: listenerNameSchema.optional().meta({ description: 'Name of the listener in logs and records. The first is main by default.' }),
  address: addressSchema.default(DEFAULT_ADDRESS),
  tls: tlsSchema,
  trustedProxies: z
    .array(text)
    .default([])
    .meta({ description: 'Addresses or CIDR blocks whose forwarding headers are believed. Needed with tls: external.' }),
  anonymous: agentNameSchema
    .optional()
    .meta({ description: 'Agent that a caller without a key is taken for. Loopback only; the policy applies to it like to any.' }),
  hosts: z
    .array(text)
    .default([])
    .meta({ description: 'Host names it answers for, beside its own address and the loopback names on loopback.' }),
  origins: z.array(text).default([]).meta({ description: 'Origins of web pages that may call it, such as https://app.example.' }),
});

const listenSchema = z
  .union(
    [
      addressSchema,
      listenerSchema,
      z.array(z.union([addressSchema, listenerSchema], 'must be an address, or a listener with an address')).min(1, 'must not be empty'),
    ],
    {
      error: 'must be an address such as 127.0.0.1:7625, a listener, or a list of these',
    },
  )
  .default(DEFAULT_ADDRESS)
  .meta({ description: 'Where agents reach the gateway.' });

/** A policy kept in a file of its own. */
export const policyFileSchema = z.strictObject({
  file: text.meta({ description: 'YAML or JSON file that holds the policy, relative to this file.' }),
});

/** A whole config file. */
export const configSchema = z
  .strictObject({
    version: z.literal(1).meta({ description: 'Version of the config format: 1.' }),
    data: text.default('.sallyport').meta({ description: 'Folder for agents, records and run-time files, relative to this file.' }),
    workers: z
      .int()
      .min(1)
      .max(256)
      .optional()
      .meta({ description: 'Processes that carry traffic. By default two, or one on a machine with one core.' }),
    listen: listenSchema,
    metrics: z
      .strictObject({ listen: addressSchema })
      .optional()
      .meta({ description: 'Where to serve metrics in the Prometheus format. Loopback only.' }),
    servers: z
      .record(serverNameSchema, serverEntrySchema)
      .default({})
      .meta({ description: 'The MCP servers, by name. Agents reach each at /mcp/<name>.' }),
    limits: limitsSchema.prefault({}),
    policy: z
      .union([policySchema, policyFileSchema], 'must have rules, or the file that has them')
      .prefault({ rules: [] })
      .meta({ description: 'Who may use what. Without rules nothing may be called.' }),
  })
  .meta({ title: 'Sallyport config', description: 'The config of a Sallyport gateway: sallyport.yaml.' });

/** A config as written, defaults filled in. */
export type ConfigDocument = z.infer<typeof configSchema>;

/** A listener as written. */
export type ListenerEntry = z.infer<typeof listenerSchema>;
