// Most runs of dots, colons and hexadecimal digits are times of day, versions and hardware addresses. Only what has the form of a network address is read.

import type { Glance } from '../types.ts';

const NO_BYTES: Uint8Array = new Uint8Array(0);
const DOT = 0x2e;
const COLON = 0x3a;
const IPV4_DOTS = 3;
/** Seven between eight groups, and one beside them that belongs to the text. */
const IPV6_COLONS = 7;
const MAX_OCTET_DIGITS = 3;
const GROUP_DIGITS = 4;

/** Glances at runs of an address' characters. */
export function createAddressGlance(): Glance {
  let bytes = NO_BYTES;
  return {
    begin: (next) => {
      bytes = next;
    },
    skips: (start, end) => !mayBeIpv4(bytes, start, end) && !mayBeIpv6(bytes, start, end),
    end: () => {
      bytes = NO_BYTES;
    },
  };
}

/** Four decimal numbers, and a colon in front or a port behind. */
function mayBeIpv4(bytes: Uint8Array, start: number, end: number): boolean {
  let at = bytes[start] === COLON ? start + 1 : start;
  for (let dots = 0, digits = 0; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (isDecimal(byte)) {
      digits += 1;
      if (digits > MAX_OCTET_DIGITS) return false;
    } else if (byte === DOT && digits > 0 && dots < IPV4_DOTS) {
      dots += 1;
      digits = 0;
    } else {
      return dots === IPV4_DOTS && digits > 0 && (byte === COLON || at === end - 1);
    }
    if (at === end - 1) return dots === IPV4_DOTS && digits > 0;
  }
  return false;
}

/** What is given out begins with 2 or 3, or is of a network of its own; otherwise all eight groups must be there (ip.ts). */
function mayBeIpv6(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start] === COLON ? start + 1 : start;
  if (isLead(bytes[first] ?? 0, bytes[first + 1] ?? 0) && bytes[first + GROUP_DIGITS] === COLON) return true;
  let colons = 0;
  for (let at = first, digits = 0; at < end; at += 1) {
    if (bytes[at] === COLON) {
      colons += 1;
      digits = 0;
    } else if (bytes[at] !== DOT) {
      digits += 1;
      if (digits > GROUP_DIGITS) return false;
    }
  }
  return colons === IPV6_COLONS || colons === IPV6_COLONS + 1;
}

function isLead(first: number, second: number): boolean {
  const letter = second | 0x20;
  return first === 0x32 || first === 0x33 || ((first | 0x20) === 0x66 && (letter === 0x63 || letter === 0x64));
}

function isDecimal(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
