// Runs: as many characters of one alphabet beside each other as make it worth looking. A run of at least `min` bytes holds every min-th byte of wherever it
// stands, so only those are looked at, and everything around the few that fit.

import type { RunKind } from './types.ts';

/** Of a longer run, nothing further is looked at: what is that long is data, not a value. */
export const MAX_RUN_BYTES = 1024;

/** Called for a run, with its length in characters that count. */
export type FoundRun = (start: number, end: number, length: number) => void;

const DIGIT = alphabet((byte) => byte >= 0x30 && byte <= 0x39);
const SEPARATOR = alphabet((byte) => byte === 0x20 || byte === 0x2d || byte === 0x2e);
const HEX = alphabet((byte) => /[0-9A-Fa-f]/.test(String.fromCharCode(byte)));
const BASE64 = alphabet((byte) => /[0-9A-Za-z+/_-]/.test(String.fromCharCode(byte)));
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
      findDigits(min, bytes, from, to, found);
      return;
    case 'hex':
      findAlphabet(HEX, min, bytes, from, to, found);
      return;
    case 'base64':
      findAlphabet(BASE64, min, bytes, from, to, (start, end, length) => {
        let padded = end;
        while (padded < to && padded < end + MAX_PADDING && bytes[padded] === EQUALS) padded += 1;
        found(start, padded, length);
      });
      return;
    case 'address':
      findAddresses(min, bytes, from, to, found);
      return;
    case 'wide':
      findAlphabet(WIDE, min, bytes, from, to, (start, end) => {
        const length = countIn(LEAD, bytes, start, end);
        if (length >= min) found(start, end, length);
      });
      return;
    default:
      kind satisfies never;
  }
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

/** A separator belongs to a run when digits stand on both sides of it. */
function findDigits(min: number, bytes: Uint8Array, from: number, to: number, found: FoundRun): void {
  const isDigit = (at: number): boolean => at >= from && at < to && DIGIT[bytes[at] ?? 0] === 1;
  const isJoint = (at: number): boolean => SEPARATOR[bytes[at] ?? 0] === 1 && isDigit(at - 1) && isDigit(at + 1);
  let probe = from + min - 1;
  while (probe < to) {
    if (!isDigit(probe) && !isJoint(probe)) {
      probe += min;
      continue;
    }
    let start = probe;
    while (start > from && (isDigit(start - 1) || isJoint(start - 1))) start -= 1;
    let end = probe + 1;
    while (end < to && (isDigit(end) || isJoint(end))) end += 1;
    const length = countIn(DIGIT, bytes, start, end);
    if (length >= min) found(start, end, length);
    probe = end + min;
  }
}

/** Begins at the marks, which are rare, and not at the digits, which letters may be. */
function findAddresses(min: number, bytes: Uint8Array, from: number, to: number, found: FoundRun): void {
  for (let at = from; at < to; at += 1) {
    if (MARK[bytes[at] ?? 0] === 0) continue;
    let start = at;
    while (start > from && HEX[bytes[start - 1] ?? 0] === 1) start -= 1;
    let end = at + 1;
    while (end < to && ADDRESS[bytes[end] ?? 0] === 1) end += 1;
    const marks = countIn(MARK, bytes, at, end);
    if (marks >= min) found(start, end, marks);
    at = end;
  }
}

function countIn(table: Uint8Array, bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at += 1) count += table[bytes[at] ?? 0] ?? 0;
  return count;
}

function alphabet(holds: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (holds(byte) ? 1 : 0));
}
