// Looking up where a value stands, in the spans that the strict pass recorded. Values deeper than those are found by a second
// pass over the deepest recorded one on the way, whose bytes are known to be good. Every edit of a message that crosses a
// bridge comes here several times, so no key is decoded that need not be.

import { readName } from './scan-names.ts';
import { scanJson } from './scan.ts';
import { intAt, RECORDED_LEVELS, settleSpans, SPAN_END, SPAN_INTS, SPAN_NEXT } from './spans.ts';
import type { Span } from './types.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LAST_ASCII = 0x7f;
const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;

/** Member names and element numbers, from the root. */
export type Path = readonly (string | number)[];

/** Bytes that passed the strict pass, and what it recorded. */
export interface Layout {
  readonly bytes: Uint8Array;
  readonly spans: Int32Array;
}

/** Where the value at `path` stands; undefined if there is none. */
export function findSpan(layout: Layout, path: Path): Span | undefined {
  const near = path.slice(0, RECORDED_LEVELS);
  const index = findIndex(layout, near);
  if (index === undefined) return undefined;
  const span = spanAt(layout, index);
  if (path.length === near.length) return span;
  return shift(findSpan(lookAgain(layout, span), path.slice(near.length)), span.start);
}

/** Where the elements of the array at `path` stand, in order; undefined if there is no array. */
export function findElements(layout: Layout, path: Path): readonly Span[] | undefined {
  if (path.length >= RECORDED_LEVELS) {
    const array = findSpan(layout, path);
    return array && findElements(lookAgain(layout, array), [])?.map((element) => shift(element, array.start));
  }
  const index = findIndex(layout, path);
  if (index === undefined || layout.bytes[spanAt(layout, index).start] !== OPEN_ARRAY) return undefined;
  const elements: Span[] = [];
  for (let child = index + SPAN_INTS; child < siblingOf(layout, index); child = siblingOf(layout, child))
    elements.push(spanAt(layout, child));
  return elements;
}

/** What a pass over bytes that are known to be good records. */
export function layoutOf(bytes: Uint8Array): Layout {
  const scan = scanJson(bytes, {});
  return { bytes, spans: settleSpans(scan) };
}

function lookAgain({ bytes }: Layout, { start, end }: Span): Layout {
  return layoutOf(bytes.subarray(start, end));
}

function shift<S extends Span | undefined>(span: S, by: number): S | Span {
  return span && { start: span.start + by, end: span.end + by };
}

function spanAt({ spans }: Layout, index: number): Span {
  return { start: intAt(spans, index), end: intAt(spans, index + SPAN_END) };
}

function siblingOf({ spans }: Layout, index: number): number {
  return intAt(spans, index + SPAN_NEXT);
}

function findIndex(layout: Layout, path: Path): number | undefined {
  let index: number | undefined = 0;
  for (const step of path) {
    if (index === undefined) return undefined;
    index = typeof step === 'number' ? findElement(layout, index, step) : findMember(layout, index, step);
  }
  return index;
}

function findElement(layout: Layout, array: number, wanted: number): number | undefined {
  if (layout.bytes[spanAt(layout, array).start] !== OPEN_ARRAY) return undefined;
  let place = 0;
  for (let child = array + SPAN_INTS; child < siblingOf(layout, array); child = siblingOf(layout, child)) {
    if (place++ === wanted) return child;
  }
  return undefined;
}

function findMember(layout: Layout, object: number, wanted: string): number | undefined {
  const { bytes } = layout;
  const { start } = spanAt(layout, object);
  if (bytes[start] !== OPEN_OBJECT) return undefined;
  const end = siblingOf(layout, object);
  let open = start;
  for (let child = object + SPAN_INTS; child < end; child = siblingOf(layout, child)) {
    // Between two members there is nothing but white space, a comma, a colon and the key.
    let close = intAt(layout.spans, child) - 1;
    while (close > open && bytes[close] !== QUOTE) close--;
    while (open < close && bytes[open] !== QUOTE) open++;
    if (isNamed(bytes, open + 1, close, wanted)) return child;
    open = intAt(layout.spans, child + SPAN_END);
  }
  return undefined;
}

/** Compares byte by byte while that can tell; the key is decoded only where it must be. */
function isNamed(bytes: Uint8Array, start: number, end: number, wanted: string): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === undefined || byte === BACKSLASH || byte > LAST_ASCII) return readName(bytes, start, end) === wanted;
    if (byte !== wanted.charCodeAt(at - start)) return false;
  }
  return end - start === wanted.length;
}
