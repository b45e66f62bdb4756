// Escapes behind a backslash, as strings of JSON, JavaScript, Python, C and their kin know them. What is none stands for itself.

import type { Written } from './written.ts';

const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const SMALL_U = 0x75;
const LARGE_U = 0x55;
const SMALL_X = 0x78;
const ZERO = 0x30;
const SEVEN = 0x37;
const REPLACEMENT_CHARACTER = 0xfffd;
const MAX_RUNE = 0x10ffff;

const NONE = 0xff;
const SHORT = Uint8Array.from({ length: 256 }, () => NONE);
for (const [letter, rune] of Object.entries({
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  e: '\u001B',
}))
  SHORT[letter.charCodeAt(0)] = rune.charCodeAt(0);

const HEX = Uint8Array.from({ length: 256 }, (_, byte) => {
  const digit = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(digit) ? NONE : digit;
});

/** The number that the hexadecimal digits [from, to) write; -1 if one is missing. */
export function hexAt(bytes: Uint8Array, from: number, to: number, end: number): number {
  if (to > end || to <= from) return -1;
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = HEX[bytes[at] ?? 0] ?? NONE;
    if (digit === NONE) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/** Reads the escape whose backslash stands at `at`. */
export function readBackslash(written: Written, bytes: Uint8Array, at: number, end: number): void {
  const letter = at + 1 < end ? (bytes[at + 1] ?? 0) : 0;
  const short = SHORT[letter] ?? NONE;
  if (short !== NONE) set(written, short, 2);
  else if (letter === SMALL_X) setHex(written, bytes, at, 4, end);
  else if (letter === LARGE_U) setHex(written, bytes, at, 10, end);
  else if (letter === SMALL_U) readUnicode(written, bytes, at, end);
  else if (letter >= ZERO && letter <= SEVEN) readOctal(written, bytes, at, end);
}

/** `\uXXXX`, with the half that follows it if it is one, or `\u{X…}`. */
function readUnicode(written: Written, bytes: Uint8Array, at: number, end: number): void {
  if (bytes[at + 2] === OPEN_BRACE) {
    let close = at + 3;
    while (close < end && close < at + 10 && bytes[close] !== CLOSE_BRACE) close++;
    const rune = bytes[close] === CLOSE_BRACE && close < end ? hexAt(bytes, at + 3, close, end) : -1;
    if (rune >= 0) set(written, rune, close + 1 - at);
    return;
  }
  const unit = hexAt(bytes, at + 2, at + 6, end);
  if (unit < 0) return;
  const isHigh = unit >= 0xd800 && unit < 0xdc00 && bytes[at + 6] === BACKSLASH && bytes[at + 7] === SMALL_U;
  const low = isHigh ? hexAt(bytes, at + 8, at + 12, end) : -1;
  if (low >= 0xdc00 && low <= 0xdfff) set(written, 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff), 12);
  else set(written, unit, 6);
}

/** Three octal digits; fewer are rather a reference to a group. */
function readOctal(written: Written, bytes: Uint8Array, at: number, end: number): void {
  let rune = 0;
  for (let place = at + 1; place < at + 4; place++) {
    const digit = place < end ? (bytes[place] ?? 0) : 0;
    if (digit < ZERO || digit > SEVEN) return;
    rune = rune * 8 + digit - ZERO;
  }
  set(written, rune & 0xff, 4);
}

function setHex(written: Written, bytes: Uint8Array, at: number, taken: number, end: number): void {
  const rune = hexAt(bytes, at + 2, at + taken, end);
  if (rune >= 0) set(written, rune, taken);
}

/** A number that is no character stands for U+FFFD. */
export function set(written: Written, rune: number, taken: number): void {
  written.rune = rune > MAX_RUNE || (rune >= 0xd800 && rune <= 0xdfff) ? REPLACEMENT_CHARACTER : rune;
  written.taken = taken;
}
