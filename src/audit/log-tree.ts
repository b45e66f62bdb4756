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
  /** Records since the last cut. Of those that are checkpoints themselves none is counted: else an idle log would be signed for ever. */
  readonly news: number;
  /** Adds a line, without its LF. */
  add(line: string, isCheckpoint: boolean): void;
  /** The tree over all lines so far, as a segment's head has it. */
  print(): readonly string[];
  /** Ends a range, and begins the next. */
  cut(): TreeCut;
}

/** A tree that goes on behind `base`, which begins at the first leaf. */
export function createLogTree(base: CompactRange): LogTree {
  let whole = base;
  let fresh = createTreeBuilder(base.to);
  let news = 0;

  return {
    get news() {
      return news;
    },
    add(line, isCheckpoint) {
      fresh.add(line);
      if (!isCheckpoint) news += 1;
    },
    print: () => printRange(joinRanges(whole, fresh.range())),
    cut() {
      const range = fresh.range();
      whole = joinRanges(whole, range);
      fresh = createTreeBuilder(whole.to);
      news = 0;
      return { range, whole };
    },
  };
}
