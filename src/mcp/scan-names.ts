// Whether an object names a member twice. Two equal keys are the oldest way to show a guard one call and the server
// another, so keys are compared as readers see them: after unescaping, at every level.
// A handful of plain keys is compared byte by byte without allocating; more than that, or an escaped one, and they go
// into a Set, so that 100 000 keys cost 100 000 steps and not their square.

import { refuse } from './scan-tokens.ts';
import type { Scan } from './scan-tokens.ts';
import { intAt } from './spans.ts';

/** Keys of one object that are compared pairwise before a Set is made. */
export const FEW_NAMES = 16;

const PROTO = '__proto__';
const PROTO_BYTES = Buffer.from(PROTO);
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** A row of (start, end) pairs for each level of nesting; the offsets exclude the quotes. */
export function createNameRows(levels: number): Int32Array {
  return new Int32Array(levels * FEW_NAMES * 2);
}

/** Notes a plain key as number `count` of the open object at `level`; false if that cannot be. */
export function noteName(scan: Scan, level: number, count: number, start: number, end: number): boolean {
  const { bytes, names } = scan;
  if (sameBytes(bytes, start, end, PROTO_BYTES, 0, PROTO_BYTES.length)) return refuseProto(scan, start);
  const row = level * FEW_NAMES * 2;
  const free = row + count * 2;
  for (let slot = row; slot < free; slot += 2) {
    if (sameBytes(bytes, start, end, bytes, intAt(names, slot), intAt(names, slot + 1))) return refuseRepeated(scan, start);
  }
  names[free] = start;
  names[free + 1] = end;
  return true;
}

/** Moves the keys noted so far into a Set. */
export function collectNames(scan: Scan, level: number, count: number): Set<string> {
  const row = level * FEW_NAMES * 2;
  const seen = new Set<string>();
  for (let slot = row; slot < row + count * 2; slot += 2) {
    seen.add(UTF8.decode(scan.bytes.subarray(scan.names[slot], scan.names[slot + 1])));
  }
  return seen;
}

/** Adds any key to the Set; false if that cannot be. */
export function addName(scan: Scan, seen: Set<string>, start: number, end: number): boolean {
  const name = readName(scan.bytes, start, end);
  if (name === PROTO) return refuseProto(scan, start);
  if (seen.has(name)) return refuseRepeated(scan, start);
  seen.add(name);
  return true;
}

/** The key between two quotes as a reader sees it. The bytes must have passed skipString. */
export function readName(bytes: Uint8Array, start: number, end: number): string {
  const text = UTF8.decode(bytes.subarray(start, end));
  return text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text;
}

function refuseRepeated(scan: Scan, at: number): false {
  refuse(scan, 'json_ambiguous', at, 'The body names the same member twice: a second key');
  return false;
}

// Object.assign, lodash-like merges and some parsers turn this key into an object's prototype; no tool needs it.
function refuseProto(scan: Scan, at: number): false {
  refuse(scan, 'json_ambiguous', at, 'The body has a member named __proto__');
  return false;
}

function sameBytes(a: Uint8Array, aStart: number, aEnd: number, b: Uint8Array, bStart: number, bEnd: number): boolean {
  if (aEnd - aStart !== bEnd - bStart) return false;
  const shift = bStart - aStart;
  for (let at = aStart; at < aEnd; at++) {
    if (a[at] !== b[at + shift]) return false;
  }
  return true;
}
