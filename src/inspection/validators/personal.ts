// The validators of payment and personal data, by the names that detectors give.

import type { Validator, ValidatorName } from '../types.ts';
import { findFirstTrack } from './card.ts';
import { findEmail } from './email.ts';
import { isCnpj } from './code-checks.ts';
import { isCardPin, isMostlyDigits, isPassportLine, isVerificationCode, isVerificationMember } from './payment-context.ts';

/** By name. */
export const PERSONAL_VALIDATORS: readonly (readonly [ValidatorName, Validator])[] = [
  ['email', findEmail],
  ['card-track-1', findFirstTrack],
  ['card-verification-code', isVerificationCode],
  ['card-verification-member', isVerificationMember],
  ['card-pin', isCardPin],
  ['passport-mrz', isPassportLine],
  ['mostly-digits', isMostlyDigits],
  ['br-cnpj', ({ value }) => /[A-Z]/.test(value) && isCnpj(value.replaceAll(/[./]/g, ''))],
];
