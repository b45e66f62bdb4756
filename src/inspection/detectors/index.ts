// Everything that is looked for unless a config says otherwise: one line for each list of detectors, and for each sweep.

import { HIDDEN } from '../hidden.ts';
import type { Detector, Sweep } from '../types.ts';
import { SECRETS } from './secrets.ts';

/** Detectors that come with the gateway. */
export const BUILT_IN: readonly Detector[] = [...SECRETS];

/** What looks byte by byte, without anchors. */
export const SWEEPS: readonly Sweep[] = [HIDDEN];
