// Characters that are written as others, inside of a text: percent-encoding (RFC 3986 §2.1), character references of HTML, escapes of programming languages
// and of JSON in a string of JSON. They are undone together, and for each it is known where it stood, so that a finding is where it is written.

import { writeRune } from '../reading/held-text.ts';
import type { Layer } from '../types.ts';
import { hexAt, readBackslash } from './backslash.ts';
import { readReference } from './references.ts';

/** A text with its characters as they are meant. */
export interface Undone {
  readonly bytes: Uint8Array;
  readonly length: number;
  /** How far it reaches. */
  readonly sourceStop: number;
  /** Offsets in the text that it was made of: nothing begins or ends inside of what stands for one character. */
  sourceStart(at: number): number;
  sourceEnd(at: number): number;
  /** In which ways something of [start, end) was written. */
  layers(start: number, end: number): readonly Layer[];
}

/** What stands for a character, or for a byte of one. `taken` is 0 where nothing does. */
export interface Written {
  rune: number;
  taken: number;
}

const PERCENT = 0x25;
const AMPERSAND = 0x26;
const BACKSLASH = 0x5c;

const LONG_TEXT = 256;
const FIRST_BYTES = 1024;
const FIRST_MARKS = 32;
const MAX_WIDTH = 4;

/** Numbers for each: where its character stands, where it stood, `way * 4096 + taken * 8 + bytes of the character`. */
const FIELDS = 3;
const WAYS: readonly Layer[] = ['url', 'html', 'escaped'];
const URL = 0;
const HTML = 1;
const ESCAPED = 2;

/** Reads what is written at `at`. The way is that of its first byte. */
export function readWritten(written: Written, bytes: Uint8Array, at: number, end: number): void {
  written.taken = 0;
  switch (bytes[at]) {
    case PERCENT: {
      const value = hexAt(bytes, at + 1, at + 3, end);
      if (value < 0) return;
      written.rune = value;
      written.taken = 3;
      return;
    }
    case AMPERSAND:
      readReference(written, bytes, at, end);
      return;
    case BACKSLASH:
      readBackslash(written, bytes, at, end);
      return;
    default:
  }
}

/** Where the first byte is that such a writing begins with; -1 if there is none. */
export function findBeginning(bytes: Uint8Array, from: number, to: number): number {
  if (to - from >= LONG_TEXT) return findInLong(bytes, from, to);
  for (let at = from; at < to; at++) {
    const byte = bytes[at];
    if (byte === BACKSLASH || byte === PERCENT || byte === AMPERSAND) return at;
  }
  return -1;
}

/** The same for a long text: asking three times for one byte is twenty times as fast as asking once for three. */
function findInLong(bytes: Uint8Array, from: number, to: number): number {
  let text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from);
  let first = -1;
  for (const byte of [BACKSLASH, PERCENT, AMPERSAND]) {
    const at = text.indexOf(byte);
    if (at < 0) continue;
    first = from + at;
    text = text.subarray(0, at);
  }
  return first;
}

/** Undoes what is written from `from` on, until nothing is for `gap` bytes behind `first`, or up to `to`. */
export function undo(bytes: Uint8Array, from: number, first: number, to: number, gap: number): Undone {
  let into = new Uint8Array(FIRST_BYTES);
  let marks = new Int32Array(FIRST_MARKS * FIELDS);
  let count = 0;
  let length = 0;
  let stop = Math.min(to, first + gap);
  const written: Written = { rune: 0, taken: 0 };
  for (let at = from; at < stop;) {
    while (length + stop - at + MAX_WIDTH > into.length) into = doubledBytes(into);
    let byte: number | undefined;
    while (at < stop && (byte = bytes[at]) !== undefined && byte !== BACKSLASH && byte !== PERCENT && byte !== AMPERSAND) {
      into[length++] = byte;
      at++;
    }
    if (at >= stop || byte === undefined) break;
    readWritten(written, bytes, at, to);
    if (written.taken === 0) {
      into[length++] = byte;
      at++;
      continue;
    }
    const way = byte === PERCENT ? URL : byte === AMPERSAND ? HTML : ESCAPED;
    const width = way === URL ? writeByte(into, length, written.rune) : writeRune(into, length, written.rune);
    const place = count++ * FIELDS;
    if (place + FIELDS > marks.length) marks = doubled(marks);
    marks[place] = length;
    marks[place + 1] = at;
    marks[place + 2] = way * 4096 + written.taken * 8 + width;
    length += width;
    at += written.taken;
    stop = Math.min(to, Math.max(stop, at + gap));
  }
  return createUndone(into, length, from, stop, marks.subarray(0, count * FIELDS));
}

function createUndone(bytes: Uint8Array, length: number, from: number, sourceStop: number, marks: Int32Array): Undone {
  const source = (at: number, isEnd: boolean): number => {
    const place = lastBefore(marks, isEnd ? at - 1 : at) * FIELDS;
    if (place < 0) return from + at;
    const stands = marks[place] ?? 0;
    const stood = marks[place + 1] ?? 0;
    const shape = marks[place + 2] ?? 0;
    const width = shape & 7;
    const taken = (shape >> 3) & 511;
    if (at < stands + width) return isEnd ? stood + taken : stood;
    return stood + taken + (at - stands - width);
  };
  return {
    bytes,
    length,
    sourceStop,
    sourceStart: (at) => source(at, false),
    sourceEnd: (at) => source(at, true),
    layers: (start, end) => {
      const ways = new Set<number>();
      for (let mark = lastBefore(marks, start - 1) + 1; mark * FIELDS < marks.length && (marks[mark * FIELDS] ?? 0) < end; mark++)
        ways.add((marks[mark * FIELDS + 2] ?? 0) >> 12);
      return WAYS.filter((_, way) => ways.has(way));
    },
  };
}

/** The last mark whose character begins at or in front of that offset; -1 if there is none. */
function lastBefore(marks: Int32Array, at: number): number {
  let low = 0;
  let high = marks.length / FIELDS;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((marks[middle * FIELDS] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function writeByte(into: Uint8Array, at: number, byte: number): number {
  into[at] = byte;
  return 1;
}

function doubledBytes(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(bytes.length * 2);
  larger.set(bytes);
  return larger;
}

function doubled(marks: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(marks.length * 2);
  larger.set(marks);
  return larger;
}
