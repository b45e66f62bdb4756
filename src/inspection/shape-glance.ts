// Whether a text may have a shape that no ordinary text has, asked byte by byte in a pass that is made anyway: a table says of each byte where it leads, and
// what has come to an end with it. It errs on one side only: what it lets pass, shape.ts would call ordinary, and of all else shape.ts says what it is.

import { LEAST_APART, LEAST_LEET_WORDS, LEAST_ROTATED, partOfWord, ROTATED_WORDS, weightOfRotated } from './shape.ts';

/** From here on, a number in the table is a state and what has happened: `number >>> EVENT_SHIFT`. */
export const FIRST_EVENT = 0x2000;
export const EVENT_SHIFT = 13;
export const STATE_BITS = FIRST_EVENT - 1;
const ROTATED = 1;
const ROTATED_LONG = 2;
const LEET = 3;
/** Letters apart, or words with more than a space between them. */
const SUSPECT = 4;
/** What each adds to the words that are moved by half the alphabet, and to those of letters and digits; what is suspect by itself, as much as is needed. */
export const ADDS_ROTATED: readonly number[] = [0, 1, 2, 0, 0];
export const ADDS_LEET: readonly number[] = [0, 0, 0, 1, LEAST_LEET_WORDS];

/** Whether the shape of a text with so many such words has to be asked for. */
export function maybeShaped(rotated: number, leet: number): boolean {
  return rotated >= LEAST_ROTATED || leet >= LEAST_LEET_WORDS;
}

// Columns of the table: of bytes that lead to the same everywhere. Letters that moved words have are told apart, and small ones from large ones.
const OTHER = 0;
const SPACE = 1;
const BLANK = 2;
const SIGN = 3;
const DIGIT = 4;
const SMALL = 5;
const LETTERS = [...new Set(ROTATED_WORDS.join(''))].toSorted().join('');
const LARGE = SMALL + LETTERS.length + 1;
const WIDTH = LARGE + LETTERS.length + 1;

/** What stands between the last word and here: nothing of interest, one space, or blanks that are more than that. */
const GAPS = [OTHER, SPACE, BLANK] as const;

/** The column of each byte. */
export const SHAPE_COLUMNS: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => columnOf(byte));

/** Where each state leads, by column. A state is the offset of its row; the first is where texts begin, and `OTHER` ends them. */
export const SHAPE_TABLE: Uint16Array = createTable();

function columnOf(byte: number): number {
  const part = partOfWord(byte);
  if (part === 'sign') return SIGN;
  if (part === 'digit') return DIGIT;
  if (part === undefined) return byte === 0x20 ? SPACE : byte < 0x20 ? BLANK : OTHER;
  const place = LETTERS.indexOf(String.fromCharCode(byte | 0x20));
  return (byte >= 0x61 ? SMALL : LARGE) + (place < 0 ? LETTERS.length : place);
}

/** The letter of a column; `-` for those that no moved word has. */
function letterOf(column: number): string {
  return LETTERS[(column - SMALL) % (LETTERS.length + 1)] ?? '-';
}

/**
 * States have names. Between words: how many letters stood apart before, and what the gap is. In a word: its letters, as long as it may become one that is
 * moved, and for the first of them how many stood apart; or what it is made of.
 */
function createTable(): Uint16Array {
  const names: string[] = [];
  const rowOf = (name: string): number => {
    const known = names.indexOf(name);
    return (known < 0 ? names.push(name) - 1 : known) * WIDTH;
  };
  const rows: number[][] = [];
  rowOf(between(0, OTHER));
  for (let row = 0; row < names.length; row += 1) {
    const name = names[row] ?? '';
    rows.push(
      Array.from({ length: WIDTH }, (_, column) => {
        const [next, event] = step(name, column);
        return rowOf(next) | (event << EVENT_SHIFT);
      }),
    );
  }
  if (names.length * WIDTH > FIRST_EVENT) throw new Error('the states of the table and what happens in them do not fit into one number');
  return Uint16Array.from(rows.flat());
}

type Step = readonly [next: string, event: number];

function between(apart: number, gap: (typeof GAPS)[number]): string {
  return `|${apart}${gap}`;
}

function step(name: string, column: number): Step {
  if (name.startsWith('|')) return stepBetween(Number(name[1]), Number(name[2]), column);
  return column === OTHER || column === SPACE || column === BLANK ? endWord(name, column) : [wordWith(name, column), 0];
}

function stepBetween(apart: number, gap: number, column: number): Step {
  if (column >= SMALL) return [`${apart}${letterOf(column)}`, gap === BLANK && column < LARGE ? SUSPECT : 0];
  if (column === SIGN) return ['signs', 0];
  if (column === DIGIT) return ['digits', 0];
  if (column === OTHER || gap === OTHER) return [between(apart, OTHER), 0];
  return [between(apart, BLANK), 0];
}

function wordWith(name: string, column: number): string {
  if (column === DIGIT || name === 'digits') return 'digits';
  if (name === 'mixed' || (name === 'signs' && column >= SMALL)) return 'mixed';
  if (column === SIGN) return name === 'signs' ? 'signs' : 'mixed';
  const letters = lettersOf(name) + letterOf(column);
  return ROTATED_WORDS.some((word) => word.startsWith(letters)) ? letters : 'letters';
}

/** What a word is so far, without how many letters stood apart in front of it. */
function lettersOf(name: string): string {
  return isFirst(name) ? name.slice(1) : name;
}

function isFirst(name: string): boolean {
  return /^[0-9]/.test(name);
}

function endWord(name: string, gap: typeof OTHER | typeof SPACE | typeof BLANK): Step {
  if (isFirst(name)) {
    const apart = Number(name[0]) + 1;
    return apart < LEAST_APART ? [between(apart, gap), 0] : [between(apart - 1, gap), SUSPECT];
  }
  const weight = weightOfRotated(name);
  const event = name === 'mixed' ? LEET : weight === 0 ? 0 : weight === 1 ? ROTATED : ROTATED_LONG;
  return [between(0, gap), event];
}
