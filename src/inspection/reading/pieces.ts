// Pieces of what may be one: which strings can be, and which of those that stand beside each other are worth being looked at together.

import type { Sought } from '../types.ts';
import type { Name } from './names.ts';

/** A short string where it stands in the message. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly rawStart: number;
  readonly rawEnd: number;
}

/** A piece in a group. */
export interface Placed {
  /** Where it stands in the joined text. */
  readonly at: number;
  readonly length: number;
  readonly rawStart: number;
  readonly rawEnd: number;
  /** The member that it is the value of, if it is one, and the element that it is, or is in. */
  readonly name: Name | undefined;
  readonly element: number | undefined;
}

/** Pieces beside each other, and their text put together. */
export interface Group {
  pieces: Placed[];
  bytes: Uint8Array;
  length: number;
}

const SPACE = 0x20;
const HYPHEN = 0x2d;
const DELETE = 0x7f;
const ZERO = 0x30;
const NINE = 0x39;
const DATE_BYTES = 10;
const NO_BYTES: Uint8Array = new Uint8Array(0);
/** What stands across pieces without a break must have so many characters, a digit among them. */
const MIN_ACROSS = 12;

/** A group without pieces. */
export function createGroup(): Group {
  return { pieces: [], bytes: NO_BYTES, length: 0 };
}

/** Puts a piece behind those of a group. */
export function add(group: Group, piece: Piece, name: Name | undefined, element: number | undefined): void {
  const { bytes, from, to, rawStart, rawEnd } = piece;
  const at = group.length;
  const length = to - from;
  if (group.bytes.length < at + length) group.bytes = larger(group.bytes, at + length);
  for (let place = 0; place < length; place++) group.bytes[at + place] = bytes[from + place] ?? 0;
  group.pieces.push({ at, length, rawStart, rawEnd, name, element });
  group.length += length;
}

/** Drops all pieces of a group, and keeps its room. */
export function clear(group: Group): void {
  while (group.pieces.length > 0) group.pieces.pop();
  group.length = 0;
}

/** Drops the first pieces of a group. */
export function forget(group: Group, count: number): void {
  const cut = group.pieces[count]?.at ?? group.length;
  group.bytes.copyWithin(0, cut, group.length);
  group.length -= cut;
  group.pieces = group.pieces.slice(count).map((piece) => ({ ...piece, at: piece.at - cut }));
}

/** A piece of a secret has no spaces; one of a number may have some between its digits. */
export function isPiece({ bytes, from, to }: Piece): boolean {
  if (isDate(bytes, from, to)) return false;
  let isSpaced = false;
  let isNumber = true;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < SPACE || byte >= DELETE) return false;
    if (byte === SPACE) isSpaced = true;
    else if (byte !== HYPHEN && (byte < ZERO || byte > NINE)) isNumber = false;
    if (isSpaced && !isNumber) return false;
  }
  return true;
}

const UUID_BYTES = 36;
const UUID_HYPHENS: readonly number[] = [8, 13, 18, 23];

/** The form of an identifier (RFC 9562 §4): tables have columns of them. */
export function isUuid(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from !== UUID_BYTES) return false;
  for (let place = 0; place < UUID_BYTES; place++) {
    const byte = bytes[from + place] ?? 0;
    if (UUID_HYPHENS.includes(place) ? byte !== HYPHEN : !isHex(byte)) return false;
  }
  return true;
}

function isHex(byte: number): boolean {
  const letter = byte | 0x20;
  return (byte >= ZERO && byte <= NINE) || (letter >= 0x61 && letter <= 0x66);
}

/** A date as RFC 3339 has it: rows are full of them. */
function isDate(bytes: Uint8Array, from: number, to: number): boolean {
  return (
    to - from >= DATE_BYTES && bytes[from + 4] === HYPHEN && bytes[from + 7] === HYPHEN && isDigit(bytes[from]) && isDigit(bytes[from + 9])
  );
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

/**
 * What of a group is looked at: all of it; and pieces in a row that are no words, with and without what stands in front of them. A word beside the pieces of
 * a secret would make another word of it.
 */
export function rangesOf({ pieces, bytes, length }: Group): readonly { readonly begin: number; readonly end: number }[] {
  const ranges = [{ begin: 0, end: length }];
  const add = (first: Placed | undefined, last: Placed | undefined): void => {
    if (first === undefined || last === undefined || first === last) return;
    const range = { begin: first.at, end: last.at + last.length };
    if (range.begin > 0 || range.end < length) ranges.push(range);
  };
  let from = 0;
  for (let place = 0; place <= pieces.length; place++) {
    const piece = pieces[place];
    if (piece !== undefined && !isWord(bytes, piece.at, piece.at + piece.length)) continue;
    if (from < place) {
      const last = pieces[place - 1];
      add(pieces[from], last);
      if (from > 0) add(pieces[from - 1], last);
    }
    from = place + 1;
  }
  return ranges;
}

/** A word is letters, all of them small but perhaps the first. */
export function isWord(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = at === from ? (bytes[at] ?? 0) | 0x20 : (bytes[at] ?? 0);
    if (byte < 0x61 || byte > 0x7a) return false;
  }
  return true;
}

/** Whether something may stand across two pieces anywhere in a group: for most groups nothing does, and one look says so. */
export function mayBeWorthLooking({ pieces, bytes, length }: Group): boolean {
  for (const { at } of pieces) if (at > 0 && isAcross(bytes, 0, at, length)) return true;
  return false;
}

function isAcross(bytes: Uint8Array, begin: number, at: number, end: number): boolean {
  if (!isToken(bytes[at - 1] ?? 0) || !isToken(bytes[at] ?? 0)) return false;
  let from = at - 1;
  while (from > begin && isToken(bytes[from - 1] ?? 0)) from--;
  let to = at + 1;
  while (to < end && isToken(bytes[to] ?? 0)) to++;
  return to - from >= MIN_ACROSS && hasDigit(bytes, from, to);
}

/** Whether something stands across two pieces that could be a secret: long enough, and no word. */
export function isWorthLooking({ pieces, bytes }: Group, begin: number, end: number): boolean {
  let across = 0;
  for (const { at } of pieces) {
    if (at <= begin || at >= end || at < across) continue;
    let from = at;
    while (from > begin && isToken(bytes[from - 1] ?? 0)) from--;
    let to = at;
    while (to < end && isToken(bytes[to] ?? 0)) to++;
    if (from < at && to > at && to - from >= MIN_ACROSS && hasDigit(bytes, from, to)) return true;
    across = to;
  }
  return false;
}

/** What secrets and numbers are made of. */
function isToken(byte: number): boolean {
  return TOKEN[byte] === 1;
}

const TOKEN = Uint8Array.from({ length: 256 }, (_, byte) => (/[0-9A-Za-z+/=_. %-]/.test(String.fromCharCode(byte)) ? 1 : 0));

function hasDigit(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= ZERO && byte <= NINE) return true;
  }
  return false;
}

/** Whether what was found there counts. */
export function counts(sought: Sought | undefined, start: number, end: number, { pieces, length }: Group): boolean {
  if (sought === undefined || sought.confidence !== 'high') return false;
  if (!pieces.some(({ at }) => at > start && at < end)) return false;
  if (sought.class === 'secret' || sought.class === 'canary') return true;
  // A card number in pieces is all that the pieces are; in a column of years some will always look like one.
  return sought.class === 'payment' && start === 0 && end === length;
}

function larger(bytes: Uint8Array, wanted: number): Uint8Array {
  const copy = new Uint8Array(Math.max(256, wanted * 2));
  copy.set(bytes);
  return copy;
}
