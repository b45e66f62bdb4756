// Names on a route that shows several servers as one. `<server>__<name>`: the names of servers have no underscore, so the first one ends
// the server's, and no two things share a qualified name. Hosts and models take 64 characters at most; what is longer is cut, and ends
// in a digest of the whole. Everything here follows from the names alone, so that every worker says the same.

import { sha256Hex } from '../base/index.ts';

/** What stands between the name of a server and that of its tool or prompt. */
const SEPARATOR = '__';
/** Longest name that the interfaces of models take for a function. */
export const MAX_QUALIFIED_CHARS = 64;
/** 64 bits: nobody finds a second name with the digest of a first one. */
const DIGEST_CHARS = 16;
const CUT_CHARS = MAX_QUALIFIED_CHARS - DIGEST_CHARS - 1;
const DIGEST = /^_[0-9a-f]{16}$/;

/** A tool or prompt of one server. */
export interface OwnName {
  readonly server: string;
  readonly name: string;
}

/** What a qualified name says about itself. `cut`: one of the servers has something whose qualified name it is; only their lists say what. */
export type ReadName = ({ readonly kind: 'whole' } & OwnName) | { readonly kind: 'cut'; readonly servers: readonly string[] };

/** The name on the route of what a server calls `name`. */
export function qualifiedName(server: string, name: string): string {
  const whole = server + SEPARATOR + name;
  if (whole.length <= MAX_QUALIFIED_CHARS && !isCut(whole)) return whole;
  return `${cutTo(whole)}_${sha256Hex(whole).slice(0, DIGEST_CHARS)}`;
}

/** Takes a qualified name apart; undefined if it cannot be one of these servers'. */
export function readQualifiedName(text: string, servers: readonly string[]): ReadName | undefined {
  if (text.length > MAX_QUALIFIED_CHARS) return undefined;
  if (isCut(text)) {
    const begin = text.slice(0, CUT_CHARS);
    const possible = servers.filter((server) => `${server}${SEPARATOR}`.startsWith(begin) || begin.startsWith(server + SEPARATOR));
    return possible.length === 0 ? undefined : { kind: 'cut', servers: possible };
  }
  const server = serverOf(text, servers);
  return server === undefined ? undefined : { kind: 'whole', server, name: text.slice(server.length + SEPARATOR.length) };
}

/**
 * The names on a route that leaves names as they are. The servers come in the order of the config: the first that has a name keeps it, the
 * same name of a later one is qualified. So is any name that begins like a qualified one, which would pass for another server's.
 */
export function bareNames(lists: readonly { readonly server: string; readonly names: readonly string[] }[]): ReadonlyMap<string, OwnName> {
  const servers = lists.map(({ server }) => server);
  const shown = new Map<string, OwnName>();
  for (const { server, names } of lists) {
    for (const name of names) {
      const own = { server, name };
      if (!shown.has(name) && !isCut(name) && serverOf(name, servers) === undefined) shown.set(name, own);
      else if (shown.get(name)?.server !== server) shown.set(qualifiedName(server, name), own);
    }
  }
  return shown;
}

/** A name of full length that ends in a digest is always taken for a cut one; an uncut one of this look is therefore cut as well. */
function isCut(text: string): boolean {
  return text.length === MAX_QUALIFIED_CHARS && DIGEST.test(text.slice(CUT_CHARS));
}

function serverOf(text: string, servers: readonly string[]): string | undefined {
  return servers.find((server) => text.startsWith(server + SEPARATOR));
}

/** Not in the middle of a character that UTF-16 writes in two units: half of one cannot be sent. */
function cutTo(text: string): string {
  return text.slice(0, CUT_CHARS).toWellFormed();
}
