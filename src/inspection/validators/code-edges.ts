// What makes a code, an account or a magnetic stripe of a run of digits stands right beside it: a letter, or a mark.

const ZERO = 0x30;
const NINE = 0x39;
const SPACE = 0x20;
const TWO = 0x32;
/** Codes of Corsica have their letter in the middle (validators/national-codes.ts). */
const CORSICA_REACH = 18;
/** A country of an account, or what opens the number of a foreigner. */
const LONGEST_OPENING = 2;
/** A code of Brazil goes on behind it; what goes on behind a hyphen or a plus has begun with a run of its own. */
const BEFORE = table('/');
const BEHIND = table('-/+(=^');
/** Within codes and accounts. */
const MARKS = table(' .-');

/** Whether a run in the text [begin, stop) may be part of something that has letters. */
export function isInCode(bytes: Uint8Array, begin: number, start: number, end: number, stop: number): boolean {
  return (
    isOpened(bytes, begin, start) ||
    isClosed(bytes, end, stop) ||
    isCorsican(bytes, Math.max(begin, start - CORSICA_REACH), Math.min(stop, end + CORSICA_REACH))
  );
}

function isOpened(bytes: Uint8Array, begin: number, start: number): boolean {
  if (start === begin) return false;
  const before = bytes[start - 1] ?? 0;
  if (isLetter(before) || BEFORE[before] === 1) return true;
  if (MARKS[before] === 0) return false;
  let first = start - 1;
  while (first > begin && isLetter(bytes[first - 1] ?? 0)) first -= 1;
  const letters = start - 1 - first;
  if (letters === 0) return false;
  // Letters of a bank stand behind the check digits of an account.
  const last = first > begin && MARKS[bytes[first - 1] ?? 0] === 1 ? first - 1 : first;
  return letters <= LONGEST_OPENING || (last > begin && isDigit(bytes[last - 1] ?? 0));
}

function isClosed(bytes: Uint8Array, end: number, stop: number): boolean {
  if (end >= stop) return false;
  const behind = bytes[end] ?? 0;
  if (isCapital(behind) || BEHIND[behind] === 1) return true;
  return behind === SPACE && end + 1 < stop && isCapital(bytes[end + 1] ?? 0) && !(end + 2 < stop && isLetter(bytes[end + 2] ?? 0));
}

function isCorsican(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from + 1; at < to; at += 1) {
    const letter = (bytes[at] ?? 0) | 0x20;
    if ((letter === 0x61 || letter === 0x62) && bytes[at - 1] === TWO) return true;
  }
  return false;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function isCapital(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a;
}

function isLetter(byte: number): boolean {
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x7a;
}

function table(marks: string): Uint8Array {
  const flags = new Uint8Array(256);
  for (const mark of marks) flags[mark.charCodeAt(0)] = 1;
  return flags;
}
