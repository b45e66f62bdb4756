// Runs: as many characters of one alphabet beside each other as make it worth looking. A run of at least `min` bytes holds every min-th byte of wherever it
// stands, so only those are looked at, and everything around the few that fit.

import type { RunKind } from './types.ts';

/** No run is longer. Of what is longer in base64 or hex, nothing further is looked at: that is data, not a value. Other runs go on in pieces. */
export const MAX_RUN_BYTES = 1024;
/** Pieces share so much, for what stands where one ends: more than the longest number is long. */
const SHARED_BYTES = 128;

/** Called for a run, with its length in characters that count. */
export type FoundRun = (start: number, end: number, length: number) => void;

const DIGIT = alphabet((byte) => byte >= 0x30 && byte <= 0x39);
const SEPARATOR = alphabet((byte) => byte === 0x20 || byte === 0x2d || byte === 0x2e);
const HEX = alphabet((byte) => /[0-9A-Fa-f]/.test(String.fromCharCode(byte)));
export const BASE64: Uint8Array = alphabet((byte) => /[0-9A-Za-z+/_-]/.test(String.fromCharCode(byte)));
const MARK = alphabet((byte) => byte === 0x2e || byte === 0x3a);
const ADDRESS = alphabet((byte) => HEX[byte] === 1 || MARK[byte] === 1);
const WIDE = alphabet((byte) => byte >= 0x80);
const LEAD = alphabet((byte) => byte >= 0xc0);
const EQUALS = 0x3d;
const MAX_PADDING = 2;

/** Finds every run of a kind that has at least `min` characters, between the offsets. */
export function findRuns(kind: RunKind, min: number, bytes: Uint8Array, from: number, to: number, found: FoundRun): void {
  switch (kind) {
    case 'digits':
      findDigits(min, bytes, from, to, inPieces(found));
      return;
    case 'hex':
      findAlphabet(HEX, min, bytes, from, to, (start, end, length) => found(start, Math.min(end, start + MAX_RUN_BYTES), length));
      return;
    case 'base64':
      findAlphabet(BASE64, min, bytes, from, to, (start, end, length) => {
        let padded = end;
        while (padded < to && padded < end + MAX_PADDING && bytes[padded] === EQUALS) padded += 1;
        found(start, Math.min(padded, start + MAX_RUN_BYTES), length);
      });
      return;
    case 'address':
      findAddresses(min, bytes, from, to, inPieces(found));
      return;
    case 'wide':
      findAlphabet(WIDE, min, bytes, from, to, (start, end) => {
        const length = countIn(LEAD, bytes, start, end);
        if (length >= min) inPieces(found)(start, end, length);
      });
      return;
    default:
      kind satisfies never;
  }
}

/** Tells of a long run piece by piece. */
function inPieces(found: FoundRun): FoundRun {
  return (start, end, length) => {
    let piece = start;
    for (; end - piece > MAX_RUN_BYTES; piece += MAX_RUN_BYTES - SHARED_BYTES) found(piece, piece + MAX_RUN_BYTES, length);
    found(piece, end, length);
  };
}

function findAlphabet(table: Uint8Array, min: number, bytes: Uint8Array, from: number, to: number, found: FoundRun): void {
  let bound = from;
  let probe = from + min - 1;
  while (probe < to) {
    if (table[bytes[probe] ?? 0] === 1) {
      let start = probe;
      while (start > bound && table[bytes[start - 1] ?? 0] === 1) start -= 1;
      let end = probe + 1;
      while (end < to && table[bytes[end] ?? 0] === 1) end += 1;
      if (end - start >= min) found(start, end, end - start);
      bound = end;
      probe = end + min;
    } else {
      bound = probe + 1;
      probe += min;
    }
  }
}

/** Whether there is a run of at least `min` bytes of an alphabet. */
export function hasRun(table: Uint8Array, min: number, bytes: Uint8Array, from: number, to: number): boolean {
  let at = from + min - 1;
  /** Everything in front of here belongs to no run that long. */
  let bound = from;
  while (at < to) {
    let place = at;
    while (place >= bound && table[bytes[place] ?? 0] === 1) place -= 1;
    if (place < bound) return true;
    bound = place + 1;
    at = place + min;
  }
  return false;
}

/** A separator belongs to a run when digits stand on both sides of it. Written out, for where there are numbers there are mostly numbers. */
function findDigits(min: number, bytes: Uint8Array, from: number, to: number, found: FoundRun): void {
  let probe = from + min - 1;
  while (probe < to) {
    let start = startOfDigits(bytes, from, to, probe);
    if (start < 0) {
      probe += min;
      continue;
    }
    while (start > from) {
      const inFront = startOfDigits(bytes, from, to, start - 1);
      if (inFront < 0) break;
      start = inFront;
    }
    let end = start;
    let length = 0;
    for (;;) {
      const first = end;
      while (end < to && DIGIT[bytes[end] ?? 0] === 1) end += 1;
      length += end - first;
      if (end + 1 >= to || SEPARATOR[bytes[end] ?? 0] === 0 || DIGIT[bytes[end + 1] ?? 0] === 0) break;
      end += 1;
    }
    if (length >= min) found(start, end, length);
    probe = end + min;
  }
}

/** The place itself where a digit is, the digit in front of it where it joins two, or -1. */
function startOfDigits(bytes: Uint8Array, from: number, to: number, at: number): number {
  const byte = bytes[at] ?? 0;
  if (DIGIT[byte] === 1) return at;
  if (SEPARATOR[byte] === 0 || at <= from || at + 1 >= to) return -1;
  return DIGIT[bytes[at - 1] ?? 0] === 1 && DIGIT[bytes[at + 1] ?? 0] === 1 ? at - 1 : -1;
}

/** Begins at the marks, which are rare, and not at the digits, which letters may be. */
function findAddresses(min: number, bytes: Uint8Array, from: number, to: number, found: FoundRun): void {
  for (let at = nextMark(bytes, from, to); at < to; at = nextMark(bytes, at + 1, to)) {
    // The end of a sentence, or of a name before its value: what most marks are.
    if (min > 1 && (at + 1 === to || ADDRESS[bytes[at + 1] ?? 0] === 0)) continue;
    let start = at;
    while (start > from && HEX[bytes[start - 1] ?? 0] === 1) start -= 1;
    let end = at + 1;
    while (end < to && ADDRESS[bytes[end] ?? 0] === 1) end += 1;
    const marks = countIn(MARK, bytes, at, end);
    if (marks >= min) found(start, end, marks);
    at = end;
  }
}

/** A loop of its own: the engine makes three times more of it than of the same loop around the rest. */
function nextMark(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && MARK[bytes[at] ?? 0] === 0) at += 1;
  return at;
}

function countIn(table: Uint8Array, bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at += 1) count += table[bytes[at] ?? 0] ?? 0;
  return count;
}

function alphabet(holds: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (holds(byte) ? 1 : 0));
}
