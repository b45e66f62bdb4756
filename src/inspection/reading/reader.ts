// Reads one JSON message after the other, the way a lenient reader would, and has its strings, member names and long numbers looked at. It holds a window of
// the string that it is in, never the message.

import type { Engine, Progress } from '../types.ts';
import { createFindings } from './findings.ts';
import { createHeldText } from './held-text.ts';
import { createLooker } from './look.ts';
import type { LookOptions } from './look.ts';
import { NO_NAME } from './names.ts';
import { createPlace } from './place.ts';
import { createStrings, skipPlain } from './strings.ts';
import { lookThrough, WINDOW_BYTES } from './windows.ts';

/** Reads messages, one at a time. */
export interface Reader {
  /** A message begins. */
  begin(options: LookOptions): void;
  push(piece: Uint8Array): Progress;
  /** The message is over: another may begin. */
  end(): Progress;
}

// What may come next, or what is being read. Numbers, because this is asked for every mark.
const VALUE = 0;
const VALUE_OR_END = 1;
const NAME = 2;
const NAME_OR_END = 3;
const AT_COLON = 4;
const COMMA_OR_END = 5;
const NOTHING = 6;
/** From here on, in the middle of something. */
const STRING = 7;
const NUMBER = 8;
const TEXT = 9;
const LITERAL = 10;

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** No number that anybody means is longer. */
const MAX_NUMBER_BYTES = 4096;
/** No shorter number is looked at. */
const MIN_NUMBER_BYTES = 3;
/** In front of a window a little is always seen: only where a text begins nothing is. */
const MIN_BEHIND_BYTES = 64;

/** Bytes that a character may be written with for the longest match to be seen whole: as percent-encoding has it. Shorter ones may be written wider. */
const WRITTEN_WIDTH = 3;

const IS_NUMBER = table('+-.0123456789Ee');
const LITERALS: ReadonlyMap<number, string> = new Map(['true', 'false', 'null'].map((word) => [word.charCodeAt(0), word]));

