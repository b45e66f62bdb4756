// A text as it reads, whatever it is written with: fancy and look-alike letters as the letters that they look like, nothing that is not seen, letters apart
// as words, digits that stand for letters as letters, a word that markup or emphasis divides as one, one space between words. Tags and selectors that carry
// ASCII say what they carry.
// Ordinary text, ASCII or not, is told by one pass and left alone.

import { looksLike, toSkeleton } from '../base/index.ts';
import { toCharacters } from './hidden/characters.ts';
import type { Characters } from './hidden/characters.ts';
import { isStyledBeyond, KINDS, Kind } from './hidden/code-points.ts';
import { isUnseen } from './hidden/unseen.ts';
import { hasMixedWord } from './hidden/words.ts';
import { rewriteAscii } from './rewrite.ts';
import { createScratch } from './scratch.ts';
import { shapeOf } from './shape.ts';
import type { Fold, Folded, Layer, Passage } from './types.ts';

/** Characters on the way, each with the byte it comes from. */
export interface Draft {
  length: number;
  readonly points: Uint32Array;
  readonly offsets: Uint32Array;
}

const ESCAPE = 0x1b;
const SPACE = 0x20;
/** Every white space but those of ASCII: no pattern knows them all. */
const WIDE_SPACES: ReadonlySet<number> = new Set([
  0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f,
  0x3000,
]);
/** Letters that pass for Latin ones without looking quite the same: small capitals, and Cyrillic ones that look like those. */
const RESEMBLES: ReadonlyMap<string, string> = new Map(
  pairs(
    '\u1d00\u0299\u1d04\u1d05\u1d07\ua730\u0262\u029c\u026a\u1d0a\u1d0b\u029f\u1d0d\u0274\u1d0f\u1d18\ua7af\u0280\ua731\u1d1b\u1d1c\u1d20\u1d21\u028f\u1d22',
    'abcdefghijklmnopqrstuvwyz',
  ).concat(pairs('\u043a\u043c\u0442\u0432\u043d\u043f\u0438\u044f\u0437\u0433', 'kmtbhnurer')),
);
/** A skeleton is letters that look the same: not all of them are the letters that are meant. */
const MEANT: ReadonlyMap<string, string> = new Map([['rn', 'm']]);
const ASCII = /^[ -~]+$/;
/** Fewer bits than these say nothing. */
const LEAST_BITS = 64;
/** No finding is made of characters that come from fewer than one in so many letters with accents. */
const ACCENTED_SHARE = 4;

const NOTHING: readonly Folded[] = Object.freeze([]);
const FOLDED: readonly Layer[] = Object.freeze(['folded']);
const ROTATED: readonly Layer[] = Object.freeze(['rot13']);

/** The text of a passage as it reads, and as it reads with every letter of ASCII moved by half an alphabet where that makes English. */
export const fold: Fold = ({ bytes, begin, end }: Passage): readonly Folded[] => {
  const shape = shapeOf(bytes, begin, end);
  if (shape.isAscii && !shape.isOdd && !shape.isSpread && !shape.isRotated) return NOTHING;
  const characters = shape.isOdd || !shape.isAscii ? toCharacters(bytes, begin, end) : undefined;
  const isFancy = characters !== undefined && (shape.isOdd || isWorthwhile(characters));
  if (!isFancy && !shape.isSpread && !shape.isRotated) return NOTHING;
  const readings: Folded[] = [];
  if (isFancy) {
    const plain = unfancy(characters);
    if (plain.length > 0) readings.push(toFolded(rewriteAscii(plain), begin));
  } else if (shape.isSpread) readings.push(withoutSpread(bytes.subarray(begin, end), begin));
  if (shape.isRotated) readings.push(unrotate(bytes.subarray(begin, end), begin));
  return readings;
};

const spreadBytes = createScratch((length) => new Uint8Array(length));
const spreadOffsets = createScratch((length) => new Uint32Array(length));

