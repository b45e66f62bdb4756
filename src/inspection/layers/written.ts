// Characters that are written as others, inside of a text: percent-encoding (RFC 3986 §2.1), character references of HTML, escapes of programming languages
// and of JSON in a string of JSON. They are undone together, and for each it is known where it stood, so that a finding is where it is written.

import { writeRune } from '../reading/held-text.ts';
import { isContinuation } from '../reading/windows.ts';
import type { Layer } from '../types.ts';
import { hexAt, readBackslash } from './backslash.ts';
import { readReference } from './references.ts';

/** A text with its characters as they are meant. */
export interface Undone {
  readonly bytes: Uint8Array;
  readonly length: number;
  /** Offsets in the text that it was made of: nothing begins or ends inside of what stands for one character. */
  sourceStart(at: number): number;
  sourceEnd(at: number): number;
  /** The first character that stood at that offset of the text or behind it. */
  fromSource(at: number): number;
  /** What of [from, to) of the text is no further than that from something that was written, and what stands between; apart from each other, in their order. */
  near(from: number, to: number, margin: number): readonly Stretch[];
  /** In which ways something of [start, end) was written. */
  layers(start: number, end: number): readonly Layer[];
}

/** Part of a text: [from, to) of its bytes. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
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
const FIRST_MARKS = 32;
const MAX_WIDTH = 4;

/** Numbers for each: where its character stands, where it stood, `way * 4096 + taken * 8 + bytes of the character`. */
const FIELDS = 3;
/** Stretches that stand no further apart are one: each is looked at with much around it. */
const MAX_GAP = 4096;
const STANDS = 0;
const STOOD = 1;
const SHAPE = 2;
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

/** Undoes what is written in [from, to). */
export function undo(bytes: Uint8Array, from: number, to: number): Undone {
  // Nothing is meant that takes more bytes than it is written with.
  const into = new Uint8Array(to - from + MAX_WIDTH);
  let marks = new Int32Array(FIRST_MARKS * FIELDS);
  let count = 0;
  let length = 0;
  const written: Written = { rune: 0, taken: 0 };
  for (let at = from; at < to;) {
    let byte: number | undefined;
    while (at < to && (byte = bytes[at]) !== undefined && byte !== BACKSLASH && byte !== PERCENT && byte !== AMPERSAND) {
      into[length++] = byte;
      at++;
    }
    if (at >= to || byte === undefined) break;
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
  }
  return createUndone(into, length, from, marks.subarray(0, count * FIELDS));
}

function createUndone(bytes: Uint8Array, length: number, origin: number, marks: Int32Array): Undone {
  const source = (at: number, isEnd: boolean): number => {
    const place = lastBefore(marks, STANDS, isEnd ? at - 1 : at) * FIELDS;
    if (place < 0) return origin + at;
    const stands = marks[place + STANDS] ?? 0;
    const stood = marks[place + STOOD] ?? 0;
    const { width, taken } = shapeOf(marks, place);
    if (at < stands + width) return isEnd ? stood + taken : stood;
    return stood + taken + (at - stands - width);
  };
  return {
    bytes,
    length,
    sourceStart: (at) => source(at, false),
    sourceEnd: (at) => source(at, true),
    fromSource: (at) => {
      const place = lastBefore(marks, STOOD, at - 1) * FIELDS;
      if (place < 0) return at - origin;
      const { width, taken } = shapeOf(marks, place);
      let behind = (marks[place + STANDS] ?? 0) + width + Math.max(0, at - (marks[place + STOOD] ?? 0) - taken);
      // Of a character that is written byte by byte, the first says where it stood.
      while (behind < length && isContinuation(bytes, behind)) behind++;
      return Math.min(behind, length);
    },
    near: (from, to, margin) => {
      const stretches: Stretch[] = [];
      for (let place = 0; place < marks.length; place += FIELDS) {
        const stood = marks[place + STOOD] ?? 0;
        const begin = Math.max(from, stood - margin);
        const end = Math.min(to, stood + shapeOf(marks, place).taken + margin);
        if (begin >= to) break;
        if (end <= begin) continue;
        const last = stretches.at(-1);
        if (last === undefined || begin - last.to > MAX_GAP) stretches.push({ from: begin, to: end });
        else stretches[stretches.length - 1] = { from: last.from, to: end };
      }
      return stretches;
    },
    layers: (start, end) => {
      const ways = new Set<number>();
      for (let mark = lastBefore(marks, STANDS, start - 1) + 1; mark * FIELDS < marks.length && (marks[mark * FIELDS] ?? 0) < end; mark++)
        ways.add((marks[mark * FIELDS + SHAPE] ?? 0) >> 12);
      return WAYS.filter((_, way) => ways.has(way));
    },
  };
}

function shapeOf(marks: Int32Array, place: number): { readonly width: number; readonly taken: number } {
  const shape = marks[place + SHAPE] ?? 0;
  return { width: shape & 7, taken: (shape >> 3) & 511 };
}

/** The last mark of which that field is no more than this; -1 if there is none. */
function lastBefore(marks: Int32Array, field: typeof STANDS | typeof STOOD, at: number): number {
  let low = 0;
  let high = marks.length / FIELDS;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((marks[middle * FIELDS + field] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function writeByte(into: Uint8Array, at: number, byte: number): number {
  into[at] = byte;
  return 1;
}

function doubled(marks: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(marks.length * 2);
  larger.set(marks);
  return larger;
}
