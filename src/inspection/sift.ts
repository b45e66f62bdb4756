// One pass over the bytes of a text that says what of it has to be looked at, and by whom: which literals end where, which kinds of bytes there are, whether
// a run is long, whether its shape may be odd. Most texts are such that the rest need not be asked. What it notices is never less than what there is.

import type { Literals } from './literals.ts';
import { BASE64, hasRun } from './runs.ts';
import { ADDS_LEET, ADDS_ROTATED, EVENT_SHIFT, FIRST_EVENT, maybeShaped, SHAPE_COLUMNS, SHAPE_TABLE, STATE_BITS } from './shape-glance.ts';
import { dividesWords, MAX_WORD, partOfWord } from './shape.ts';

// Traits of a text, beside the kinds of its bytes (literals.ts): bytes that some writing of characters as others begins with, hyphens, and what may divide words.
export const WRITTEN = 0x1000;
export const HYPHEN = 0x2000;
const DIVIDING = 0x4000;
const BYTE_TRAITS = 0x7f00;
/** A run of base64 of at least `LONG_RUN` characters; hexadecimal digits are such as well. */
export const LONG = 0x8000;
/** Its shape may be one that no ordinary text has, and has to be asked for. */
export const SHAPED = 0x10000;
/** All of the above is known of a text: what is not set is not there. */
export const SIFTED = 0x20000;

export const LONG_RUN = 16;
/** No window of a text is longer, with all that is seen around it (reading/windows.ts). */
export const MAX_SIFTED_BYTES = 65_536;
/** Where more literals end than these, they are not kept. */
const MAX_KEPT = 1024;

const BACKSLASH = 0x5c;
const PERCENT = 0x25;
const AMPERSAND = 0x26;
const MINUS = 0x2d;
const IN_WORD = Uint8Array.from({ length: 256 }, (_, byte) => (partOfWord(byte) === undefined ? 0 : 1));

const CLASS_BITS = 0xff;
const COLUMN_SHIFT = 16;

/** The pass, and the literals that it came by; those of the last text are kept. */
export interface Sift {
  /** Gives the traits of [from, to). */
  pass(bytes: Uint8Array, from: number, to: number): number;
  /** Tells of each literal, in the order of their ends. False: they were not kept, there being too many, or one in the middle; nothing is told. */
  tell(found: FoundLiteral): boolean;
}

type FoundLiteral = (literal: number, end: number) => void;

