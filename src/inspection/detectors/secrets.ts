// What grants access: every detector of the class `secret`. Vendors publish the forms of their tokens so that they can be found; what has no form of its
// own is found by what stands around it.

import type { Detector } from '../types.ts';
import { AI_SECRETS } from './secrets-ai.ts';
import { CHAT_SECRETS } from './secrets-chat.ts';
import { CLOUD_SECRETS } from './secrets-cloud.ts';
import { CODE_SECRETS } from './secrets-code.ts';
import { DATABASE_SECRETS } from './secrets-databases.ts';
import { GENERIC_SECRETS } from './secrets-generic.ts';
import { INFRASTRUCTURE_SECRETS } from './secrets-infrastructure.ts';
import { PAYMENT_SECRETS } from './secrets-payments.ts';
import { SERVICE_SECRETS } from './secrets-services.ts';

/** Detectors of secrets. */
export const SECRETS: readonly Detector[] = [
  ...GENERIC_SECRETS,
  ...CLOUD_SECRETS,
  ...CODE_SECRETS,
  ...CHAT_SECRETS,
  ...PAYMENT_SECRETS,
  ...AI_SECRETS,
  ...DATABASE_SECRETS,
  ...INFRASTRUCTURE_SECRETS,
  ...SERVICE_SECRETS,
];
