// Agents of 2024-11-05, whose session is a connection: one stream down, and an endpoint to post to (basic/transports, "HTTP with SSE").
// Which connection a POST belongs to is said by a sealed token in the endpoint's query. It names the worker that holds the connection, and is
// of no use to another agent or on another route: a query may end up in somebody's log.

import type { Principal } from '../../agents/index.ts';
import type { Arrival } from '../exchange.ts';
import { seal, unseal } from './seal.ts';
import type { Sealed, SealingKey } from './seal.ts';

/** Sends an arrival down the road. */
export type Carry = (arrival: Arrival) => void;

/** Takes what is posted to one endpoint. */
export type TakePost = (arrival: Arrival, carry: Carry) => void;

/** The endpoints of one worker. */
export interface Endpoints {
  readonly count: number;
  /** Makes an endpoint for a connection. */
  open(principal: Principal, route: string, take: TakePost): { readonly token: string; readonly close: () => void };
  /** The worker whose endpoint this is, if that is another one; undefined also for what is none. */
  ownerElsewhere(token: string, principal: Principal, route: string): string | undefined;
  find(token: string, principal: Principal, route: string): TakePost | undefined;
}

export interface EndpointsOptions {
  readonly self: string;
  readonly keys: () => readonly SealingKey[];
}

interface Named {
  readonly owner: string;
  readonly number: number;
}

/** No endpoints yet. */
export function createEndpoints({ self, keys }: EndpointsOptions): Endpoints {
  const open = new Map<number, TakePost>();
  let next = 1;

  const read = (token: string, principal: Principal, route: string): Named | undefined => {
    const [owner, number] = unseal(token, sealed(principal, route), keys())?.split(' ') ?? [];
    return owner === undefined || number === undefined ? undefined : { owner, number: Number(number) };
  };

  return {
    get count() {
      return open.size;
    },
    open: (principal, route, take) => {
      const [key] = keys();
      if (key === undefined) throw new Error('there is no key to seal endpoints with');
      const number = next++;
      open.set(number, take);
      return { token: seal(`${self} ${number}`, sealed(principal, route), key), close: () => open.delete(number) };
    },
    ownerElsewhere: (token, principal, route) => {
      const owner = read(token, principal, route)?.owner;
      return owner === self ? undefined : owner;
    },
    find: (token, principal, route) => {
      const named = read(token, principal, route);
      return named?.owner === self ? open.get(named.number) : undefined;
    },
  };
}

function sealed({ tenant, agent }: Principal, route: string): Sealed {
  return { prefix: 'e1', binding: ['sallyport endpoint 1', tenant, agent, route] };
}
