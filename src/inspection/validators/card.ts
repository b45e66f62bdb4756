// Payment cards: numbers by issuer range, length and check digit (ISO/IEC 7812), and what a magnetic stripe holds (ISO/IEC 7813), which PCI DSS 3.3.1
// lets nobody keep.

import type { Candidate, Part, Validator } from '../types.ts';
import { isLuhn, isUniform } from './check-digits.ts';
import { toWords, words } from './context.ts';
import { shapes } from './groups.ts';
import type { NumberKind } from './groups.ts';

/** Numbers from `first` to `last`, compared by as many leading digits; `lengths` as issued. */
interface IssuerRange {
  readonly first: string;
  readonly last: string;
  readonly lengths: readonly number[];
  /** So wide, or so seldom issued, that among numbers of every kind a match says little: words must speak of a card. */
  readonly doubtful?: readonly number[];
}

const RANGES: readonly IssuerRange[] = [
  // Visa; 13 digits are of the last century, 19 are prepaid.
  { first: '4', last: '4', lengths: [13, 16, 19], doubtful: [13, 19] },
  // Mastercard.
  { first: '51', last: '55', lengths: [16] },
  { first: '2221', last: '2720', lengths: [16] },
  // American Express.
  { first: '34', last: '34', lengths: [15] },
  { first: '37', last: '37', lengths: [15] },
  // Discover.
  { first: '6011', last: '6011', lengths: [16, 19] },
  { first: '644', last: '659', lengths: [16, 19], doubtful: [19] },
  // Diners Club.
  { first: '300', last: '305', lengths: [14, 16] },
  { first: '3095', last: '3095', lengths: [14, 16] },
  { first: '36', last: '36', lengths: [14, 16, 19], doubtful: [14, 19] },
  { first: '38', last: '39', lengths: [14, 16, 19], doubtful: [14, 19] },
  // JCB; the old ranges have 15 digits.
  { first: '3528', last: '3589', lengths: [16, 17, 18, 19] },
  { first: '3500', last: '3527', lengths: [16], doubtful: [16] },
  { first: '3590', last: '3599', lengths: [16], doubtful: [16] },
  { first: '1800', last: '1800', lengths: [15] },
  { first: '2131', last: '2131', lengths: [15] },
  // UnionPay.
  { first: '62', last: '62', lengths: [16, 17, 18, 19], doubtful: [17, 18, 19] },
  { first: '81', last: '81', lengths: [16, 17, 18, 19], doubtful: [16, 17, 18, 19] },
  // Mir, RuPay, UATP, Troy, Verve, Elo, Hipercard, UkrCard.
  { first: '2200', last: '2204', lengths: [16, 17, 18, 19] },
  { first: '60', last: '60', lengths: [16], doubtful: [16] },
  { first: '1', last: '1', lengths: [15], doubtful: [15] },
  { first: '9792', last: '9792', lengths: [16] },
  { first: '5061', last: '5061', lengths: [16, 18, 19] },
  { first: '6500', last: '6509', lengths: [16, 18, 19] },
  { first: '5067', last: '5067', lengths: [16] },
  { first: '6277', last: '6277', lengths: [16] },
  { first: '6362', last: '6363', lengths: [16] },
  // Maestro, and the debit schemes that went into it.
  { first: '5018', last: '5018', lengths: range(12, 19), doubtful: range(12, 15) },
  { first: '5020', last: '5020', lengths: range(12, 19), doubtful: range(12, 15) },
  { first: '5038', last: '5038', lengths: range(12, 19), doubtful: range(12, 15) },
  { first: '5893', last: '5893', lengths: range(12, 19), doubtful: range(12, 15) },
  { first: '6304', last: '6304', lengths: range(12, 19), doubtful: range(12, 15) },
  { first: '6390', last: '6390', lengths: range(12, 19), doubtful: range(12, 15) },
  { first: '6759', last: '6763', lengths: range(12, 19), doubtful: range(12, 15) },
  { first: '0604', last: '0604', lengths: range(12, 19), doubtful: range(12, 19) },
  { first: '50', last: '50', lengths: range(12, 19), doubtful: range(12, 19) },
  { first: '56', last: '69', lengths: range(12, 19), doubtful: range(12, 19) },
  // Dankort.
  { first: '5019', last: '5019', lengths: [16] },
];

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

