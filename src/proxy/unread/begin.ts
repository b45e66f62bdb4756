// From a head to a call whose body nobody reads.

import { fail, ok } from '../../base/index.ts';
import type { Result } from '../../base/index.ts';
import { beginCall } from '../call.ts';
import type { Arrival, Call, Ports, UnreadSession } from '../exchange.ts';
import type { Unreadable } from '../receive.ts';
import { claimsOf } from './claims.ts';
import { findUnreadSession } from './sessions.ts';

/** The call that a head asks for. */
export function beginUnread(arrival: Arrival, ports: Ports): Result<Call, Unreadable> {
  const { route, headers } = arrival;
  const server = ports.servers.get(route.key);
  if (server === undefined) return fail({ code: 'route_unknown', say: 'This server is not in the config any more.' });
  const token = headers.get('mcp-session-id');
  const session = token === undefined ? undefined : findUnreadSession(token, arrival, ports);
  if (token !== undefined && session === undefined)
    return fail({ code: 'session_unknown', say: 'No such session; send initialize again.', era: 'legacy' });
  const call = beginCall(
    { id: ports.newId(), arrival, inbound: inboundOf(arrival, session), question: questionOf(arrival), server, members: undefined },
    ports,
  );
  return ok(call);
}

function inboundOf({ method }: Arrival, session: UnreadSession | undefined): Call['inbound'] {
  return { kind: 'unread', method: method === 'GET' || method === 'DELETE' ? method : 'POST', session };
}

function questionOf({ method, headers }: Arrival): Call['question'] {
  return { ...claimsOf(method, headers), rule: undefined, subject: { kind: 'server' } };
}
