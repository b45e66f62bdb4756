// A window: a few bytes of a passage as text, and where each of its characters stands in the bytes. Patterns and validators see nothing else.

/** Text of a part of some bytes. */
export interface Window {
  readonly text: string;
  /** The offset in the bytes of a UTF-16 offset in the text, its length included. */
  readonly toByte: (at: number) => number;
  /** The offset in the text of the character that begins at an offset in the bytes, or of the next one behind it. */
  readonly toText: (byte: number) => number;
}

const REPLACEMENT = 0xfffd;
const FIRST_WIDE = 0x80;

/**
 * Opens [from, to), without the halves of characters at its ends. What is no UTF-8 is read as U+FFFD, byte by byte. The text ends at `last`: what stands
 * behind it is another's, and continues no character of this one.
 */
export function openWindow(bytes: Uint8Array, from: number, to: number, last = bytes.length): Window {
  const start = alignUp(bytes, from, to);
  const end = to >= last ? to : alignDown(bytes, start, to);
  for (let at = start; at < end; at += 1) if ((bytes[at] ?? 0) >= FIRST_WIDE) return openWide(bytes, start, end);
  return {
    text: asciiText(bytes, start, end),
    toByte: (at) => start + at,
    toText: (byte) => Math.min(Math.max(byte, start), end) - start,
  };
}

function asciiText(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

/** Skips what continues a character that begins in front of the window; at most three bytes, for more is no UTF-8. */
function alignUp(bytes: Uint8Array, from: number, to: number): number {
  if (from === 0) return from;
  let start = from;
  while (start < to && start < from + 3 && isContinuation(bytes[start])) start += 1;
  return start;
}

/** Leaves out a character whose end is behind the window. */
function alignDown(bytes: Uint8Array, from: number, to: number): number {
  if (!isContinuation(bytes[to])) return to;
  let end = to;
  while (end > from && end > to - 3 && isContinuation(bytes[end])) end -= 1;
  return end;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function openWide(bytes: Uint8Array, start: number, end: number): Window {
  const units = new Uint16Array(end - start);
  const offsets = new Int32Array(end - start + 1);
  let length = 0;
  let at = start;
  while (at < end) {
    const size = characterSize(bytes, at, end);
    const point = size === 0 ? REPLACEMENT : codePoint(bytes, at, size);
    offsets[length] = at;
    if (point > 0xffff) {
      offsets[length + 1] = at;
      units[length] = 0xd800 + ((point - 0x10000) >> 10);
      units[length + 1] = 0xdc00 + ((point - 0x10000) & 0x3ff);
      length += 2;
    } else {
      units[length] = point;
      length += 1;
    }
    at += Math.max(size, 1);
  }
  offsets[length] = end;
  const text = Buffer.from(units.buffer, 0, length * 2).toString('utf16le');
  return {
    text,
    toByte: (index) => offsets[Math.min(index, length)] ?? end,
    toText: (byte) => firstAtLeast(offsets, length, byte),
  };
}

/** Where in the first so many numbers, which never fall, the first is that is as large. */
function firstAtLeast(numbers: Int32Array, count: number, least: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Bytes of the character that begins here (RFC 3629 §4); 0 where none does. */
function characterSize(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < FIRST_WIDE) return 1;
  const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + size > end) return 0;
  for (let next = at + 1; next < at + size; next += 1) if (!isContinuation(bytes[next])) return 0;
  const second = bytes[at + 1] ?? 0;
  if ((lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f)) return 0;
  if ((lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f)) return 0;
  return size;
}

function codePoint(bytes: Uint8Array, at: number, size: number): number {
  const lead = bytes[at] ?? 0;
  if (size === 1) return lead;
  let point = lead & (0x7f >> size);
  for (let next = at + 1; next < at + size; next += 1) point = (point << 6) | ((bytes[next] ?? 0) & 0x3f);
  return point;
}
