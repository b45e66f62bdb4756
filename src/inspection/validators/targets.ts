// URLs in arguments: where they lead, by whom they are fetched otherwise than by HTTP, and whether they pretend to lead elsewhere.

import type { Candidate, Part, Validator } from '../types.ts';
import { reachOfHost } from './hosts.ts';
import type { HostReach } from './hosts.ts';

interface Target {
  readonly scheme: string;
  readonly authority: string;
  /** What some parsers take as the host and others do not, the first of them the plain reading. */
  readonly hosts: readonly string[];
  readonly smuggles: boolean;
  readonly part: Part;
}

const SCHEME = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}):$/i;
const FRONT_OF_RELATIVE = /(?:^|["'=(\s,])$/;
const URL_CHARACTERS = /^[^\s"'<>`|^]*/;
/** What ends a URL in markdown, code and text; a bracket may be an address's, and a backslash a trick. */
const BEHIND_URL = /(?:[)\]}]|\\[nrt"\\]|[.,;:!?]+$).*$/;

/** The URL whose `//`, or `\\`, was the anchor. */
function readTarget({ value, window, at }: Candidate): Target | undefined {
  const front = window.slice(Math.max(0, at - 34), at);
  const scheme = SCHEME.exec(front)?.[1];
  if (scheme === undefined && !FRONT_OF_RELATIVE.test(front)) return undefined;
  const from = at + value.length;
  // More slashes than two are as good as two to browsers.
  const slashes = /^[/\\]*/.exec(window.slice(from, from + 8))?.[0].length ?? 0;
  const rest = URL_CHARACTERS.exec(window.slice(from + slashes))?.[0] ?? '';
  const authority = /^(?:[^/?#\\[\]()]*\[[^\]\s/]{0,64}\](?::[0-9]*)?|[^/?#\\()[\]]*)/i.exec(rest)?.[0] ?? '';
  const isFile = scheme?.toLowerCase() === 'file';
  // Without a scheme `//word` is a comment.
  if (isFile ? rest === '' : authority === '' || (scheme === undefined && !/[.:]|^localhost/i.test(authority))) return undefined;
  const start = scheme === undefined ? at : at - scheme.length - 1;
  const smuggled = SMUGGLED.exec(rest.slice(authority.length))?.[1];
  const end = from + slashes + authority.length + rest.slice(authority.length).replace(BEHIND_URL, '').length;
  return {
    scheme: scheme?.toLowerCase() ?? '',
    authority,
    hosts: hostsOf(authority, smuggled),
    smuggles: smuggled !== undefined,
    part: { start, end },
  };
}

/** The host behind the last `@`; what stands in front of it; and what a parser finds that looks for `@` behind a backslash, `#` or `?`. */
function hostsOf(authority: string, smuggled: string | undefined): readonly string[] {
  const segments = authority.split('@');
  // No parser splits anywhere else, and looking at each of a thousand would take as long as somebody wants.
  const ends = segments.length > 4 ? [...segments.slice(0, 2), ...segments.slice(-2)] : segments;
  return [...ends.toReversed(), ...(smuggled === undefined ? [] : [smuggled])].map((segment) => segment.replace(/(?<!:):[0-9]*$/, ''));
}

/** What stands behind an `@` that stands behind what ends the host for some parsers, and not for others. */
const SMUGGLED = /^[\\#?][^/]*@([^/?#\\@\s]+)/;

// Where the plain reading leads counts, and so does every other reading that leads worse.
const ORDER: readonly HostReach[] = ['metadata', 'link-local', 'loopback', 'rebinding', 'private', 'public'];

function reachOf({ hosts, authority }: Target): HostReach {
  const reaches = hosts.map((host, index) => (index > 0 && !/[.:]/.test(host) ? 'public' : reachOfHost(host)));
  const worst = ORDER.find((reach) => reaches.includes(reach)) ?? 'public';
  // Of a name without dots only a whole authority is a host: what stands in front of `@` is a user.
  return authority === '' ? 'public' : worst;
}

const WEB_SCHEMES: ReadonlySet<string> = new Set(['', 'http', 'https', 'ws', 'wss', 'ftp', 'gopher']);

/** What a URL may be found to be. */
export const TARGET_TYPES = [
  // A cloud's metadata service, or another address of the link: credentials of the machine for whoever asks.
  { name: 'metadata-address', confidence: 'high' },
  // A name of somebody else's zone that leads inside.
  { name: 'rebinding-name', confidence: 'high' },
  // A URL that is not for the web.
  { name: 'unusual-scheme', confidence: 'medium' },
  // This machine, or a network that is not everybody's.
  { name: 'private-address', confidence: 'medium' },
  // A user's name that reads as the host, or a host that not every parser reads.
  { name: 'deceptive-url', confidence: 'medium' },
] as const;

const PLACES = new Map(TARGET_TYPES.map(({ name }, place) => [name, place]));
const TYPE_OF_REACH: Readonly<Record<HostReach, (typeof TARGET_TYPES)[number]['name'] | undefined>> = {
  metadata: 'metadata-address',
  'link-local': 'metadata-address',
  loopback: 'private-address',
  private: 'private-address',
  rebinding: 'rebinding-name',
  public: undefined,
};

/** Tells what the URL around `//` is. */
export function readTargets(candidate: Candidate, emit: (find: number, part: Part) => void): void {
  const target = readTarget(candidate);
  if (target === undefined) return;
  const say = (name: (typeof TARGET_TYPES)[number]['name']): void => emit(PLACES.get(name) ?? 0, target.part);
  if (UNUSUAL.has(target.scheme)) say('unusual-scheme');
  const reach = WEB_SCHEMES.has(target.scheme) ? TYPE_OF_REACH[reachOf(target)] : undefined;
  if (reach !== undefined) say(reach);
  if (isDeceptive(target)) say('deceptive-url');
}

/** Without a scheme it is a target when it is all of a value, or has a path or a port and stands where commands have their arguments. */
export const isMetadataHost: Validator = ({ value, window, at }) => {
  const front = window.slice(0, at);
  const rest = window.slice(at + value.length);
  if (/[a-z0-9._/@:-]$/i.test(front.slice(-1))) return false;
  const isAll = front.trim() === '' && /^\.?\s*$/.test(rest);
  return isAll || /^\.?(?::[0-9]{1,5})?\/[a-z0-9]/i.test(rest) || /\b(?:curl|wget|fetch|nc|ping|http|iwr)\s[^\n]{0,60}$/.test(front);
};

// Files of the fetching machine, protocols in which a URL can be made to say anything to any port, archives and filters that are code.
const UNUSUAL: ReadonlySet<string> = new Set(
  (
    'file gopher dict ldap ldaps ldapi jar ftp tftp netdoc php phar expect glob zip compress.zlib compress.bzip2 ssh2 ssh2.sftp ogg rar smb cifs ' +
    'telnet imap pop3 smtp rtsp nfs local_file view-source jndi rmi iiop dns corba url local'
  ).split(' '),
);

/** `file:/etc/passwd`, `jar:http://…!/`: schemes that need no slashes. */
export const findBareScheme: Validator = ({ value, window, at }) => {
  const rest = /^[^\s"'<>`|^\\)\]]*/.exec(window.slice(at + value.length))?.[0] ?? '';
  // With two slashes it is read as a URL.
  if (value.endsWith('/') && rest.startsWith('/')) return [];
  const needsUrl = value.toLowerCase() === 'jar:' && !/^(?:[a-z]+:)?\//i.test(rest);
  const isInside = /[a-z0-9+._-]/i.test(window.charAt(at - 1));
  return isInside || needsUrl || rest === '' ? [] : [{ start: at, end: at + value.length + rest.length }];
};

const LOOKS_LIKE_A_HOST =
  /(?:^|\.)[a-z0-9-]{2,63}\.(?:com|org|net|io|dev|gov|edu|app|ai|co|info|cloud|de|uk|fr|eu|jp|cn|ru|in|br|us)(?::[^@]*)?$/i;

/** `https://bank.example@elsewhere`; or a backslash, which some take as a slash and some do not. */
function isDeceptive({ scheme, authority, smuggles }: Target): boolean {
  if (!WEB_SCHEMES.has(scheme)) return false;
  const user = authority.slice(0, Math.max(0, authority.lastIndexOf('@')));
  return smuggles || LOOKS_LIKE_A_HOST.test(user) || /%(?:2f|5c|23|3f|40)/i.test(user);
}
