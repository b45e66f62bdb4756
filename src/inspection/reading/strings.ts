// Strings that are held, read on from piece to piece. An escape may be cut in two by the end of a piece: its beginning is kept until the rest is there.

import { CUT_OFF, MAX_ESCAPE_BYTES, readEscape } from './escape.ts';
import type { Escape } from './escape.ts';
import type { HeldText } from './held-text.ts';

/** Reads strings into the text that is held. */
export interface Strings {
  /** A message begins. */
  begin(): void;
  /** Reads on, to the quote that ends the string or to the end of the piece. */
  read(bytes: Uint8Array, from: number): number;
  /** Reads what the last piece ended in the middle of; gives where to go on in this one. */
  goOn(bytes: Uint8Array): number;
  /** Nothing more comes. */
  end(): void;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NO_BYTES = new Uint8Array(0);

/** Makes the reader of one message's strings. */
export function createStrings(held: HeldText): Strings {
  const escape: Escape = { rune: 0, taken: 0 };
  /** The beginning of an escape at the end of a piece. */
  let cutOff = NO_BYTES;

  const goOn = (bytes: Uint8Array, last: boolean): number => {
    const kept = cutOff.length;
    if (kept === 0) return 0;
    const joined = new Uint8Array(kept + Math.min(bytes.length, MAX_ESCAPE_BYTES));
    joined.set(cutOff);
    joined.set(bytes.subarray(0, MAX_ESCAPE_BYTES), kept);
    cutOff = NO_BYTES;
    let at = 0;
    while (at < kept) {
      if (joined[at] !== BACKSLASH) {
        held.append(joined, at, at + 1);
        at++;
        continue;
      }
      readEscape(escape, joined, at, joined.length, last);
      if (escape.taken === CUT_OFF) {
        cutOff = joined.slice(at);
        return bytes.length;
      }
      held.appendEscape(escape.rune, escape.taken);
      at += escape.taken;
    }
    return at - kept;
  };

  return {
    begin: () => {
      cutOff = NO_BYTES;
    },
    read: (bytes, from) => {
      let at = from;
      while (at < bytes.length) {
        at = held.take(bytes, at);
        const byte = bytes[at];
        if (byte === QUOTE) return at;
        if (byte === BACKSLASH) {
          readEscape(escape, bytes, at, bytes.length, false);
          if (escape.taken === CUT_OFF) {
            cutOff = bytes.slice(at);
            return bytes.length;
          }
          held.appendEscape(escape.rune, escape.taken);
          at += escape.taken;
        } else {
          const stop = skipPlain(bytes, at);
          held.append(bytes, at, stop);
          at = stop;
        }
      }
      return at;
    },
    goOn: (bytes) => goOn(bytes, false),
    end: () => {
      goOn(NO_BYTES, true);
    },
  };
}

/** Where the first quote or backslash is, or the end. */
export function skipPlain(bytes: Uint8Array, from: number): number {
  const end = bytes.length;
  let at = from;
  let byte: number | undefined;
  // Asking for the end first keeps every read in bounds, and the loop fast (mcp/scan-tokens.ts).
  while (at < end && (byte = bytes[at]) !== undefined && byte !== QUOTE && byte !== BACKSLASH) at++;
  return at;
}
