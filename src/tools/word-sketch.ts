// Which of many texts are likely to be about the same: by the smallest hashes of their words (MinHash), two at a time. Two texts that share most of
// their words share one of the pairs almost surely; two that share few, hardly ever. What is found must still be compared.

import { wordsOf } from './definition-texts.ts';

/** A text by what it can be found by. */
export type Sketch = readonly number[];

/** Eight pairs: of texts that share six words in ten, 97 of 100 share one. */
const PAIRS = 8;
/** Texts that all say the same are compared with the first few of them. */
const MAX_GROUP = 64;

/** Sketches a text. */
export function sketchOf(text: string): Sketch {
  const smallest = new Uint32Array(PAIRS * 2).fill(0xffffffff);
  for (const word of new Set(wordsOf(text))) {
    const value = hash(word);
    for (let at = 0; at < smallest.length; at += 1) {
      const mixed = mix(value ^ Math.imul(at + 1, 0x9e3779b1));
      if (mixed < (smallest[at] ?? 0)) smallest[at] = mixed;
    }
  }
  return Array.from({ length: PAIRS }, (_, pair) =>
    mix((smallest[pair * 2] ?? 0) ^ Math.imul(smallest[pair * 2 + 1] ?? 0, pair + 0x85ebca6b)),
  );
}

/** Pairs of places of sketches that are worth comparing, each once, `most` of them; `admit` leaves out what is never compared. */
export function likelyPairs(
  sketches: readonly Sketch[],
  most: number,
  admit: (left: number, right: number) => boolean,
): readonly (readonly [number, number])[] {
  const groups = new Map<string, number[]>();
  for (const [place, sketch] of sketches.entries()) {
    for (const [pair, value] of sketch.entries()) {
      const key = `${pair} ${value}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [place]);
      else if (group.length < MAX_GROUP) group.push(place);
    }
  }
  const found = new Map<string, readonly [number, number]>();
  for (const group of groups.values()) {
    for (const [at, left] of group.entries()) {
      for (const right of group.slice(at + 1)) {
        if (found.size >= most) return [...found.values()];
        if (admit(left, right)) found.set(`${left} ${right}`, [left, right]);
      }
    }
  }
  return [...found.values()];
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value;
}

/** The finish of MurmurHash3: neighbouring values come out far apart. */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
