// From a request that the door has let in to what the road carries.

import type { Caller } from '../agents/index.ts';
import type { Route, Snapshot } from '../config/index.ts';
import type { Peer, RequestHead, ServerRequest } from '../http/index.ts';
import { withOrigin } from './cross-origin.ts';
import { endpointOf } from './endpoint.ts';
import type { Arrival } from './exchange.ts';

/** What the door keeps for a request between its head and its body. */
export interface Admitted {
  readonly principal: Caller;
  readonly route: Route;
  readonly snapshot: Snapshot;
  /** The client, where the connection is only the relay from another worker. */
  readonly peer: Peer;
}

/** A request that is here, and was let in. */
export interface LetIn {
  readonly request: ServerRequest<Admitted>;
  readonly admitted: Admitted;
  readonly body: Uint8Array;
  /** When it was complete, in microseconds of a monotonic clock. */
  readonly arrivedUs: number;
  /** Another worker handed it on. */
  readonly isRelayed: boolean;
}

/** The arrival that it is. */
export function arrivalOf({ request, admitted, body, arrivedUs, isRelayed }: LetIn): Arrival {
  const { head } = request;
  const origin = head.headers.get('origin');
  return {
    method: head.method,
    headers: head.headers,
    body,
    unread: undefined,
    peer: admitted.peer,
    route: admitted.route,
    principal: admitted.principal,
    subject: undefined,
    snapshot: admitted.snapshot,
    reply: origin === undefined ? request : withOrigin(request, origin),
    endpoint: endpointFor(head),
    relayed: isRelayed,
    trace: undefined,
    arrivedUs,
  };
}

/** Only what is posted can be for an endpoint. */
export function endpointFor({ method, query }: RequestHead): string | undefined {
  return method === 'POST' && query !== '' ? endpointOf(query) : undefined;
}
