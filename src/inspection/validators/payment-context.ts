// Short numbers that verify a payer: three to six digits prove nothing, so what stands around them must speak of a card.

import type { Validator } from '../types.ts';
import { toWords, words } from './context.ts';

const SPEAKS_OF_PAYMENT = words(
  'card*',
  'credit*',
  'debit*',
  'visa',
  'mastercard',
  'amex',
  'cvv*',
  'cvc*',
  'pan',
  'expir*',
  'atm',
  'bank*',
  'account*',
  'pay*',
);
const SAYS_CODE =
  /(?:^|[^a-z])(?:cvv|cvc|cvn|csc|cav|cid)(?:[ _-]?(?:2|code|value|number|no))?(?:$|[^a-z0-9])|card ?(?:code|security|verification)|security ?code|verification ?value/i;

/** A verification code: `csc`, and a security code, are also other things where nobody speaks of cards. */
export const isVerificationCode: Validator = ({ window, value, at }) => {
  const front = window.slice(0, at);
  if (/cv[vcn]2?|cav2|card[ _-]?(?:verification|security|validation)/i.test(front)) return !isYear(value);
  return SPEAKS_OF_PAYMENT.test(window) && !isYear(value);
};

/** The value of a member whose name says that it is one. */
export const isVerificationMember: Validator = ({ key, value, window }) => SAYS_CODE.test(toWords(key)) && window.trim() === value;

/** A PIN in a sentence or a row about a card, an account or a cash machine. In India a PIN code is a postal code. */
export const isCardPin: Validator = ({ window }) =>
  SPEAKS_OF_PAYMENT.test(window) && !/\b(?:postal|zip|city|state|district|address|delivery|india)\b/i.test(window);

function isYear(value: string): boolean {
  return /^(?:19|20)[0-9]{2}$/.test(value);
}

const MRZ_WEIGHTS = [7, 3, 1];

/** The second line of a passport's machine-readable zone: check digits behind number, day of birth and day of expiry (ICAO 9303-3 §4.9). */
export const isPassportLine: Validator = ({ value }) =>
  checksMrz(value.slice(0, 9), value.charAt(9)) &&
  checksMrz(value.slice(13, 19), value.charAt(19)) &&
  checksMrz(value.slice(21, 27), value.charAt(27));

function checksMrz(text: string, check: string): boolean {
  let sum = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    sum += (character === '<' ? 0 : Number.parseInt(character, 36)) * (MRZ_WEIGHTS[index % 3] ?? 0);
  }
  return String(sum % 10) === check;
}

/** Half of it at least are digits: a number with letters, and no word. */
export const isMostlyDigits: Validator = ({ value }) =>
  value.replaceAll(/[^0-9]/g, '').length * 2 >= value.length && value.replaceAll(/[^0-9]/g, '').length >= 5;
