// The text of a string that cannot be looked at where it stands: it has escapes, or comes in pieces. Of it, one window with what may be seen around it
// is held, never more, and where each of its bytes stands in the message: runs of plain bytes need nothing for that, each escape needs three numbers.

import { NONE, SHORT_ESCAPES } from './escape.ts';
import { lookThrough } from './windows.ts';
import type { Look, WindowSizes } from './windows.ts';

/** A text that is put together from pieces, and looked at as soon as a window of it is there. */
export interface HeldText {
  /** A text begins, with the message's byte at `raw`. */
  begin(raw: number): void;
  /**
   * Text as it is written in JSON; gives how far it came: to the quote, to an escape of more than one letter, or one that is cut off, to the end, or, after
   * a while without escapes, to where copying at once is better.
   */
  take(bytes: Uint8Array, from: number): number;
  /** Bytes that stand for themselves. */
  append(bytes: Uint8Array, from: number, to: number): void;
  /** A character that was written as `taken` bytes. */
  appendEscape(rune: number, taken: number): void;
  /** Looks at what is left of it. */
  end(): void;
  /** Bytes of it so far. */
  length(): number;
  /** Where the message has the byte that stands at an index of the held bytes; for ends, where it has what is in front of that index. */
  rawStart(index: number): number;
  rawEnd(index: number): number;
  /** Nothing is held until a text begins: the memory is another's. */
  release(): void;
}

const FIRST_BYTES = 1024;
const FIRST_ESCAPES = 64;
/** Below this, copying byte by byte is faster than setting up a copy. */
const SHORT_COPY = 48;
/** What a boundary may step back, and the longest character. */
const SLACK_BYTES = 8;
/** Numbers for each escape: where its character stands in the text, where the escape stands in the message, and `taken * 8 + bytes of the character`. */
const ESCAPE_FIELDS = 3;
/** Two bytes for a character of one. */
const SHORT_ESCAPE = 2 * 8 + 1;
/** Where so many bytes were no escapes, it is worth looking how many more there are. */
const LONG_RUN = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

// What one message has put down, the next takes up: most need it, and a small message should not pay for a large buffer.
let spare: Memory | undefined;
const NO_BYTES = new Uint8Array(0);
const NO_ESCAPES = new Float64Array(0);

interface Memory {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly escapes: Float64Array<ArrayBuffer>;
}

