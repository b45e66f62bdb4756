// The `admin` of a config: where the console and the admin API are reached in a browser, how long a sign-in lasts, and what takes two people.

import * as z from 'zod';
import { addressSchema, orPortRemedy, tlsFilesSchema } from './listen.ts';

/** Where the console is when the config does not say. */
export const DEFAULT_CONSOLE_ADDRESS = '127.0.0.1:7630';

/** The `admin` of a config. */
export const adminSchema = z
  .strictObject({
    listen: z
      .union([z.literal('off'), addressSchema], { error: orPortRemedy(`must be an address such as ${DEFAULT_CONSOLE_ADDRESS}, or off`) })
      .default(DEFAULT_CONSOLE_ADDRESS)
      .meta({
        description: 'IP address, or localhost, and port of the console and the admin API; off for none. Beyond loopback only with tls.',
        examples: [DEFAULT_CONSOLE_ADDRESS, 'off'],
      }),
    tls: z
      .union([z.enum(['off', 'self-signed']), tlsFilesSchema], 'must be off, self-signed, or { certificate: path, key: path }')
      .default('off')
      .meta({
        description:
          'How TLS ends here: off (loopback only), self-signed (a development certificate made at start), or the files of a certificate.',
        examples: ['self-signed', { certificate: '/etc/sallyport/console.crt', key: '/etc/sallyport/console.key' }],
      }),
    names: z
      .array(z.string().min(1, 'must not be empty'))
      .default([])
      .meta({
        description: 'Host names that browsers may reach it by, beside its address and, on loopback, the loopback names.',
        examples: [['console.example']],
      }),
    // A working day: who signs in in the morning is asked again the next.
    sessionHours: z
      .int()
      .min(1)
      .max(24 * 30)
      .default(12)
      .meta({ description: 'Hours after which somebody who is signed in must sign in again.', examples: [12] }),
    idleMinutes: z
      .int()
      .min(1)
      .max(24 * 60)
      .default(60)
      .meta({ description: 'Minutes without a request after which a sign-in ends.', examples: [60] }),
    separation: z
      .strictObject({
        policy: z
          .enum(['one', 'two'])
          .default('one')
          .meta({
            description: 'Whether one person changes the policy, or another one has to accept what the first proposes.',
            examples: ['two'],
          }),
      })
      .prefault({})
      .meta({ description: 'What takes two people.', examples: [{ policy: 'two' }] }),
  })
  .meta({
    description: 'Where the console and the admin API are, and how people sign in.',
    examples: [{ listen: DEFAULT_CONSOLE_ADDRESS, sessionHours: 8 }],
  });

/** As written, defaults filled in. */
export type AdminEntry = z.infer<typeof adminSchema>;