// Who speaks of cards, in the languages that pay with them.
const SPEAKS_OF_CARDS = words(
  'card*',
  'cc',
  'cc num*',
  'ccn',
  'pan',
  'credit*',
  'debit*',
  'visa',
  'master card',
  'maestro',
  'amex',
  'american express',
  'diners',
  'discover',
  'jcb',
  'union pay',
  'rupay',
  'mir',
  'pay',
  'paying',
  'payment*',
  'paid',
  'charge',
  'charged',
  'billing',
  'checkout',
  'cvv*',
  'cvc*',
  'expir*',
  'exp',
  'atm',
  'cardholder',
  'karte*',
  'kreditkarte*',
  'bankkarte*',
  'carte',
  'cartes',
  'tarjeta*',
  'carta',
  'cartão',
  'cartao',
  'kort*',
  'kredittkort*',
  'betaalkaart*',
  'creditcard*',
  'kaart*',
  'karta',
  'karty',
  'kartę',
  'kártya*',
  'kortti*',
  'kart*',
  'карт*',
  'κάρτα*',
  'カード',
  '卡',
  '카드',
  'بطاقة',
  'כרטיס',
);

// What else has as many digits, and is numbered by whoever sells, ships or stores.
const OTHERS_IN_FRONT =
  /(?<![a-z])(?:orders?|tracking|shipments?|parcels?|invoices?|tickets?|imei|isbn|ean|upc|gtin|barcodes?|serials?|sku|timestamps?|unix|epoch|snowflakes?|tweets?|iccid|vin|(?:message|request|trace|session|build|item|product)[ _-]?id)(?:[ _-]?(?:numbers?|num|no\.?|nr\.?|ids?|codes?|ref|reference|time))?[\s"':=#.()[\]-]{0,6}(?:(?:is|was)\s{1,2})?["'#]?$/i;
const NAMES_OF_OTHERS = /(?:^|[ _.-])(?:ids?|uuid|guid|ts|time|nonce|seq|sequence|offset|size|length|bytes|count|hash|version|revision)$/i;
const OTHERS_REACH = 40;
const CARD_REACH = 24;

const COMMON = [
  shapes('4_4_4_4', '16', '4_6_5', '15', '4_6_4', '14'),
  shapes(
    '13',
    '4_3_3_3',
    '12',
    '4_4_4',
    '17',
    '18',
    '19',
    '4_4_4_4_3',
    '4_4_4_2',
    '4_4_4_1',
    '4_4_5',
    '8_4',
    '8_8',
    '8_5',
    '6_10',
    '4_4_7',
  ),
].flat();

const BESIDE_A_TIME = shapes('6_13');

/** Card numbers that prove themselves, and those that need a word beside them. */
export const CARD: NumberKind = {
  shapes: COMMON,
  // Also how an identifier stands beside a time in milliseconds, in tables without marks.
  loose: BESIDE_A_TIME,
  check: (digits) => isCard(digits, false),
  mayBegin: (prefix, digits) => isIssued(prefix, digits, false),
  context: SPEAKS_OF_CARDS,
  crowded: true,
  isOther,
};
export const DOUBTFUL_CARD: NumberKind = {
  ...CARD,
  shapes: [],
  loose: [...COMMON, ...BESIDE_A_TIME],
  check: (digits) => isCard(digits, true),
  mayBegin: (prefix, digits) => isIssued(prefix, digits, true),
};

/** Whether digits are a card's: a range, a length of it, and the check digit. `doubtful`: also those that need words beside them. */
export function isCard(digits: string, doubtful: boolean): boolean {
  return isIssued(Number(digits.slice(0, PREFIX_DIGITS)), digits.length, doubtful) && isLuhn(digits) && !isUniform(digits);
}

/** Whether numbers of that length begin with these four digits. */
export function isIssued(prefix: number, length: number, doubtful: boolean): boolean {
  const lengths = ISSUED[prefix] ?? 0;
  return ((doubtful ? lengths | (lengths >> DOUBTFUL) : lengths) & bitOf(length)) !== 0;
}

const PREFIX_DIGITS = 4;
const SHORTEST = 12;
const LONGEST = 19;
/** Bits of lengths that say little stand so much higher. */
const DOUBTFUL = 8;

function bitOf(length: number): number {
  return length < SHORTEST || length > LONGEST ? 0 : 1 << (length - SHORTEST);
}

/** By the first four digits, which lengths there are: most numbers are none after one look. */
const ISSUED = new Uint16Array(10 ** PREFIX_DIGITS);
for (const { first, last, lengths, doubtful = [] } of RANGES) {
  const from = Number(first.padEnd(PREFIX_DIGITS, '0'));
  const to = Number(last.padEnd(PREFIX_DIGITS, '9'));
  const bits = lengths.reduce((sum, length) => sum | (bitOf(length) << (doubtful.includes(length) ? DOUBTFUL : 0)), 0);
  for (let prefix = from; prefix <= to; prefix += 1) ISSUED[prefix] = (ISSUED[prefix] ?? 0) | bits;
}

/** Digits with one point among them are a fraction: nobody writes a card number in two halves. */
const FRACTION = /^[0-9]{1,18}\.[0-9]{1,18}$/;

/** A fraction; or the words right in front of the number, or the name of its member, say that it is something else, and none near that it is a card. */
function isOther({ window, key }: Candidate, { start, end }: Part): boolean {
  if (FRACTION.test(window.slice(start, end))) return true;
  const near = window.slice(Math.max(0, start - CARD_REACH), start);
  if (SPEAKS_OF_CARDS.test(near) || SPEAKS_OF_CARDS.test(toWords(key))) return false;
  return OTHERS_IN_FRONT.test(window.slice(Math.max(0, start - OTHERS_REACH), start)) || NAMES_OF_OTHERS.test(key) || key.endsWith('Id');
}

const TRACK_2_REST = /^[=D][0-9]{7,20}\??/;
const TRACK_1_REST = /^\^[A-Za-z0-9 ./'-]{2,26}\^[0-9 ]{7,60}\??/;

/** A magnetic stripe's content around a card number: `;PAN=YYMMSSS…?` or `%BPAN^NAME^YYMMSSS…?`. */
export function findTrack({ value, window, at }: Candidate): Part | undefined {
  if (value.length < 12 || value.length > 24) return undefined;
  const rest = window.slice(at + value.length, at + value.length + 100);
  const match = TRACK_2_REST.exec(rest) ?? TRACK_1_REST.exec(rest);
  const digits = value.replaceAll(' ', '');
  if (match === null || !isCard(digits, true) || !isExpiry(match[0])) return undefined;
  const before = /(?:%?[Bb]|;)$/.exec(window.slice(Math.max(0, at - 2), at));
  return { start: at - (before?.[0].length ?? 0), end: at + value.length + match[0].length };
}

/** Year and month behind the separator, as both tracks have them. */
function isExpiry(rest: string): boolean {
  const month = Number(
    rest
      .slice(rest.lastIndexOf('^') + 1)
      .replace(/^[=D]/, '')
      .slice(2, 4),
  );
  return month >= 1 && month <= 12;
}

/** The first track from its beginning, `%B`. */
export const findFirstTrack: Validator = ({ value, window, at }) => {
  const from = at + value.length;
  const digits = /^[0-9]{12,19}(?=\^)/.exec(window.slice(from, from + 20))?.[0] ?? '';
  const part = findTrack({ value: digits, window, at: from, key: '', surface: 'answer' });
  return part === undefined ? [] : [part];
};
