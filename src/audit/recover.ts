// Finds out how a log directory was left, by the rules in format.ts, and where to go on. Only reads: what there is to say about it,
// the log says with its first write. It must never take damage for a torn write.

import { sha256Hex } from '../base/index.ts';
import { COMMIT_MAX_BYTES, GENESIS_CHAIN, parseFrame, parseSegmentName, toChain, toSegmentName } from './format.ts';
import type { Frame } from './format.ts';
import type { LogFile, LogFiles } from './files.ts';
import type { CompactRange } from './merkle.ts';
import { readLines, readRange } from './read-lines.ts';
import type { SegmentEnd } from './read-lines.ts';
import { readMembers, toNumber, toText } from './read-members.ts';
import { createTreeReader, readTree } from './read-tree.ts';
import type { TreeReader } from './read-tree.ts';
import type { SegmentInUse } from './segment-age.ts';
import { withSegment } from './with-segment.ts';

/** Something in a segment that is no record of this log. */
export interface Remains {
  readonly file: string;
  readonly position: number;
  /** Length and digest of a torn write; undefined when no crash can have left it. */
  readonly torn: { readonly bytes: number; readonly sha256: string } | undefined;
}

/** How a log was left, and where it goes on. */
export interface FoundLog {
  /** Random name of the log; undefined when there is none yet. */
  readonly log: string | undefined;
  /** The segment that takes the next line, and where in it. At position 0 it needs a head first. */
  readonly number: number;
  readonly position: number;
  /** The highest segment that has a file; all after `number` are blank. */
  readonly lastNumber: number;
  readonly seq: number;
  readonly chain: string;
  /** The tree over all lines; undefined where they do not add up to one. */
  readonly tree: CompactRange | undefined;
  /** The segment it goes on in. */
  readonly segment: SegmentInUse;
  /** Allowed calls without outcome. */
  readonly open: ReadonlySet<string>;
  readonly remains: readonly Remains[];
}

/** Before anything was read. */
const NO_SEGMENT: SegmentInUse = { bytes: 0, since: 0, isUsed: false };
/** What the log says of itself. */
const OWN_KINDS: ReadonlySet<string> = new Set(['segment', 'carried', 'checkpoint', 'log']);

/** What is known so far while following the lines. */
interface Follower {
  log: string | undefined;
  segment: SegmentInUse;
  last: Pick<Frame, 'seq' | 'chain'>;
  readonly open: Set<string>;
  readonly remains: Remains[];
  readonly tree: TreeReader;
}

/** Reads what is needed of a log directory: its newest segment with a whole head, and what comes after it. Fails only when it cannot read. */
export async function recoverLog(files: LogFiles, directory: string): Promise<FoundLog> {
  const numbers = (await files.list(directory)).map(parseSegmentName).filter((number) => number !== undefined);
  numbers.sort((a, b) => a - b);
  const { start, hasTree } = await findWholeHead(files, directory, numbers);

  // Heads of earlier versions have no tree.
  const tree = createTreeReader(hasTree ? undefined : await readTree(files, directory, numbers.slice(0, start)));
  const follower: Follower = {
    log: undefined,
    segment: NO_SEGMENT,
    last: { seq: 0, chain: GENESIS_CHAIN },
    open: new Set(),
    remains: [],
    tree,
  };
  let used = { number: (numbers[0] ?? 1) - 1, position: 0 };
  for (const number of numbers.slice(start)) {
    const end = await withSegment(files, directory, number, (file) => followSegment(file, toSegmentName(number), follower));
    if (end.restEnd > 0) used = { number, position: end.position };
  }
  const goesOn = follower.remains.length === 0 && follower.log !== undefined;
  return {
    log: follower.log,
    number: goesOn ? used.number : used.number + 1,
    position: goesOn ? used.position : 0,
    lastNumber: numbers.at(-1) ?? 0,
    ...follower.last,
    tree: tree.upTo(follower.last.seq),
    segment: follower.segment,
    open: follower.open,
    remains: follower.remains,
  };
}

/** The place in `numbers` of the newest segment whose head and carried calls are all there, and whether it repeats the tree; the first one if none is. */
async function findWholeHead(
  files: LogFiles,
  directory: string,
  numbers: readonly number[],
): Promise<{ readonly start: number; readonly hasTree: boolean }> {
  for (let at = numbers.length - 1; at > 0; at--) {
    let missing = 1;
    let hasTree = false;
    await withSegment(files, directory, numbers[at] ?? 0, (file) =>
      readLines(file, 0, (line, position) => {
        const members = readMembers(line);
        if (position === 0) hasTree = Array.isArray(members['tree']);
        if (position === 0) missing = members['kind'] === 'segment' ? toNumber(members['carried']) : 1;
        else if (members['kind'] === 'carried' && Array.isArray(members['ids'])) missing -= members['ids'].length;
        else return false;
        return missing > 0;
      }),
    );
    if (missing === 0) return { start: at, hasTree };
  }
  return { start: 0, hasTree: true };
}

async function followSegment(file: LogFile, name: string, follower: Follower): Promise<SegmentEnd> {
  let misfit: number | undefined;
  let declaredBytes = 0;
  const end = await readLines(file, 0, (line, position) => {
    const frame = parseFrame(line);
    const members = readMembers(line);
    if (follower.log === undefined && frame?.kind === 'segment') {
      follower.log = toText(members['log']);
      follower.last = { seq: frame.seq - 1, chain: toText(members['prev']) };
    }
    if (position === 0) {
      declaredBytes = toNumber(members['bytes']);
      follower.segment = { bytes: declaredBytes, since: frame?.time ?? 0, isUsed: false };
    } else if (!follower.segment.isUsed && !OWN_KINDS.has(frame?.kind ?? '')) follower.segment = { ...follower.segment, isUsed: true };
    const { seq, chain } = follower.last;
    if (frame === undefined || frame.seq !== seq + 1 || toChain(chain, frame.head) !== frame.chain) misfit ??= position;
    // Past a line that does not fit, the chain is taken up again from what it says: the rest of the log must stay checkable.
    if (frame !== undefined) follower.last = { seq: frame.seq, chain: frame.chain };
    follower.tree.add(line, members);
    noteCalls(follower.open, members);
    return true;
  });
  if (misfit !== undefined) follower.remains.push({ file: name, position: misfit, torn: undefined });
  // A segment has its full size before its first line: one that is shorter was cut.
  if (file.sizeBytes < declaredBytes) follower.remains.push({ file: name, position: file.sizeBytes, torn: undefined });
  if (end.restEnd > end.position) follower.remains.push({ file: name, position: end.position, torn: await toTorn(file, end) });
  return end;
}

function noteCalls(open: Set<string>, members: Readonly<Record<string, unknown>>): void {
  const { kind, ids } = members;
  if (kind === 'decision' && members['verdict'] === 'allow') open.add(toText(members['id']));
  else if (kind === 'outcome') open.delete(toText(members['id']));
  else if (kind === 'carried' && Array.isArray(ids)) ids.forEach((id: unknown) => open.add(toText(id)));
}

async function toTorn(file: LogFile, end: SegmentEnd): Promise<Remains['torn']> {
  const bytes = end.restEnd - end.position;
  return bytes > COMMIT_MAX_BYTES ? undefined : { bytes, sha256: sha256Hex(await readRange(file, end.position, end.restEnd)) };
}
