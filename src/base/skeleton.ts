// What a name looks like (Unicode TR39 §4): two names with one skeleton cannot be told apart by a reader.

import { CONFUSABLES } from './confusables.ts';

const LOOKS = new Map(CONFUSABLES.flatMap(([look, characters]) => Array.from(characters, (character) => [character, look] as const)));
const NO_LOOK = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{M}]/gu;

/**
 * The skeleton of a text. Wider than TR39's: compatibility forms count as what they stand for (a full-width letter as the letter), and accents
 * do not count, since few readers know which of their tools have any.
 */
export function toSkeleton(text: string): string {
  let skeleton = '';
  for (const character of text.normalize('NFKD').replace(NO_LOOK, '')) skeleton += LOOKS.get(character) ?? character;
  return skeleton;
}

/** What a single character looks like, by the table alone; undefined where it looks like nothing but itself. */
export function looksLike(character: string): string | undefined {
  return LOOKS.get(character);
}
