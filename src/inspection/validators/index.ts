// The table of validators: what says whether something that looks like one is one. Detectors name them; pure functions, linear in what matched.

import type { Validator, ValidatorName } from '../types.ts';
import { CHECK_DIGIT_VALIDATORS } from './own.ts';
import { PERSONAL_VALIDATORS } from './personal.ts';
import { SECRET_VALIDATORS } from './secrets.ts';
import { URL_VALIDATORS } from './urls.ts';

/** Every validator, by the name that detectors give. */
export const VALIDATORS: ReadonlyMap<ValidatorName, Validator> = new Map<ValidatorName, Validator>([
  ...CHECK_DIGIT_VALIDATORS,
  ...SECRET_VALIDATORS,
  ...PERSONAL_VALIDATORS,
  ...URL_VALIDATORS,
]);
