// Checks one log from its files, also while it is being written. Segments that are as they should be pass fast; any other is read line by line.

import { join } from 'node:path';
import { createChainCheck } from './chain-check.ts';
import type { ChainCheck, Finding } from './chain-check.ts';
import { createCheckpointCheck } from './checkpoint-check.ts';
import type { CheckpointCheck, KeptNote, Signed } from './checkpoint-check.ts';
import { diskFiles } from './files.ts';
import type { LogFiles } from './files.ts';
import { toSegmentName } from './format.ts';
import { listStrangers } from './log-directory.ts';
import type { LogDirectory } from './log-directory.ts';
import { createLogFacts } from './log-facts.ts';
import type { LogFacts } from './log-facts.ts';
import type { LogIdentity } from './log-identity.ts';
import { readLogParts } from './log-parts.ts';
import type { LogPart } from './log-parts.ts';
import type { LeafRun } from './leaf-run.ts';
import { emptyRange, parseRange } from './merkle.ts';
import type { CompactRange } from './merkle.ts';
import { toOrigin } from './note.ts';
import type { VerifierKey } from './note.ts';
import { passRemoved } from './pass-removed.ts';
import { isBlank } from './read-lines.ts';
import type { ReadMeter } from './read-meter.ts';
import { readMembers, toNumber } from './read-members.ts';
import { readRun } from './read-run.ts';
import type { SegmentPass, TellingLine } from './segment-pass.ts';
import { createSegmentReader } from './segment-reader.ts';
import type { SegmentReader } from './segment-reader.ts';
import { createTreeCheck } from './tree-check.ts';
import type { TreeCheck } from './tree-check.ts';
import { verifyLines } from './verify-lines.ts';
import type { SegmentLines } from './verify-lines.ts';
import { withSegment } from './with-segment.ts';

/** The state of one log. */
export interface LogReport {
  readonly slot: string;
  /** What its checkpoints are about; undefined where no head says it. */
  readonly origin: string | undefined;
  readonly ok: boolean;
  readonly segments: number;
  /** Lines read, and how many of them by kind. */
  readonly records: number;
  readonly kinds: Readonly<Record<string, number>>;
  readonly firstTime: number | undefined;
  readonly lastTime: number | undefined;
  /** Number and chain hash of the last record. */
  readonly seq: number;
  readonly chain: string;
  /** The last record that is no checkpoint itself. */
  readonly lastNews: number;
  /** Records that were removed because their time was over, each with a signature. */
  readonly removed: number;
  /** Checkpoints that hold. */
  readonly checkpoints: number;
  /** Checkpoints about a part of the log that cannot be added up any more. */
  readonly unsettled: number;
  /** The records up to here are those that were signed. */
  readonly signed: Signed | undefined;
  /** The records up to here are those that anchors noted down, and those that the keeper remembers. */
  readonly anchored: Signed | undefined;
  readonly remembered: Signed | undefined;
  /** `closed` in order; `open`: a writer is at work or was killed; `unfinished`: so, in the middle of a write. */
  readonly end: 'closed' | 'open' | 'unfinished';
  /** In the order of the log: the first is the first bad record. */
  readonly findings: readonly Finding[];
  /** What the log says of itself and a reader should know: torn writes, records it could not take, removals. */
  readonly remarks: readonly string[];
}

/** What a log is held against. */
export interface LogTrust {
  /** Undefined: signatures cannot be checked. */
  readonly keys: readonly VerifierKey[] | undefined;
  /** Notes about this log that were found outside of it. */
  readonly kept: readonly KeptNote[];
  /** Counts what is read. */
  readonly meter: ReadMeter;
}

const STRANGER = 'This is no part of the log, though it is named as one: no writer makes it, and no reader believes it.';

interface Reading {
  readonly directory: string;
  readonly files: LogFiles;
  readonly reader: SegmentReader;
  readonly chain: ChainCheck;
  readonly facts: LogFacts;
  readonly tree: TreeCheck;
  readonly checkpoints: CheckpointCheck;
}

/** Verifies one log. */
export async function verifyLog({ slot, directory, segments }: LogDirectory, identity: LogIdentity, trust: LogTrust): Promise<LogReport> {
  // Once a segment holds anything, the ones before it are final; the ones after it may begin any moment, and are left for the next time.
  const used = await dropBlank(directory, segments);
  const chain = createChainCheck();
  const facts = createLogFacts();
  const tree = createTreeCheck(async (number) => (await readRun(directory, number))?.leaves);
  const { parts, refused } = await readLogParts(directory, used, identity, trust.keys);
  const isRemoved = (seq: number): boolean =>
    parts.some((part) => part.kind === 'removed' && seq >= part.tombstone.from && seq <= part.tombstone.to);
  const checkpoints = createCheckpointCheck({ chain, tree, identity, keys: trust.keys, kept: trust.kept, isRemoved });
  const reader = createSegmentReader(directory, used, trust.keys, trust.meter.files);
  const reading: Reading = { directory, files: trust.meter.files, reader, chain, facts, tree, checkpoints };
  for (const { file, says } of refused) chain.note({ what: 'forged', file, line: 1, position: 0, seq: 0, says });

  const { end, removed } = await verifyParts(parts, reading, trust);
  chain.end();
  checkpoints.end();
  for (const { finding } of facts.torn) chain.note(finding);
  for (const file of await listStrangers(directory)) chain.note({ what: 'foreign', file, line: 1, position: 0, seq: 0, says: STRANGER });
  return {
    slot,
    origin: identity.node === undefined ? undefined : toOrigin(identity.node, identity.log),
    ok: chain.findings.length === 0,
    segments: used.length,
    records: facts.records,
    kinds: facts.kinds,
    firstTime: facts.firstTime,
    lastTime: facts.lastTime,
    ...chain.last,
    lastNews: facts.lastNews,
    removed,
    checkpoints: checkpoints.held,
    unsettled: checkpoints.unknown,
    signed: checkpoints.signed,
    anchored: checkpoints.anchored,
    remembered: checkpoints.remembered,
    end: end === 'open' && facts.closed ? 'closed' : end,
    findings: [...chain.findings].sort((a, b) => (a.file === b.file ? a.position - b.position : a.file < b.file ? -1 : 1)),
    remarks: facts.remarks,
  };
}

