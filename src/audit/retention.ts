// Finds the segments whose time is over: those before a checkpoint that is old enough, that no hold wants kept. Only reads. The newest segment of a log
// never goes, so that a log goes on where it ended; and what cannot be proved to be what was signed stays for whoever has to look into it.

import { join } from 'node:path';
import { diskFiles } from './files.ts';
import { parseFrame } from './format.ts';
import { createHoldCheck } from './holds.ts';
import type { Hold } from './holds.ts';
import { listLogs, listTombstones } from './log-directory.ts';
import type { LogDirectory } from './log-directory.ts';
import { emptyRange, joinRanges, parseRange, printRange } from './merkle.ts';
import type { CompactRange } from './merkle.ts';
import { readNote } from './note.ts';
import { isBlank, readLines } from './read-lines.ts';
import { readMembers, toText } from './read-members.ts';
import { readNewLeaves } from './read-tree.ts';
import type { Removal } from './removal.ts';
import { readSmallFile } from './small-file.ts';
import { readTombstone } from './tombstone.ts';
import type { Tombstone } from './tombstone.ts';
import { withSegment } from './with-segment.ts';

/** A segment that is old enough, and stays because of holds. */
export interface HeldSegment {
  readonly number: number;
  /** Their ids. */
  readonly holds: readonly string[];
}

/** What there is to remove of one log. */
export interface LogPlan {
  readonly slot: string;
  readonly directory: string;
  /** Segments that have records. */
  readonly segments: number;
  readonly removals: readonly Removal[];
  readonly held: readonly HeldSegment[];
  /** Why something that is old enough cannot go; undefined where all of it can. */
  readonly fault: string | undefined;
  /** Time of the oldest record that stays; undefined where there is none. */
  readonly oldestMs: number | undefined;
}

export interface RetentionOptions {
  /** What a checkpoint of this time or earlier covers is old enough. Epoch milliseconds. */
  readonly cutoffMs: number;
  readonly holds: readonly Hold[];
}

/** A segment whose end is known to have been there at a time. */
interface OldSegment {
  readonly number: number;
  readonly first: Line;
  readonly last: Line;
  readonly holds: readonly string[];
  /** A checkpoint over it and all before. */
  readonly note: string;
  readonly size: number;
}

interface Line {
  readonly seq: number;
  readonly time: number;
  readonly text: string;
}

/** Looks through all logs below a directory. */
export async function planRetention(directory: string, options: RetentionOptions): Promise<readonly LogPlan[]> {
  const plans: LogPlan[] = [];
  for (const log of await listLogs(directory)) plans.push(await planLog(log, options));
  return plans;
}

async function planLog({ slot, directory, segments }: LogDirectory, options: RetentionOptions): Promise<LogPlan> {
  const tombstones = await readTombstones(directory);
  const used = await dropBlank(directory, segments);
  const old = await findOld(directory, used, options);
  const removals: Removal[] = [];
  let fault: string | undefined;
  for (const run of toRuns(old)) {
    const removal = await toRemoval(directory, run, tombstones);
    if (typeof removal === 'string') fault ??= removal;
    else removals.push(removal);
  }
  const stays = used.find((number) => !removals.some(({ first, last }) => number >= first && number <= last));
  return {
    slot,
    directory,
    segments: used.length,
    removals,
    held: old.filter(({ holds }) => holds.length > 0).map(({ number, holds }) => ({ number, holds })),
    fault,
    oldestMs: stays === undefined ? undefined : (await readHead(directory, stays))?.time,
  };
}

/** The tombstones of a log, whoever signed them. */
async function readTombstones(directory: string): Promise<readonly Tombstone[]> {
  const names = await listTombstones(directory);
  const found = await Promise.all(names.map(async (name) => readTombstone((await readSmallFile(join(directory, name))) ?? '')));
  return found.filter((tombstone) => tombstone !== undefined).toSorted((a, b) => a.from - b.from);
}

async function dropBlank(directory: string, segments: readonly number[]): Promise<readonly number[]> {
  let count = segments.length;
  while (count > 0 && (await withSegment(diskFiles, directory, segments[count - 1] ?? 0, isBlank))) count -= 1;
  return segments.slice(0, count);
}

