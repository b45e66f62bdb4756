// Makes proofs from the files of a log: that a record is in it as it was signed, and that it goes on from what was signed before. Nothing that it reads needs
// to be trusted: a proof that comes out of changed files does not check.

import { join } from 'node:path';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { checkProof, printProof } from './check-proof.ts';
import type { Proof } from './check-proof.ts';
import { LAST_CHECKPOINT_FILE } from './checkpoint-files.ts';
import { noteOf } from './checkpoint-record.ts';
import { diskFiles } from './files.ts';
import { continueRange, extendRange } from './leaf-run.ts';
import type { LogDirectory } from './log-directory.ts';
import { isAbout, readIdentity } from './log-identity.ts';
import { emptyRange, foldNodes, parseRange } from './merkle.ts';
import type { CompactRange } from './merkle.ts';
import { openNote } from './note.ts';
import type { Checkpoint, VerifierKey } from './note.ts';
import { consistencySpans, inclusionSpans } from './proof.ts';
import type { Span } from './proof.ts';
import { readLines } from './read-lines.ts';
import { readMembers, toNumber } from './read-members.ts';
import { readRun } from './read-run.ts';
import type { SegmentRun } from './read-run.ts';
import { readSmallFile } from './small-file.ts';
import { withSegment } from './with-segment.ts';

/** A note, and what it says. */
export interface SignedNote {
  readonly note: string;
  readonly checkpoint: Checkpoint;
}

/** What proofs about a log are made of. */
export interface ProveOptions {
  readonly keys: readonly VerifierKey[];
  /** The checkpoint that the proof leads to; undefined: the first that covers the record, or the newest there is. */
  readonly to?: SignedNote | undefined;
}

type Members = Readonly<Record<string, unknown>>;

/** Proves that record `seq` is in the log. */
export async function proveInclusion(log: LogDirectory, seq: number, { keys, to }: ProveOptions): Promise<Result<Proof, string>> {
  const source = await openSource(log, keys, seq - 1);
  if (source === undefined) return fail(`Record ${seq} is not in ${log.slot}.`);
  const found = to ?? (await source.firstNote(seq));
  if (found === undefined) return fail(`No checkpoint of ${log.slot} is over record ${seq} yet.`);
  if (found.checkpoint.size < seq) return fail(`The checkpoint is over ${found.checkpoint.size} records, and not over record ${seq}.`);
  const record = await readRecord(log, seq);
  const path = await source.hash(inclusionSpans(seq - 1, found.checkpoint.size));
  if (record === undefined || path === undefined) return fail(`Not all of the records up to ${found.checkpoint.size} are in ${log.slot}.`);
  return checked({ kind: 'inclusion', seq, record, path, checkpoint: found.note }, keys);
}

/** Proves that the log goes on from what `from` is about. */
export async function proveConsistency(log: LogDirectory, from: SignedNote, { keys, to }: ProveOptions): Promise<Result<Proof, string>> {
  const newest = to ?? (await newestNote(log, keys));
  if (newest === undefined) return fail(`No checkpoint of ${log.slot} can be found.`);
  const { size } = from.checkpoint;
  if (size === 0 || newest.checkpoint.size < size)
    return fail(`The newest checkpoint is over ${newest.checkpoint.size} records, the older one over ${size}.`);
  const source = await openSource(log, keys, size - 1);
  const path = await source?.hash(consistencySpans(size, newest.checkpoint.size));
  if (path === undefined) return fail(`Not all of the records up to ${newest.checkpoint.size} are in ${log.slot}.`);
  return checked({ kind: 'consistency', from: from.note, to: newest.note, path }, keys);
}

/** The newest note about this log in a list of notes; undefined where there is none that is signed. */
export async function newestOf(log: LogDirectory, notes: readonly string[], keys: readonly VerifierKey[]): Promise<SignedNote | undefined> {
  const identity = await readIdentity(log);
  let newest: SignedNote | undefined;
  for (const note of notes) {
    const checkpoint = openNote(note, keys);
    if (checkpoint === undefined || identity === undefined || !isAbout(identity, checkpoint.origin)) continue;
    if (newest === undefined || checkpoint.size > newest.checkpoint.size) newest = { note, checkpoint };
  }
  return newest;
}

/** What was signed last, as it lies beside the log or stands in it. */
async function newestNote(log: LogDirectory, keys: readonly VerifierKey[]): Promise<SignedNote | undefined> {
  const beside = await readSmallFile(join(log.directory, LAST_CHECKPOINT_FILE));
  const notes = beside === undefined ? [] : [beside];
  for (const number of [...log.segments].reverse()) {
    const run = await readRun(log.directory, number);
    if (run !== undefined) notes.push(...notesOf(run));
    const newest = await newestOf(log, notes, keys);
    if (newest !== undefined) return newest;
  }
  return undefined;
}

