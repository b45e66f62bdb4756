// A secret may be written in pieces: over neighbouring strings of an array or an object, or over the same member of neighbouring objects, which whoever reads
// them puts together again. So short strings beside each other are joined and looked at once more. What counts is only what stands across them, is surely
// what it looks like, and is a secret: joined words make new words, and joined numbers make card numbers by chance.

import type { Name } from './reading/names.ts';
import type { Place } from './reading/place.ts';
import type { Hit, Layer, Passage, Sought } from './types.ts';

/** A short string where it stands in the message. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly rawStart: number;
  readonly rawEnd: number;
}

/** What is found in a piece: offsets in the message. */
export interface JoinedPart {
  readonly detector: number;
  readonly start: number;
  readonly end: number;
  readonly path: string;
  readonly layers: readonly Layer[];
}

/** What joining needs. */
export interface JoinTools {
  readonly place: Place;
  readonly detectors: readonly Sought[];
  /** Looks at a text and under it; `rawEnd` is where its last piece ends. */
  look(text: Passage, rawEnd: number, found: (detector: number, start: number, end: number, layers: readonly Layer[]) => void): void;
  report(part: JoinedPart): void;
  readonly surface: Passage['surface'];
}

/** The neighbours in one message. */
export interface Joins {
  open(isObject: boolean): void;
  close(): void;
  piece(piece: Piece): void;
  /** A string that is no piece stands between what is in front of it and what is behind it. */
  apart(): void;
  /** Reading has come to that offset of the message: what is too far away from there is joined with nothing more. */
  advance(rawAt: number): void;
  /** Nothing more comes. */
  end(): void;
  /** What begins here or behind may still be part of something. */
  heldFrom(): number;
}

/** Longer strings are no pieces. */
export const MAX_PIECE_BYTES = 256;
const MAX_PIECES = 8;
/** Of a full group, so many stay: what is split may begin in them. */
const KEPT_PIECES = 4;
/** How far behind the first piece the last one may stand. */
const MAX_REACH_BYTES = 2048;
/** Names of which an array's objects are watched at once. */
const MAX_SIBLINGS = 4;
/** What stands across pieces without a break must have so many characters, a digit among them. */
const MIN_ACROSS = 12;

interface Placed {
  /** Where it stands in the joined text. */
  readonly at: number;
  readonly length: number;
  readonly rawStart: number;
  readonly rawEnd: number;
  /** The member that it is the value of, if it is one, and the element that it is, or is in. */
  readonly name: Name | undefined;
  readonly element: number | undefined;
}

interface Group {
  pieces: Placed[];
  bytes: Uint8Array;
  length: number;
}

interface Level {
  isObject: boolean;
  readonly own: Group;
  readonly siblings: Map<Name, Group>;
}

const SPACE = 0x20;
const HYPHEN = 0x2d;
const DELETE = 0x7f;
const ZERO = 0x30;
const NINE = 0x39;
const NO_BYTES: Uint8Array = new Uint8Array(0);

