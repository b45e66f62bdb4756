// The Host field (RFC 9112 §3.2, RFC 3986 §3.2.2): a name or an address, and perhaps a port. Only its grammar is judged here;
// whether the gateway answers for that name is decided above.

import { isIPv6 } from 'node:net';
import { COLON, HOST_IPV6, HOST_NAME, isDigit } from './grammar.ts';
import type { ByteClass } from './grammar.ts';

const BRACKET_OPEN = 0x5b;
const MAX_HOST_LENGTH = 255 + ':65535'.length;

/** The host in lower case, or undefined if it is not exactly one host with an optional port. */
export function parseHost(value: string): string | undefined {
  if (value.length === 0 || value.length > MAX_HOST_LENGTH) return undefined;
  let at = 0;
  if (value.charCodeAt(0) === BRACKET_OPEN) {
    at = runOf(HOST_IPV6, value, 1);
    if (value[at] !== ']' || !isIPv6(value.slice(1, at))) return undefined;
    at += 1;
  } else {
    at = runOf(HOST_NAME, value, 0);
    if (at === 0) return undefined;
  }
  if (at === value.length) return value.toLowerCase();
  return value.charCodeAt(at) === COLON && isPort(value, at + 1) ? value.toLowerCase() : undefined;
}

function runOf(members: ByteClass, value: string, start: number): number {
  let at = start;
  while (at < value.length && members[value.charCodeAt(at)] === 1) at += 1;
  return at;
}

function isPort(value: string, start: number): boolean {
  const length = value.length - start;
  if (length < 1 || length > 5) return false;
  for (let at = start; at < value.length; at += 1) if (!isDigit(value.charCodeAt(at))) return false;
  return Number(value.slice(start)) <= 65535;
}
