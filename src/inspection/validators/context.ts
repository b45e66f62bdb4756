// What stands near a number: the words in front of it, a few behind, and the name of the member that holds it. Most numbers prove little by themselves.

import type { Candidate } from '../types.ts';

const BEFORE = 64;
const AFTER = 32;

/** Whether one of the words is near the place [start, end) of the window, or in the member's name. */
export function hasContext(candidate: Candidate, start: number, end: number, words: RegExp): boolean {
  const { window, key } = candidate;
  return (
    words.test(window.slice(Math.max(0, start - BEFORE), start)) ||
    words.test(window.slice(end, end + AFTER)) ||
    (key !== '' && words.test(toWords(key)))
  );
}

/** `cardNumber`, `card_number` and `card-number` as words. */
export function toWords(name: string): string {
  return name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').replaceAll(/[_.-]+/g, ' ');
}

/**
 * A pattern for words, each as a whole: letters in front of it or behind it make another word, an underscore does not. `*` at the end leaves the end open.
 * Scripts without spaces between words are found anywhere.
 */
export function words(...list: readonly string[]): RegExp {
  const alternatives = list.map((word) => {
    const open = word.endsWith('*');
    const text = (open ? word.slice(0, -1) : word).replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(' ', '[ _-]?');
    return open ? text : `${text}(?![a-zà-ÿ])`;
  });
  return new RegExp(`(?<![a-zà-ÿ])(?:${alternatives.join('|')})`, 'i');
}
