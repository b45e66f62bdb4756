// Names that are a slip of the finger apart (T08). Among many names the candidates are found by what two near names share, not by trying all pairs.

import { wordsOf } from './definition-texts.ts';

/** Shorter names differ by a letter or two without being alike. */
const LEAST_CHARS = 6;
/** From here on two slips are still near; below, one. */
const LONG_CHARS = 10;
const MAX_CHARS = 128;
/** Of names that share much, like a numbered series, only so many pairs are looked at for each thing they share. */
const MAX_GROUP = 32;

/**
 * Whether two names are near: letters added, left out, replaced, or swapped with their neighbour (Damerau's distance), one in short names, two in
 * long ones. Numbers alone tell apart what is meant to be a series.
 */
export function isNear(one: string, other: string): boolean {
  const shorter = Math.min(one.length, other.length);
  if (one === other || shorter < LEAST_CHARS || Math.max(one.length, other.length) > MAX_CHARS) return false;
  if (one.replaceAll(/\p{N}+/gu, '0') === other.replaceAll(/\p{N}+/gu, '0')) return false;
  return distance(one, other, slipsIn(shorter)) <= slipsIn(shorter);
}

/** Names among which near ones are found. */
export interface NearNames {
  add(name: string): void;
  /** Pairs of near names, `most` of them. */
  pairs(most: number): readonly (readonly [string, string])[];
}

/** No names yet. */
export function createNearNames(): NearNames {
  const names: string[] = [];
  const known = new Set<string>();
  const holders = new Map<number, number[]>();
  return {
    add: (name) => {
      if (known.has(name) || name.length < LEAST_CHARS || name.length > MAX_CHARS) return;
      known.add(name);
      const place = names.push(name) - 1;
      for (const key of keysOf(name)) {
        const group = holders.get(key);
        if (group === undefined) holders.set(key, [place]);
        else if (group.length < MAX_GROUP) group.push(place);
      }
    },
    pairs: (most) => {
      const found = new Map<string, readonly [string, string]>();
      for (const group of holders.values()) {
        for (const [at, left] of group.entries()) {
          for (const right of group.slice(at + 1)) {
            if (found.size >= most) return [...found.values()];
            const [one, other] = [names[left] ?? '', names[right] ?? ''];
            if (isNear(one, other)) found.set(`${left} ${right}`, [one, other]);
          }
        }
      }
      return [...found.values()];
    },
  };
}

/** What two near names share: themselves without one letter, or without one word. */
function keysOf(name: string): ReadonlySet<number> {
  const keys = new Set<number>([hash(name)]);
  for (let at = 0; at < name.length; at += 1) keys.add(hash(name.slice(0, at) + name.slice(at + 1)));
  const words = wordsOf(name);
  if (words.length > 1) for (const at of words.keys()) keys.add(hash(words.with(at, ' ').join(' ')));
  return keys;
}

/** FNV-1a: equal keys are only where it is worth looking. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value;
}

function slipsIn(chars: number): number {
  return chars < LONG_CHARS ? 1 : 2;
}

/** Damerau's distance (optimal string alignment), as far as it is at most `most`. */
function distance(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return Infinity;
  let before: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i += 1) {
    const line = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const replaced = (last[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1] ? (before[j - 2] ?? 0) + 1 : Infinity;
      line.push(Math.min(replaced, swapped, (last[j] ?? 0) + 1, (line[j - 1] ?? 0) + 1));
    }
    if (Math.min(...line) > most) return Infinity;
    before = last;
    last = line;
  }
  return last[other.length] ?? Infinity;
}
