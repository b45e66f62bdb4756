// Definitions that are larger than anybody would read: a list that is small on the wire can be many times as large when it is written canonically
// (`1e20` is 21 digits). Such a one is withheld by its fingerprint alone; nothing carries it from process to process, and nobody can approve it.

import { fingerprintOfCanonical } from './fingerprint.ts';

/** The largest definition that can be reviewed and approved, in bytes of canonical JSON. The largest published tools have a tenth of it. */
export const MAX_DEFINITION_BYTES = 256 * 1024;

const PLACE = /^\{"tooLargeBytes":([1-9][0-9]{0,15})\}$/;

/** What is kept in the place of a definition that has so many bytes. */
export function placeOfLarge(bytes: number): string {
  return `{"tooLargeBytes":${bytes}}`;
}

/** How many bytes a definition has of which only its place is kept; undefined: the text is the definition. */
export function bytesOfLarge({
  definition,
  fingerprint,
}: {
  readonly definition: string;
  readonly fingerprint: string;
}): number | undefined {
  const digits = PLACE.exec(definition)?.[1];
  return digits === undefined || fingerprintOfCanonical(definition) === fingerprint ? undefined : Number(digits);
}
