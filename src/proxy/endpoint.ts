// The endpoint of an agent of 2024-11-05 (sse-agent.ts): named by the query of its POSTs, held by the worker that has its stream.

import type { Carry } from './bridge/index.ts';
import type { Arrival, Ports } from './exchange.ts';

/** The query parameter with the endpoint's token. */
export const ENDPOINT_PARAMETER = 'endpoint';

const PREFIX = `${ENDPOINT_PARAMETER}=`;
const MAX_TOKEN_CHARS = 2_048;

/** The token in a query; undefined where there is none. Nothing else is looked for in a query. */
export function endpointOf(query: string): string | undefined {
  if (!query.startsWith(PREFIX) || query.length > MAX_TOKEN_CHARS) return undefined;
  return query.slice(PREFIX.length);
}

/** Hands what was posted to the connection that it belongs to, here or in another worker; `gone` where there is none. */
export function postToEndpoint(
  arrival: Arrival,
  token: string,
  ports: Ports,
  road: { readonly carry: Carry; readonly gone: () => void },
): void {
  const { principal, route, relayed } = arrival;
  const { endpoints } = ports.sessions;
  const owner = relayed ? undefined : endpoints.ownerElsewhere(token, principal, route.key);
  if (owner !== undefined) return ports.relayToOwner(arrival, owner, road.gone);
  const take = endpoints.find(token, principal, route.key);
  if (take === undefined) road.gone();
  else take(arrival, road.carry);
}
