// Holds what was signed against what is there: the tree over a log is added up as its segments are read, and each checkpoint must have the root that the
// tree had at its size. So it shows what the chain cannot: that records were rewritten, and all hashes behind them computed anew. Where a record is
// missing or altered the tree is lost, which verify has named by then; the next segment's head says how it goes on, and the next checkpoint whether that is true.

import { continueRange, extendRange, MARK_LEAVES } from './leaf-run.ts';
import type { LeafRun } from './leaf-run.ts';
import { addRange, copyRange, emptyRange, rootOf } from './merkle.ts';
import type { CompactRange } from './merkle.ts';
import type { Checkpoint } from './note.ts';

/** How a checkpoint compares with the log. `unknown`: what it is about cannot be added up. */
export type Holding = 'holds' | 'differs' | 'unknown';

export interface TreeCheck {
  /** Records that the tree is over; undefined while it is lost. */
  readonly size: number | undefined;
  /** Goes on with the leaves of a segment. `before`: the tree over everything before it, as its head says. False where that is not what was there. */
  add(segment: number, leaves: LeafRun, before: CompactRange | undefined): boolean;
  /** Goes on behind leaves that were removed, and whose hashes are known. False where the tree is known and ends elsewhere. */
  skip(removed: CompactRange): boolean;
  /** From here on it is not known, until a head says it. */
  lose(): void;
  compare(checkpoint: Checkpoint): Promise<Holding>;
}

/** Reads the leaves of a segment again; undefined where that is no longer possible. */
export type ReadLeaves = (segment: number) => Promise<LeafRun | undefined>;

interface Station {
  readonly segment: number;
  /** The tree before the segment. */
  readonly start: CompactRange;
  readonly to: number;
}

/** A checkpoint is mostly about the segment that it stands in, or the one before. */
const KEPT_RUNS = 2;

export function createTreeCheck(readLeaves: ReadLeaves): TreeCheck {
  let range: CompactRange | undefined = emptyRange();
  const stations: Station[] = [];
  const runs = new Map<number, LeafRun>();
  /** The range that was compared last: checkpoints come one behind the other, and the next is mostly a few leaves further. */
  let cursor: CompactRange = emptyRange();

  const leavesOf = async (segment: number): Promise<LeafRun | undefined> => {
    const run = runs.get(segment) ?? (await readLeaves(segment));
    if (run !== undefined) keep(segment, run);
    return run;
  };

  const keep = (segment: number, run: LeafRun): void => {
    runs.delete(segment);
    runs.set(segment, run);
    for (const oldest of runs.keys()) if (runs.size > KEPT_RUNS) runs.delete(oldest);
  };

  const rangeAt = async (size: number): Promise<CompactRange | undefined> => {
    if (range?.to === size) return range;
    const station = stations.findLast(({ start, to }) => start.to <= size && size <= to);
    if (station === undefined) return undefined;
    if (station.start.to === size) return station.start;
    const run = await leavesOf(station.segment);
    if (run === undefined || run.from !== station.start.to || run.to < size) return undefined;
    const near = cursor.to > run.from && cursor.to <= size && size - cursor.to < MARK_LEAVES;
    cursor = near ? continueRange(cursor, run, size) : extendRange(station.start, run, size);
    return cursor;
  };

  return {
    get size() {
      return range?.to;
    },
    add(segment, leaves, before) {
      const known = range?.to === leaves.from ? range : undefined;
      const agrees = known === undefined || before === undefined || isSameRange(known, before);
      // Where the head says otherwise, what follows was built on what the head says.
      const start = agrees ? (known ?? before) : before;
      range = undefined;
      if (start === undefined || start.to !== leaves.from) return true;
      stations.push({ segment, start, to: leaves.to });
      keep(segment, leaves);
      range = extendRange(start, leaves, leaves.to);
      return agrees;
    },
    skip(removed) {
      const before = range;
      range = undefined;
      if (before?.to !== removed.from) return before === undefined;
      range = copyRange(before);
      addRange(range, removed);
      return true;
    },
    lose() {
      range = undefined;
    },
    async compare({ size, root }) {
      const then = await rangeAt(size);
      if (then === undefined) return 'unknown';
      return Buffer.compare(rootOf(then), root) === 0 ? 'holds' : 'differs';
    },
  };
}

function isSameRange(a: CompactRange, b: CompactRange): boolean {
  return a.to === b.to && a.nodes.every(({ hash }, at) => Buffer.compare(hash, b.nodes[at]?.hash ?? Buffer.alloc(0)) === 0);
}
