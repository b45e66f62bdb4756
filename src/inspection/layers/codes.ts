// Bytes written as letters: base64 and base64url (RFC 4648 §4, §5), and hexadecimal digits (§8). Any long word may be such a run, so the question is not
// whether it can be read, but whether text comes out: twelve printable bytes in a row, which bytes that are none have once in a hundred thousand places.
// Where a run begins says nothing, for something may stand in front of it, so every alignment is tried; asked from the end of each stretch, that costs little.

import type { Layer } from '../types.ts';

/** One way of writing bytes. */
export interface Code {
  readonly layer: Layer;
  /** Shorter runs say nothing. */
  readonly minChars: number;
  /** So many characters are so many bytes; and so many alignments there are. */
  readonly unitChars: number;
  readonly unitBytes: number;
  /** What each byte stands for as a digit; more than any digit if it is none. */
  readonly digits: Uint8Array;
  /** The byte with that number, of what is written from `from` on. */
  byteAt(bytes: Uint8Array, from: number, index: number): number;
}

/** A stretch of characters of one code, [from, to). */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/** As many printable bytes in a row are a text. */
const TEXT_BYTES = 12;
/** What stands for no digit. */
export const NO_DIGIT = 0xff;

const BASE64_DIGITS = table('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
BASE64_DIGITS['-'.charCodeAt(0)] = 62;
BASE64_DIGITS['_'.charCodeAt(0)] = 63;
const HEX_DIGITS = table('0123456789abcdef');
for (const letter of 'ABCDEF') HEX_DIGITS[letter.charCodeAt(0)] = Number.parseInt(letter, 16);

const PRINTABLE = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d ? 1 : 0,
);

export const BASE64: Code = {
  layer: 'base64',
  minChars: 16,
  unitChars: 4,
  unitBytes: 3,
  digits: BASE64_DIGITS,
  byteAt: (bytes, from, index) => {
    const part = index % 3;
    const at = from + ((index - part) / 3) * 4 + part;
    const high = BASE64_DIGITS[bytes[at] ?? 0] ?? 0;
    const low = BASE64_DIGITS[bytes[at + 1] ?? 0] ?? 0;
    if (part === 0) return ((high << 2) | (low >> 4)) & 0xff;
    return part === 1 ? ((high << 4) | (low >> 2)) & 0xff : ((high << 6) | low) & 0xff;
  },
};

export const HEX: Code = {
  layer: 'hex',
  minChars: 24,
  unitChars: 2,
  unitBytes: 1,
  digits: HEX_DIGITS,
  byteAt: (bytes, from, index) =>
    ((HEX_DIGITS[bytes[from + 2 * index] ?? 0] ?? 0) << 4) | (HEX_DIGITS[bytes[from + 2 * index + 1] ?? 0] ?? 0),
};

/** The first run that reaches behind `from`, whole, up to `end`; what stands in front of `begin` is not looked at. */
export function nextRun(code: Code, bytes: Uint8Array, begin: number, from: number, end: number): Run | undefined {
  const { digits, minChars } = code;
  let at = from;
  // Of a run that is long enough, every stretch of this length that begins in front of it ends in it or behind it.
  while (at > begin && digits[bytes[at - 1] ?? 0] !== NO_DIGIT) at--;
  while (at + minChars <= end) {
    let place = at + minChars - 1;
    while (place >= at && digits[bytes[place] ?? 0] !== NO_DIGIT) place--;
    if (place < at) {
      let to = at + minChars;
      while (to < end && digits[bytes[to] ?? 0] !== NO_DIGIT) to++;
      return { from: at, to };
    }
    at = place + 1;
  }
  return undefined;
}

/** How many whole bytes characters are. */
export function bytesIn(code: Code, chars: number): number {
  return Math.floor((chars * code.unitBytes) / code.unitChars);
}

/** Whether text comes out somewhere. */
export function hasText(code: Code, bytes: Uint8Array, from: number, to: number): boolean {
  const count = bytesIn(code, to - from);
  let at = 0;
  while (at + TEXT_BYTES <= count) {
    let place = at + TEXT_BYTES - 1;
    while (place >= at && PRINTABLE[code.byteAt(bytes, from, place)] === 1) place--;
    if (place < at) return true;
    at = place + 1;
  }
  return false;
}

/** The bytes that are written; at most so many. */
export function decode(code: Code, bytes: Uint8Array, from: number, to: number, maxBytes = Number.MAX_SAFE_INTEGER): Uint8Array {
  const decoded = new Uint8Array(Math.min(maxBytes, bytesIn(code, to - from)));
  for (let index = 0; index < decoded.length; index++) decoded[index] = code.byteAt(bytes, from, index);
  return decoded;
}

function table(alphabet: string): Uint8Array {
  const digits = new Uint8Array(256).fill(NO_DIGIT);
  for (const [value, letter] of Array.from(alphabet).entries()) digits[letter.charCodeAt(0)] = value;
  return digits;
}
