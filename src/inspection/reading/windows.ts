// Long texts are looked at in windows that begin at fixed places of the text, so that it does not matter in which pieces it came: what is seen of it
// in each look, and with it every finding, is the same. A window sees a little of what is in front of it and behind it, and owns what begins in it.

/** What one look takes: offsets into bytes. The text, or what is given of it, is [begin, end); what begins in [from, to) is found. */
export type Look = (bytes: Uint8Array, begin: number, from: number, to: number, end: number) => void;

/** What windows are made of. */
export interface WindowSizes {
  /** Bytes in front of a window that may be looked at, behind it, and of the window. */
  readonly behind: number;
  readonly own: number;
  readonly ahead: number;
}

/** Every window begins at a multiple of this, in bytes of text. */
export const WINDOW_BYTES = 16_384;

/** A text as it stands in bytes: its first byte at `bytes[shift]`, `length` bytes of it so far. `window` counts those that were looked at. */
export interface WindowedText {
  readonly bytes: Uint8Array;
  readonly shift: number;
  readonly length: number;
  readonly ended: boolean;
  readonly window: number;
}

/** Looks at all windows of a text that are there; gives how many there were so far. */
export function lookThrough(text: WindowedText, sizes: WindowSizes, look: Look): number {
  const { bytes, shift, length, ended } = text;
  let { window } = text;
  for (;;) {
    const nominal = window * sizes.own;
    const rest = length - nominal;
    // One byte more than is seen, so that it is known whether a character stands across the end.
    if (ended ? rest <= 0 : rest <= sizes.own + sizes.ahead) return window;
    const isLast = ended && rest <= sizes.own;
    const from = boundary(bytes, shift, nominal);
    const to = isLast ? shift + length : boundary(bytes, shift, nominal + sizes.own);
    const begin = boundary(bytes, shift, Math.max(0, nominal - sizes.behind));
    const seen = nominal + sizes.own + sizes.ahead;
    look(bytes, begin, from, to, isLast || seen >= length ? shift + length : boundary(bytes, shift, seen));
    window++;
  }
}

/** Where a window begins that nominally begins there: in front of the character that stands across it. */
export function boundary(bytes: Uint8Array, shift: number, at: number): number {
  let place = shift + at;
  for (let back = 0; back < 3 && at - back > 0 && isContinuation(bytes, place); back++) place--;
  // Longer than any character: these bytes are no UTF-8, and any place is as good.
  return isContinuation(bytes, place) ? shift + at : place;
}

/** Whether the byte there continues a character (RFC 3629 §3). */
export function isContinuation(bytes: Uint8Array, at: number): boolean {
  return ((bytes[at] ?? 0) & 0xc0) === 0x80;
}
