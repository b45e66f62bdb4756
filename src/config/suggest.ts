// What to write in place of a name that exists nowhere.

import { nearest } from '../base/index.ts';

/** More names than a person reads at once. */
const MAX_LISTED = 20;

/** The name that was probably meant, or those that there are. */
export function suggest(written: string | undefined, among: readonly string[] | undefined): string | undefined {
  if (written === undefined || among === undefined) return undefined;
  const meant = nearest(written, among);
  if (meant !== undefined) return `Did you mean ${meant}?`;
  if (among.length === 0) return 'There are none in it.';
  return `There are: ${among.slice(0, MAX_LISTED).join(', ')}${among.length > MAX_LISTED ? ', and more' : ''}.`;
}
