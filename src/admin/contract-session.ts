// Signing in to the console, and who is signed in. The session itself is a cookie that no script can read: it is in no answer.

import * as z from 'zod';
import type { Endpoint } from './endpoint.ts';
import { ROLES } from './role-names.ts';

const time = z.iso.datetime();

const signInSchema = z.strictObject({
  link: z
    .string()
    .min(1, 'must not be empty')
    .max(200, 'must have at most 200 characters')
    .meta({ description: 'What stands behind # in the link.' }),
});

const sessionSchema = z.strictObject({
  operator: z.string(),
  role: z.enum(ROLES),
  groups: z.array(z.string()),
  agents: z.array(z.string()),
  mayUse: z.array(z.string()).meta({ description: 'Endpoints of this API that the role may use, by name.' }),
  csrf: z.string().meta({ description: 'To be sent in Sallyport-Csrf with everything but GET.' }),
  expiresAt: time.meta({ description: 'When the session ends, whatever is done in it.' }),
  idleMinutes: z.int().meta({ description: 'Minutes without anything done after which it ends.' }),
  separation: z.strictObject({
    policy: z.enum(['one', 'two']).meta({ description: 'How many people a change of the policy takes.' }),
  }),
  version: z.string().meta({ description: 'Of the gateway.' }),
});

/** Endpoints about the session of whoever asks. */
export const SESSION_ENDPOINTS = {
  signIn: {
    method: 'POST',
    path: '/session',
    summary: 'Sign in with a link that was not used yet; the answer sets the cookie',
    request: signInSchema,
    response: sessionSchema,
    status: 201,
    versioned: false,
    // On record as session.begin once the link is known to be right: guesses of strangers write nothing.
  },
  readSession: {
    method: 'GET',
    path: '/session',
    summary: 'Who is signed in',
    request: undefined,
    response: sessionSchema,
    status: 200,
    versioned: false,
  },
  signOut: {
    method: 'DELETE',
    path: '/session',
    summary: 'Sign out; the answer removes the cookie',
    request: undefined,
    response: z.strictObject({ operator: z.string() }),
    status: 200,
    versioned: false,
    act: { action: 'session.end', kind: 'emergency', target: 'answer.operator' },
  },
  readDocument: {
    method: 'GET',
    path: '/openapi.json',
    summary: 'This API as an OpenAPI 3.1 document',
    request: undefined,
    response: z.looseObject({ openapi: z.string() }),
    status: 200,
    versioned: false,
  },
} as const satisfies Record<string, Endpoint>;

export type SignInInput = z.output<typeof signInSchema>;
export type SessionView = z.output<typeof sessionSchema>;
export type SignedOut = z.output<(typeof SESSION_ENDPOINTS)['signOut']['response']>;
