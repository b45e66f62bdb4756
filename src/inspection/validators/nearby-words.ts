// Words near numbers, found before there is a window: in a text full of numbers the windows would overlap many times over, here each byte is looked at once.

import { compileLiterals, WIDE } from '../literals.ts';
import { AFTER, BEFORE } from './context.ts';
import type { Words } from './context.ts';

/** Tells of places in one text after the other, which come in their order, whether a word may be near. */
export interface NearbyWords {
  begin(bytes: Uint8Array, begin: number, end: number): void;
  /** Whether one may be within the reach of [start, end). `whole`: nothing inside of it will be asked about by itself. */
  areNear(start: number, end: number, whole: boolean): boolean;
  end(): void;
}

const NO_BYTES: Uint8Array = new Uint8Array(0);
/** What words beyond ASCII may begin with, as bytes: everything but the letters of western languages, of which each word is looked for in all its cases. */
const MAY_HOLD = Uint8Array.from({ length: 256 }, (_, byte) => Number(byte >= 0xc0 && byte !== 0xc3 && byte !== 0xc5));
const WESTERN = /^[ -~\u00c0-\u00ff\u0140-\u017f]+$/u;
const BEYOND_ASCII = /[^ -~]/u;
/** Nearer than this, a word is never cut by the end of what is looked at. */
const SURELY_WHOLE = Math.min(BEFORE, AFTER);
/** A word that is none where letters stand in front of it, or behind it. */
const BEGINS = 1;
const ENDS = 2;
/** For each word that was found: where it begins, where it ends, and whether it does. */
const FIELDS = 3;

/** Looks for all of these words, up to so many bytes in front of a place and behind it. Texts in other scripts may hold any. */
export function createNearbyWords(lists: readonly Words[], before: number, after: number): NearbyWords {
  const opens = new Map<string, boolean>();
  for (const { text, open } of lists.flatMap(({ written }) => written))
    for (const way of WESTERN.test(text) ? inAllCases(text) : []) opens.set(way, open || opens.get(way) === true);
  const words = [...opens].map(([text, open]) => ({ length: Buffer.byteLength(text), open }));
  const { scan, maxBytes } = compileLiterals([...opens.keys()].map((text) => Buffer.from(text)));

  let bytes = NO_BYTES;
  let begin = 0;
  let stop = 0;
  /** What was looked through, up to here, and what was found there and may still be near. */
  let seen = 0;
  let found: number[] = [];

  const note = (word: number, end: number): void => {
    if (end <= seen) return;
    const { length, open } = words[word] ?? { length: 0, open: true };
    const start = end - length;
    const beginning = start === begin || !isLetter(bytes[start - 1]) ? BEGINS : 0;
    found.push(start, end, open || end === stop || !isLetter(bytes[end]) ? beginning | ENDS : beginning);
  };

  /** Where there are characters of other scripts, there may be any word of theirs. */
  const noteOthers = (from: number, to: number): void => {
    for (let at = from; at < to; at += 1) {
      if (MAY_HOLD[bytes[at] ?? 0] === 0) continue;
      found.push(from, to, BEGINS | ENDS);
      return;
    }
  };

  const lookUpTo = (from: number, to: number): void => {
    if (found.length > 0 && (found[1] ?? 0) <= from) found = stillNear(found, from);
    if (seen < from) seen = from;
    if (seen >= to) return;
    const kinds = scan(bytes, Math.max(begin, seen - maxBytes + 1), to, note);
    if ((kinds & WIDE) !== 0) noteOthers(seen, to);
    seen = to;
  };

  return {
    begin: (next, from, to) => {
      bytes = next;
      begin = seen = from;
      stop = to;
      found = [];
    },
    areNear: (start, end, whole) => {
      const from = Math.max(begin, start - before);
      const to = Math.min(stop, end + after);
      lookUpTo(from, to);
      for (let at = 0; at < found.length; at += FIELDS) {
        const first = found[at] ?? 0;
        const last = found[at + 1] ?? 0;
        const form = found[at + 2] ?? 0;
        if (last <= from || first >= to) continue;
        const begins = (form & BEGINS) !== 0 || !whole || first <= start - SURELY_WHOLE;
        if (begins && ((form & ENDS) !== 0 || !whole || last >= end + SURELY_WHOLE)) return true;
      }
      return false;
    },
    end: () => {
      bytes = NO_BYTES;
    },
  };
}

function stillNear(found: readonly number[], from: number): number[] {
  const kept: number[] = [];
  for (let at = 0; at < found.length; at += FIELDS) {
    const end = found[at + 1] ?? 0;
    if (end > from) kept.push(found[at] ?? 0, end, found[at + 2] ?? 0);
  }
  return kept;
}

function isLetter(byte: number | undefined): boolean {
  const letter = (byte ?? 0) | 0x20;
  return letter >= 0x61 && letter <= 0x7a;
}

/** A word with each of its letters beyond ASCII small and large; those of ASCII are looked for without regard to case. */
function inAllCases(word: string): readonly string[] {
  return Array.from(word).reduce<readonly string[]>(
    (ways, letter) => {
      const large = letter.toUpperCase();
      const cases = BEYOND_ASCII.test(letter) && large.toLowerCase() === letter ? [letter, large] : [letter];
      return ways.flatMap((way) => cases.map((one) => way + one));
    },
    [''],
  );
}
