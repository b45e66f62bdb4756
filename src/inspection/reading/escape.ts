// Escapes of a JSON string (RFC 8259 §7), read as the most lenient reader would: what is no escape stands for itself, half a character for U+FFFD.
// A secret must not get by because one of its letters is written as six.

/** One escape: what it stands for, and how many bytes it takes. Written over and over; who needs it longer copies it. */
export interface Escape {
  rune: number;
  taken: number;
}

/** `taken` of an escape whose end is not there yet. */
export const CUT_OFF = 0;
/** The longest: two halves of one character. */
export const MAX_ESCAPE_BYTES = 12;

const BACKSLASH = 0x5c;
const SMALL_U = 0x75;
const UNIT_BYTES = 6;
const REPLACEMENT_CHARACTER = 0xfffd;

/** Stands for nothing. */
export const NONE = 0xff;
/** What the letter behind a backslash stands for. */
export const SHORT_ESCAPES = Uint8Array.from({ length: 256 }, () => NONE);
for (const [letter, rune] of Object.entries({ '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }))
  SHORT_ESCAPES[letter.charCodeAt(0)] = rune.charCodeAt(0);

const HEX = Uint8Array.from({ length: 256 }, (_, byte) => {
  const digit = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(digit) ? NONE : digit;
});

const BROKEN = -1;
const INCOMPLETE = -2;

/** Reads the escape whose backslash stands at `at`. With `last`, nothing follows `end`; otherwise an escape that may go on there is cut off. */
export function readEscape(escape: Escape, bytes: Uint8Array, at: number, end: number, last: boolean): void {
  escape.rune = BACKSLASH;
  escape.taken = 1;
  if (at + 1 >= end) {
    if (!last) escape.taken = CUT_OFF;
    return;
  }
  const letter = bytes[at + 1] ?? 0;
  const short = SHORT_ESCAPES[letter] ?? NONE;
  if (short !== NONE) {
    escape.rune = short;
    escape.taken = 2;
  } else if (letter === SMALL_U) {
    readUnits(escape, bytes, at, end, last);
  }
}

function readUnits(escape: Escape, bytes: Uint8Array, at: number, end: number, last: boolean): void {
  const unit = readUnit(bytes, at, end);
  if (unit < 0) {
    if (unit === INCOMPLETE && !last) escape.taken = CUT_OFF;
    return;
  }
  escape.rune = unit;
  escape.taken = UNIT_BYTES;
  if (unit < 0xd800 || unit > 0xdfff) return;
  escape.rune = REPLACEMENT_CHARACTER;
  if (unit >= 0xdc00) return;
  const low = readUnit(bytes, at + UNIT_BYTES, end);
  if (low >= 0xdc00 && low <= 0xdfff) {
    escape.rune = 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff);
    escape.taken = MAX_ESCAPE_BYTES;
  } else if (low === INCOMPLETE && !last) {
    escape.taken = CUT_OFF;
  }
}

/** The number in `\uXXXX`; BROKEN if it is not that, INCOMPLETE if it may become that. */
function readUnit(bytes: Uint8Array, at: number, end: number): number {
  if (at < end && bytes[at] !== BACKSLASH) return BROKEN;
  if (at + 1 < end && bytes[at + 1] !== SMALL_U) return BROKEN;
  let unit = 0;
  for (let place = at + 2; place < at + UNIT_BYTES; place++) {
    if (place >= end) return INCOMPLETE;
    const digit = HEX[bytes[place] ?? 0] ?? NONE;
    if (digit === NONE) return BROKEN;
    unit = unit * 16 + digit;
  }
  return unit;
}
