// National numbers with letters or strokes in them: the pattern finds what has the form around a run of digits, the check says whether it is one. Every
// pattern is of bounded length. Data: a row is a type of finding.

import type { Candidate, Part } from '../types.ts';
import { isDay, weigh } from './check-digits.ts';
import { hasContext, words } from './context.ts';
import type { Words } from './context.ts';
import { isFrenchNir } from './national-numbers.ts';

/** A kind of national code: a type of finding. */
export interface NationalCode {
  /** Type of the finding, which is also the name of its validator. */
  readonly name: string;
  /** Which runs make it worth looking, and how many characters of the code may stand in front of them, and behind. */
  readonly run: 'digits' | 'base64';
  readonly min: number;
  readonly reach: number;
  /** Global; no letter, digit or underscore may stand beside what it matches. */
  readonly pattern: RegExp;
  /** Told the letters, in capitals, and the digits. */
  readonly check: (code: string) => boolean;
  /** Words that speak of it, one of which must be near. */
  readonly context?: Words;
}

const DNI_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';
const HETU_LETTERS = '0123456789ABCDEFHJKLMNPRSTUVWXY';

/** By country. */
export const NATIONAL_CODES: readonly NationalCode[] = [
  {
    name: 'uk-nino',
    run: 'digits',
    min: 6,
    reach: 5,
    pattern: /[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[A-D]/gi,
    check: (code) => !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(code),
    context: words('nino*', 'ni number*', 'ni no*', 'national insurance*', 'nin', 'uk', 'hmrc'),
  },
  {
    name: 'es-dni',
    run: 'digits',
    min: 8,
    reach: 3,
    pattern: /[0-9]{2}\.?[0-9]{3}\.?[0-9]{3}[ -]?[A-HJ-NP-TV-Z]/g,
    check: (code) =>
      DNI_LETTERS.charAt(Number(code.slice(0, 8)) % 23) === code.charAt(code.length - 1) &&
      !/^(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])/.test(code),
  },
  {
    name: 'es-nie',
    run: 'digits',
    min: 7,
    reach: 3,
    pattern: /[XYZ][ -]?[0-9]{7}[ -]?[A-HJ-NP-TV-Z]/gi,
    check: (code) => isNie(code.replaceAll('-', '')),
  },
  {
    name: 'it-fiscal-code',
    run: 'base64',
    min: 16,
    reach: 0,
    pattern: /[A-Z]{6}[0-9L-NP-V]{2}[ABCDEHLMPRST][0-9L-NP-V]{2}[A-Z][0-9L-NP-V]{3}[A-Z]/gi,
    // Letters stand for digits where two people would have the same code; for all of them at once they do in names of functions only.
    check: (code) => /[0-9]/.test(code) && isItalianFiscalCode(code),
  },
  {
    name: 'fr-nir-corsica',
    run: 'digits',
    min: 5,
    reach: 18,
    pattern: /[1278][ ]?[0-9]{2}[ ]?[0-9]{2}[ ]?2[AB][ ]?[0-9]{3}[ ]?[0-9]{3}[ ]?[0-9]{2}/gi,
    check: (code) => isFrenchNir(code.slice(0, 13).replace('2A', '19').replace('2B', '18'), code.slice(13)),
  },
  {
    name: 'de-pension-number',
    run: 'digits',
    min: 8,
    reach: 6,
    pattern: /[0-9]{2}[ ]?[0-9]{6}[ ]?[A-Z][ ]?[0-9]{3}/g,
    check: isGermanPensionNumber,
  },
  {
    name: 'fi-personal-identity-code',
    run: 'digits',
    min: 6,
    reach: 7,
    pattern: /[0-3][0-9][01][0-9]{3}[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]/g,
    check: isFinnish,
  },
  {
    name: 'ie-ppsn',
    run: 'digits',
    min: 7,
    reach: 3,
    pattern: /[0-9]{7}[ ]?[A-W][A-IW]?/gi,
    check: isIrish,
    context: words('pps*', 'ppsn*', 'personal public*', 'irish*'),
  },
  {
    name: 'cz-birth-number',
    run: 'digits',
    min: 6,
    reach: 5,
    pattern: /[0-9]{2}[0-8][0-9][0-3][0-9]\/[0-9]{3,4}/g,
    check: isCzech,
    context: words('rodné*', 'rodne*', 'r.č.*', 'rč', 'birth number*', 'czech*', 'slovak*'),
  },
  {
    name: 'br-cnpj',
    run: 'digits',
    min: 6,
    reach: 12,
    pattern: /[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}\/[0-9A-Z]{4}-[0-9]{2}/g,
    check: isCnpj,
  },
  {
    name: 'cl-rut',
    run: 'digits',
    min: 7,
    reach: 2,
    pattern: /[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-[0-9K]/gi,
    check: isChilean,
  },
  {
    name: 'mx-curp',
    run: 'base64',
    min: 18,
    reach: 0,
    pattern: /[A-Z][AEIOUX][A-Z]{2}[0-9]{6}[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[0-9A-Z][0-9]/g,
    check: isCurp,
  },
  {
    name: 'cn-resident-id',
    run: 'digits',
    min: 17,
    reach: 1,
    pattern: /[1-9][0-9]{16}[0-9X]/gi,
    check: isChinese,
  },
  {
    name: 'sg-nric',
    run: 'digits',
    min: 7,
    reach: 1,
    pattern: /[STFGM][0-9]{7}[A-Z]/g,
    check: isSingaporean,
  },
  {
    name: 'hk-identity-card',
    run: 'digits',
    min: 6,
    reach: 4,
    pattern: /[A-Z]{1,2}[0-9]{6} ?\([0-9A]\)/g,
    check: isHongKong,
  },
  {
    name: 'tw-national-id',
    run: 'digits',
    min: 9,
    reach: 1,
    pattern: /[A-Z][1289][0-9]{8}/g,
    check: isTaiwanese,
  },
];

/** Whether there may be codes of these kinds around a run. Nearly always there are none, and one look says so. */
export function createCodeCheck(kinds: readonly NationalCode[]): (candidate: Candidate) => boolean {
  const reaches = [...new Set(kinds.map(({ reach }) => (reach <= NEAR ? NEAR : reach)))];
  const looks = reaches.map((reach) => {
    const near = kinds.filter((kind) => (kind.reach <= NEAR ? NEAR : kind.reach) === reach);
    return { reach, any: new RegExp(near.map(({ pattern }) => pattern.source).join('|'), 'i') };
  });
  return ({ window, at, value }) =>
    looks.some(({ reach, any }) => any.test(window.slice(Math.max(0, at - reach), at + value.length + reach)));
}

/** Most codes reach no further around their digits. */
const NEAR = 6;

/** The codes of a kind around a run. */
export function findCodes(kind: NationalCode, candidate: Candidate): readonly Part[] {
  const { window, at, value } = candidate;
  const from = Math.max(0, at - kind.reach);
  const text = window.slice(from, at + value.length + kind.reach);
  const parts: Part[] = [];
  for (const match of text.matchAll(kind.pattern)) {
    const part = { start: from + match.index, end: from + match.index + match[0].length };
    if (part.end > at && standsAlone(candidate, part) && isOne(candidate, part, match[0], kind)) parts.push(part);
  }
  return parts;
}

function standsAlone({ window }: Candidate, { start, end }: Part): boolean {
  const before = window.charAt(start - 1);
  const joinsBefore = (before === '-' || before === '.' || before === '/') && /[A-Za-z0-9]/.test(window.charAt(start - 2));
  const after = window.charAt(end);
  const joinsAfter = (after === '-' || after === '.' || after === '/') && /[A-Za-z0-9]/.test(window.charAt(end + 1));
  return !/[A-Za-z0-9_]/.test(before) && !/[A-Za-z0-9_]/.test(after) && !joinsBefore && !joinsAfter;
}

function isOne(candidate: Candidate, { start, end }: Part, text: string, kind: NationalCode): boolean {
  const isCode = kind.check(text.toUpperCase().replaceAll(/[^0-9A-Z+-]/g, ''));
  return isCode && (kind.context === undefined || hasContext(candidate, start, end, kind.context));
}

/** The letter in front stands for a digit. */
function isNie(code: string): boolean {
  return DNI_LETTERS.charAt(Number(`${'XYZ'.indexOf(code.charAt(0))}${code.slice(1, 8)}`) % 23) === code.charAt(8);
}

// Odd positions count by this order, even ones by the letter's or digit's own value (decree of 23 December 1976).
const ITALIAN_ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

function isItalianFiscalCode(code: string): boolean {
  let sum = 0;
  for (let index = 0; index < 15; index += 1) {
    const character = code.charCodeAt(index);
    const value = character < 58 ? character - 48 : character - 65;
    sum += index % 2 === 0 ? (ITALIAN_ODD[value] ?? 0) : value;
  }
  return String.fromCharCode(65 + (sum % 26)) === code.charAt(15);
}

/** The letter counts as its two digits; products count by the sum of their digits. */
function isGermanPensionNumber(code: string): boolean {
  const letter = String(code.charCodeAt(8) - 64).padStart(2, '0');
  const digits = code.slice(0, 8) + letter + code.slice(9);
  const weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
  const sum = weights.reduce((total, weight, index) => total + sumOfDigits(Number(digits.charAt(index)) * weight), 0);
  const day = Number(code.slice(2, 4));
  return isDay(Number(code.slice(6, 8)), Number(code.slice(4, 6)), day > 50 ? day - 50 : day) && sum % 10 === Number(digits.charAt(12));
}

function sumOfDigits(number: number): number {
  return Math.floor(number / 10) + (number % 10);
}

function isFinnish(code: string): boolean {
  const isDayOfBirth = isDay(Number(code.slice(4, 6)), Number(code.slice(2, 4)), Number(code.slice(0, 2)));
  return isDayOfBirth && HETU_LETTERS.charAt(Number(code.slice(0, 6) + code.slice(7, 10)) % 31) === code.charAt(10);
}

function isIrish(code: string): boolean {
  const second = code.length > 8 && code.charAt(8) !== 'W' ? code.charCodeAt(8) - 64 : 0;
  const rest = (weigh(code, [8, 7, 6, 5, 4, 3, 2]) + second * 9) % 23;
  return 'WABCDEFGHIJKLMNOPQRSTUV'.charAt(rest) === code.charAt(7);
}

/** Months of women are 50 higher, and 20 where a day's numbers ran out; nine digits, of before 1954, have no check digit. */
function isCzech(code: string): boolean {
  const month = Number(code.slice(2, 4)) % 50;
  const isDayOfBirth = isDay(Number(code.slice(0, 2)), month > 20 ? month - 20 : month, Number(code.slice(4, 6)));
  const rest = (Number(code.slice(0, 9)) % 11) % 10;
  return isDayOfBirth && (code.length === 9 || rest === Number(code.charAt(9)));
}

/** Since 2026 letters too: each counts as its ASCII code less 48. */
export function isCnpj(code: string): boolean {
  const text = code.replace('-', '');
  const values = text.split('').map((character) => character.charCodeAt(0) - 48);
  const weights = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
  const first = checkOf(values.slice(0, 12), weights.slice(1));
  const second = checkOf(values.slice(0, 13), weights);
  return !/^(.)\1*$/.test(text) && first === values[12] && second === values[13];
}

function checkOf(values: readonly number[], weights: readonly number[]): number {
  const rest = values.reduce((sum, value, index) => sum + value * (weights[index] ?? 0), 0) % 11;
  return rest < 2 ? 0 : 11 - rest;
}

function isChilean(code: string): boolean {
  const [number = '', check = ''] = code.split('-');
  let sum = 0;
  for (let index = number.length - 1, weight = 2; index >= 0; index -= 1, weight = weight === 7 ? 2 : weight + 1) {
    sum += Number(number.charAt(index)) * weight;
  }
  const rest = 11 - (sum % 11);
  return Number(number) > 100_000 && (rest === 11 ? '0' : rest === 10 ? 'K' : String(rest)) === check;
}

function isCurp(code: string): boolean {
  const order = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ';
  let sum = 0;
  for (let index = 0; index < 17; index += 1) sum += order.indexOf(code.charAt(index)) * (18 - index);
  const isBorn = isDay(Number(code.slice(4, 6)), Number(code.slice(6, 8)), Number(code.slice(8, 10)));
  return isBorn && (10 - (sum % 10)) % 10 === Number(code.charAt(17));
}

/** GB 11643: ISO 7064 MOD 11-2, and a day of birth with its century. */
function isChinese(code: string): boolean {
  const isBorn =
    /^(?:18|19|20)/.test(code.slice(6)) && isDay(Number(code.slice(6, 10)), Number(code.slice(10, 12)), Number(code.slice(12, 14)));
  const rest = weigh(code, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11;
  return isBorn && '10X98765432'.charAt(rest) === code.charAt(17);
}

function isSingaporean(code: string): boolean {
  const series = code.charAt(0);
  const added = series === 'T' || series === 'G' ? 4 : series === 'M' ? 3 : 0;
  const rest = (weigh(code.slice(1), [2, 7, 6, 5, 4, 3, 2]) + added) % 11;
  const letters = series === 'S' || series === 'T' ? 'JZIHGFEDCBA' : series === 'M' ? 'XWUTRQPNJLK' : 'XWUTRQPNMLK';
  return (
    letters.charAt(series === 'M' ? 10 - rest : rest) === code.charAt(8) || (series === 'M' && letters.charAt(rest) === code.charAt(8))
  );
}

function isHongKong(code: string): boolean {
  const padded = code.length === 8 ? `[${code}` : code;
  const values = padded
    .slice(0, 8)
    .split('')
    .map((character, index) => (index < 2 ? (character === '[' ? 36 : character.charCodeAt(0) - 55) : Number(character)));
  const sum = values.reduce((total, value, index) => total + value * (9 - index), 0);
  const check = padded.charAt(8) === 'A' ? 10 : Number(padded.charAt(8));
  return (sum + check) % 11 === 0;
}

function isTaiwanese(code: string): boolean {
  const value = 'ABCDEFGHJKLMNPQRSTUVXYWZIO'.indexOf(code.charAt(0)) + 10;
  return (Math.floor(value / 10) + (value % 10) * 9 + weigh(code.slice(1), [8, 7, 6, 5, 4, 3, 2, 1, 1])) % 10 === 0;
}