/** UTF-8 with one space between its words. */
function withoutSpread(text: Uint8Array, begin: number): Folded {
  const bytes = spreadBytes(text.length);
  const offsets = spreadOffsets(text.length);
  let size = 0;
  let isBlank = false;
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at] ?? 0;
    const wasBlank = isBlank;
    isBlank = byte <= SPACE;
    if (isBlank && wasBlank) continue;
    bytes[size] = isBlank ? SPACE : byte;
    offsets[size] = begin + at;
    size += 1;
  }
  return { bytes: bytes.subarray(0, size), offsets: offsets.subarray(0, size), layers: FOLDED };
}

function unrotate(text: Uint8Array, begin: number): Folded {
  return { bytes: text.map(rotate), offsets: Uint32Array.from(text, (_, at) => begin + at), layers: ROTATED };
}

function rotate(byte: number): number {
  const letter = byte | 0x20;
  if (letter < 0x61 || letter > 0x7a) return byte;
  return letter < 0x6e ? byte + 13 : byte - 13;
}

/** Whether a text beyond ASCII has anything that is not simply its language. */
function isWorthwhile(characters: Characters): boolean {
  const { points, length } = characters;
  let [letters, accented, lookAlike] = [0, 0, false];
  for (let at = 0; at < length; at += 1) {
    const point = points[at] ?? 0;
    if (point < 0x80) {
      if (KINDS[point] === Kind.latin) letters += 1;
      continue;
    }
    const kind = point < 0x10000 ? KINDS[point] : Kind.surrogate;
    if (kind === Kind.styled || isUnseen(point) || WIDE_SPACES.has(point) || (kind === Kind.surrogate && isFancyBeyond(point))) return true;
    if (kind === Kind.latin) accented += 1;
    else if (point >= 0x300 && point < 0x370) accented += 1;
    else if (kind === Kind.lookAlike) lookAlike = true;
  }
  return accented * ACCENTED_SHARE > letters + accented || (lookAlike && letters > 0 && hasMixedWord(characters));
}

function isFancyBeyond(point: number): boolean {
  return isStyledBeyond(point) || (point >= 0x1f1e6 && point <= 0x1f1ff);
}

/** Characters as what they look like. */
function unfancy(characters: Characters): Draft {
  const { points, offsets, length } = characters;
  // No character becomes more than four.
  const draft: Draft = { length: 0, points: new Uint32Array(length * 4), offsets: new Uint32Array(length * 4) };
  const isMixed = hasMixedWord(characters);
  for (let at = 0; at < length; at += 1) {
    const point = points[at] ?? 0;
    const offset = offsets[at] ?? 0;
    if (point === ESCAPE && points[at + 1] === 0x5b) {
      at = endOfSequence(characters, at + 2);
      push(draft, SPACE, offset);
    } else if (point < 0x80) push(draft, point, offset);
    else if (isUnseen(point)) {
      const carried = carriedBy(point);
      if (carried !== undefined) push(draft, carried, offset);
      else at = pushBits(draft, characters, at) - 1;
    } else if (WIDE_SPACES.has(point)) push(draft, SPACE, offset);
    else for (const one of readingOf(point, isMixed)) push(draft, one.codePointAt(0) ?? 0, offset);
  }
  return draft;
}

/** The last character of a control sequence whose parameters begin here: what it does is not read. */
function endOfSequence({ points, length }: Characters, from: number): number {
  let at = from;
  while (at < length && (points[at] ?? 0) >= 0x20 && (points[at] ?? 0) < 0x40) at += 1;
  return at;
}

/** Two unseen characters in a long row are bits: which of them is which is told by what makes text. Gives where the row ends. */
function pushBits(draft: Draft, { points, offsets, length }: Characters, from: number): number {
  const first = points[from] ?? 0;
  let second = 0;
  let end = from + 1;
  for (; end < length; end += 1) {
    const point = points[end] ?? 0;
    if (point === first) continue;
    if (second === 0 && isUnseen(point) && carriedBy(point) === undefined) second = point;
    else if (point !== second) break;
  }
  if (second === 0 || end - from < LEAST_BITS) return end;
  for (const one of [first, second]) {
    const codes = bytesOf(points.subarray(from, end), one);
    if (!codes.every(isPrintable)) continue;
    codes.forEach((code, place) => push(draft, code, offsets[from + 8 * place] ?? 0));
    break;
  }
  return end;
}