/** Makes the joins of one message. */
export function createJoins(tools: JoinTools): Joins {
  const { place } = tools;
  const levels: Level[] = [];
  let depth = 0;
  let heldFrom = Number.POSITIVE_INFINITY;

  const groupsAt = (level: Level): readonly Group[] => (level.siblings.size === 0 ? [level.own] : [level.own, ...level.siblings.values()]);

  const holdAgain = (): void => {
    heldFrom = Number.POSITIVE_INFINITY;
    for (let at = 0; at < depth; at++) {
      const level = levels[at];
      if (level === undefined) continue;
      heldFrom = Math.min(heldFrom, level.own.pieces[0]?.rawStart ?? heldFrom);
      if (level.siblings.size > 0)
        for (const { pieces } of level.siblings.values()) heldFrom = Math.min(heldFrom, pieces[0]?.rawStart ?? heldFrom);
    }
  };

  /** Looks at what a group holds. */
  const lookAt = (group: Group, level: number): void => {
    const { pieces, bytes } = group;
    const last = pieces.at(-1);
    if (pieces.length < 2 || last === undefined) return;
    for (const { begin, end } of rangesOf(group)) {
      if (!isWorthLooking(group, begin, end)) continue;
      const text: Passage = { bytes, begin, end, from: begin, to: end, key: '', surface: tools.surface };
      tools.look(text, last.rawEnd, (detector, from, to, layers) => {
        if (counts(tools.detectors[detector], from, to, group)) report(group, level, { detector, start: from, end: to, layers });
      });
    }
  };

  const report = (group: Group, level: number, { detector, start, end, layers }: Hit): void => {
    for (const piece of group.pieces) {
      if (piece.at + piece.length <= start || piece.at >= end) continue;
      // With escapes in it, a piece is taken whole.
      const isPlain = piece.rawEnd - piece.rawStart === piece.length;
      tools.report({
        detector,
        start: isPlain ? piece.rawStart + Math.max(0, start - piece.at) : piece.rawStart,
        end: isPlain ? piece.rawStart + Math.min(piece.length, end - piece.at) : piece.rawEnd,
        path: place.pathBelow(level, piece.element, piece.name),
        layers: ['joined', ...layers],
      });
    }
  };

  const finish = (group: Group, level: number): void => {
    if (group.pieces.length === 0) return;
    lookAt(group, level);
    group.pieces = [];
    group.length = 0;
  };

  const append = (group: Group, level: number, piece: Piece, name: Name | undefined, element: number | undefined): void => {
    const length = piece.to - piece.from;
    if (group.pieces.length === MAX_PIECES) {
      lookAt(group, level);
      forget(group, MAX_PIECES - KEPT_PIECES);
    }
    if (group.bytes.length < group.length + length) group.bytes = larger(group.bytes, group.length + length);
    for (let place = 0; place < length; place++) group.bytes[group.length + place] = piece.bytes[piece.from + place] ?? 0;
    group.pieces.push({ rawStart: piece.rawStart, rawEnd: piece.rawEnd, name, element, at: group.length, length });
    group.length += length;
  };

  /** The group of the same member of the objects in an array. */
  const siblingsOfNow = (): Group | undefined => {
    const array = levels[depth - 2];
    if (array === undefined || array.isObject || levels[depth - 1]?.isObject !== true) return undefined;
    const name = place.name();
    const known = array.siblings.get(name);
    if (known !== undefined || array.siblings.size >= MAX_SIBLINGS) return known;
    const group = createGroup();
    array.siblings.set(name, group);
    return group;
  };

  const apart = (): void => {
    const own = levels[depth - 1]?.own;
    if (own === undefined) return;
    finish(own, depth - 1);
    const siblings = siblingsOfNow();
    if (siblings !== undefined) finish(siblings, depth - 2);
    holdAgain();
  };

  const finishLevel = (at: number): void => {
    const level = levels[at];
    if (level === undefined) return;
    finish(level.own, at);
    if (level.siblings.size === 0) return;
    for (const group of level.siblings.values()) finish(group, at);
    level.siblings.clear();
  };

  return {
    open: (isObject) => {
      const level = levels[depth] ?? { isObject, own: createGroup(), siblings: new Map() };
      levels[depth] = level;
      level.isObject = isObject;
      depth++;
    },
    close: () => {
      finishLevel(depth - 1);
      depth--;
      holdAgain();
    },
    piece: (piece) => {
      const level = levels[depth - 1];
      if (level === undefined) return;
      if (!isPiece(piece)) {
        apart();
        return;
      }
      const name = place.shownName();
      const siblings = siblingsOfNow();
      if (level.isObject) append(level.own, depth - 1, piece, name, undefined);
      else append(level.own, depth - 1, piece, undefined, place.element(depth - 1));
      if (siblings !== undefined) append(siblings, depth - 2, piece, name, place.element(depth - 2));
      holdAgain();
    },
    apart,
    advance: (rawAt) => {
      if (rawAt - heldFrom <= MAX_REACH_BYTES) return;
      for (let at = 0; at < depth; at++) {
        const level = levels[at];
        if (level === undefined) continue;
        for (const group of groupsAt(level)) {
          const [first] = group.pieces;
          if (first !== undefined && rawAt - first.rawStart > MAX_REACH_BYTES) finish(group, at);
        }
      }
      holdAgain();
    },
    end: () => {
      while (depth > 0) {
        finishLevel(depth - 1);
        depth--;
      }
      heldFrom = Number.POSITIVE_INFINITY;
    },
    heldFrom: () => heldFrom,
  };
}

function createGroup(): Group {
  return { pieces: [], bytes: NO_BYTES, length: 0 };
}

/** Drops the first pieces of a group. */
function forget(group: Group, count: number): void {
  const cut = group.pieces[count]?.at ?? group.length;
  group.bytes.copyWithin(0, cut, group.length);
  group.length -= cut;
  group.pieces = group.pieces.slice(count).map((piece) => ({ ...piece, at: piece.at - cut }));
}

/** A piece of a secret has no spaces; one of a number may have some between its digits. */
function isPiece({ bytes, from, to }: Piece): boolean {
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

/**
 * What of a group is looked at: all of it; and pieces in a row that are no words, with and without what stands in front of them. A word beside the pieces of
 * a secret would make another word of it.
 */
function rangesOf({ pieces, bytes, length }: Group): readonly { readonly begin: number; readonly end: number }[] {
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
    add(pieces[from], pieces[place - 1]);
    if (from < place) add(pieces[from - 1], pieces[place - 1]);
    from = place + 1;
  }
  return ranges;
}

/** A word is letters, all of them small but perhaps the first. */
function isWord(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = at === from ? (bytes[at] ?? 0) | 0x20 : (bytes[at] ?? 0);
    if (byte < 0x61 || byte > 0x7a) return false;
  }
  return true;
}

/** Whether something stands across two pieces that could be a secret: long enough, and no word. */
function isWorthLooking({ pieces, bytes }: Group, begin: number, end: number): boolean {
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
  const letter = byte | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || (byte >= ZERO && byte <= NINE) || TOKEN_SIGNS.has(byte);
}

const TOKEN_SIGNS: ReadonlySet<number> = new Set(Array.from('+/=_-. %', (sign) => sign.charCodeAt(0)));

function hasDigit(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= ZERO && byte <= NINE) return true;
  }
  return false;
}

function counts(sought: Sought | undefined, start: number, end: number, { pieces, length }: Group): boolean {
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
