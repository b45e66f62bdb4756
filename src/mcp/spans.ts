// Where the values near the root stand, so that an edit is a splice of bytes and never a re-serialisation.
// Format: three integers a value, in document order: start, end, next. [start, end) are byte offsets; `next` is the
// index behind the value's last recorded descendant, which is where its sibling begins. Keys are not recorded: a member's
// key is the one string between its elder sibling, or its parent's brace, and itself.
// The integers live in slabs that documents share, as small Buffers share a pool: an Int32Array of its own costs a
// document 0.7 µs, a view of a slab 0.02. What a slab holds for a document never changes again.

import type { Scan } from './scan-tokens.ts';

/** Levels below the root that are recorded: enough for result.tools[i].name. */
export const RECORDED_LEVELS = 4;

/** Integers a value takes, and where in them its end and the index of its sibling are. */
export const SPAN_INTS = 3;
export const SPAN_END = 1;
export const SPAN_NEXT = 2;

const SLAB_INTS = 8192;
/** A pass begins on a fresh slab when less than this is left of the old one. */
const SPARE_INTS = 1024;

let slab = new Int32Array(0);
let used = 0;

/** The integer there; 0 behind the end. */
export function intAt(integers: Int32Array, at: number): number {
  return integers[at] ?? 0;
}

/** Room for one pass to record in. A pass is synchronous and calls nobody, so the one before has been settled or dropped. */
export function lendSpans(): Int32Array {
  if (slab.length - used < SPARE_INTS) {
    slab = new Int32Array(SLAB_INTS);
    used = 0;
  }
  return slab.subarray(used);
}

/** What the pass recorded, for keeps. */
export function settleSpans(scan: Scan): Int32Array {
  if (scan.spans.buffer === slab.buffer) used += scan.spanTop;
  return scan.spans.subarray(0, scan.spanTop);
}

/** Records that a value begins; gives its index. */
export function openSpan(scan: Scan, start: number): number {
  const index = scan.spanTop;
  if (index + SPAN_INTS > scan.spans.length) {
    const larger = new Int32Array(scan.spans.length * 2);
    larger.set(scan.spans);
    scan.spans = larger;
  }
  scan.spans[index] = start;
  scan.spanTop = index + SPAN_INTS;
  return index;
}

/** Records where the value at `index` ends. */
export function closeSpan(scan: Scan, index: number, end: number): void {
  scan.spans[index + SPAN_END] = end;
  scan.spans[index + SPAN_NEXT] = scan.spanTop;
}
