// Shows text of strangers to the person who is to approve it, so that what is seen is what is there: what cannot be seen, what steers a
// terminal, and letters of one alphabet inside a word of another come out as escapes. Everything else stays readable, in any language.

import { toSkeleton } from '../base/index.ts';

/**
 * Control and format characters, bidi and zero-width ones, tags, variation selectors, unassigned and private ones, lone surrogates, fillers,
 * and every white space but the plain one. The backslash as well, so that an escape is always ours.
 */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\\]|(?! )\p{Zs}|\u2800/gu;
const WORD = /[\p{L}\p{M}\p{N}_]+/gu;
const FOREIGN = /[^\p{ASCII}\p{Script=Latin}\p{M}\p{No}]/gu;
const LATIN = /\p{Script=Latin}/u;
const NOT_ASCII = /[^ -~]|\\/gu;
const ASCII = /^[ -~]*$/;
const JOINERS: ReadonlySet<string> = new Set(['\u200c', '\u200d', '\ufe0e', '\ufe0f']);
const TAKES_JOINER =
  /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Mn}|[0-9#*]|\p{Script=Arabic}|\p{Script=Devanagari}|\p{Script=Bengali}|\p{Script=Tamil}|\p{Script=Sinhala}|\p{Script=Malayalam})$/u;

/** The text on one line, with everything hidden or pretending written as an escape. */
export function toVisible(text: string): string {
  if (ASCII.test(text) && !text.includes('\\')) return text;
  return text.replace(UNSEEN, escapeCharacter).replace(WORD, showWord);
}

/** The text as plain ASCII: for two texts that look the same and are not. */
export function toAscii(text: string): string {
  return text.replace(NOT_ASCII, escapeCharacter);
}

/**
 * Where a text has characters that nobody sees, or letters of one alphabet inside a word of another: from and to, in UTF-16 units. Line breaks and
 * tabs are seen by what they do; joiners between emoji or letters of other scripts are part of how these are written.
 */
export function hiddenIn(text: string): readonly (readonly [number, number])[] {
  if (ASCII.test(text)) return [];
  const spans: (readonly [number, number])[] = [];
  for (const { 0: found, index } of text.matchAll(UNSEEN)) {
    if (found === '\\' || found === '\n' || found === '\t' || found === '\r' || isJoined(text, index, found)) continue;
    spans.push([index, index + found.length]);
  }
  for (const { 0: word, index } of text.matchAll(WORD)) if (showWord(word) !== word) spans.push([index, index + word.length]);
  return spans.sort(([a], [b]) => a - b);
}

/** A joiner or a variation selector after what takes one. */
function isJoined(text: string, index: number, found: string): boolean {
  return JOINERS.has(found) && TAKES_JOINER.test(text.slice(Math.max(0, index - 3), index));
}

/** Whether a reader could take the two for the same. */
export function looksSame(one: string, other: string): boolean {
  return one !== other && toSkeleton(one) === toSkeleton(other);
}

/** A letter in a Latin word that only looks Latin is escaped; a word that is all Greek is Greek. */
function showWord(word: string): string {
  if (ASCII.test(word) || !LATIN.test(word)) return word;
  return word.replace(FOREIGN, (character) => (ASCII.test(toSkeleton(character)) ? escapeCharacter(character) : character));
}

function escapeCharacter(character: string): string {
  if (character === '\\') return '\\\\';
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
