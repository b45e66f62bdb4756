// Where a server may send people: to hosts that its config names, over https, written in one way only. Whatever a browser could take for another
// host than is read here is refused, whether or not its host is named.

import type { JsonValue } from '../mcp/index.ts';
import { toSkeleton } from '../base/index.ts';

const MAX_URL = 2_048;
/** Visible ASCII only; a backslash is a slash to browsers (WHATWG URL), and tabs and line breaks are nothing to them. */
const WRITTEN = /^https:\/\/[\x21-\x5b\x5d-\x7e]+$/;

/** What is wrong with a page, as the end of a sentence about opening it; undefined: it is on a host that is named. `hosts`: globs. */
export function hostFault(url: JsonValue | undefined, hosts: readonly string[]): string | undefined {
  if (typeof url !== 'string' || url.length > MAX_URL) return 'whose address cannot be read';
  if (/^https:/i.exec(url) === null) return 'that is not reached over https';
  if (!WRITTEN.test(url) || !URL.canParse(url)) return 'whose address can be read in more than one way';
  const { username, password, host, hostname } = new URL(url);
  if (username !== '' || password !== '' || authorityOf(url).includes('@')) return 'whose address has a name in front of its host';
  if (hostname.startsWith('[') || /^[\d.]+$/.test(hostname)) return 'on a host that is given as a number';
  if (hostname.endsWith('.') || !hostname.includes('.')) return 'on a host whose name is not whole';
  // Who names such a host means it; a glob does not.
  const isNamed = hosts.includes(host);
  if (!isNamed && hostname.split('.').some((label) => label.startsWith('xn--'))) return 'on a host whose name is not in plain letters';
  if (isNamed || hosts.some((glob) => matchesHost(glob, host))) return undefined;
  const meant = hosts.find((one) => looksLike(hostname, one));
  return meant === undefined ? 'on a host that its config does not name' : `on a host that looks like ${meant} and is another one`;
}

/** As it is written: `https://@host` has no name in front of it, and looks as if. */
function authorityOf(url: string): string {
  return /^https:\/\/([^/?#]*)/.exec(url)?.[1] ?? '';
}

/** `*.example.com` is everything below it, and not itself; `*` alone is every host, on the usual port. */
function matchesHost(glob: string, host: string): boolean {
  if (glob === '*') return !host.includes(':');
  return glob.startsWith('*.') ? host.endsWith(glob.slice(1)) && host.length > glob.length - 1 : glob === host;
}

/** Letters that look alike, and the name of a host at the beginning of another. */
function looksLike(hostname: string, named: string): boolean {
  const meant = named.replace(/^\*\./, '');
  if (meant === '*') return false;
  const plain = (text: string): string => toSkeleton(text).replace(/rn/g, 'm').replace(/vv/g, 'w').replace(/-/g, '').toLowerCase();
  return plain(hostname) === plain(meant) || hostname.startsWith(`${meant}.`) || hostname.endsWith(`-${meant}`) || hostname.endsWith(meant);
}
