// What the gateway keeps for routes that show several servers as one, and the cursors that it gives to their agents.

import type { Principal } from '../../agents/index.ts';
import type { AggregateRoute } from '../../config/index.ts';
import { LATEST_MODERN } from '../../mcp/index.ts';
import type { JsonObject, JsonValue } from '../../mcp/index.ts';
import { parseJson } from '../../mcp/index.ts';
import type { Server } from '../../servers/index.ts';
import { createKnownLists } from './known-lists.ts';
import type { KnownLists } from './known-lists.ts';
import { seal, unseal } from './seal.ts';
import type { Sealed, SealingKey } from './seal.ts';

/** How far a merged list has been given: the servers that have more, each with its own cursor (undefined: from its beginning). */
export interface ListPosition {
  /** Which page of the merged list comes next, from 1. */
  readonly page: number;
  readonly rest: readonly { readonly server: string; readonly cursor: string | undefined }[];
}

/** Whose cursor it is, and for which list. */
export interface CursorOwner {
  readonly principal: Principal;
  readonly route: string;
  readonly method: string;
}

/** What one worker keeps for all routes with several servers. */
export interface Aggregates {
  readonly known: KnownLists;
  /** What each server's server/discover said last, for those that are down now. */
  readonly discovered: Discovered;
  /** The route as somebody to be asked. */
  serverOf(route: AggregateRoute): Server;
  sealCursor(position: ListPosition, owner: CursorOwner): string;
  /** Undefined: it was not made here for this agent and this list, or long ago. */
  openCursor(cursor: string, owner: CursorOwner): ListPosition | undefined;
}

/** The results of server/discover, by agent and server. */
export interface Discovered {
  get(principal: Principal, server: string): JsonObject | undefined;
  put(principal: Principal, server: string, result: JsonObject): void;
}

export interface AggregatesOptions {
  readonly keys: () => readonly SealingKey[];
  readonly nowMs: () => number;
}

/** Longer than anybody reads a list. */
const CURSOR_LIFE_MS = 60 * 60_000;
/** 1 KiB each, more or less. */
const MAX_DISCOVERED = 10_000;

/** The keep of one worker. */
export function createAggregates({ keys, nowMs }: AggregatesOptions): Aggregates {
  const servers = new WeakMap<AggregateRoute, Server>();
  return {
    known: createKnownLists(nowMs),
    discovered: createDiscovered(),
    serverOf: (route) => {
      const server = servers.get(route) ?? createRouteServer(route);
      servers.set(route, server);
      return server;
    },
    sealCursor: ({ page, rest }, owner) => {
      const key = keys()[0];
      if (key === undefined) throw new Error('there is no key to seal cursors with');
      const positions = rest.map(({ server, cursor }) => [server, cursor ?? null]);
      return seal(JSON.stringify([nowMs(), page, positions]), sealedFor(owner), key);
    },
    openCursor: (cursor, owner) => {
      const text = unseal(cursor, sealedFor(owner), keys());
      const facts = text === undefined ? undefined : parseJson(Buffer.from(text, 'utf8'));
      return facts?.ok === true ? readPosition(facts.value.value, nowMs()) : undefined;
    },
  };
}

function sealedFor({ principal, route, method }: CursorOwner): Sealed {
  return { prefix: 'c1', binding: ['sallyport cursor 1', principal.tenant, principal.agent, route, method] };
}

function readPosition(facts: JsonValue, nowMs: number): ListPosition | undefined {
  if (!isArray(facts)) return undefined;
  const [sealedMs, page, positions] = facts;
  if (typeof sealedMs !== 'number' || nowMs - sealedMs > CURSOR_LIFE_MS || typeof page !== 'number' || !isArray(positions))
    return undefined;
  const rest = positions.flatMap((position) => {
    const [server, cursor] = isArray(position) ? position : [];
    return typeof server === 'string' ? [{ server, cursor: typeof cursor === 'string' ? cursor : undefined }] : [];
  });
  return { page, rest };
}

function createDiscovered(): Discovered {
  const results = new Map<string, JsonObject>();
  const keyOf = ({ tenant, agent }: Principal, server: string): string => `${tenant}\u0000${agent}\u0000${server}`;
  return {
    get: (principal, server) => results.get(keyOf(principal, server)),
    put: (principal, server, result) => {
      if (results.size >= MAX_DISCOVERED) results.clear();
      results.set(keyOf(principal, server), result);
    },
  };
}

/**
 * A route as a server: it is what calls are recorded under that concern all its servers. Nothing is ever sent to it; who asks it asks them.
 */
function createRouteServer({ key }: AggregateRoute): Server {
  const readiness: NonNullable<Server['readiness']> = {
    kind: 'ready',
    verdict: {
      revisions: [LATEST_MODERN],
      transport: 'streamable',
      modern: true,
      legacy: false,
      decidedAtMs: 0,
      staleAtMs: Number.POSITIVE_INFINITY,
    },
    http: undefined,
  };
  return {
    name: key,
    config: { kind: 'http', name: key, url: 'about:blank', headers: {}, tls: { minVersion: 'TLSv1.3' }, trust: 'review' },
    readiness,
    inFlight: 0,
    heldBytes: 0,
    doubt: () => {},
    prepare: (callback) => callback(readiness),
    close: () => {},
  };
}

function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
