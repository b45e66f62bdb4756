// The leaves of a part of a log, mostly one segment, kept so that the tree over any number of them is a few hashes away: a checkpoint is about the log as
// it was some records before it.

import { addLeaf, addRange, copyRange } from './merkle.ts';
import type { CompactRange } from './merkle.ts';
import { createTreeBuilder } from './tree-builder.ts';

/** Leaves in a row. Plain data, so that it can come from a thread. */
export interface LeafRun {
  readonly from: number;
  readonly to: number;
  /** Their hashes, 32 bytes each. */
  readonly hashes: Uint8Array;
  /** The range over them after every MARK_LEAVES. */
  readonly marks: readonly CompactRange[];
  /** The range over all of them. */
  readonly range: CompactRange;
}

/** A run that is being made. */
export interface LeafRunBuilder {
  /** The leaf that comes next. */
  readonly to: number;
  /** Adds the next leaf: its hash, 32 bytes as Latin-1. */
  add(leaf: string): void;
  build(): LeafRun;
}

const HASH_BYTES = 32;
const FIRST_LEAVES = 1024;
/** How far apart marks are. */
export const MARK_LEAVES = 1024;

/** Begins a run whose first leaf is `from`. */
export function createLeafRun(from: number): LeafRunBuilder {
  const tree = createTreeBuilder(from);
  const marks: CompactRange[] = [];
  let hashes = Buffer.alloc(FIRST_LEAVES * HASH_BYTES);
  return {
    get to() {
      return tree.to;
    },
    add(leaf) {
      const at = (tree.to - from) * HASH_BYTES;
      if (at === hashes.length) hashes = Buffer.concat([hashes], 2 * hashes.length);
      hashes.write(leaf, at, 'latin1');
      tree.addLeaf(leaf);
      if ((tree.to - from) % MARK_LEAVES === 0) marks.push(tree.range());
    },
    build: () => ({ from, to: tree.to, hashes, marks, range: tree.range() }),
  };
}

/** The hash of one leaf of the run. */
export function leafOf({ from, hashes }: LeafRun, leaf: number): Uint8Array {
  // A copy: what is kept of a run must not keep all of it.
  return hashes.slice((leaf - from) * HASH_BYTES, (leaf - from + 1) * HASH_BYTES);
}

/** The range over everything up to leaf `to` of the run, from the one that ends where the run begins. */
export function extendRange(start: CompactRange, run: LeafRun, to: number): CompactRange {
  const range = copyRange(start);
  const mark = to === run.to ? run.range : run.marks.findLast((one) => one.to <= to);
  if (mark !== undefined) addRange(range, mark);
  return continueRange(range, run, to);
}

/** The same, leaf by leaf from a range that ends somewhere in the run. */
export function continueRange(range: CompactRange, run: LeafRun, to: number): CompactRange {
  const more = copyRange(range);
  while (more.to < to) addLeaf(more, leafOf(run, more.to));
  return more;
}
