// Findings of one kind that are held back, in order and apart from each other: what overlaps becomes one as it comes. Whatever is asked of them takes a
// search among them and never a walk over all: how many are held back is in the hands of whoever wrote the message.

import type { Found } from '../types.ts';

/** Findings that do not overlap, by their beginnings, and so by their ends. */
export interface Lane {
  add(found: Found): void;
  /** The one that stands across that offset. */
  across(offset: number): Found | undefined;
  /** Takes what begins in front of that offset, or ends there; of one that stands across, its part in front. */
  takeUpTo(offset: number): readonly Found[];
  isEmpty(): boolean;
}

const NOTHING: readonly Found[] = [];

/** A lane in which nothing is. */
export function createLane(): Lane {
  const held: Found[] = [];

  /** The index of the first that begins at the offset or behind. */
  const firstFrom = (offset: number): number => {
    // Most come in their order.
    const last = held.at(-1);
    if (last === undefined || last.start < offset) return held.length;
    let low = 0;
    let high = held.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((held[middle]?.start ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  const across = (offset: number): Found | undefined => {
    const one = held[firstFrom(offset) - 1];
    return one !== undefined && one.end > offset ? one : undefined;
  };

  return {
    add: (found) => {
      let one = found;
      let from = firstFrom(found.start + 1);
      let to = from;
      const before = held[from - 1];
      if (before !== undefined && found.start < before.end) {
        one = united(before, found);
        from--;
      }
      for (let behind = held[to]; behind !== undefined && behind.start < one.end; behind = held[to]) {
        one = united(one, behind);
        to++;
      }
      if (from === held.length) held.push(one);
      else held.splice(from, to - from, one);
    },
    across,
    takeUpTo: (offset) => {
      const first = held[0];
      if (first === undefined || first.start > offset) return NOTHING;
      const cut = across(offset);
      let count = firstFrom(offset);
      while ((held[count]?.end ?? Number.POSITIVE_INFINITY) <= offset) count++;
      const taken = held.splice(0, count);
      if (cut === undefined) return taken;
      held.unshift({ ...cut, start: offset });
      return [...taken.slice(0, -1), { ...cut, end: offset }];
    },
    isEmpty: () => held.length === 0,
  };
}

/** By their beginnings. Of what begins together, what has no span is first, as it waits for no end; then the longest. */
export function byBeginning(a: Found, b: Found): number {
  return a.start - b.start || Number(b.end === b.start) - Number(a.end === a.start) || b.end - a.end;
}

/** One finding for two that overlap: of the surer type, and of two that are as sure, of the one that is there as it stands. */
function united(a: Found, b: Found): Found {
  const [earlier, later] = byBeginning(a, b) <= 0 ? [a, b] : [b, a];
  const isSurer = later.confidence === earlier.confidence ? later.layers.length < earlier.layers.length : later.confidence === 'high';
  return { ...(isSurer ? later : earlier), start: earlier.start, end: Math.max(earlier.end, later.end) };
}
