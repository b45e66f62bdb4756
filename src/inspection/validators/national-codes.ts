// National numbers with letters or strokes in them: the pattern finds what has the form around a run of digits, the check says whether it is one. Every
// pattern is of bounded length. Data: a row is a type of finding.

import type { Candidate, Part } from '../types.ts';
import { hasContext, words } from './context.ts';
import type { Words } from './context.ts';
import {
  isChilean,
  isChinese,
  isCnpj,
  isCurp,
  isCzech,
  isDni,
  isFinnish,
  isGermanPensionNumber,
  isHongKong,
  isIrish,
  isItalianFiscalCode,
  isNie,
  isSingaporean,
  isTaiwanese,
} from './code-checks.ts';
import { shapes } from './groups.ts';
import type { NumberKind } from './groups.ts';
import { isBirthDay, isFrenchNir } from './national-checks.ts';

/** A kind of national code: a type of finding. */
export interface NationalCode {
  /** Type of the finding. */
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
    check: isDni,
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

/** Codes that may be digits only, as groups: for whoever asks whether a run by itself may be one, without a letter or a stroke beside it. */
export const CODES_OF_DIGITS: readonly NumberKind[] = [
  // Finland, with a digit for its check letter.
  { shapes: shapes('6-4'), check: (digits) => isBirthDay(digits.slice(0, 6), 'dmy', 0) },
  // Chile.
  { shapes: shapes('1.3.3-1', '2.3.3-1'), check: () => true },
  // China; the last may be a small x.
  { shapes: shapes('17', '18'), check: (digits) => /^[1-9][0-9]{5}(?:18|19|20)/.test(digits) },
];

/** Whether there may be codes of these kinds around a run. Nearly always there are none, and one look says so. */
export function createCodeCheck(kinds: readonly NationalCode[]): (candidate: Candidate) => boolean {
  const reaches = [...new Set(kinds.map(({ reach }) => (reach <= NEAR ? NEAR : reach)))];
  const looks = reaches.map((reach) => {
    const near = kinds.filter((kind) => (kind.reach <= NEAR ? NEAR : kind.reach) === reach);
    // Whatever is found stands alone: where a word goes on, none of them has to be tried.
    return { reach, any: new RegExp(`(?<!\\w)(?:${near.map(({ pattern }) => pattern.source).join('|')})(?!\\w)`, 'i') };
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
