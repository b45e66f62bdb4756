// From requests about operators and sessions to their ports.

import { fail, ok } from '../base/index.ts';
import { map, writingOf } from './handler.ts';
import type { Handlers } from './handler.ts';
import { openApiDocument } from './openapi.ts';
import type { AdminProblem } from './problems.ts';
import type { OPERATOR_ENDPOINTS } from './contract-operators.ts';
import type { SESSION_ENDPOINTS } from './contract-session.ts';

/** Nobody is signed in here. */
export const SIGNED_OUT: AdminProblem = {
  code: 'signed_out',
  detail: "Sign in with a link: an admin makes one at Settings, or 'sallyport console' on the machine of the gateway.",
};

export const OPERATOR_HANDLERS: Handlers<keyof typeof OPERATOR_ENDPOINTS | keyof typeof SESSION_ENDPOINTS> = {
  listOperators: async (ports) =>
    map(await ports.operators.list(), ({ version, operators }) => ({ value: { operators: [...operators] }, version })),
  addOperator: async (ports, call) => map(await ports.operators.add(call.body, writingOf(call)), (value) => ({ value })),
  changeOperator: async (ports, call) =>
    map(await ports.operators.change(call.operator, call.body, writingOf(call)), (value) => ({ value })),
  removeOperator: async (ports, call) => map(await ports.operators.remove(call.operator, writingOf(call)), (value) => ({ value })),
  makeLink: async (ports, { operator }) => map(await ports.operators.link(operator), (value) => ({ value })),
  endSessions: async (ports, { operator }) => map(await ports.operators.endSessions(operator), (ended) => ({ value: { ended } })),
  signIn: async (ports, { body }) => map(await ports.sessions.signIn(body), ({ session, cookie }) => ({ value: session, cookie })),
  readSession: async (ports, { visit }) => {
    const signedIn = visit?.signedIn;
    return signedIn === undefined ? fail(SIGNED_OUT) : map(await ports.sessions.read(signedIn), (value) => ({ value }));
  },
  signOut: async (ports, { visit }) => {
    const signedIn = visit?.signedIn;
    if (signedIn === undefined) return fail(SIGNED_OUT);
    return map(await ports.sessions.signOut(signedIn), ({ operator, cookie }) => ({ value: { operator }, cookie }));
  },
  readDocument: async () => ok({ value: openApiDocument() }),
};
