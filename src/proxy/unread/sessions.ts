// Sessions of servers whose bodies nobody reads: their ids stand in heads, and are sealed for the agent that they were given to, as everywhere. So an
// id that somebody has seen, or guessed, is of no use to another agent, and what was opened in one way cannot be gone on with in the other.

import type { Arrival, Call, Ports, UnreadSession } from '../exchange.ts';

const MAX_TOKEN_CHARS = 2048;
/** Nobody has read which it is. */
const UNKNOWN = { revision: '', serverRevision: '' } as const;

type SessionPorts = Pick<Ports, 'sessions'>;

/** What tokens are bound to: no server has a space in its name. */
const boundTo = (server: string): string => `${server} unread`;

/** The session that a token stands for, if it was given to this agent for this server. */
export function findUnreadSession(token: string, { principal, route }: Arrival, { sessions }: SessionPorts): UnreadSession | undefined {
  const found = token.length > MAX_TOKEN_CHARS ? undefined : sessions.find(token, principal, boundTo(route.key));
  return found?.kind === 'http' ? { token, upstream: found.upstream } : undefined;
}

/** The token for a session that the server has opened. */
export function sealUnreadSession({ arrival, server }: Call, upstream: string, { sessions }: SessionPorts): string {
  return sessions.sealHttp(arrival.principal, boundTo(server.name), upstream, UNKNOWN);
}

/** The server has ended it: no worker takes the token any more. */
export function endUnreadSession({ arrival, server }: Call, token: string, { sessions }: SessionPorts): void {
  const session = sessions.find(token, arrival.principal, boundTo(server.name));
  if (session !== undefined) sessions.end(token, session);
}