/** Makes the pass for these literals. */
export function createSift({ automaton }: Literals): Sift {
  const { classes, table, firstOutput, endsAt, minHalvedBytes, standsAcross } = automaton;
  const kinds = Int32Array.from(classes, (kind, byte) => kind | traitsOf(byte) | ((SHAPE_COLUMNS[byte] ?? 0) << COLUMN_SHIFT));
  const shapes = SHAPE_TABLE;
  const inFirst = createKept();
  const inSecond = createKept();
  /** Some literal begins in the first half and ends in the second. */
  let isAcross = false;
  /** Words that are moved by half the alphabet, and words of letters and digits. */
  let rotated = 0;
  let leet = 0;

  const keep = (kept: Kept, state: number, end: number): void => {
    for (const literal of endsAt(state)) {
      if (kept.count < MAX_KEPT) {
        kept.literals[kept.count] = literal;
        kept.ends[kept.count] = end;
      }
      kept.count += 1;
    }
  };

  /** Gives the state that is left. */
  const count = (shape: number): number => {
    rotated += ADDS_ROTATED[shape >>> EVENT_SHIFT] ?? 0;
    leet += ADDS_LEET[shape >>> EVENT_SHIFT] ?? 0;
    return shape & STATE_BITS;
  };

  /** What the second half was counted without: from the middle on, until what was in front of it makes no difference any more. */
  const countAcross = (bytes: Uint8Array, middle: number, to: number, first: number): void => {
    let shape = first;
    let without = 0;
    for (let at = middle; at < to && shape !== without; at += 1) {
      const column = (kinds[bytes[at] ?? 0] ?? 0) >>> COLUMN_SHIFT;
      shape = count(shapes[shape + column] ?? 0);
      without = (shapes[without + column] ?? 0) & STATE_BITS;
    }
    if (shape !== without) count(shapes[shape] ?? 0);
  };

  return {
    // In two lanes, as the automaton by itself (literals.ts): the answers that each waits for can be waited for together. The inner loops call nothing, since
    // behind a call all that they know of their arrays would have to be asked again.
    pass: (bytes, from, to) => {
      inFirst.count = inSecond.count = rotated = leet = 0;
      const half = to - from < minHalvedBytes ? 0 : (to - from) >> 1;
      const middle = from + half;
      let seen = 0;
      let first = 0;
      let second = 0;
      let firstShape = 0;
      let secondShape = 0;
      let at = from;
      while (at < middle) {
        do {
          const kind = kinds[bytes[at] ?? 0] ?? 0;
          const other = kinds[bytes[at + half] ?? 0] ?? 0;
          seen |= kind | other;
          first = table[first + (kind & CLASS_BITS)] ?? 0;
          second = table[second + (other & CLASS_BITS)] ?? 0;
          firstShape = shapes[firstShape + (kind >>> COLUMN_SHIFT)] ?? 0;
          secondShape = shapes[secondShape + (other >>> COLUMN_SHIFT)] ?? 0;
          at += 1;
        } while (at < middle && first < firstOutput && second < firstOutput && (firstShape | secondShape) < FIRST_EVENT);
        if (first >= firstOutput) keep(inFirst, first, at);
        if (second >= firstOutput) keep(inSecond, second, at + half);
        firstShape = count(firstShape);
        secondShape = count(secondShape);
      }
      at = middle + half;
      while (at < to) {
        do {
          const kind = kinds[bytes[at] ?? 0] ?? 0;
          seen |= kind;
          second = table[second + (kind & CLASS_BITS)] ?? 0;
          secondShape = shapes[secondShape + (kind >>> COLUMN_SHIFT)] ?? 0;
          at += 1;
        } while (at < to && second < firstOutput && secondShape < FIRST_EVENT);
        if (second >= firstOutput) keep(inSecond, second, at);
        secondShape = count(secondShape);
      }
      isAcross = half > 0 && standsAcross(bytes, middle, to, first);
      if (half > 0) countAcross(bytes, middle, to, firstShape);
      // As if one more byte ended the last word.
      count(shapes[secondShape] ?? 0);
      // A word that is longer than any is read as several.
      const isShaped = (seen & DIVIDING) !== 0 || maybeShaped(rotated, leet) || hasRun(IN_WORD, MAX_WORD, bytes, from, to);
      return (seen & BYTE_TRAITS) | SIFTED | (isShaped ? SHAPED : 0) | (hasRun(BASE64, LONG_RUN, bytes, from, to) ? LONG : 0);
    },
    tell: (found) => {
      if (isAcross || inFirst.count > MAX_KEPT || inSecond.count > MAX_KEPT) return false;
      tellAll(inFirst, found);
      tellAll(inSecond, found);
      return true;
    },
  };
}

function tellAll({ literals, ends, count }: Kept, found: FoundLiteral): void {
  for (let place = 0; place < count; place += 1) found(literals[place] ?? 0, ends[place] ?? 0);
}

/** Literals in the order of their ends; where there are more than there is room for, they are only counted. */
interface Kept {
  readonly literals: Int32Array;
  readonly ends: Int32Array;
  count: number;
}

function createKept(): Kept {
  return { literals: new Int32Array(MAX_KEPT), ends: new Int32Array(MAX_KEPT), count: 0 };
}

function traitsOf(byte: number): number {
  if (byte === BACKSLASH || byte === PERCENT || byte === AMPERSAND) return WRITTEN;
  if (byte === MINUS) return HYPHEN;
  return dividesWords(byte) ? DIVIDING : 0;
}