/** Goes over all parts in order; gives how the log ends, and how many records are gone. */
async function verifyParts(
  parts: readonly LogPart[],
  reading: Reading,
  { meter }: LogTrust,
): Promise<{ end: LogReport['end']; removed: number }> {
  const last = parts.at(-1);
  let end: LogReport['end'] = 'open';
  let removed = 0;
  try {
    for (const part of parts) {
      if (part.kind === 'removed') {
        removed += await passRemoved(part, reading);
      } else {
        const before = reading.facts.records;
        end = await verifyReadable(part.number, part === last, reading);
        meter.passed(join(reading.directory, toSegmentName(part.number)), reading.facts.records - before);
      }
    }
  } finally {
    await reading.reader.close();
  }
  return { end, removed };
}

async function dropBlank(directory: string, segments: readonly number[]): Promise<readonly number[]> {
  let count = segments.length;
  // What cannot be read is not blank: it is named where its turn comes.
  const isDropped = (number: number): Promise<boolean> => withSegment(diskFiles, directory, number, isBlank).catch(() => false);
  while (count > 0 && (await isDropped(segments[count - 1] ?? 0))) count -= 1;
  return segments.slice(0, count);
}

/** One file that cannot be read is a finding, and no reason to say nothing of the others. */
async function verifyReadable(number: number, newest: boolean, reading: Reading): Promise<LogReport['end']> {
  try {
    return await verifySegment(number, newest, reading);
  } catch (error) {
    const { chain, tree } = reading;
    const says = `This file cannot be read: ${error instanceof Error ? error.message : 'nobody knows why'}.`;
    chain.note({ what: 'foreign', file: toSegmentName(number), line: 1, position: 0, seq: chain.last.seq + 1, says });
    tree.lose();
    return 'open';
  }
}

async function verifySegment(number: number, newest: boolean, reading: Reading): Promise<LogReport['end']> {
  const { reader, chain, facts, tree, checkpoints } = reading;
  const name = toSegmentName(number);
  const pass = await reader.pass(number);
  const { end, leaves, whole, telling } =
    pass !== undefined && follows(pass, chain)
      ? takeOver(pass, facts)
      : await withSegment(reading.files, reading.directory, number, (file) => verifyLines(file, name, { chain, facts, newest }));
  checkNumber(number, telling[0], chain);
  if (leaves === undefined) tree.lose();
  else if (tree.size !== leaves.from) checkpoints.restart();
  if (leaves !== undefined && !tree.add(number, leaves, treeBefore(leaves, telling[0]))) {
    // Where a checkpoint before it did not hold, that is the same thing once more.
    if (!checkpoints.failed) chain.note(toOtherTree(name, (checkpoints.signed?.size ?? 0) + 1, leaves.from));
    checkpoints.restart();
  }
  await checkpoints.check(name, telling);
  if (!whole) tree.lose();
  return end;
}

/** A head that says of which file it is. Where anything else is wrong already, it is about the same. */
function checkNumber(number: number, head: TellingLine | undefined, chain: ChainCheck): void {
  if (head?.kind !== 'segment' || chain.findings.length > 0) return;
  const said = toNumber(readMembers(head.text)['number']);
  if (said === number) return;
  const { line, position, seq } = head;
  const says = `This is the head of segment ${said}, in the file of segment ${number}.`;
  chain.note({ what: 'foreign', file: toSegmentName(number), line, position, seq, says });
}

/** A head that was written behind other records than those that are there. */
function toOtherTree(file: string, seq: number, until: number): Finding {
  const says = `Among records ${seq} to ${until} are some that are not those that this head was written behind: it has another tree.`;
  return { what: 'rewritten', file, line: 1, position: 0, seq, until, says };
}

function follows({ leaves: { from, to }, prev, chain, chainBefore }: SegmentPass, before: ChainCheck): boolean {
  return before.skip({ from: from + 1, prev, to, chain, chainBefore });
}

function takeOver(pass: SegmentPass, facts: LogFacts): SegmentLines {
  facts.addSegment(pass);
  return { end: 'open', leaves: pass.leaves, whole: true, telling: pass.telling };
}

/** The tree over all records before these, as the head says that is the first of them. */
function treeBefore({ from }: LeafRun, head: TellingLine | undefined): CompactRange | undefined {
  if (head?.kind !== 'segment' || head.seq !== from + 1) return undefined;
  if (head.seq === 1) return emptyRange();
  const { tree } = readMembers(head.text);
  return Array.isArray(tree) ? parseRange(0, head.seq - 1, tree) : undefined;
}
