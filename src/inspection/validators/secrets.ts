// What says whether something that looks like a secret is one. Pure, and linear in what matched.

import type { Candidate, Validator, ValidatorName } from '../types.ts';
import { assignedSecret, longAssignedSecret, memberSecret } from './assignments.ts';
import { hasCheckDigits } from './base62.ts';
import { basicCredentials, headerCredentials, memberCredentials, schemeCredentials, userInfo, userOption } from './credentials.ts';
import { kubernetesSecret } from './kubernetes.ts';
import { isMasked, isMaskedOrRepeated, isPlaceholder } from './placeholders.ts';
import { entropyOf, looksRandom } from './randomness.ts';
import { isJsonWebToken, privateKeyParts } from './secret-forms.ts';
import { isSecret } from './secret-values.ts';

/** Validators of detectors of secrets. */
export const SECRET_VALIDATORS: readonly (readonly [ValidatorName, Validator])[] = [
  // Of forms that nothing else has: whatever is not masked.
  ['unmasked', ({ value }) => !isMasked(value)],
  ['token', ({ value }) => !isMaskedOrRepeated(value)],
  // Of forms that words and identifiers may have too.
  ['random', ({ value }) => isRandom(value)],
  // Of a fixed length: words may be read into what is of one case, but words have no digits.
  ['random-code', ({ value }) => isRandom(value) || (!isMaskedOrRepeated(value) && /[0-9].*[0-9]/.test(value) && entropyOf(value) >= 2.5)],
  // Of what only its name gives away.
  ['filled', ({ value, key }) => !isPlaceholder(value, key)],
  ['password', ({ value }) => isSecret('password', { value, quoted: true, name: 'password' })],
  ['check-digits', ({ value }) => hasCheckDigits(value)],
  ['aws-access-key-id', ({ value }) => !value.endsWith('EXAMPLE') && !isMaskedOrRepeated(value)],
  ['private-key', (candidate) => privateKeyParts(candidate)],
  ['json-web-token', ({ value }) => isJsonWebToken(value)],
  ['secp256k1-key', isCurveKey],
  ['user-info', userInfo],
  ['user-option', userOption],
  ['header-credentials', headerCredentials],
  ['member-credentials', memberCredentials],
  ['basic-credentials', basicCredentials],
  ['scheme-credentials', schemeCredentials],
  ['assigned-secret', assignedSecret],
  ['long-assigned-secret', longAssignedSecret],
  ['member-secret', memberSecret],
  ['kubernetes-secret', kubernetesSecret],
  ['distinct-words', ({ value }) => new Set(value.split(' ')).size >= 10],
];

function isRandom(value: string): boolean {
  if (isMaskedOrRepeated(value)) return false;
  // A prefix is made of words, whatever stands behind it.
  const body = value.replace(/^(?:[0-9A-Za-z]{1,12}[-_.:]){1,4}(?=.{12})/, '');
  return looksRandom(body);
}

/** A number below the order of the group, that stands where a key would: 64 hexadecimal digits are a hash more often than not. */
function isCurveKey({ value, window, at }: Candidate): boolean {
  const digits = value.replace(/^0x/, '').toLowerCase();
  if (digits > 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140' || entropyOf(digits) < 3) return false;
  return !/(?:tx|transaction|hash|block|root|topic|sha-?256|digest|checksum|signature|public[ _-]?key|id)["':= ]{0,6}(?:0x)?$/i.test(
    window.slice(Math.max(0, at - 24), at),
  );
}
