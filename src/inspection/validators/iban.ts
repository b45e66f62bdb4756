// Bank accounts: IBAN (ISO 13616), by country, length, structure and check digits.

import type { Candidate, Part } from '../types.ts';
import { modulo97 } from './check-digits.ts';

const A = 0x41;

// Length of a whole IBAN by country: the registry of SWIFT, and the countries that use the format without being in it.
const LENGTHS: Readonly<Record<string, number>> = {
  AD: 24,
  AE: 23,
  AL: 28,
  AO: 25,
  AT: 20,
  AZ: 28,
  BA: 20,
  BE: 16,
  BF: 28,
  BG: 22,
  BH: 22,
  BI: 27,
  BJ: 28,
  BR: 29,
  BY: 28,
  CF: 27,
  CG: 27,
  CH: 21,
  CI: 28,
  CM: 27,
  CR: 22,
  CV: 25,
  CY: 28,
  CZ: 24,
  DE: 22,
  DJ: 27,
  DK: 18,
  DO: 28,
  DZ: 26,
  EE: 20,
  EG: 29,
  ES: 24,
  FI: 18,
  FK: 18,
  FO: 18,
  FR: 27,
  GA: 27,
  GB: 22,
  GE: 22,
  GI: 23,
  GL: 18,
  GQ: 27,
  GR: 27,
  GT: 28,
  GW: 25,
  HN: 28,
  HR: 21,
  HU: 28,
  IE: 22,
  IL: 23,
  IQ: 23,
  IR: 26,
  IS: 26,
  IT: 27,
  JO: 30,
  KM: 27,
  KW: 30,
  KZ: 20,
  LB: 28,
  LC: 32,
  LI: 21,
  LT: 20,
  LU: 20,
  LV: 21,
  LY: 25,
  MA: 28,
  MC: 27,
  MD: 24,
  ME: 22,
  MG: 27,
  MK: 19,
  ML: 28,
  MN: 20,
  MR: 27,
  MT: 31,
  MU: 30,
  MZ: 25,
  NE: 28,
  NI: 28,
  NL: 18,
  NO: 15,
  OM: 23,
  PK: 24,
  PL: 28,
  PS: 29,
  PT: 25,
  QA: 29,
  RO: 24,
  RS: 22,
  RU: 33,
  SA: 24,
  SC: 31,
  SD: 18,
  SE: 24,
  SI: 19,
  SK: 24,
  SM: 27,
  SN: 28,
  SO: 23,
  ST: 25,
  SV: 28,
  TD: 27,
  TG: 28,
  TL: 23,
  TN: 24,
  TR: 26,
  UA: 29,
  VA: 22,
  VG: 24,
  XK: 20,
  YE: 30,
};

/** Where the letters of a country, of either case, have a bit: 26 rows of 26. */
const COUNTRIES = new Uint8Array(26 * 26);
for (const country of Object.keys(LENGTHS)) COUNTRIES[(country.charCodeAt(0) - A) * 26 + country.charCodeAt(1) - A] = 1;

/** Whether two bytes are the letters of a country that has IBANs. */
export function isCountry(first: number, second: number): boolean {
  const [row, column] = [(first & ~0x20) - A, (second & ~0x20) - A];
  return row >= 0 && row < 26 && column >= 0 && column < 26 && COUNTRIES[row * 26 + column] === 1;
}

/** In front of the first digits that anchor the search there may stand a country, check digits, a bank's letters and the spaces between. */
const REACH = 20;
/** 34 characters in groups of four, with marks between. */
const LONGEST = 44;
const BEGINNING = /(?<![A-Za-z0-9])[A-Za-z]{2}[ -]?[0-9]{2}(?=[ .-]?[A-Za-z0-9])/g;
/** No bank prints a longer first group. */
const GROUP = 8;
const ALPHANUMERIC = /[A-Za-z0-9]/;

/** The IBANs of which a run of digits is part. */
export function findIbans(candidate: Candidate): readonly Part[] {
  const { window, at, value } = candidate;
  const parts: Part[] = [];
  // In front of the first digits there is a letter of the country, or of the bank.
  if (!/[A-Za-z][ .-]?$/.test(window.slice(Math.max(0, at - 2), at))) return parts;
  // One character more, so that the first place has a neighbour in front.
  const from = Math.max(0, at - REACH - 1);
  for (const match of window.slice(from, at + value.length).matchAll(BEGINNING)) {
    const start = from + match.index;
    const end = endOfIban(candidate, start);
    if (end !== undefined && end > at && start >= (parts.at(-1)?.end ?? 0)) parts.push({ start, end });
  }
  return parts;
}

function endOfIban({ window }: Candidate, start: number): number | undefined {
  const length = LENGTHS[window.slice(start, start + 2).toUpperCase()];
  if (length === undefined) return undefined;
  const read = readCharacters(window.slice(start, start + LONGEST), length);
  return read !== undefined && isIban(read.text) ? start + read.end : undefined;
}

/**
 * So many letters and digits, and none behind them; with at most one mark between any two. What begins without marks has none: the word behind it is another.
 */
function readCharacters(text: string, count: number): { readonly text: string; readonly end: number } | undefined {
  let read = '';
  let marked = true;
  let hasMarks = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (ALPHANUMERIC.test(character)) {
      read += character;
      marked = false;
      if (read.length === count) return ALPHANUMERIC.test(text.charAt(index + 1)) ? undefined : { text: read, end: index + 1 };
    } else if (
      marked ||
      (index > GROUP && !hasMarks) ||
      (character !== ' ' && character !== '-' && character !== '.' && character !== '\u00a0')
    ) {
      return undefined;
    } else {
      marked = true;
      hasMarks = true;
    }
  }
  return undefined;
}

/** Whether a text without separators is one. */
export function isIban(text: string): boolean {
  const upper = text.toUpperCase();
  return (
    LENGTHS[upper.slice(0, 2)] === upper.length &&
    // Check digits are what is left of 98, so never these three, which the remainder alone would let pass (ISO 13616, 6.3).
    /^[A-Z]{2}(?!00|01|99)[0-9]{2}[A-Z0-9]+$/.test(upper) &&
    modulo97(upper.slice(4) + upper.slice(0, 4)) === 1
  );
}
