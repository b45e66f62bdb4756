// What the admin listener is to a browser, and who may ask it for anything. A browser sends what any web page wants of it, with the cookies of whoever is
// signed in: so a request has to name one of our own hosts (DNS rebinding), and whatever changes anything or reads the API has to come from a page of ours
// (cross-site requests, whichever header the browser tells it by). Decided from the head alone.

import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../../config/index.ts';
import { parseHost } from '../../http/index.ts';

/** Where the console is, as browsers see it. */
export interface Site {
  readonly scheme: 'http' | 'https';
  /** As configured; IPv6 without brackets. */
  readonly host: string;
  /** What it answers for beside its own address. Lowercase, without port. */
  readonly names: readonly string[];
}

/** A request that gets no further. */
export interface TurnedAway {
  readonly code: 'malformed' | 'host_refused' | 'cross_site' | 'method_not_allowed';
  readonly detail: string;
}

/** The part of a request that is judged. */
export type Head = Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'rawHeaders'>;

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const METHODS: ReadonlySet<string> = new Set([...READING, 'POST', 'PUT', 'PATCH', 'DELETE']);
const UNSPECIFIED: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
/** Beneath this is what only the console's own pages may ask for. */
const OURS_ALONE = /^\/(?:api\/|metrics$)/;

/** Why a request is turned away; undefined: it may go on. */
export function turnAway(site: Site, { method = '', url = '', headers, rawHeaders }: Head): TurnedAway | undefined {
  // The absolute form names a host of its own, which would go unjudged.
  if (!url.startsWith('/')) return { code: 'malformed', detail: 'The target must begin with a slash.' };
  const host = soleHost(rawHeaders);
  if (host === undefined) return { code: 'malformed', detail: 'There must be one Host, with a name or an address and perhaps a port.' };
  if (!answersFor(site, withoutPort(host))) {
    return {
      code: 'host_refused',
      detail: `Nothing is answered under this Host. Names that lead here belong into admin.names of the config.`,
    };
  }
  if (!METHODS.has(method)) return { code: 'method_not_allowed', detail: 'This method is not taken here.' };
  const { origin, 'sec-fetch-site': relation } = headers;
  const isReading = READING.has(method);
  if (origin !== undefined && origin !== `${site.scheme}://${host}`) return CROSS_SITE;
  if (isReading && !OURS_ALONE.test(pathOf(url))) return undefined;
  // `none`: a person has typed the address or opened a bookmark.
  const isOurs = relation === undefined || relation === 'same-origin' || (isReading && relation === 'none');
  // Every browser names the origin of what is no GET; what names none is no page of ours.
  return isOurs && (isReading || origin !== undefined) ? undefined : CROSS_SITE;
}

const CROSS_SITE: TurnedAway = {
  code: 'cross_site',
  detail: 'Only the pages of this console may ask for this. A program uses the admin socket, by the command line.',
};

/** A target's path. */
export function pathOf(target: string): string {
  const end = target.indexOf('?');
  return end === -1 ? target : target.slice(0, end);
}

/** The one Host of a request, in lower case. Of two, Node would take the first and say nothing. */
function soleHost(rawHeaders: readonly string[]): string | undefined {
  const hosts = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'host');
  return hosts.length === 1 ? parseHost(hosts[0] ?? '') : undefined;
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '');
}

/** No page can make a browser send an IP address as Host but by going there; a name can be pointed anywhere by whoever has it. */
function answersFor({ host, names }: Site, name: string): boolean {
  if (names.includes(name) || name === bracketed(host)) return true;
  return isLoopback(host) ? LOOPBACK_NAMES.has(name) : isIP(name.replace(/^\[|\]$/g, '')) !== 0;
}

/** A host as it stands in a URL. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host.toLowerCase()}]` : host.toLowerCase();
}

/** Where a person goes. */
export function urlOf({ scheme, host, names }: Site, port: number): string {
  const [name] = isLoopback(host) ? [] : names;
  return `${scheme}://${name ?? (UNSPECIFIED.has(host) ? '127.0.0.1' : bracketed(host))}:${port}`;
}