/** The segments that are old enough, from the first on. */
async function findOld(directory: string, used: readonly number[], { cutoffMs, holds }: RetentionOptions): Promise<OldSegment[]> {
  const check = createHoldCheck(holds);
  const old: OldSegment[] = [];
  for (const [at, number] of used.slice(0, -1).entries()) {
    const evidence = await findCheckpoint(directory, used[at + 1] ?? 0, cutoffMs);
    if (evidence === undefined) break;
    const wanted = new Set<string>();
    let first: Line | undefined;
    let last: Line | undefined;
    await withSegment(diskFiles, directory, number, (file) =>
      readLines(file, 0, (text) => {
        const frame = parseFrame(text);
        if (frame === undefined) return true; // No record; what is left of the segment will not add up, and stays.
        last = { seq: frame.seq, time: frame.time, text };
        first ??= last;
        if (holds.length > 0) for (const id of check.holdsOf(frame, text)) wanted.add(id);
        return true;
      }),
    );
    if (first === undefined || last === undefined) break;
    old.push({ number, first, last, holds: [...wanted].toSorted(), ...evidence });
  }
  return old;
}

/** The first checkpoint in a segment that is over all records before it, and is old enough. */
async function findCheckpoint(directory: string, number: number, cutoffMs: number): Promise<Pick<OldSegment, 'note' | 'size'> | undefined> {
  let before: number | undefined;
  let found: Pick<OldSegment, 'note' | 'size'> | undefined;
  await withSegment(diskFiles, directory, number, (file) =>
    readLines(file, 0, (text) => {
      const frame = parseFrame(text);
      before ??= (frame?.seq ?? 0) - 1;
      if (frame?.kind !== 'checkpoint') return true;
      const { note } = readMembers(text);
      const lines = Array.isArray(note) ? note.map(toText).join('\n') : '';
      const checkpoint = readNote(lines);
      // A clock that once ran ahead signed some that look young; one that was signed later and looks older proves more.
      if (checkpoint !== undefined && checkpoint.size >= before && checkpoint.time <= cutoffMs)
        found = { note: lines, size: checkpoint.size };
      return found === undefined;
    }),
  );
  return found;
}

/** Segments that go together: one behind the other, and none of them held. */
function toRuns(old: readonly OldSegment[]): readonly (readonly [OldSegment, ...OldSegment[]])[] {
  const runs: [OldSegment, ...OldSegment[]][] = [];
  for (const segment of old) {
    if (segment.holds.length > 0) continue;
    const run = runs.at(-1);
    if (run?.at(-1)?.number === segment.number - 1) run.push(segment);
    else runs.push([segment]);
  }
  return runs;
}

/** The proof; or why there is none. */
async function toRemoval(
  directory: string,
  run: readonly [OldSegment, ...OldSegment[]],
  tombstones: readonly Tombstone[],
): Promise<Removal | string> {
  const [begin] = run;
  const end = run.at(-1) ?? begin;
  const from = begin.first.seq;
  const to = end.last.seq;
  const { tree } = readMembers(begin.first.text);
  const before = from === 1 ? emptyRange() : Array.isArray(tree) ? parseRange(0, from - 1, tree) : undefined;
  if (before === undefined) return `segment ${begin.number} does not say what stands before it`;
  const between = to === from ? emptyRange(from) : await readNewLeaves(diskFiles, directory, { from, to: to - 1 });
  const after = between === undefined ? undefined : await readBehind(directory, { from: to, to: end.size }, tombstones);
  if (between === undefined || after === undefined) return `segments ${begin.number} to ${end.number} are not as they were written`;
  return {
    first: begin.number,
    last: end.number,
    from,
    to,
    note: end.note,
    before: printRange(before),
    firstLine: begin.first.text,
    between: printRange(between),
    lastLine: end.last.text,
    after: printRange(after),
  };
}

/** The leaves from one on up to a checkpoint; some of the records behind it may have been removed before, when these were still held. */
async function readBehind(
  directory: string,
  { from, to }: Pick<CompactRange, 'from' | 'to'>,
  tombstones: readonly Tombstone[],
): Promise<CompactRange | undefined> {
  let range = emptyRange(from);
  for (let next = tombstoneAt(tombstones, from); next !== undefined; next = tombstoneAt(tombstones, range.to))
    range = joinRanges(range, next.tree);
  if (range.to > to) return undefined;
  const rest = await readNewLeaves(diskFiles, directory, { from: range.to, to });
  return rest === undefined ? undefined : joinRanges(range, rest);
}

function tombstoneAt(tombstones: readonly Tombstone[], leaf: number): Tombstone | undefined {
  return tombstones.find(({ from }) => from === leaf + 1);
}

async function readHead(directory: string, number: number): Promise<Line | undefined> {
  let head: Line | undefined;
  await withSegment(diskFiles, directory, number, (file) =>
    readLines(file, 0, (text) => {
      const frame = parseFrame(text);
      if (frame !== undefined) head = { seq: frame.seq, time: frame.time, text };
      return false;
    }),
  );
  return head;
}
