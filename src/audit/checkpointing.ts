// What a writer of a log and the signer of its checkpoints say to each other. The signer keeps a tree of its own, and only takes what goes on where that
// ends; so that it need not believe the writer, it is told what both should have come to.

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
