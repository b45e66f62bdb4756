// A message whose server is known becomes a call: what is decided about, and in which revision it is spoken.

import { legacyRevisionFor } from '../mcp/index.ts';
import { beginCall } from './call.ts';
import type { Arrival, Call, Inbound, Ports } from './exchange.ts';
import { narrowListen } from './narrow-listen.ts';
import { questionOf } from './receive.ts';
import type { Resolved } from './resolve.ts';
import { narrowTasks } from './tasks.ts';

/** Makes the call. */
export function createCall(arrival: Arrival, { inbound, server, members }: Resolved, ports: Ports): Call {
  const narrowed = isListen(inbound) ? narrow(arrival, { inbound, server, members }, ports) : inbound;
  const { era, method, rule, subject } = questionOf(narrowed);
  const question = { era, revision: revisionOf(narrowed, arrival, ports), method, rule, subject };
  const trace = ports.tracing.begin(arrival, narrowed);
  return beginCall({ id: ports.newId(), arrival, inbound: narrowed, question, server, members, trace }, ports);
}

function isListen(inbound: Inbound): boolean {
  return inbound.kind === 'modern' && inbound.request.method === 'subscriptions/listen';
}

/** What a stream is opened for, as far as its agent may hear of it. */
function narrow(arrival: Arrival, { inbound, server, members }: Resolved, ports: Ports): Inbound {
  return narrowTasks(narrowListen(inbound, arrival, members ?? [server.name], ports.nowMs()), arrival, { server, members });
}

/** The revision this hop speaks; '' where a session is not known. */
function revisionOf(inbound: Inbound, arrival: Arrival, ports: Ports): string {
  switch (inbound.kind) {
    case 'modern':
      return inbound.request.revision;
    case 'modern-notification':
    case 'unread':
      return '';
    case 'legacy':
      if (inbound.message.kind === 'request' && inbound.message.method === 'initialize')
        return legacyRevisionFor(inbound.message.params?.['protocolVersion']);
      return sessionRevision(inbound.token, arrival, ports);
    case 'stream':
    case 'end':
      return sessionRevision(inbound.token, arrival, ports);
    default:
      return inbound satisfies never;
  }
}

function sessionRevision(token: string | undefined, arrival: Arrival, ports: Ports): string {
  return token === undefined ? '' : (ports.sessions.find(token, arrival.principal, arrival.route.key)?.revision ?? '');
}