/** Eight bits each. */
function bytesOf(points: Readonly<Uint32Array>, one: number): readonly number[] {
  return Array.from({ length: Math.floor(points.length / 8) }, (_, place) =>
    points.subarray(8 * place, 8 * place + 8).reduce((code, point) => (code << 1) | (point === one ? 1 : 0), 0),
  );
}

function isPrintable(code: number): boolean {
  return (code >= SPACE && code < 0x7f) || code === 0x0a;
}

/** The ASCII character that an unseen one stands for. */
function carriedBy(point: number): number | undefined {
  const code = point >= 0xe0100 ? point - 0xe0100 + 16 : point - 0xe0000;
  return code >= 0x20 && code < 0x7f ? code : undefined;
}

/** What characters read as, with look-alikes and without: there are few in one text. */
const MAX_REMEMBERED = 4096;
const remembered: readonly [Map<number, string>, Map<number, string>] = [new Map(), new Map()];

function readingOf(point: number, isMixed: boolean): string {
  const known = remembered[isMixed ? 1 : 0];
  const reading = known.get(point) ?? readCharacter(point, isMixed);
  if (known.size >= MAX_REMEMBERED) known.clear();
  known.set(point, reading);
  return reading;
}

function readCharacter(point: number, isMixed: boolean): string {
  const character = String.fromCodePoint(point);
  if (point >= 0x1f1e6 && point <= 0x1f1ff) return String.fromCharCode(point - 0x1f1e6 + 0x61);
  const kind = point < 0x10000 ? KINDS[point] : isStyledBeyond(point) ? Kind.styled : Kind.neutral;
  if (kind === Kind.lookAlike && !isMixed) return character;
  if (kind !== Kind.lookAlike && kind !== Kind.styled && kind !== Kind.latin && !(point >= 0x300 && point < 0x370)) return character;
  const plain = character.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  if (plain === '' || ASCII.test(plain)) return plain.slice(0, 4);
  const look = RESEMBLES.get(plain.toLowerCase()) ?? looksLike(plain) ?? toSkeleton(plain);
  return ASCII.test(look) && look.length <= 4 ? (MEANT.get(look) ?? look) : character;
}

function pairs(characters: string, letters: string): readonly (readonly [string, string])[] {
  return Array.from(characters, (character, at) => [character, letters[at] ?? ''] as const);
}

function push(draft: Draft, point: number, offset: number): void {
  draft.points[draft.length] = point;
  draft.offsets[draft.length] = offset;
  draft.length += 1;
}

function toFolded({ points, offsets, length }: Draft, begin: number): Folded {
  // Of the right size from the beginning: cutting a small array takes far longer than making one, and most texts are small.
  let total = length;
  for (let at = 0; at < length; at += 1) {
    const point = points[at] ?? 0;
    total += Number(point > 0x7f) + Number(point > 0x7ff) + Number(point > 0xffff);
  }
  const bytes = new Uint8Array(total);
  const from = new Uint32Array(total);
  let size = 0;
  const put = (byte: number, at: number): void => {
    bytes[size] = byte;
    from[size] = begin + (offsets[at] ?? 0);
    size += 1;
  };
  for (let at = 0; at < length; at += 1) {
    const point = points[at] ?? 0;
    if (point < 0x80) put(point, at);
    else {
      if (point < 0x800) put(0xc0 | (point >> 6), at);
      else {
        if (point < 0x10000) put(0xe0 | (point >> 12), at);
        else {
          put(0xf0 | (point >> 18), at);
          put(0x80 | ((point >> 12) & 0x3f), at);
        }
        put(0x80 | ((point >> 6) & 0x3f), at);
      }
      put(0x80 | (point & 0x3f), at);
    }
  }
  return { bytes, offsets: from, layers: FOLDED };
}
