// Whose pseudonym nobody alone may learn: where it takes two people to say whose a pseudonym is, each way from a name to its pseudonym would lead around
// them, since whoever could ask for the pseudonym of every name would need nobody else. So nothing is found, held, erased or put on record by such a name.

import type { PrivacySwitches } from '../audit/index.ts';

/** Whether one person alone must not learn the pseudonym of a name of this kind. */
export function hidesPseudonym(
  { reidentify, subjects }: Pick<PrivacySwitches, 'reidentify' | 'subjects'>,
  kind: 'agent' | 'user',
): boolean {
  // Users are on record by pseudonym in every profile, agents where names are kept out.
  return reidentify === 'two' && (kind === 'user' || subjects === 'pseudonyms');
}
