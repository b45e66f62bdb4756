// Writes what a line is made of as bytes, where they go out from: text that is put together first is copied three times before it is on disk. Each
// function gives back where the next byte goes. Pure but for the bytes that it is given to write into, which must have room for the longest line.

import { quoteAscii } from '../telemetry/index.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
const LOW_DIGITS = 8;
const LOW = 10 ** LOW_DIGITS;

/** Bytes that are the same in many lines, to be made once. */
export function toPart(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/** Bytes as they are. */
export function putPart(into: Buffer, at: number, part: Uint8Array): number {
  into.set(part, at);
  return at + part.length;
}

/** ASCII as it is. Throws a RangeError where it does not fit. */
export function putText(into: Buffer, at: number, text: string): number {
  const end = at + text.length;
  if (end > into.length) throw new RangeError('there is no room for a line of this length');
  into.write(text, at, 'latin1');
  return end;
}

/** The same as quoteAscii, which what is not plain is left to. */
export function putQuoted(into: Buffer, at: number, text: string, maxChars: number): number {
  const { length } = text;
  if (length > maxChars) return putText(into, at, quoteAscii(text, maxChars));
  into[at] = QUOTE;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e || unit === QUOTE || unit === BACKSLASH) return putText(into, at, quoteAscii(text, maxChars));
    into[at + 1 + i] = unit;
  }
  into[at + 1 + length] = QUOTE;
  return at + length + 2;
}

/** Sizes, times and counts: a whole number that is not negative; a broken clock must not break the line. */
export function putWhole(into: Buffer, at: number, value: number): number {
  const whole = toWhole(value);
  if (whole < LOW) return putDigits(into, at, whole, countDigits(whole));
  const high = Math.floor(whole / LOW);
  return putDigits(into, putDigits(into, at, high, countDigits(high)), whole - high * LOW, LOW_DIGITS);
}

/** What stands on a line for such a number. */
export function toWhole(value: number): number {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER ? Math.trunc(value) : 0;
}

/** `value`: below 2^31. */
function putDigits(into: Buffer, at: number, value: number, count: number): number {
  let rest = value | 0;
  for (let place = at + count - 1; place >= at; place--) {
    const tens = (rest / 10) | 0;
    into[place] = ZERO + rest - 10 * tens;
    rest = tens;
  }
  return at + count;
}

function countDigits(value: number): number {
  let count = 1;
  for (let above = 10; above <= value; above *= 10) count += 1;
  return count;
}
