// What a writer of a log and the signer of its checkpoints say to each other. The signer keeps a tree of its own, and only takes what goes on where that
// ends; so that it need not believe the writer, it is told what both should have come to.

import { printRange, rootOf } from './merkle.ts';
import type { CompactRange } from './merkle.ts';

/** Asks for a signature over records 1 to `to`. */
export interface CheckpointAsk {
  /** Random name of the log. */
  readonly log: string;
  /** The leaves that the signer does not have yet, as merkle.ts prints a range. */
  readonly from: number;
  readonly to: number;
  readonly nodes: readonly string[];
  /** The root over all of them, as the writer has it, in hex. */
  readonly root: string;
  /** Chain hash of record `to`. */
  readonly chain: string;
}

/** What comes of it. */
export type CheckpointAnswer =
  | { readonly kind: 'signed'; readonly note: string }
  /** The signer's tree ends at another record: it has to be asked from there on. */
  | { readonly kind: 'elsewhere'; readonly size: number }
  | CheckpointDispute;

/**
 * The log is not the one that was signed up to record `size` at `time`: it has fewer records (`shorter`), or others (`different`), or is signed
 * for somebody else (`foreign`).
 */
export interface CheckpointDispute {
  readonly kind: 'disputed';
  readonly why: 'shorter' | 'different' | 'foreign';
  readonly size: number;
  readonly time: number;
}

/** Asks the signer; rejects when it does not answer. */
export type AskForCheckpoint = (ask: CheckpointAsk) => Promise<CheckpointAnswer>;

/** A log as it is on disk at a moment. */
export interface SignableLog {
  readonly name: string;
  /** The tree over all of it. */
  readonly whole: CompactRange;
  /** Chain hash of the last record. */
  readonly chain: string;
  /** Reads leaves from its files; undefined where they are not all there. */
  readonly readLeaves: (range: Pick<CompactRange, 'from' | 'to'>) => Promise<CompactRange | undefined>;
}

/** Has a log signed. `unsigned`: the leaves that the signer should be missing; where it is missing others, they are read. */
export async function requestCheckpoint(
  ask: AskForCheckpoint,
  { name, whole, chain, readLeaves }: SignableLog,
  unsigned: CompactRange,
): Promise<Exclude<CheckpointAnswer, { readonly kind: 'elsewhere' }>> {
  const root = Buffer.from(rootOf(whole)).toString('hex');
  const askFor = (range: CompactRange): Promise<CheckpointAnswer> =>
    ask({ log: name, from: range.from, to: range.to, nodes: printRange(range), root, chain });
  const answer = await askFor(unsigned);
  if (answer.kind !== 'elsewhere') return answer;
  const missing = answer.size === 0 ? whole : await readLeaves({ from: answer.size, to: whole.to });
  if (missing === undefined) throw new Error(`the records after ${answer.size}, the last that was signed, cannot be read`);
  const last = await askFor(missing);
  if (last.kind === 'elsewhere') throw new Error('something else had the log signed just now');
  return last;
}

/** Whether this can be the name of a log. It becomes the name of a file. */
export function isLogName(name: string): boolean {
  return /^[0-9a-f]{16}$/.test(name);
}

/** Reads an ask that came from another process; undefined for anything else. */
export function parseCheckpointAsk(fields: Readonly<Record<string, unknown>>): CheckpointAsk | undefined {
  const { log, from, to, nodes, root, chain } = fields;
  if (typeof log !== 'string' || !isLogName(log) || !isSize(from) || !isSize(to) || to === 0 || from > to) return undefined;
  if (!Array.isArray(nodes) || !isHash(root) || !isHash(chain)) return undefined;
  const hashes: readonly unknown[] = nodes;
  return { log, from, to, nodes: hashes.filter((node) => typeof node === 'string'), root, chain };
}

/** Reads an answer; undefined for anything else. */
export function parseCheckpointAnswer(fields: Readonly<Record<string, unknown>>): CheckpointAnswer | undefined {
  const { kind, note, size, time, why } = fields;
  if (kind === 'signed') return typeof note === 'string' ? { kind, note } : undefined;
  if (!isSize(size)) return undefined;
  if (kind === 'elsewhere') return { kind, size };
  if (kind !== 'disputed' || typeof time !== 'number') return undefined;
  return why === 'shorter' || why === 'different' || why === 'foreign' ? { kind, why, size, time } : undefined;
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}
