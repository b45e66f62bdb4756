// Puts what goes out in the place of what came, between the admission of a request and its permit.

import type { Principal } from '../../agents/index.ts';
import type { Snapshot } from '../../config/index.ts';
import type { Edit, JsonObject, Message } from '../../mcp/index.ts';
import type { Call, Inbound, Ports } from '../exchange.ts';
import { holdArguments } from '../held-arguments.ts';
import type { Refused } from '../rescue.ts';
import { traced } from '../trace-headers.ts';
import { rewritten } from './rewrite.ts';
import type { Destination } from './rewrite.ts';

/** What an admission leaves to be done. */
export interface Leaving {
  readonly edits: readonly Edit[];
  readonly principal: Principal;
  readonly snapshot: Snapshot;
}

type OutgoingPorts = Pick<Ports, 'contracts' | 'tokens'>;

/** The message as it goes out, or why it cannot: without what is taken out of them, arguments may not be what the approved schema wants any more. */
export function outgoing<M extends Message>(call: Call, message: M, leaving: Leaving, ports: OutgoingPorts): M | Refused {
  const { edits, snapshot } = leaving;
  const sent = traced(call, rewritten(message, edits, destinationOf(call, leaving), ports.tokens));
  if (edits.length === 0 || sent.kind !== 'request') return sent;
  const held = holdArguments(call, sent.params, snapshot, ports);
  if (held === undefined || held.kind === 'valid') return sent;
  return {
    code: 'denied',
    say: `Without what may not be sent to this server, the arguments do not fit: ${held.say} It was not called (record ${call.id}).`,
  };
}

/** The same for the request that a call began with, which is another one from then on. */
export function rewriteInbound(call: Call, leaving: Leaving, ports: OutgoingPorts): Refused | undefined {
  const { inbound } = call;
  const next = rewrittenInbound(call, leaving, ports);
  if ('code' in next) return next;
  if (next === inbound) return undefined;
  call.sentArguments = paramsOf(inbound)?.['arguments'];
  call.inbound = next;
  return undefined;
}

/** The parameters of a later message of a call, with the arguments that the agent sent: what is judged of a call stays the same. */
export function asSent({ sentArguments }: Call, params: JsonObject | undefined): JsonObject | undefined {
  return sentArguments === undefined || params?.['arguments'] === undefined ? params : { ...params, arguments: sentArguments };
}

function rewrittenInbound(call: Call, leaving: Leaving, ports: OutgoingPorts): Inbound | Refused {
  const { inbound } = call;
  switch (inbound.kind) {
    case 'modern': {
      const message = outgoing(call, inbound.message, leaving, ports);
      return 'code' in message ? message : message === inbound.message ? inbound : { ...inbound, message };
    }
    case 'modern-notification': {
      const message = outgoing(call, inbound.message, leaving, ports);
      return 'code' in message ? message : message === inbound.message ? inbound : { ...inbound, message };
    }
    case 'legacy': {
      const message = outgoing(call, inbound.message, leaving, ports);
      return 'code' in message ? message : message === inbound.message ? inbound : { ...inbound, message };
    }
    case 'stream':
    case 'end':
    case 'unread':
      return inbound;
    default:
      return inbound satisfies never;
  }
}

function destinationOf({ server, question: { subject } }: Call, { principal, snapshot }: Leaving): Destination {
  return {
    tenant: principal.tenant,
    server: server.name,
    tool: subject.kind === 'tool' ? subject.name : undefined,
    inspection: snapshot.inspection.document,
  };
}

/** The parameters of a request. */
export function paramsOf(inbound: Inbound): JsonObject | undefined {
  if (inbound.kind !== 'modern' && inbound.kind !== 'legacy') return undefined;
  return inbound.message.kind === 'request' ? inbound.message.params : undefined;
}
