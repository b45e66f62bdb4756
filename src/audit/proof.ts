// Proofs about the tree (RFC 9162 §2.1.3 and §2.1.4): that a record is in a log as it was signed, and that a log as it was signed once is the beginning of
// what was signed later. Which parts of the tree a proof is made of is said as spans of leaves; who has the leaves hashes them. Pure: checking a
// proof needs neither the log nor the gateway.

import { nodeHash } from './merkle.ts';

/** Leaves from `from` up to but without `to`, whose root is one hash of a proof. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** PATH(m, D_n): what is needed beside leaf `index` to come to the root over `size` leaves, in the order of the proof. */
export function inclusionSpans(index: number, size: number): readonly Span[] {
  if (!isIndexIn(index, size)) throw new RangeError(`leaf ${index} is not among ${size}`);
  const spans: Span[] = [];
  for (let from = 0, to = size; to - from > 1;) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      spans.push({ from: middle, to });
      to = middle;
    } else {
      spans.push({ from, to: middle });
      from = middle;
    }
  }
  return spans.reverse();
}

/** PROOF(m, D_n): what shows that the first `first` of `size` leaves are what the earlier root is over. Empty where both are the same. */
export function consistencySpans(first: number, size: number): readonly Span[] {
  if (!isIndexIn(first - 1, size)) throw new RangeError(`${first} leaves are no beginning of ${size}`);
  const spans: Span[] = [];
  let from = 0;
  let to = size;
  while (to !== first) {
    const middle = from + splitOf(to - from);
    if (first <= middle) {
      spans.push({ from: middle, to });
      to = middle;
    } else {
      spans.push({ from, to: middle });
      from = middle;
    }
  }
  // Where the earlier tree is one whole subtree from the first leaf on, its root is known to whoever checks.
  if (from > 0) spans.push({ from, to });
  return spans.reverse();
}

/** RFC 9162 §2.1.3.2: whether the path leads from the leaf to the root. */
export function isIncluded(leaf: Uint8Array, index: number, size: number, path: readonly Uint8Array[], root: Uint8Array): boolean {
  if (!isIndexIn(index, size)) return false;
  let at = index;
  let last = size - 1;
  let hash = leaf;
  for (const part of path) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(part, hash);
      while (at % 2 === 0 && at !== 0) {
        at = half(at);
        last = half(last);
      }
    } else {
      hash = nodeHash(hash, part);
    }
    at = half(at);
    last = half(last);
  }
  return last === 0 && isSame(hash, root);
}

/** One root, and how many leaves it is over. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** RFC 9162 §2.1.4.2: whether the leaves of `first` are the beginning of those of `second`. */
export function isConsistent(first: TreeHead, second: TreeHead, path: readonly Uint8Array[]): boolean {
  if (!isIndexIn(first.size - 1, second.size)) return false;
  if (first.size === second.size) return path.length === 0 && isSame(first.root, second.root);
  const parts = isPowerOfTwo(first.size) ? [first.root, ...path] : path;
  const [start] = parts;
  if (start === undefined) return false;
  let at = first.size - 1;
  let last = second.size - 1;
  while (at % 2 === 1) {
    at = half(at);
    last = half(last);
  }
  let older = start;
  let newer = start;
  for (const part of parts.slice(1)) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      older = nodeHash(part, older);
      newer = nodeHash(part, newer);
      while (at % 2 === 0 && at !== 0) {
        at = half(at);
        last = half(last);
      }
    } else {
      newer = nodeHash(newer, part);
    }
    at = half(at);
    last = half(last);
  }
  return last === 0 && isSame(older, first.root) && isSame(newer, second.root);
}

/** The largest power of two below `count`. */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

/** Sizes may be beyond 32 bits, so no shifts. */
function half(value: number): number {
  return Math.floor(value / 2);
}

function isPowerOfTwo(value: number): boolean {
  return splitOf(value + 1) === value;
}

function isIndexIn(index: number, size: number): boolean {
  return Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
