// Validators that an operator's detectors may name. Their names are a promise: configs are written with them. All others belong to the detectors that come
// with the gateway, and change with these.

import type { Validator, ValidatorName } from '../types.ts';
import { isLuhn, isUniform, isVerhoeff, modulo97 } from './check-digits.ts';

/** By name. */
export const OWN_VALIDATORS = ['luhn', 'verhoeff', 'modulo-97', 'random', 'unmasked'] as const;

/** The check of digits that may stand in groups; nobody is given a number of one digit, repeated. */
const ofDigits =
  (isOne: (digits: string) => boolean): Validator =>
  ({ value }) => {
    const digits = withoutMarks(value);
    return /^[0-9]{2,}$/.test(digits) && !isUniform(digits) && isOne(digits);
  };

/** Those of them that only operators use; the others stand with the secrets. */
export const CHECK_DIGIT_VALIDATORS: readonly (readonly [ValidatorName, Validator])[] = [
  ['luhn', ofDigits(isLuhn)],
  ['verhoeff', ofDigits(isVerhoeff)],
  // ISO/IEC 7064 MOD 97-10, with the check digits at the end.
  [
    'modulo-97',
    ({ value }) => {
      const text = withoutMarks(value).toUpperCase();
      return /^[0-9A-Z]{3,}$/.test(text) && modulo97(text) === 1;
    },
  ],
];

function withoutMarks(value: string): string {
  return value.replaceAll(/[ .-]/g, '');
}