/** A proof that does not check is none: then the files are not what was signed. */
function checked(proof: Proof, keys: readonly VerifierKey[]): Result<Proof, string> {
  const result = checkProof(printProof(proof), keys);
  return result.ok ? ok(proof) : fail(`${result.error} 'sallyport audit verify' says where the record was changed.`);
}

/** The leaves of a log from one on. */
interface LeafSource {
  firstNote(seq: number): Promise<SignedNote | undefined>;
  /** The roots of these spans; undefined where leaves are missing. */
  hash(spans: readonly Span[]): Promise<readonly Uint8Array[] | undefined>;
}

/** Begins with the segment that has the leaf: what is before it, its head says. */
async function openSource(log: LogDirectory, keys: readonly VerifierKey[], leaf: number): Promise<LeafSource | undefined> {
  const start = await findStart(log, leaf);
  if (start === undefined) return undefined;
  const { before } = start;
  async function* runs(): AsyncGenerator<SegmentRun, void, undefined> {
    for (const number of log.segments.slice(start?.at)) {
      const run = await readRun(log.directory, number);
      if (run === undefined) return;
      yield run;
    }
  }
  return {
    async firstNote(seq) {
      for await (const run of runs()) {
        const covering = notesOf(run).map((note) => ({ note, checkpoint: openNote(note, keys) }));
        for (const { note, checkpoint } of covering) if (checkpoint !== undefined && checkpoint.size >= seq) return { note, checkpoint };
      }
      const newest = await newestNote(log, keys);
      return newest !== undefined && newest.checkpoint.size >= seq ? newest : undefined;
    },
    async hash(spans) {
      const parts = spans.map((span) => ({ span, range: partOf(before, span) }));
      for await (const { leaves } of runs()) {
        for (const part of parts) {
          const { range, span } = part;
          if (range === undefined || range.to >= span.to || range.to < leaves.from || range.to >= leaves.to) continue;
          const to = Math.min(span.to, leaves.to);
          part.range = range.to === leaves.from ? extendRange(range, leaves, to) : continueRange(range, leaves, to);
        }
        if (parts.every(({ span, range }) => range?.to === span.to)) break;
      }
      const hashes = parts.map(({ span, range }) => (range?.to === span.to ? foldNodes(range.nodes) : undefined));
      return hashes.every((hash) => hash !== undefined) ? hashes : undefined;
    },
  };
}

/** What a range has of a span already. What lies left of a leaf on its path begins at one of the range's subtrees, or behind all of them. */
function partOf(before: CompactRange, { from, to }: Span): CompactRange | undefined {
  const nodes = before.nodes.filter(({ start, level }) => start >= from && start + 2 ** level <= to);
  const end = nodes.reduce((at, { level }) => at + 2 ** level, from);
  return end === Math.max(from, Math.min(to, before.to)) ? { from, to: end, nodes } : undefined;
}

/** The newest segment that begins at the leaf or before it, and whose head says what stands before; by its place in the list. */
async function findStart({ directory, segments }: LogDirectory, leaf: number): Promise<{ at: number; before: CompactRange } | undefined> {
  for (let at = segments.length - 1; at >= 0; at--) {
    const head = await readHead(directory, segments[at] ?? 0);
    const from = toNumber(head['seq']) - 1;
    if (head['kind'] !== 'segment' || from < 0 || from > leaf) continue;
    const tree = head['tree'];
    const before = from === 0 ? emptyRange() : Array.isArray(tree) ? parseRange(0, from, tree) : undefined;
    if (before !== undefined) return { at, before };
  }
  return undefined;
}

async function readHead(directory: string, number: number): Promise<Members> {
  let head: Members = {};
  await withSegment(diskFiles, directory, number, (file) =>
    readLines(file, 0, (line) => {
      head = readMembers(line);
      return false;
    }),
  );
  return head;
}

async function readRecord({ directory, segments }: LogDirectory, seq: number): Promise<string | undefined> {
  for (const number of [...segments].reverse()) {
    const first = toNumber((await readHead(directory, number))['seq']);
    if (first === 0 || first > seq) continue;
    let record: string | undefined;
    await withSegment(diskFiles, directory, number, (file) =>
      readLines(file, 0, (line) => {
        if (line.startsWith(`{"v":1,"seq":${seq},`)) record = line;
        return record === undefined;
      }),
    );
    return record;
  }
  return undefined;
}

function notesOf({ telling }: SegmentRun): readonly string[] {
  return telling.filter(({ kind }) => kind === 'checkpoint').map(({ text }) => noteOf(text));
}
