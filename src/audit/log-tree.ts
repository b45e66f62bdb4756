// The tree over a log while it is written: what a segment's head repeats, and what the keeper has to be told. The keeper extends its own tree with
// ranges, so what is new since the last one is kept apart from what was before; together they are the whole. No I/O.

import { joinRanges, printRange } from './merkle.ts';
import type { CompactRange } from './merkle.ts';
import { createTreeBuilder } from './tree-builder.ts';

/** What came to the tree between two cuts. */
export interface TreeCut {
  readonly range: CompactRange;
  /** All leaves up to its end. */
  readonly whole: CompactRange;
}

export interface LogTree {
  /** Adds a line, without its LF and with a zero byte before it. */
  add(leaf: Uint8Array): void;
  /** The tree over all lines so far, as a segment's head has it. */
  print(): readonly string[];
  /** Ends a range, and begins the next. */
  cut(): TreeCut;
}

/** A tree that goes on behind `base`, which begins at the first leaf. */
export function createLogTree(base: CompactRange): LogTree {
  let whole = base;
  let fresh = createTreeBuilder(base.to);

  return {
    add: (leaf) => fresh.addBytes(leaf),
    print: () => printRange(joinRanges(whole, fresh.range())),
    cut() {
      const range = fresh.range();
      whole = joinRanges(whole, range);
      fresh = createTreeBuilder(whole.to);
      return { range, whole };
    },
  };
}
