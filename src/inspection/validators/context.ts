// What stands near a number: the words in front of it, a few behind, and the name of the member that holds it. Most numbers prove little by themselves.

import type { Candidate } from '../types.ts';

const FIRST_LETTER = 0x61;
/** How far around a number words are looked for. */
export const BEFORE = 64;
export const AFTER = 32;

/** Words that speak of something. */
export interface Words {
  /** Whether one of them is in the text. */
  readonly test: (text: string) => boolean;
  /** The same, of a text that was read. */
  readonly areIn: (text: ReadText) => boolean;
  /** As they may be written; `open`: what follows may be of the same word. */
  readonly written: readonly Word[];
}

/** Whether one of the words is near the place [start, end) of the window, or in the member's name. */
export function hasContext(candidate: Candidate, start: number, end: number, words: Words, before = BEFORE): boolean {
  const { window, key } = candidate;
  return (
    words.areIn(readAgain(IN_FRONT, window.slice(Math.max(0, start - before), start))) ||
    words.areIn(readAgain(BEHIND, window.slice(end, end + AFTER))) ||
    (key !== '' && words.areIn(readKey(key)))
  );
}

/** A text in small letters, and where its words begin. */
export interface ReadText {
  readonly lower: string;
  readonly begins: readonly number[];
}

/** Every word begins with a letter, and in front of a number stand mostly other numbers. */
function readText(text: string): ReadText {
  const lower = text.toLowerCase();
  const begins: number[] = [];
  let inWord = false;
  for (let at = 0; at < lower.length; at += 1) {
    const unit = lower.charCodeAt(at);
    if (unit >= FIRST_LETTER && !inWord) begins.push(at);
    inWord = isLatin(unit);
  }
  return { lower, begins };
}

// Of one number, many kinds ask about the same few texts, one after the other.
interface Remembered {
  text: string;
  read: ReadText;
}
const IN_FRONT: Remembered = { text: '', read: readText('') };
const BEHIND: Remembered = { text: '', read: readText('') };
const KEY: Remembered = { text: '', read: readText('') };

function readAgain(remembered: Remembered, text: string): ReadText {
  if (remembered.text !== text) {
    remembered.read = readText(text);
    remembered.text = text;
  }
  return remembered.read;
}

function readKey(key: string): ReadText {
  if (KEY.text !== key) {
    KEY.read = readText(toWords(key));
    KEY.text = key;
  }
  return KEY.read;
}

/** `cardNumber`, `card_number` and `card-number` as words. */
export function toWords(name: string): string {
  return name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').replaceAll(/[_.-]+/g, ' ');
}

/** A word, in small letters. */
export interface Word {
  readonly text: string;
  readonly open: boolean;
}

/**
 * Words, each as a whole: letters in front of it or behind it make another word, an underscore does not. `*` at the end leaves the end open; a space is a
 * space, a hyphen, an underscore or nothing. Only places where a word begins are looked at: a search for each word would cost more than the number did.
 */
export function words(...list: readonly string[]): Words {
  const written = list.flatMap(waysToWrite);
  const byLetter = new Map<number, Word[]>();
  for (const word of written) {
    const first = word.text.charCodeAt(0);
    byLetter.set(first, [...(byLetter.get(first) ?? []), word]);
  }
  const areIn = ({ lower, begins }: ReadText): boolean =>
    begins.some((at) => byLetter.get(lower.charCodeAt(at))?.some((word) => isAt(lower, at, word)) === true);
  return { written, areIn, test: (text) => areIn(readText(text)) };
}

function waysToWrite(word: string): readonly Word[] {
  const open = word.endsWith('*');
  const text = open ? word.slice(0, -1) : word;
  const ways = text.includes(' ') ? ['', '-', '_'].map((mark) => text.replaceAll(' ', mark)) : [];
  return [text, ...ways].map((way) => ({ text: way, open }));
}

function isAt(text: string, at: number, word: Word): boolean {
  return text.startsWith(word.text, at) && (word.open || !isLatin(text.charCodeAt(at + word.text.length)));
}

/** Small letters of Latin scripts, of which words are one piece; other scripts may do without spaces. */
function isLatin(unit: number): boolean {
  return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0xdf && unit <= 0xff);
}