/** Makes the holder of one message's texts. */
export function createHeldText(sizes: WindowSizes, look: Look): HeldText {
  const capacity = sizes.behind + sizes.own + sizes.ahead + 4 * SLACK_BYTES;
  let bytes = NO_BYTES;
  let escapes = NO_ESCAPES;
  let escapeCount = 0;
  /** Of the text: the offset of `bytes[0]`, and how many bytes there are. */
  let origin = 0;
  let length = 0;
  let window = 0;
  /** With more bytes than this, the next window can be looked at. */
  let due = 0;
  /** In the message: where the text begins, and where its next byte comes from. */
  let rawOrigin = 0;
  let rawNext = 0;

  const takeUp = (): void => {
    bytes = spare?.bytes ?? new Uint8Array(FIRST_BYTES);
    escapes = spare?.escapes ?? new Float64Array(FIRST_ESCAPES * ESCAPE_FIELDS);
    spare = undefined;
  };

  const room = (wanted: number): number => {
    const used = length - origin;
    if (used + wanted > bytes.length && bytes.length < capacity) {
      const larger = new Uint8Array(Math.min(capacity, Math.max(bytes.length * 2, used + wanted)));
      larger.set(bytes.subarray(0, used));
      bytes = larger;
    }
    return bytes.length - used;
  };

  /** Looks at the windows that are there, and lets go of what will not be seen again. */
  const advance = (ended: boolean): void => {
    const before = window;
    window = lookThrough({ bytes, shift: -origin, length, ended, window }, sizes, look);
    if (window === before || ended) return;
    due = (window + 1) * sizes.own + sizes.ahead;
    const keep = window * sizes.own - sizes.behind - SLACK_BYTES;
    if (keep <= origin) return;
    bytes.copyWithin(0, keep - origin, length - origin);
    origin = keep;
    forgetEscapes();
  };

  /** The last escape in front of what is held stays: what follows it is measured from it. */
  const forgetEscapes = (): void => {
    const last = lastEscape(origin);
    if (last <= 0) return;
    escapes.copyWithin(0, last * ESCAPE_FIELDS, escapeCount * ESCAPE_FIELDS);
    escapeCount -= last;
  };

  /** The last escape whose character begins at or in front of that offset of the text; -1 if there is none. */
  const lastEscape = (at: number): number => {
    let low = 0;
    let high = escapeCount;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((escapes[middle * ESCAPE_FIELDS] ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };

  const noteEscape = (at: number, rawAt: number, shape: number): void => {
    const place = escapeCount++ * ESCAPE_FIELDS;
    if (place + ESCAPE_FIELDS > escapes.length) escapes = grown(escapes);
    escapes[place] = at;
    escapes[place + 1] = rawAt;
    escapes[place + 2] = shape;
  };

  const raw = (at: number, isEnd: boolean): number => {
    const place = lastEscape(isEnd ? at - 1 : at) * ESCAPE_FIELDS;
    if (place < 0) return rawOrigin + at;
    const from = escapes[place] ?? 0;
    const rawFrom = escapes[place + 1] ?? 0;
    const shape = escapes[place + 2] ?? 0;
    const width = shape & 7;
    const taken = shape >> 3;
    // Nothing begins or ends inside of an escape: a finding takes all of it.
    if (at < from + width) return isEnd ? rawFrom + taken : rawFrom;
    return rawFrom + taken + (at - from - width);
  };

  return {
    begin: (at) => {
      if (bytes.length === 0) takeUp();
      rawOrigin = rawNext = at;
      origin = length = window = escapeCount = 0;
      due = sizes.own + sizes.ahead;
    },
    take: (from, start) => {
      const stop = from.length;
      let at = start;
      for (;;) {
        room(stop - at + SLACK_BYTES);
        const into = bytes;
        let to = length - origin;
        const rawShift = rawNext - at;
        // Every step reads at least as much as it writes, so with room for what is read there is room.
        const full = Math.min(stop, at + into.length - SLACK_BYTES - to);
        let last = Math.min(full, at + LONG_RUN);
        let byte: number | undefined;
        while (at < last && (byte = from[at]) !== undefined) {
          if (byte === QUOTE) break;
          if (byte === BACKSLASH) {
            const rune = at + 1 < stop ? (SHORT_ESCAPES[from[at + 1] ?? 0] ?? NONE) : NONE;
            if (rune === NONE) break;
            noteEscape(origin + to, at + rawShift, SHORT_ESCAPE);
            byte = rune;
            at++;
            last = Math.min(full, at + LONG_RUN);
          }
          into[to++] = byte;
          at++;
        }
        length = origin + to;
        rawNext = rawShift + at;
        if (length > due) advance(false);
        if (at < full || at >= stop) return at;
      }
    },
    append: (from, start, stop) => {
      let at = start;
      while (at < stop) {
        const count = Math.min(stop - at, room(stop - at));
        const to = length - origin;
        if (count < SHORT_COPY) for (let place = 0; place < count; place++) bytes[to + place] = from[at + place] ?? 0;
        else bytes.set(from.subarray(at, at + count), to);
        length += count;
        rawNext += count;
        at += count;
        if (length > due) advance(false);
      }
    },
    appendEscape: (rune, taken) => {
      room(SLACK_BYTES);
      const width = writeRune(bytes, length - origin, rune);
      noteEscape(length, rawNext, taken * 8 + width);
      length += width;
      rawNext += taken;
      if (length > due) advance(false);
    },
    end: () => advance(true),
    length: () => length,
    rawStart: (index) => raw(origin + index, false),
    rawEnd: (index) => raw(origin + index, true),
    release: () => {
      if (bytes.length === 0) return;
      spare = { bytes, escapes };
      bytes = NO_BYTES;
      escapes = NO_ESCAPES;
    },
  };
}

function grown(escapes: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(Math.max(ESCAPE_FIELDS, escapes.length * 2));
  larger.set(escapes);
  return larger;
}

/** Writes a character as UTF-8 (RFC 3629 §3); gives how many bytes it took. */
export function writeRune(bytes: Uint8Array, at: number, rune: number): number {
  if (rune < 0x80) {
    bytes[at] = rune;
    return 1;
  }
  if (rune < 0x800) {
    bytes[at] = 0xc0 | (rune >> 6);
    bytes[at + 1] = 0x80 | (rune & 0x3f);
    return 2;
  }
  if (rune < 0x10000) {
    bytes[at] = 0xe0 | (rune >> 12);
    bytes[at + 1] = 0x80 | ((rune >> 6) & 0x3f);
    bytes[at + 2] = 0x80 | (rune & 0x3f);
    return 3;
  }
  bytes[at] = 0xf0 | (rune >> 18);
  bytes[at + 1] = 0x80 | ((rune >> 12) & 0x3f);
  bytes[at + 2] = 0x80 | ((rune >> 6) & 0x3f);
  bytes[at + 3] = 0x80 | (rune & 0x3f);
  return 4;
}