/** Makes a reader. What it is made of is many small parts, so that small messages had better not each make their own. */
export function createReader(engine: Engine): Reader {
  const sizes = {
    behind: Math.max(MIN_BEHIND_BYTES, engine.lookBehindBytes),
    own: WINDOW_BYTES,
    ahead: engine.maxMatchBytes * WRITTEN_WIDTH,
  };
  const place = createPlace();
  const findings = createFindings(sizes.ahead);
  const looker = createLooker({ engine, place, findings });
  const { joins } = looker;
  const held = createHeldText(sizes, (bytes, begin, from, to, end) => lookAtHeld(bytes, begin, from, to, end));
  const lookAtHeld = looker.at(held);
  /** Offset in the message of the piece's first byte. */
  let base = 0;
  const lookInPlace = looker.at({ rawStart: (index) => base + index, rawEnd: (index) => base + index });

  const strings = createStrings(held);
  let state = VALUE;
  let literal = '';
  let literalAt = 0;

  const endValue = (): void => {
    state = place.isRoot() ? NOTHING : COMMA_OR_END;
  };

  /** From here on it is no JSON. */
  const goOnAsText = (at: number): void => {
    joins.end();
    looker.placed = false;
    looker.miss('unparsable', base + at);
    looker.kind = 'string';
    held.begin(base + at);
    state = TEXT;
  };

  /** A text that stands whole in the piece, and as it is. */
  const lookWhole = (bytes: Uint8Array, from: number, to: number): void => {
    if (to - from > WINDOW_BYTES) lookThrough({ bytes, shift: from, length: to - from, ended: true, window: 0 }, sizes, lookInPlace);
    else if (to > from) lookInPlace(bytes, from, from, to, to);
  };

  const endString = (): void => {
    if (looker.kind === 'name') state = AT_COLON;
    else endValue();
  };

  const beginString = (bytes: Uint8Array, quote: number, isName: boolean): number => {
    looker.kind = isName ? 'name' : 'string';
    if (isName) place.member(NO_NAME);
    const from = quote + 1;
    const to = skipPlain(bytes, from);
    if (to < bytes.length && bytes[to] === QUOTE) {
      lookWhole(bytes, from, to);
      endString();
      return to + 1;
    }
    held.begin(base + from);
    held.append(bytes, from, to);
    state = STRING;
    return to;
  };

  /** Reads on in a string that is held. */
  const readString = (bytes: Uint8Array, from: number): number => {
    const at = strings.read(bytes, from);
    if (at === bytes.length) return at;
    held.end();
    endString();
    return at + 1;
  };

  const beginNumber = (bytes: Uint8Array, from: number): number => {
    looker.kind = 'number';
    const to = skipNumber(bytes, from);
    if (to < bytes.length && to - from <= MAX_NUMBER_BYTES) {
      if (to - from >= MIN_NUMBER_BYTES) lookInPlace(bytes, from, from, to, to);
      endValue();
      return to;
    }
    held.begin(base + from);
    state = NUMBER;
    return from;
  };

  const readNumber = (bytes: Uint8Array, from: number): number => {
    const to = skipNumber(bytes, from);
    held.append(bytes, from, Math.min(to, from + MAX_NUMBER_BYTES + 1 - held.length()));
    if (to < bytes.length) endNumber(to);
    return to;
  };

  const endNumber = (at: number): void => {
    if (held.length() > MAX_NUMBER_BYTES) looker.miss('over-budget', base + at);
    else held.end();
    endValue();
  };

  /** Reads on in true, false or null. */
  const readLiteral = (bytes: Uint8Array, from: number): number => {
    let at = from;
    while (at < bytes.length && literalAt < literal.length) {
      if (bytes[at] !== literal.charCodeAt(literalAt)) {
        goOnAsText(at);
        return at;
      }
      at++;
      literalAt++;
    }
    if (literalAt === literal.length) endValue();
    return at;
  };

  const beginLiteral = (bytes: Uint8Array, from: number): number => {
    literal = LITERALS.get(bytes[from] ?? 0) ?? '';
    literalAt = 0;
    state = LITERAL;
    if (literal !== '') return readLiteral(bytes, from);
    goOnAsText(from);
    return from;
  };

  const openContainer = (at: number, isObject: boolean): number => {
    if ((state === VALUE || state === VALUE_OR_END) && place.open(isObject)) {
      joins.advance(base + at);
      joins.open(isObject);
      state = isObject ? NAME_OR_END : VALUE_OR_END;
      return at + 1;
    }
    goOnAsText(at);
    return at;
  };

  const closeContainer = (at: number, isObject: boolean): number => {
    if ((state === COMMA_OR_END || state === (isObject ? NAME_OR_END : VALUE_OR_END)) && !place.isRoot() && place.isObject() === isObject) {
      joins.close();
      place.close();
      endValue();
      return at + 1;
    }
    goOnAsText(at);
    return at;
  };

  /** What begins with none of the marks of JSON: a number or a word. No message is one, so at the root it may be any text. */
  const beginScalar = (bytes: Uint8Array, at: number): number => {
    if ((state === VALUE || state === VALUE_OR_END) && !place.isRoot()) {
      place.next();
      joins.advance(base + at);
      return IS_NUMBER[bytes[at] ?? 0] === 1 ? beginNumber(bytes, at) : beginLiteral(bytes, at);
    }
    goOnAsText(at);
    return at;
  };

  /** Reads what stands between strings, until one goes on in the next piece. */
  const readMarks = (bytes: Uint8Array, from: number): number => {
    let at = from;
    while (at < bytes.length && state <= NOTHING) {
      const byte = bytes[at];
      switch (byte) {
        case SPACE:
        case LINE_FEED:
        case TAB:
        case CARRIAGE_RETURN:
          at++;
          break;
        case QUOTE:
          if (state === NAME || state === NAME_OR_END) {
            at = beginString(bytes, at, true);
          } else if (state === VALUE || state === VALUE_OR_END) {
            place.next();
            at = beginString(bytes, at, false);
          } else {
            goOnAsText(at);
          }
          break;
        case COMMA:
          if (state === COMMA_OR_END) {
            state = place.isObject() ? NAME : VALUE;
            at++;
          } else {
            goOnAsText(at);
          }
          break;
        case COLON:
          if (state === AT_COLON) {
            state = VALUE;
            at++;
          } else {
            goOnAsText(at);
          }
          break;
        case OPEN_OBJECT:
        case OPEN_ARRAY:
          place.next();
          at = openContainer(at, byte === OPEN_OBJECT);
          break;
        case CLOSE_OBJECT:
        case CLOSE_ARRAY:
          at = closeContainer(at, byte === CLOSE_OBJECT);
          break;
        default:
          at = beginScalar(bytes, at);
      }
    }
    return at;
  };

  const readOn = (bytes: Uint8Array, from: number): number => {
    switch (state) {
      case STRING:
        return readString(bytes, from);
      case NUMBER:
        return readNumber(bytes, from);
      case LITERAL:
        return readLiteral(bytes, from);
      case TEXT:
        held.append(bytes, from, bytes.length);
        return bytes.length;
      default:
        return readMarks(bytes, from);
    }
  };

  const progress = (): Progress => {
    // In the middle of a text, what was looked at is decided; between texts, everything is.
    if (state <= NOTHING || state === LITERAL) {
      joins.advance(base);
      findings.settle(Math.min(base, joins.heldFrom()));
    }
    return { decided: findings.settled(), found: findings.take() };
  };

  return {
    begin: (options) => {
      base = 0;
      state = VALUE;
      place.begin();
      findings.begin();
      strings.begin();
      looker.begin(options);
    },
    push: (piece) => {
      // One kind of array for all that is looked at: with two, every loop over bytes takes twice as long.
      const chunk = new Uint8Array(piece.buffer, piece.byteOffset, piece.length);
      let at = strings.goOn(chunk);
      while (at < chunk.length) at = readOn(chunk, at);
      base += chunk.length;
      return progress();
    },
    end: () => {
      strings.end();
      const complete = state === NOTHING || (state === VALUE && place.isRoot());
      if (state === NUMBER) endNumber(0);
      else if (state === STRING || state === TEXT) held.end();
      if (!complete && state !== TEXT) {
        looker.placed = false;
        looker.miss('unparsable', base);
      }
      held.release();
      joins.end();
      findings.settle(base);
      looker.end();
      return { decided: findings.settled(), found: findings.take() };
    },
  };
}

function skipNumber(bytes: Uint8Array, from: number): number {
  const end = bytes.length;
  let at = from;
  while (at < end && IS_NUMBER[bytes[at] ?? 0] === 1) at++;
  return at;
}

function table(members: string): Uint8Array {
  const flags = new Uint8Array(256);
  for (const member of members) flags[member.charCodeAt(0)] = 1;
  return flags;
}
