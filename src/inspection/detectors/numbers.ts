// Numbers: cards, accounts, national numbers, telephones, network addresses. One look at a run of digits tells them apart, because there are too many kinds to
// have each look by itself.

import type { Part, Reader, Sought } from '../types.ts';
import { createAddressGlance } from '../validators/address-glance.ts';
import { CARD, DOUBTFUL_CARD, findTrack } from '../validators/card.ts';
import { createNumberReader } from '../validators/groups.ts';
import { findIbans } from '../validators/iban.ts';
import { findIpv4, findIpv6 } from '../validators/ip.ts';
import { CODES_OF_DIGITS, createCodeCheck, findCodes, NATIONAL_CODES } from '../validators/national-codes.ts';
import type { NationalCode } from '../validators/national-codes.ts';
import { NATIONAL_NUMBERS } from '../validators/national-numbers.ts';
import { findPhone, SPEAKS_OF_PHONES } from '../validators/phone.ts';
import { isInUuid } from '../validators/uuid.ts';
import { createCodeGlance } from '../validators/code-glance.ts';
import { createNumberGlance } from '../validators/number-glance.ts';

const DIGIT_CODES = NATIONAL_CODES.filter(({ run }) => run === 'digits');
const LETTER_CODES = NATIONAL_CODES.filter(({ run }) => run === 'base64');

const TRACK = 0;
const CARD_NUMBER = 1;
const IBAN = 2;
const PHONE = 3;
const FIRST_NUMBER = 4;
const FIRST_CODE = FIRST_NUMBER + NATIONAL_NUMBERS.length;

/** Shorter runs are nothing that is told from digits alone. */
const MIN_DIGITS = 6;
const MIN_CARD_DIGITS = 12;
const MIN_IBAN_DIGITS = 6;

const NO_PARTS: readonly Part[] = [];
const CARDS = [CARD, DOUBTFUL_CARD];
const readNumbers = createNumberReader([...CARDS, ...NATIONAL_NUMBERS]);
const mayHoldDigitCodes = createCodeCheck(DIGIT_CODES);
const mayHoldLetterCodes = createCodeCheck(LETTER_CODES);

const DIGITS: Reader = {
  finds: [
    { name: 'card-track', class: 'payment', confidence: 'high' },
    { name: 'card-number', class: 'payment', confidence: 'high' },
    { name: 'iban', class: 'personal', confidence: 'high' },
    { name: 'phone-number', class: 'personal', confidence: 'medium' },
    ...NATIONAL_NUMBERS.map(({ name, shapes }): Sought => ({ name, class: 'personal', confidence: shapes.length > 0 ? 'high' : 'medium' })),
    ...DIGIT_CODES.map(toSought),
  ],
  anchors: { kind: 'run', run: 'digits', min: MIN_DIGITS },
  before: 72,
  after: 64,
  cost: { look: 120, character: 8 },
  glance: () =>
    createNumberGlance(
      [...CARDS, ...NATIONAL_NUMBERS, ...CODES_OF_DIGITS],
      [SPEAKS_OF_PHONES, ...DIGIT_CODES.flatMap(({ context }) => context ?? [])],
    ),
  folded: true,
  read: (candidate, emitAny) => {
    const emit = (find: number, part: Part): void => {
      if (!isInUuid(candidate, part)) emitAny(find, part);
    };
    const { length } = candidate.value;
    const ibans = length >= MIN_IBAN_DIGITS ? findIbans(candidate) : NO_PARTS;
    for (const part of ibans) emit(IBAN, part);
    readNumbers(candidate, (kind, part) => {
      // Some groups of an account pass for a card, or for somebody's number.
      if (ibans.some(({ start, end }) => part.start >= start && part.end <= end)) return;
      emit(kind < CARDS.length ? CARD_NUMBER : FIRST_NUMBER + kind - CARDS.length, part);
    });
    if (length >= MIN_CARD_DIGITS) emitOne(TRACK, findTrack(candidate), emit);
    emitOne(PHONE, findPhone(candidate), emit);
    if (!mayHoldDigitCodes(candidate)) return;
    for (const [index, kind] of DIGIT_CODES.entries()) {
      if (length >= kind.min) for (const part of findCodes(kind, candidate)) emit(FIRST_CODE + index, part);
    }
  },
};

/** Codes whose digits stand too far apart to be a run. */
const LETTERS: Reader = {
  finds: LETTER_CODES.map(toSought),
  anchors: { kind: 'run', run: 'base64', min: Math.min(...LETTER_CODES.map(({ min }) => min)) },
  before: 1,
  after: 1,
  glance: () => createCodeGlance(LETTER_CODES.map(({ min }) => min)),
  read: (candidate, emit) => {
    if (!mayHoldLetterCodes(candidate)) return;
    for (const [index, kind] of LETTER_CODES.entries()) for (const part of findCodes(kind, candidate)) emit(index, part);
  },
};

const ADDRESSES: Reader = {
  finds: [
    { name: 'ipv4-address', class: 'personal', confidence: 'medium' },
    { name: 'ipv6-address', class: 'personal', confidence: 'medium' },
  ],
  anchors: { kind: 'run', run: 'address', min: 3 },
  before: 72,
  after: 40,
  cost: { look: 200, character: 1 },
  glance: createAddressGlance,
  read: (candidate, emit) => {
    emitOne(0, findIpv4(candidate), emit);
    emitOne(1, findIpv6(candidate), emit);
  },
};

/** Readers of numbers. */
export const NUMBERS: readonly Reader[] = [DIGITS, LETTERS, ADDRESSES];

function toSought({ name }: NationalCode): Sought {
  return { name, class: 'personal', confidence: 'high' };
}

function emitOne(find: number, part: Part | undefined, emit: (find: number, part: Part) => void): void {
  if (part !== undefined) emit(find, part);
}
