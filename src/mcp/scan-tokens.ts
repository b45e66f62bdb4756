// The leaves of the strict pass: white space, strings, numbers, literals, byte by byte (RFC 8259 §2, §3, §6, §7).
// Each function takes the offset where its token begins and gives the offset behind it, or -1 after noting a problem.
// UTF-8 is not looked at here: parseJson has decoded the same bytes fatally before the pass begins.

import type { ErrorCode } from '../base/index.ts';

/** What one strict pass carries with it. One object per document, nothing per value. */
export interface Scan {
  readonly bytes: Uint8Array;
  readonly maxDepth: number;
  /** Lone surrogate escapes are noted in `lone` instead of refused. */
  readonly repair: boolean;
  /** Where the values near the root stand (spans.ts has the format), and how many integers of it are in use. */
  spans: Int32Array;
  spanTop: number;
  /** The keys of the objects that are open (scan-names.ts has the format). */
  readonly names: Int32Array;
  /** Offsets of the six-byte escapes that name half a character. */
  lone: number[] | undefined;
  /** The last string had an escape. Strings only ever set it; who wants to know clears it first. */
  escaped: boolean;
  /** Some key had an escape: JSON.parse must not read this text (build-value.ts says why). */
  escapedName: boolean;
  /** Some number lost digits or overflowed. */
  lossy: boolean;
  problem: { readonly code: ErrorCode; readonly say: string } | undefined;
}

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;
const SMALL_E = 0x65;
const SMALL_U = 0x75;
const ASCII_CASE = 0x20;

/** Bytes that stand for themselves in a string: everything but the quote, the backslash and the control characters. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0));

const NOT_HEX = 0xff;
const HEX = Uint8Array.from({ length: 256 }, (_, byte) => {
  const digit = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(digit) ? NOT_HEX : digit;
});

/** One-letter escapes of RFC 8259 §7. */
const SHORT_ESCAPES = new Set(Buffer.from('"\\/bfnrt'));

const LATIN1 = new TextDecoder('latin1');

/** Notes why the document is refused. The sentence names the place, never the content. */
export function refuse(scan: Scan, code: ErrorCode, at: number, what: string): -1 {
  scan.problem = { code, say: `${what} at byte ${at}.` };
  return -1;
}

/** Refuses with "not valid JSON", which is what most refusals are. */
export function malformed(scan: Scan, at: number, what: string): -1 {
  return refuse(scan, 'json_malformed', at, `The body is not valid JSON: ${what}`);
}

/** The byte there; 0 behind the end, which begins and continues no token. */
export function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

/** The first offset that is not one of the four white space bytes of RFC 8259 §2. */
export function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte !== SPACE && byte !== LINE_FEED && byte !== TAB && byte !== CARRIAGE_RETURN) break;
    at++;
  }
  return at;
}

/** A string; `from` is its opening quote. */
export function skipString(scan: Scan, from: number): number {
  const bytes = scan.bytes;
  const end = bytes.length;
  let at = from + 1;
  let byte: number | undefined;
  // The hottest loop there is. Asking for the end first keeps every read in bounds: one read beyond it, in one truncated text,
  // and the engine compiles the loop for both cases, at half the speed, for all who come after.
  while (at < end && (byte = bytes[at]) !== undefined) {
    if (PLAIN[byte] === 1) {
      at++;
    } else if (byte === QUOTE) {
      return at + 1;
    } else if (byte === BACKSLASH) {
      at = skipEscape(scan, at);
      if (at < 0) return -1;
    } else {
      return malformed(scan, at, 'a control character in a string');
    }
  }
  return malformed(scan, at, 'the text ends inside a string');
}

function skipEscape(scan: Scan, at: number): number {
  scan.escaped = true;
  const kind = byteAt(scan.bytes, at + 1);
  if (kind !== SMALL_U) return SHORT_ESCAPES.has(kind) ? at + 2 : malformed(scan, at, 'an unknown escape');
  const unit = hexUnit(scan.bytes, at + 2);
  if (unit < 0) return malformed(scan, at, 'a broken \\u escape');
  if (unit < 0xd800 || unit > 0xdfff) return at + 6;
  // A pair of escapes is one character; half of one is no character, and readers differ in what they make of it.
  if (unit < 0xdc00 && scan.bytes[at + 6] === BACKSLASH && scan.bytes[at + 7] === SMALL_U) {
    const low = hexUnit(scan.bytes, at + 8);
    if (low >= 0xdc00 && low <= 0xdfff) return at + 12;
  }
  if (!scan.repair) return refuse(scan, 'json_ambiguous', at, 'The body has an escape that names half a character (a lone surrogate)');
  scan.lone ??= [];
  scan.lone.push(at);
  return at + 6;
}

function hexUnit(bytes: Uint8Array, at: number): number {
  let unit = 0;
  for (let place = at; place < at + 4; place++) {
    const digit = byteAt(HEX, byteAt(bytes, place));
    if (digit === NOT_HEX) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

/** true, false or null, spelled exactly. */
export function skipLiteral(scan: Scan, from: number, literal: Uint8Array): number {
  for (let place = 0; place < literal.length; place++) {
    if (scan.bytes[from + place] !== literal[place]) return malformed(scan, from, 'a value cannot begin here');
  }
  return from + literal.length;
}

/** A number: no leading zero, no plus sign, digits on both sides of the dot (RFC 8259 §6). */
export function skipNumber(scan: Scan, from: number): number {
  const bytes = scan.bytes;
  const whole = bytes[from] === MINUS ? from + 1 : from;
  let at = skipDigits(bytes, whole);
  if (at === whole) return malformed(scan, from, 'a value cannot begin here');
  if (bytes[whole] === ZERO && at > whole + 1) return malformed(scan, from, 'a number with a leading zero');
  const wholeEnd = at;
  if (bytes[at] === DOT) {
    at = skipDigits(bytes, at + 1);
    if (at === wholeEnd + 1) return malformed(scan, from, 'a number without digits behind the dot');
  }
  if ((byteAt(bytes, at) | ASCII_CASE) === SMALL_E) {
    const sign = bytes[at + 1];
    const digits = sign === PLUS || sign === MINUS ? at + 2 : at + 1;
    at = skipDigits(bytes, digits);
    if (at === digits) return malformed(scan, from, 'a number without digits in its exponent');
    scan.lossy ||= !Number.isFinite(Number(LATIN1.decode(bytes.subarray(from, at))));
  } else if (wholeEnd - whole >= SAFE_DIGITS.length) {
    scan.lossy ||= exceedsSafe(bytes, whole, wholeEnd);
  }
  return at;
}

function skipDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length) {
    const byte = byteAt(bytes, at);
    if (byte < ZERO || byte > NINE) break;
    at++;
  }
  return at;
}

/** 2^53 − 1, the largest integer that no other integer is rounded to (RFC 7493 §2.2). */
const SAFE_DIGITS = Buffer.from(String(Number.MAX_SAFE_INTEGER));

/** Digits written out that a double cannot hold: two readers may see two integers. */
function exceedsSafe(bytes: Uint8Array, from: number, end: number): boolean {
  if (end - from > SAFE_DIGITS.length) return true;
  for (let place = 0; place < SAFE_DIGITS.length; place++) {
    const difference = byteAt(bytes, from + place) - byteAt(SAFE_DIGITS, place);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
