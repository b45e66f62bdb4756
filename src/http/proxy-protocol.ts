// The binary PROXY protocol, version 2 (proxy-protocol.txt by HAProxy, §2.2), read only from trusted proxies and only as the
// very first bytes of a connection. Its signature begins with CR, which no request line does, so the two cannot be confused.

import { plainAddress } from './address-list.ts';
import { CR } from './grammar.ts';

/** What the first bytes of a connection are. */
export type ProxyHeader =
  | { readonly kind: 'absent' }
  | { readonly kind: 'partial' }
  | { readonly kind: 'malformed' }
  /** The proxy speaks for itself (a health check): the socket's own address counts. */
  | { readonly kind: 'local'; readonly length: number }
  | { readonly kind: 'proxied'; readonly length: number; readonly address: string; readonly port: number };

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const FIXED_BYTES = 16;
/** Addresses and extensions; what proxies really send is well under a kilobyte. */
const MAX_REST_BYTES = 2048;

const VERSION_2_LOCAL = 0x20;
const VERSION_2_PROXY = 0x21;
const TCP_OVER_IPV4 = 0x11;
const TCP_OVER_IPV6 = 0x21;
const IPV4_BLOCK_BYTES = 12;
const IPV6_BLOCK_BYTES = 36;

/** Reads the header at the front of these bytes, the first of the connection. */
export function readProxyHeader(bytes: Buffer): ProxyHeader {
  if (bytes.length === 0) return { kind: 'partial' };
  if (bytes[0] !== CR) return { kind: 'absent' };
  const known = Math.min(bytes.length, SIGNATURE.length);
  if (bytes.compare(SIGNATURE, 0, known, 0, known) !== 0) return { kind: 'malformed' };
  if (bytes.length < FIXED_BYTES) return { kind: 'partial' };
  const rest = bytes.readUInt16BE(14);
  if (rest > MAX_REST_BYTES) return { kind: 'malformed' };
  const length = FIXED_BYTES + rest;
  if (bytes.length < length) return { kind: 'partial' };
  if (bytes[12] === VERSION_2_LOCAL) return { kind: 'local', length };
  if (bytes[12] !== VERSION_2_PROXY) return { kind: 'malformed' };
  if (bytes[13] === TCP_OVER_IPV4 && rest >= IPV4_BLOCK_BYTES) {
    return { kind: 'proxied', length, address: bytes.subarray(16, 20).join('.'), port: bytes.readUInt16BE(24) };
  }
  if (bytes[13] === TCP_OVER_IPV6 && rest >= IPV6_BLOCK_BYTES) {
    return { kind: 'proxied', length, address: ipv6Text(bytes.subarray(16, 32)), port: bytes.readUInt16BE(48) };
  }
  // Unix sockets, datagrams and 'unspecified' name no client that a record could hold.
  return { kind: 'malformed' };
}

function ipv6Text(bytes: Buffer): string {
  const groups: string[] = [];
  for (let at = 0; at < bytes.length; at += 2) groups.push(bytes.readUInt16BE(at).toString(16));
  // The URL parser writes IPv6 in its one canonical form (RFC 5952).
  const text = new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
  const mapped = bytes.subarray(0, 12).equals(MAPPED) ? bytes.subarray(12).join('.') : text;
  return plainAddress(mapped);
}

const MAPPED = Buffer.from('00000000000000000000ffff', 'hex');
