// Addresses to listen on, and the listeners that agents call, as people write them.

import * as z from 'zod';
import { agentNameSchema } from '../agents/index.ts';
import { addressFor } from './address.ts';

/** Where agents reach the gateway when the config does not say. */
export const DEFAULT_ADDRESS = '127.0.0.1:7625';

const text = z.string().min(1, 'must not be empty');

// A port alone is no text in YAML; that it wants quotes would be the wrong advice.
const portRemedy = (input: unknown): string | undefined => {
  const address = typeof input === 'number' ? addressFor(input) : undefined;
  return address === undefined ? undefined : `Write "${address}".`;
};

/** An address to listen on, as written. */
export const addressSchema = z
  .string({ error: ({ input }) => portRemedy(input) })
  .min(1, 'must not be empty')
  .meta({
    description: 'IP address, or localhost, and port: 127.0.0.1:7625, [::1]:7625. Port 0 is any free one.',
    examples: [DEFAULT_ADDRESS],
  });

/** What is wrong, and the address to write where only a port was. */
export const orPortRemedy =
  (message: string) =>
  ({ input }: { readonly input?: unknown }): string => {
    const remedy = portRemedy(input);
    return remedy === undefined ? message : `${message}. ${remedy}`;
  };

const listenerNameSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    'must begin with a lowercase letter or digit and hold at most 63 lowercase letters, digits and hyphens',
  );

/** The files of a certificate, as written. */
export const tlsFilesSchema = z.strictObject({
  certificate: text.meta({
    description: 'PEM file with the certificate and those between it and its root.',
    examples: ['/etc/sallyport/tls.crt'],
  }),
  key: text.meta({ description: 'PEM file with the private key.', examples: ['/etc/sallyport/tls.key'] }),
});

const tlsSchema = z
  .union(
    [z.enum(['off', 'self-signed', 'external']), tlsFilesSchema],
    'must be off, self-signed, external, or { certificate: path, key: path }',
  )
  .default('off')
  .meta({
    description:
      'How TLS ends here: off (loopback only), self-signed (a development certificate made at start), external (a trusted proxy in front ends it), or the files of a certificate.',
    examples: ['self-signed', { certificate: '/etc/sallyport/tls.crt', key: '/etc/sallyport/tls.key' }],
  });

const listenerSchema = z.strictObject({
  name: listenerNameSchema.optional().meta({
    description: 'Name of the listener in logs and records. By default main for the first, listener-2 for the second and so on.',
    examples: ['internal'],
  }),
  address: addressSchema.default(DEFAULT_ADDRESS),
  tls: tlsSchema,
  trustedProxies: z
    .array(text)
    .default([])
    .meta({
      description: 'Addresses or CIDR blocks whose forwarding headers are believed. Needed with tls: external.',
      examples: [['10.0.0.0/8']],
    }),
  anonymous: agentNameSchema.optional().meta({
    description: 'Agent that a caller without a key is taken for. Loopback only; the policy applies to it like to any.',
    examples: ['visitor'],
  }),
  hosts: z
    .array(text)
    .default([])
    .meta({
      description:
        'Host names it answers for. On loopback beside the loopback names; elsewhere beside IP addresses, so that without any no name leads to it.',
      examples: [['gateway.example']],
    }),
  origins: z
    .array(text)
    .default([])
    .meta({ description: 'Origins of web pages that may call it, such as https://app.example.', examples: [['https://app.example']] }),
});

/** The `listen` of a config. */
export const listenSchema = z
  .union(
    [
      addressSchema,
      listenerSchema,
      z
        .array(z.union([addressSchema, listenerSchema], { error: orPortRemedy('must be an address, or a listener with an address') }))
        .min(1, 'must not be empty'),
    ],
    { error: orPortRemedy('must be an address such as 127.0.0.1:7625, a listener, or a list of these') },
  )
  .default(DEFAULT_ADDRESS)
  .meta({
    description: 'Where agents reach the gateway: an address, a listener, or a list of these.',
    examples: [DEFAULT_ADDRESS, { address: '0.0.0.0:7625', tls: 'self-signed', hosts: ['gateway.example'] }],
  });

/** A listener as written. */
export type ListenerEntry = z.infer<typeof listenerSchema>;
