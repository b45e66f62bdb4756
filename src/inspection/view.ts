// What is searched: a passage as it is, or as it reads. A folded text is another text, so what is found in it is told in the offsets of the passage.

import type { Folded, Layer, Passage } from './types.ts';

/** Bytes to be searched, and where they come from. */
export interface View {
  readonly passage: Passage;
  readonly bytes: Uint8Array;
  readonly begin: number;
  readonly end: number;
  /** Undefined: the bytes are the passage's own. */
  readonly folded: Folded | undefined;
  /** What findings in it have gone through. */
  readonly layers: readonly Layer[];
}

const PLAIN: readonly Layer[] = Object.freeze([]);

const NO_PASSAGE: Passage = Object.freeze({ bytes: new Uint8Array(0), begin: 0, end: 0, from: 0, to: 0, key: '', surface: 'answer' });

/** Makes what shows passages as they are, one after the other: each view is good until the next. */
export function createPlainView(): (passage: Passage) => View {
  const view: { -readonly [Member in keyof View]: View[Member] } = {
    passage: NO_PASSAGE,
    bytes: NO_PASSAGE.bytes,
    begin: 0,
    end: 0,
    folded: undefined,
    layers: PLAIN,
  };
  return (passage) => {
    // To write down where something new is costs more than to see that it is known.
    if (view.passage !== passage) view.passage = passage;
    if (view.bytes !== passage.bytes) view.bytes = passage.bytes;
    view.begin = passage.begin;
    view.end = passage.end;
    return view;
  };
}

/** The passage as it reads. */
export function foldedView(passage: Passage, folded: Folded): View {
  return { passage, bytes: folded.bytes, begin: 0, end: folded.bytes.length, folded, layers: folded.layers };
}

/** The first byte of the view that comes from this offset of the passage, or from behind it. */
export function toView({ folded }: View, offset: number): number {
  if (folded === undefined) return offset;
  let low = 0;
  let high = folded.bytes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((folded.offsets[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where in the passage something begins. */
export function startInPassage({ folded, passage }: View, start: number): number {
  return folded === undefined ? start : (folded.offsets[start] ?? passage.end);
}

/** Where in the passage something ends: behind the character that its last byte stands for. What nobody sees behind that is not part of it. */
export function endInPassage({ folded, passage }: View, end: number): number {
  if (folded === undefined) return end;
  let behind = (folded.offsets[end - 1] ?? passage.end - 1) + 1;
  while (behind < passage.end && ((passage.bytes[behind] ?? 0) & 0xc0) === 0x80) behind += 1;
  return behind;
}
