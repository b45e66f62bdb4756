// IP addresses as personal data: whose connection it is. Not versions, sections, identifiers of other kinds, nor addresses that are nobody's.

import type { Candidate, Part } from '../types.ts';
import { parseIpv4, parseIpv6 } from './addresses.ts';
import { hasContext, words } from './context.ts';

const SPEAKS_OF_ADDRESSES = words('ip', 'ips', 'ipv4', 'ipv6', 'ip addr*', 'addr*', 'host*', 'server*', 'client*', 'remote*', 'peer', 'from', 'dns', 'ping', 'connect*', 'login', 'logged', 'proxy', 'visitor*', 'forwarded*', 'nameserver*', 'resolver*', 'gateway', 'router', 'ssh', 'nslookup', 'traceroute'); // prettier-ignore
const SPEAKS_OF_VERSIONS =
  /(?:version|\bver|\bv|build|release|revision|\brev|firmware|driver|section|chapter|clause|appendix|article|table|figure|§|upgrade|\bsdk|assembly|fileversion|==|>=|<=|~=|[a-z]\^|\boid)[\s"':=.]{0,4}$/i;

/** The IPv4 address that a run of digits, dots and colons is. */
export function findIpv4(candidate: Candidate): Part | undefined {
  const { value, window, at } = candidate;
  const match = /^(:?)([0-9]{1,3}(?:\.[0-9]{1,3}){3})(?:[.:]|:[0-9]{1,5}[.:]?)?$/.exec(value);
  const text = match?.[2] ?? '';
  const address = parseIpv4(text);
  if (address === undefined || !isSomebodys(address)) return undefined;
  const start = at + (match?.[1]?.length ?? 0);
  const end = start + text.length;
  if (!standsAlone(window, start, at + value.length) || SPEAKS_OF_VERSIONS.test(window.slice(Math.max(0, start - 24), start)))
    return undefined;
  if (/^v(?:er(?:sion)?)?$|version/i.test(candidate.key)) return undefined;
  return isSmall(text) && !hasContext(candidate, start, end, SPEAKS_OF_ADDRESSES) ? undefined : { start, end };
}

/** Not this machine, no machine, or many. */
function isSomebodys(address: number): boolean {
  const first = Math.floor(address / 16_777_216);
  return first !== 0 && first !== 127 && first < 224 && Math.floor(address / 65_536) !== 0xa9_fe;
}

/** `1.2.3.4` numbers a section as often as a machine. */
function isSmall(text: string): boolean {
  return text.split('.').every((part) => part.length < 2) || /\.0\.0(?:\.|$)/.test(text);
}

/** No letter, digit or mark in front that makes it part of a name or a version; a path only behind what is a URL. */
function standsAlone(window: string, start: number, end: number): boolean {
  const before = window.charAt(start - 1);
  const after = window.charAt(end);
  if (/[A-Za-z0-9_.\-^~]/.test(before) && !/%(?:20|3[aAdD]|22|2[cCfF])$/.test(window.slice(0, start))) return false;
  if (before === '/' && /[A-Za-z0-9_]/.test(window.charAt(start - 2))) return false;
  return !/[A-Za-z_]/.test(after) && !(after === '-' && /[A-Za-z0-9]/.test(window.charAt(end + 1)));
}

/** The IPv6 address that a run of hexadecimal digits and colons is. */
export function findIpv6({ value, window, at }: Candidate): Part | undefined {
  const lead = /^:(?!:)/.test(value) ? 1 : 0;
  const text = value.slice(lead).replace(/(?:(?<!:):|\.)$/, '');
  const start = at + lead;
  const end = start + text.length;
  // What is given out to somebody begins with 2 or 3 (RFC 4291 §2.4), or is of a network of its own (RFC 4193).
  if (!/^(?:[23][0-9a-f]{3}|f[cd][0-9a-f]{2}):/i.test(text) && !/^(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}$/i.test(text)) return undefined;
  if (/[A-Za-z0-9_.-]/.test(window.charAt(start - 1)) || /[A-Za-z0-9_]/.test(window.charAt(end))) return undefined;
  const groups = parseIpv6(text);
  return groups === undefined || isFingerprint(text, groups) ? undefined : { start, end };
}

/** Bytes between colons: of a hardware address, or a short digest. */
function isFingerprint(text: string, groups: readonly number[]): boolean {
  return text.split(':').every((group) => group.length === 2) || groups.every((group) => group < 256);
}
