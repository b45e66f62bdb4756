// Words that are not what they look like: letters of two alphabets in one word, Latin words in fancy dress. What is written in one alphabet is left
// alone, whatever it looks like; so are the formulas and units of science (TNFα, kΩ) and the full-width letters of East Asian typography.

import { looksLike } from '../../base/index.ts';
import type { Characters } from './characters.ts';
import { isEastAsian, isStyledBeyond, KINDS, Kind } from './code-points.ts';
import type { Mark } from './emit.ts';
import { isUnseen } from './unseen.ts';

/** Words in fancy dress: so many letters in a word, and in all of them, are more than an initial or a symbol. */
const LEAST_STYLED = 3;
const LEAST_STYLED_IN_ALL = 6;
/** Among East Asian text, so many of them in a row are more than the name of a product. */
const LEAST_STYLED_WORDS = 4;
const ASCII_LETTER = /^[A-Za-z]/;

interface Word {
  readonly start: number;
  readonly end: number;
  readonly latin: number;
  readonly styled: number;
  /** Letters of scripts that have some which look Latin. */
  readonly lookAlike: number;
  /** Changes between the two. */
  readonly changes: number;
}

interface Styled {
  readonly words: Word[];
  letters: number;
  /** Words in a row, without East Asian text between them; the most there were. */
  row: number;
  longestRow: number;
}

/** Marks whole words. */
export function markWords(characters: Characters, mark: Mark): void {
  const { points, length } = characters;
  const styled: Styled = { words: [], letters: 0, row: 0, longestRow: 0 };
  let isEastern = false;
  for (let at = 0; at < length; at += 1) {
    const point = points[at] ?? 0;
    const kind = kindOf(point);
    if (kind === Kind.neutral && isEastAsian(point)) {
      isEastern = true;
      styled.row = 0;
      continue;
    }
    if (kind === Kind.break || kind === Kind.control) continue;
    const word = readWord(characters, at);
    if (isMixed(points, word)) mark('look-alike-letters', word.start, word.end);
    if (word.styled >= LEAST_STYLED && word.styled >= word.latin) collect(styled, word);
    at = word.end - 1;
  }
  const isDress = isEastern ? styled.longestRow >= LEAST_STYLED_WORDS : styled.letters >= LEAST_STYLED_IN_ALL;
  if (isDress) for (const word of styled.words) mark('styled-letters', word.start, word.end);
}

/** Whether there is a word of two alphabets that pretends to be of one. */
export function hasMixedWord(characters: Characters): boolean {
  const { points, length } = characters;
  for (let at = 0; at < length; at += 1) {
    const kind = kindOf(points[at] ?? 0);
    if (kind === Kind.break || kind === Kind.control) continue;
    const word = readWord(characters, at);
    if (isMixed(points, word)) return true;
    at = word.end - 1;
  }
  return false;
}

function collect(styled: Styled, word: Word): void {
  styled.words.push(word);
  styled.letters += word.styled;
  styled.row += 1;
  styled.longestRow = Math.max(styled.longestRow, styled.row);
}

/** A word, from its first character on. What nobody sees does not end it. */
function readWord({ points, length }: Characters, start: number): Word {
  let [latin, styled, lookAlike, changes, last] = [0, 0, 0, 0, 0];
  let end = start;
  for (; end < length; end += 1) {
    const point = points[end] ?? 0;
    const kind = kindOf(point);
    if (kind === Kind.break || kind === Kind.control) break;
    if (kind === Kind.neutral && isEastAsian(point)) break;
    if (kind === Kind.styled && !isStyledDigit(point)) styled += 1;
    if (kind !== Kind.latin && kind !== Kind.lookAlike) continue;
    if (kind === Kind.latin) latin += 1;
    else lookAlike += 1;
    if (last !== 0 && last !== kind) changes += 1;
    last = kind;
  }
  return { start, end: Math.max(end, start + 1), latin, styled, lookAlike, changes };
}

function kindOf(point: number): number {
  if (point < 0x10000) return KINDS[point] ?? Kind.break;
  if (isStyledBeyond(point)) return Kind.styled;
  return isUnseen(point) ? Kind.unseen : point >= 0x1f000 && point < 0x20000 ? Kind.break : Kind.neutral;
}

function isStyledDigit(point: number): boolean {
  return (point >= 0xff10 && point <= 0xff19) || (point >= 0x1d7ce && point <= 0x1d7ff);
}

/** Whether a word of two alphabets pretends to be of one. */
function isMixed(points: Readonly<Uint32Array>, word: Word): boolean {
  if (word.latin === 0 || word.lookAlike === 0) return false;
  let [greek, deceiving, likeLatin] = [0, 0, 0];
  for (let at = word.start; at < word.end; at += 1) {
    const point = points[at] ?? 0;
    if (kindOf(point) !== Kind.lookAlike) continue;
    const isLike = ASCII_LETTER.test(looksLike(String.fromCodePoint(point)) ?? '');
    if (isLike) likeLatin += 1;
    if (isGreek(point)) greek += 1;
    if (isGreek(point) && isLike && !isSymbol(point)) deceiving += 1;
  }
  // Small Greek letters are symbols: one of them in a word, or any that look Greek, mean what they are.
  if (greek === word.lookAlike) return likeLatin === greek && (deceiving > 0 || (greek > 1 && word.changes > 2));
  if (isInflected(points, word)) return false;
  return word.changes > 1 || likeLatin === word.lookAlike;
}

function isGreek(point: number): boolean {
  return (point >= 0x370 && point < 0x400) || (point >= 0x1f00 && point < 0x2000);
}

/** A small letter other than omicron, which stands for nothing. */
function isSymbol(point: number): boolean {
  return point >= 0x3b1 && point <= 0x3c9 && point !== 0x3bf;
}

/** A Latin abbreviation in capitals with a Slavic ending: PDFе. */
function isInflected(points: Readonly<Uint32Array>, { start, end, changes, latin }: Word): boolean {
  if (changes !== 1 || latin < 2) return false;
  for (let at = start; at < start + latin; at += 1) if ((points[at] ?? 0) > 0x5a) return false;
  return kindOf(points[end - 1] ?? 0) === Kind.lookAlike;
}
