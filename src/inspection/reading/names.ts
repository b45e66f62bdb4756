// Names of members keep coming: rows of a table all have the same. So what is known of a name is kept: its text, whether a path may show it, whether the
// engine finds anything in it. Only the same bytes get the same entry, so nothing depends on what was read before, but how long it takes.

import type { Engine } from '../types.ts';

/** What is known of the name of a member. */
export interface Name {
  /** Its beginning, if it is long. */
  readonly text: string;
  /** All of it, as it is written; empty where it is told apart from every other: it is long, or not ASCII. */
  readonly bytes: Uint8Array;
  /** Whether a path may show it. */
  readonly isPlain: boolean;
  /** Whether even a short number under it is worth looking at. */
  readonly isTelling: boolean;
  /** For each surface, by its bit: the engine found nothing in it. */
  clean: number;
  /** What it cost to look. */
  steps: number;
}

/** The names that one engine has seen. */
export interface Names {
  /** The name that is these bytes. */
  of(bytes: Uint8Array, from: number, to: number): Name;
}

/** Longer names are not kept. */
const MAX_KEPT_BYTES = 64;
const KEPT = 512;
/** Bytes of a name that are told: more than a path shows, so that it is known to be longer. */
const MAX_TOLD_BYTES = 128;

const PLAIN = /^[A-Za-z_$][A-Za-z0-9_$-]{0,63}$/;
/** Longer than those of a year or a version. */
const LONG_DIGITS = /[0-9]{5}/;
/** Card verification values and the like have three or four digits: only their name tells. */
const TELLING = /cv[cv2nd]|csc|cid$|cav|pin|otp|passcode|security|verif|card|account|ssn|tax|secret|passw/i;
const NO_BYTES = new Uint8Array(0);
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** No name, or an empty one. */
export const NO_NAME: Name = describe('');

const SEEN = new WeakMap<Engine, Names>();

/** The names that the engine has seen, in whatever message. */
export function namesOf(engine: Engine): Names {
  const seen = SEEN.get(engine) ?? createNames();
  SEEN.set(engine, seen);
  return seen;
}

function createNames(): Names {
  const kept: Name[] = Array.from({ length: KEPT }, () => NO_NAME);
  return {
    of: (bytes, from, to) => {
      const count = to - from;
      if (count === 0) return NO_NAME;
      if (count > MAX_KEPT_BYTES) return describe(UTF8.decode(bytes.subarray(from, Math.min(to, from + MAX_TOLD_BYTES))));
      let hash = count;
      for (let at = from; at < to; at++) hash = (hash * 31 + (bytes[at] ?? 0)) | 0;
      const slot = (hash ^ (hash >>> 15)) & (KEPT - 1);
      const known = kept[slot];
      if (known !== undefined && isSame(known.bytes, bytes, from, count)) return known;
      // Two places for each, or else two names of one message may put each other out over and over.
      const other = kept[slot ^ 1];
      if (other !== undefined && isSame(other.bytes, bytes, from, count)) return other;
      const name = describe(UTF8.decode(bytes.subarray(from, to)), bytes.slice(from, to));
      kept[slot ^ 1] = known ?? NO_NAME;
      kept[slot] = name;
      return name;
    },
  };
}

function describe(text: string, written: Uint8Array = NO_BYTES): Name {
  const isPlain = PLAIN.test(text) && !LONG_DIGITS.test(text);
  return { text, bytes: isAscii(written) ? written : NO_BYTES, isPlain, isTelling: TELLING.test(text), clean: 0, steps: 0 };
}

function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80);
}

function isSame(name: Uint8Array, bytes: Uint8Array, from: number, count: number): boolean {
  if (name.length !== count) return false;
  for (let at = 0; at < count; at++) if (name[at] !== bytes[from + at]) return false;
  return true;
}
