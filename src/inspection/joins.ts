// A secret may be written in pieces: over neighbouring strings of an array or an object, or over the same member of neighbouring objects, which whoever reads
// them puts together again. So short strings beside each other are joined and looked at once more. What counts is only what stands across them, is surely
// what it looks like, and is a secret: joined words make new words, and joined numbers make card numbers by chance.

import type { Name } from './reading/names.ts';
import {
  add,
  clear,
  counts,
  createGroup,
  forget,
  isPiece,
  isUuid,
  isWord,
  isWorthLooking,
  mayBeWorthLooking,
  rangesOf,
} from './reading/pieces.ts';
import type { Group, Piece } from './reading/pieces.ts';
import type { Place } from './reading/place.ts';
import type { Hit, Layer, Passage, Sought } from './types.ts';

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
}

/** The neighbours in one message. */
export interface Joins {
  /** A message begins. */
  begin(surface: Passage['surface']): void;
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

interface Level {
  isObject: boolean;
  readonly own: Group;
  readonly siblings: Map<Name, Group>;
}

/** Groups of siblings that are of use again; never more of them than were in use at once. */
const unused: Group[] = [];

/** Makes the joins of one message after the other: what one has put down, the next takes up, and nothing is left in it but room. */
export function createJoins(tools: JoinTools): Joins {
  const { place } = tools;
  const levels: Level[] = [];
  let surface: Passage['surface'] = 'answer';
  let depth = 0;
  let heldFrom = Number.POSITIVE_INFINITY;
  /** Some group has let go of its first pieces. */
  let isStale = false;

  const groupsAt = (level: Level): readonly Group[] => (level.siblings.size === 0 ? [level.own] : [level.own, ...level.siblings.values()]);

  const holdAgain = (): void => {
    if (!isStale) return;
    isStale = false;
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
    if (pieces.length < 2 || !mayBeWorthLooking(group)) return;
    const last = pieces.at(-1);
    if (last === undefined) return;
    for (const { begin, end } of rangesOf(group)) {
      if (!isWorthLooking(group, begin, end)) continue;
      const text: Passage = { bytes, begin, end, from: begin, to: end, key: '', surface };
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
    clear(group);
    isStale = true;
  };

  const append = (group: Group, level: number, piece: Piece, name: Name | undefined, element: number | undefined): void => {
    if (group.pieces.length === MAX_PIECES) {
      lookAt(group, level);
      forget(group, MAX_PIECES - KEPT_PIECES);
      isStale = true;
    }
    if (group.pieces.length === 0) heldFrom = Math.min(heldFrom, piece.rawStart);
    add(group, piece, name, element);
  };

  /** The group of the same member of the objects in an array. */
  const siblingsOfNow = (): Group | undefined => {
    const array = depth < 2 ? undefined : levels[depth - 2];
    if (array === undefined || array.isObject || levels[depth - 1]?.isObject !== true) return undefined;
    const name = place.name();
    const known = array.siblings.get(name);
    if (known !== undefined || array.siblings.size >= MAX_SIBLINGS) return known;
    const group = unused.pop() ?? createGroup();
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
    for (const group of level.siblings.values()) {
      finish(group, at);
      unused.push(group);
    }
    level.siblings.clear();
  };

  return {
    begin: (on) => {
      surface = on;
      depth = 0;
      heldFrom = Number.POSITIVE_INFINITY;
      isStale = false;
    },
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
      if (siblings !== undefined) {
        // Columns of words, and of identifiers, are no pieces of anything.
        if (isWord(piece.bytes, piece.from, piece.to) || isUuid(piece.bytes, piece.from, piece.to)) finish(siblings, depth - 2);
        else append(siblings, depth - 2, piece, name, place.element(depth - 2));
      }
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
