// Everything that is looked for unless a config says otherwise: one line for each list of detectors, and for each sweep.

import { HIDDEN } from '../hidden.ts';
import type { Detector, Reader, Sweep } from '../types.ts';
import { ACTIVE, IMAGES } from './active.ts';
import { DIRECTIVES } from './directives.ts';
import { NUMBERS } from './numbers.ts';
import { PAYMENT } from './payment.ts';
import { PERSONAL } from './personal.ts';
import { KEY_STORES } from './pkcs12.ts';
import { SECRETS } from './secrets.ts';
import { TARGETS, URLS } from './targets.ts';

/** Detectors that come with the gateway. */
export const BUILT_IN: readonly Detector[] = [...SECRETS, ...PAYMENT, ...PERSONAL, ...TARGETS, ...ACTIVE, ...DIRECTIVES];

/** What tells several types apart by one look. */
export const READERS: readonly Reader[] = [...NUMBERS, URLS, IMAGES];

/** What looks byte by byte, without anchors. */
export const SWEEPS: readonly Sweep[] = [HIDDEN, KEY_STORES];
