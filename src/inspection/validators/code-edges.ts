// What makes a code, an account or a magnetic stripe of a run of digits stands right beside it: a letter, or a mark.

import { isCountry } from './iban.ts';

const ZERO = 0x30;
const NINE = 0x39;
const SPACE = 0x20;
const UNDERSCORE = 0x5f;
const TWO = 0x32;
/** A code of Brazil goes on behind it; what goes on behind a hyphen or a plus has begun with a run of its own. */
const SLASH = 0x2f;
/** Further in front of its digits no account begins (iban.ts), whatever its spaces are. */
const ACCOUNT_REACH = 32;
/** Codes of Corsica have their letter in the middle (validators/national-codes.ts). */
const CORSICA_REACH = 18;
/** A country of an account, or what opens the number of a foreigner. */
const LONGEST_OPENING = 2;
const BEHIND = table('-/+(=^');
/** Within codes and accounts. */
const MARKS = table(' .-');

/** Whether a run in the text [begin, stop) may be part of something that has letters. */
export function isInCode(bytes: Uint8Array, begin: number, start: number, end: number, stop: number): boolean {
  return (
    isOpened(bytes, begin, start, end, stop) ||
    isClosed(bytes, end, stop) ||
    isCorsican(bytes, Math.max(begin, start - CORSICA_REACH), Math.min(stop, end + CORSICA_REACH))
  );
}

function isOpened(bytes: Uint8Array, begin: number, start: number, end: number, stop: number): boolean {
  if (start === begin) return false;
  const before = bytes[start - 1] ?? 0;
  if (before === SLASH) return true;
  const isMarked = MARKS[before] === 1;
  const last = isMarked ? start - 1 : start;
  let first = last;
  while (first > begin && isLetter(bytes[first - 1] ?? 0)) first -= 1;
  if (first === last) return false;
  const front = first === begin ? 0 : (bytes[first - 1] ?? 0);
  const isShort = last - first <= LONGEST_OPENING && !isWord(front);
  if (isShort && (!isMarked || isCountry(bytes[first] ?? 0, bytes[first + 1] ?? 0) || hasLetterBehind(bytes, end, stop))) return true;
  // Letters of a bank stand behind the check digits of an account.
  const digit = MARKS[front] === 1 && first - 1 > begin ? (bytes[first - 2] ?? 0) : front;
  return isDigit(digit) && hasAccount(bytes, Math.max(begin, start - ACCOUNT_REACH), first);
}

/** A country and two check digits: how an account begins. */
function hasAccount(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    if (!isCountry(bytes[at] ?? 0, bytes[at + 1] ?? 0) || (at > from && isWord(bytes[at - 1] ?? 0))) continue;
    const digits = MARKS[bytes[at + 2] ?? 0] === 1 ? at + 3 : at + 2;
    if (isDigit(bytes[digits] ?? 0) && isDigit(bytes[digits + 1] ?? 0)) return true;
  }
  return false;
}

function hasLetterBehind(bytes: Uint8Array, end: number, stop: number): boolean {
  const at = end < stop && MARKS[bytes[end] ?? 0] === 1 ? end + 1 : end;
  return at < stop && isLetter(bytes[at] ?? 0);
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

function isWord(byte: number): boolean {
  return isLetter(byte) || isDigit(byte) || byte === UNDERSCORE;
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
