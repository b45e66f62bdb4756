// What most runs of digits are: decimal numbers, times and network addresses. Told from their bytes, so that a table of a thousand measurements costs little more than a text.

const ZERO = 0x30;
const NINE = 0x39;
const SPACE = 0x20;
const HYPHEN = 0x2d;
const DOT = 0x2e;
/** What may stand in front of a decimal number: never a letter or a bracket, which may begin an account, a code or a telephone number. */
const IN_FRONT = new Set(' ,;:|=<>\t\n\r"\'[{('.split('').map((character) => character.charCodeAt(0)));
const LONGEST_WHOLE = 7;
const SHORTEST_PART = 3;
const LONGEST_ADDRESS = 15;

/** A run of digits that is a decimal number like `0.506892`, a day like `2026-11-23` with no more than the hour behind it, or four numbers with dots. */
export function isSumOrTime(bytes: Uint8Array, start: number, end: number): boolean {
  return isDecimal(bytes, start, end) || isTime(bytes, start, end) || isAddress(bytes, start, end);
}

/** One dot, and so many digits in front of it that they are no number of anything: telephones have groups of three and four. */
function isDecimal(bytes: Uint8Array, start: number, end: number): boolean {
  let dot = -1;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte >= ZERO && byte <= NINE) continue;
    if (byte !== DOT || dot >= 0) return false;
    dot = at;
  }
  const whole = dot - start;
  const part = end - dot - 1;
  return dot >= 0 && whole <= LONGEST_WHOLE && part >= SHORTEST_PART && !(whole === 3 && part === 4) && !isLetterOrSign(bytes[start - 1]);
}

function isLetterOrSign(byte: number | undefined): boolean {
  return byte !== undefined && !IN_FRONT.has(byte);
}

/** `2026-11-23`, and behind it at most a space and two digits, of an hour. */
function isTime(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length !== 10 && length !== 13) return false;
  if (bytes[start + 4] !== HYPHEN || bytes[start + 7] !== HYPHEN || (length === 13 && bytes[start + 10] !== SPACE)) return false;
  const century = (bytes[start] ?? 0) * 256 + (bytes[start + 1] ?? 0);
  return century === 0x3139 || century === 0x3230;
}

/** Others look for network addresses. */
function isAddress(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > LONGEST_ADDRESS) return false;
  let dots = 0;
  let digits = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === DOT) {
      dots += 1;
      digits = 0;
    } else if (byte < ZERO || byte > NINE || digits === 3) {
      return false;
    } else {
      digits += 1;
    }
  }
  return dots === 3;
}
