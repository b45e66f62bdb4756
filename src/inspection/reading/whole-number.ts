// A number with a fraction or an exponent may be a whole one: `4.2e1`, `42.0` and `420e-1` are 42 to whoever reads them (RFC 8259 §6). So what is looked at
// is what is read, and not only what is written.

const PLUS = 0x2b;
const HYPHEN = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const SMALL_E = 0x65;
/** Nothing that anybody looks for has more digits. */
const MAX_DIGITS = 40;
/** A larger exponent is made up for by no number of digits. */
const MAX_EXPONENT = 10_000;
/** With no more digits, reading keeps every number apart from the whole ones beside it; with more, some become whole (IEEE 754, 53 bits). */
const KEPT_DIGITS = 15;

/** The digits of the whole number that [from, to) is read as; undefined if it is none, has fewer than `minDigits`, or is written as nothing but these. */
export function wholeDigits(bytes: Uint8Array, from: number, to: number, minDigits: number): string | undefined {
  const first = bytes[from] === HYPHEN || bytes[from] === PLUS ? from + 1 : from;
  const mantissaEnd = skipMantissa(bytes, first, to);
  const exponent = readExponent(bytes, mantissaEnd, to);
  if (exponent === undefined) return undefined;

  // Where the point is, and the digits that count: from the first to the last that is no zero.
  let point = -1;
  let head = -1;
  let tail = -1;
  for (let at = first; at < mantissaEnd; at++) {
    const byte = bytes[at];
    if (byte === DOT) {
      if (point >= 0) return undefined;
      point = at;
    } else if (byte !== ZERO) {
      if (head < 0) head = at;
      tail = at;
    }
  }
  if (head < 0 || (point < 0 && mantissaEnd === to)) return undefined;

  // The number is 0.ddd times ten to the power of this: so many digits stand in front of the point.
  const places = (point < 0 ? mantissaEnd : point) - head + (point >= 0 && head > point ? 1 : 0) + exponent;
  if (places < minDigits || places > MAX_DIGITS) return undefined;
  const count = tail - head + (point > head && point < tail ? 0 : 1);
  if (count <= places)
    return textOf(bytes, head, tail + 1)
      .replace('.', '')
      .padEnd(places, '0');
  return count > KEPT_DIGITS ? nearestDigits(textOf(bytes, from, to)) : undefined;
}

function skipMantissa(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && (bytes[at] === DOT || isDigit(bytes[at]))) at++;
  return at;
}

/** The exponent that stands there; undefined if something else does. */
function readExponent(bytes: Uint8Array, from: number, to: number): number | undefined {
  if (from === to) return 0;
  if (((bytes[from] ?? 0) | 0x20) !== SMALL_E) return undefined;
  const isSigned = bytes[from + 1] === HYPHEN || bytes[from + 1] === PLUS;
  const digits = isSigned ? from + 2 : from + 1;
  if (digits >= to) return undefined;
  let value = 0;
  for (let at = digits; at < to; at++) {
    const byte = bytes[at];
    if (!isDigit(byte)) return undefined;
    value = Math.min(MAX_EXPONENT, value * 10 + byte - ZERO);
  }
  return bytes[from + 1] === HYPHEN ? -value : value;
}

/** Of a number that only becomes whole by being read. */
function nearestDigits(text: string): string | undefined {
  const value = Math.abs(Number(text));
  return Number.isInteger(value) ? BigInt(value).toString() : undefined;
}

function isDigit(byte: number | undefined): byte is number {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
}
