// How the gateway and its servers do: from a checked request to the port.

import type { OVERVIEW_ENDPOINTS } from './contract-overview.ts';
import type { SERVER_ENDPOINTS } from './contract-servers.ts';
import type { ResponseOf, ServerQuery, ServerStatus } from './contract.ts';
import { map } from './handler.ts';
import type { Handlers } from './handler.ts';

/** Handlers of the endpoints about how the gateway does, and about servers. */
export const OVERVIEW_HANDLERS: Handlers<keyof typeof OVERVIEW_ENDPOINTS | keyof typeof SERVER_ENDPOINTS> = {
  readOverview: async ({ overview }, { query }) => map(await overview.read(query.window), (value) => ({ value })),
  readCapacity: async ({ overview }) => map(await overview.capacity(), (value) => ({ value })),
  listServers: async (ports, { query }) => map(await ports.servers(), (servers) => ({ value: toPage(servers, query) })),
  readServer: async ({ overview }, { server, query }) => map(await overview.server(server, query.window), (value) => ({ value })),
  probeServer: async ({ overview }, { server }) => map(await overview.probe(server), (value) => ({ value })),
};

/** By name; a page goes on behind the name that the one before ended with, whatever came or went in between. */
function toPage(all: readonly ServerStatus[], { search, state, limit, cursor }: ServerQuery): ResponseOf<'listServers'> {
  const wanted = search?.toLowerCase();
  const fitting = all
    .filter((server) => state === undefined || server.state === state)
    .filter(({ name, target }) => wanted === undefined || name.toLowerCase().includes(wanted) || target.toLowerCase().includes(wanted))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const rest = cursor === undefined ? fitting : fitting.filter(({ name }) => name > cursor);
  const servers = limit === undefined ? rest : rest.slice(0, limit);
  return { servers, total: fitting.length, next: servers.length < rest.length ? (servers.at(-1)?.name ?? null) : null };
}
