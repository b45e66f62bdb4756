// Character references of HTML (HTML Living Standard §13.5): by number, and by the names of characters that values are made of.

import { set } from './backslash.ts';
import type { Written } from './written.ts';

const HASH = 0x23;
const SEMICOLON = 0x3b;
const ZERO = 0x30;
const NINE = 0x39;
const MAX_DIGITS = 8;
const MAX_NAME = 16;
const REPLACEMENT_CHARACTER = 0xfffd;

const NAMES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    Tab: '\t',
    NewLine: '\n',
    nbsp: '\u00A0',
    ZeroWidthSpace: '\u200B',
    excl: '!',
    quot: '"',
    num: '#',
    dollar: '$',
    percnt: '%',
    amp: '&',
    apos: "'",
    lpar: '(',
    rpar: ')',
    ast: '*',
    plus: '+',
    comma: ',',
    hyphen: '-',
    dash: '-',
    period: '.',
    sol: '/',
    colon: ':',
    semi: ';',
    lt: '<',
    equals: '=',
    gt: '>',
    quest: '?',
    commat: '@',
    lsqb: '[',
    lbrack: '[',
    bsol: '\\',
    rsqb: ']',
    rbrack: ']',
    Hat: '^',
    lowbar: '_',
    grave: '`',
    lcub: '{',
    lbrace: '{',
    vert: '|',
    verbar: '|',
    rcub: '}',
    rbrace: '}',
  }).map(([name, character]) => [name, character.codePointAt(0) ?? REPLACEMENT_CHARACTER]),
);

/** Reads the reference whose ampersand stands at `at`. */
export function readReference(written: Written, bytes: Uint8Array, at: number, end: number): void {
  if (at + 1 < end && bytes[at + 1] === HASH) readNumber(written, bytes, at, end);
  else readName(written, bytes, at, end);
}

/** `&#65;` or `&#x41;`; readers take it without the semicolon as well. */
function readNumber(written: Written, bytes: Uint8Array, at: number, end: number): void {
  const isHex = at + 2 < end && ((bytes[at + 2] ?? 0) | 0x20) === 0x78;
  const base = isHex ? 16 : 10;
  const from = isHex ? at + 3 : at + 2;
  let value = 0;
  let place = from;
  while (place < end && place < from + MAX_DIGITS) {
    const digit = digitOf(bytes[place] ?? 0);
    if (digit >= base) break;
    value = value * base + digit;
    place++;
  }
  if (place === from) return;
  set(written, value, place - at + (place < end && bytes[place] === SEMICOLON ? 1 : 0));
}

/** Its value as a digit; more than any digit if it is none. */
function digitOf(byte: number): number {
  if (byte >= ZERO && byte <= NINE) return byte - ZERO;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : 0xff;
}

function readName(written: Written, bytes: Uint8Array, at: number, end: number): void {
  let name = '';
  let place = at + 1;
  while (place < end && place <= at + MAX_NAME && bytes[place] !== SEMICOLON) {
    const byte = bytes[place] ?? 0;
    if (!isLetter(byte)) return;
    name += String.fromCharCode(byte);
    place++;
  }
  const rune = place < end && bytes[place] === SEMICOLON ? NAMES.get(name) : undefined;
  if (rune !== undefined) set(written, rune, place + 1 - at);
}

function isLetter(byte: number): boolean {
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x7a;
}
