// The request target (RFC 9112 §3.2) in its one canonical spelling. The path is refused when a second reader could find another
// path in it: nothing is decoded, normalised or repaired here, so that what is routed is what was sent.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { DOT, hexValue, PATH, PERCENT, QUERY, QUESTION, SLASH, UNRESERVED } from './grammar.ts';
import type { ByteClass } from './grammar.ts';

/** Path and query of an origin-form target, as sent. */
export interface Target {
  readonly path: string;
  readonly query: string;
}

// Bytes that must not hide behind a percent sign: unreserved ones have a plain spelling (RFC 3986 §6.2.2.2), the others change
// the path for whoever decodes before splitting: '/', '\', '%' (double encoding), '?', '#', ';' and all controls.
const NEVER_ENCODED = neverEncoded();

/** Parses bytes[start, end), the target of a request line. The error says what is wrong with it. */
export function parseTarget(bytes: Buffer, start: number, end: number): Result<Target, string> {
  // Absolute form is for proxies, authority form for CONNECT, '*' for OPTIONS to a whole server: none of them is us. An
  // absolute form would also bring a second host name beside the Host field.
  if (bytes[start] !== SLASH) return fail('the target is not in origin form');
  let at = start + 1;
  let segment = at;
  for (; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === QUESTION) break;
    if (byte === SLASH) {
      if (isTrap(bytes, segment, at)) return fail('the path has an empty or dot segment');
      segment = at + 1;
    } else if (byte === PERCENT) {
      const value = encodedByte(bytes, at, end);
      if (value < 0) return fail('the path has a broken percent-encoding');
      if (NEVER_ENCODED[value] === 1) return fail('the path hides a character behind a percent-encoding');
      at += 2;
    } else if (PATH[byte] !== 1) {
      return fail('the path has a character that does not belong there');
    }
  }
  // A trailing slash leaves an empty last segment, which is no trap; '/..' is.
  if (at > segment && isTrap(bytes, segment, at)) return fail('the path has an empty or dot segment');
  const path = bytes.toString('latin1', start, at);
  if (at === end) return ok({ path, query: '' });
  if (!isQuery(bytes, at + 1, end)) return fail('the query has a character that does not belong there');
  return ok({ path, query: bytes.toString('latin1', at + 1, end) });
}

function isTrap(bytes: Buffer, start: number, end: number): boolean {
  if (end - start > 2) return false;
  for (let at = start; at < end; at += 1) if (bytes[at] !== DOT) return false;
  return true;
}

function isQuery(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === PERCENT) {
      if (encodedByte(bytes, at, end) < 0) return false;
      at += 2;
    } else if (QUERY[byte] !== 1) {
      return false;
    }
  }
  return true;
}

function encodedByte(bytes: Buffer, at: number, end: number): number {
  if (at + 2 >= end) return -1;
  const high = hexValue(bytes[at + 1] ?? 0);
  const low = hexValue(bytes[at + 2] ?? 0);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function neverEncoded(): ByteClass {
  const table = UNRESERVED.slice();
  table.fill(1, 0, 0x20);
  table[0x7f] = 1;
  for (const trap of '/\\%?#;') table[trap.charCodeAt(0)] = 1;
  return table;
}
