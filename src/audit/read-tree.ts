// The tree over a log, from its files. Heads of segments repeat the tree over all lines before them, so that mostly the newest segment is enough; what
// they say is believed here, since whoever signs compares it with what it knows itself.

import type { LogFiles } from './files.ts';
import { parseFrame, parseSegmentName } from './format.ts';
import { emptyRange, joinRanges, parseRange } from './merkle.ts';
import type { CompactRange } from './merkle.ts';
import { readLines } from './read-lines.ts';
import { readMembers, toNumber } from './read-members.ts';
import { createTreeBuilder } from './tree-builder.ts';
import type { TreeBuilder } from './tree-builder.ts';
import { withSegment } from './with-segment.ts';

type Members = Readonly<Record<string, unknown>>;

/** Adds up the tree over lines as they are read. */
export interface TreeReader {
  /** A line, without its LF, and its members. */
  add(line: string, members: Members): void;
  /** The tree over records 1 to `seq`; undefined where what was read is not that. */
  upTo(seq: number): CompactRange | undefined;
}

/** A reader that goes on behind `base`; without one it begins with the first head that has a tree. */
export function createTreeReader(base: CompactRange | undefined): TreeReader {
  let whole = base;
  let fresh: TreeBuilder | undefined = base === undefined ? undefined : createTreeBuilder(base.to);
  return {
    add(line, members) {
      const seq = toNumber(members['seq']);
      if (fresh === undefined) {
        whole = treeBefore(members);
        if (whole !== undefined) fresh = createTreeBuilder(whole.to);
      }
      if (fresh?.to === seq - 1) fresh.add(line);
      else fresh = undefined; // A record is missing, or there is one too many: only a head can say how it goes on.
    },
    upTo(seq) {
      if (seq === 0) return emptyRange();
      return whole === undefined || fresh?.to !== seq ? undefined : joinRanges(whole, fresh.range());
    },
  };
}

/** Reads the tree over all lines of these segments, which are given in order. */
export async function readTree(files: LogFiles, directory: string, numbers: readonly number[]): Promise<CompactRange | undefined> {
  const start = await findHead(files, directory, numbers, (members) => treeBefore(members) !== undefined);
  const reader = createTreeReader(undefined);
  let last = 0;
  for (const number of numbers.slice(start)) {
    await withSegment(files, directory, number, (file) =>
      readLines(file, 0, (line) => {
        reader.add(line, readMembers(line));
        last = parseFrame(line)?.seq ?? last;
        return true;
      }),
    );
  }
  return reader.upTo(last);
}

/** Reads leaves of the log in a directory; undefined where they are not all there. */
export async function readNewLeaves(
  files: LogFiles,
  directory: string,
  { from, to }: Pick<CompactRange, 'from' | 'to'>,
): Promise<CompactRange | undefined> {
  const numbers = (await files.list(directory)).map(parseSegmentName).filter((number) => number !== undefined);
  numbers.sort((a, b) => a - b);
  const builder = createTreeBuilder(from);
  const start = await findHead(files, directory, numbers, (members) => {
    const seq = toNumber(members['seq']);
    return seq > 0 && seq <= from + 1; // A blank segment has no head yet.
  });
  for (const number of numbers.slice(start)) {
    if (builder.to >= to) break;
    await withSegment(files, directory, number, (file) =>
      readLines(file, 0, (line) => {
        if (parseFrame(line)?.seq === builder.to + 1) builder.add(line);
        return builder.to < to;
      }),
    );
  }
  return builder.to === to ? builder.range() : undefined;
}

/** What stands before the segment with this head. */
function treeBefore(members: Members): CompactRange | undefined {
  const { kind, tree } = members;
  const before = toNumber(members['seq']) - 1;
  if (kind !== 'segment') return undefined;
  if (before === 0) return emptyRange();
  return Array.isArray(tree) ? parseRange(0, before, tree) : undefined;
}

/** The place in `numbers` of the newest segment whose head is as wanted; the first one if none is. */
async function findHead(
  files: LogFiles,
  directory: string,
  numbers: readonly number[],
  isWanted: (members: Members) => boolean,
): Promise<number> {
  for (let at = numbers.length - 1; at > 0; at--) {
    let found = false;
    await withSegment(files, directory, numbers[at] ?? 0, (file) =>
      readLines(file, 0, (line) => {
        found = isWanted(readMembers(line));
        return false;
      }),
    );
    if (found) return at;
  }
  return 0;
}
