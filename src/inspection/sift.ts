// One pass over the bytes of a text that says what of it has to be looked at, and by whom: which literals end where, which kinds of bytes there are, whether
// a run is long, whether its shape may be odd. Most texts are such that the rest need not be asked. What it notices is never less than what there is.

import type { Automaton } from './literals.ts';
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
/** Longer texts are looked at in other ways. */
export const MAX_SIFTED_BYTES = 16_384;
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
  /** Tells of each literal, in the order of their ends. False: there were too many to be kept. */
  tell(found: (literal: number, end: number) => void): boolean;
}

/** Makes the pass for these literals. */
export function createSift({ classes, table, firstOutput, endsAt }: Automaton): Sift {
  const kinds = Int32Array.from(classes, (kind, byte) => kind | traitsOf(byte) | ((SHAPE_COLUMNS[byte] ?? 0) << COLUMN_SHIFT));
  const shapes = SHAPE_TABLE;
  const literals = new Int32Array(MAX_KEPT);
  const ends = new Int32Array(MAX_KEPT);
  let count = 0;

  const keep = (state: number, end: number): void => {
    for (const literal of endsAt(state)) {
      if (count < MAX_KEPT) {
        literals[count] = literal;
        ends[count] = end;
      }
      count += 1;
    }
  };

  return {
    pass: (bytes, from, to) => {
      count = 0;
      let seen = 0;
      let state = 0;
      let shape = 0;
      let rotated = 0;
      let leet = 0;
      for (let at = from; at < to; at += 1) {
        const kind = kinds[bytes[at] ?? 0] ?? 0;
        seen |= kind;
        state = table[state + (kind & CLASS_BITS)] ?? 0;
        if (state >= firstOutput) keep(state, at + 1);
        shape = shapes[shape + (kind >>> COLUMN_SHIFT)] ?? 0;
        if (shape >= FIRST_EVENT) {
          rotated += ADDS_ROTATED[shape >>> EVENT_SHIFT] ?? 0;
          leet += ADDS_LEET[shape >>> EVENT_SHIFT] ?? 0;
          shape &= STATE_BITS;
        }
      }
      // As if one more byte ended the last word.
      const last = (shapes[shape] ?? 0) >>> EVENT_SHIFT;
      const isShaped =
        (seen & DIVIDING) !== 0 ||
        maybeShaped(rotated + (ADDS_ROTATED[last] ?? 0), leet + (ADDS_LEET[last] ?? 0)) ||
        // What is longer is read as several.
        hasRun(IN_WORD, MAX_WORD, bytes, from, to);
      return (seen & BYTE_TRAITS) | SIFTED | (isShaped ? SHAPED : 0) | (hasRun(BASE64, LONG_RUN, bytes, from, to) ? LONG : 0);
    },
    tell: (found) => {
      if (count > MAX_KEPT) return false;
      for (let place = 0; place < count; place += 1) found(literals[place] ?? 0, ends[place] ?? 0);
      return true;
    },
  };
}

function traitsOf(byte: number): number {
  if (byte === BACKSLASH || byte === PERCENT || byte === AMPERSAND) return WRITTEN;
  if (byte === MINUS) return HYPHEN;
  return dividesWords(byte) ? DIVIDING : 0;
}
