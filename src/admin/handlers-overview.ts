// How the gateway and its servers do: from a checked request to the port.

import { withoutProgramWords } from '../base/index.ts';
import type { OVERVIEW_ENDPOINTS } from './contract-overview.ts';
import type { SERVER_ENDPOINTS } from './contract-servers.ts';
import type { ResponseOf, ServerQuery, ServerStatus } from './contract.ts';
import { map } from './handler.ts';
import type { Handlers } from './handler.ts';
import { listSeers, maySee } from './roles.ts';
import { standingOf } from './visit.ts';
import type { Visit } from './visit.ts';

/** Handlers of the endpoints about how the gateway does, and about servers. */
export const OVERVIEW_HANDLERS: Handlers<keyof typeof OVERVIEW_ENDPOINTS | keyof typeof SERVER_ENDPOINTS> = {
  readOverview: async ({ overview }, { query, visit }) =>
    map(await overview.read(query.window), (value) => ({ value: shownTo(visit, value) })),
  readCapacity: async ({ overview }) => map(await overview.capacity(), (value) => ({ value })),
  listServers: async (ports, { query, visit }) =>
    map(await ports.servers(), (servers) => ({ value: shownTo(visit, toPage(servers, query)) })),
  readServer: async ({ overview }, { server, query, visit }) =>
    map(await overview.server(server, query.window), (value) => ({ value: shownTo(visit, value) })),
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

const KEPT_BACK = `[what the program said is for ${listSeers('programWords')}]`;

/** An answer as whoever asks may see it: that a program said something is no secret, what it said may be one. */
function shownTo<T>(visit: Visit | undefined, value: T): T {
  if (visit === undefined || maySee(standingOf(visit), 'programWords')) return value;
  // Only texts are changed: it stays of the same type.
  return mapTexts(value, (text) => withoutProgramWords(text, KEPT_BACK)) as T;
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one: unknown) => mapTexts(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapTexts(member, change)]));
}
