// What the keeper is shown before it signs a tombstone, and what it makes of it. It has no files of the log, and believes nobody: a checkpoint that it has
// signed itself fixes every hash of the tree up to there, and so the first and the last line that are to go, and that they were all written by that time.
// So nobody can have a record removed that is younger than it may be, whatever the record or anybody's clock says of its age. Pure.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { parseFrame } from './format.ts';
import { addLeaf, addRange, emptyRange, joinRanges, leafHash, parseRange, rootOf } from './merkle.ts';
import type { CompactRange } from './merkle.ts';
import { openNote } from './note.ts';
import type { VerifierKey } from './note.ts';
import { readMembers, toNumber, toText } from './read-members.ts';
import type { Tombstone } from './tombstone.ts';

/** Whole segments of one log, one behind the other, with what proves which records are in them. Plain JSON; hashes in hex (printRange). */
export interface Removal {
  /** The first and the last segment. */
  readonly first: number;
  readonly last: number;
  /** The first and the last record. */
  readonly from: number;
  readonly to: number;
  /** A checkpoint of the log over all of them, as a signed note. */
  readonly note: string;
  /** The tree before record `from`. */
  readonly before: readonly string[];
  /** Record `from` as its line stands in the file: the head of segment `first`. */
  readonly firstLine: string;
  /** The leaves between the first and the last record. */
  readonly between: readonly string[];
  /** Record `to`. */
  readonly lastLine: string;
  /** The leaves behind it that the checkpoint is over too. */
  readonly after: readonly string[];
}

/** What a removal comes to, once it is proved. */
export type ProvedRemoval = Omit<Tombstone, 'time' | 'reason'>;

/** Says which records would go and since when they have been there, or why nobody should sign that. */
export function proveRemoval(removal: Removal, trusted: readonly VerifierKey[]): Result<ProvedRemoval, string> {
  const { first, last, from, to, note, firstLine, lastLine } = removal;
  const checkpoint = openNote(note, trusted);
  if (checkpoint === undefined) return fail('the checkpoint was not signed here');
  if (![first, last, from, to].every((n) => Number.isSafeInteger(n) && n > 0) || last < first || to < from || checkpoint.size < to)
    return fail('the numbers make no sense');
  const tree = toTree(removal);
  const before = parseRange(0, from - 1, removal.before);
  const after = parseRange(to, checkpoint.size, removal.after);
  if (tree === undefined || before === undefined || after === undefined) return fail('the hashes make no tree');
  if (!Buffer.from(rootOf(joinRanges(joinRanges(before, tree), after))).equals(checkpoint.root))
    return fail('the records are not those that were signed: the log was altered');
  // From here on both lines are known to be what they were when they were signed.
  const head = readMembers(firstLine);
  if (head['kind'] !== 'segment' || toNumber(head['seq']) !== from || toNumber(head['number']) !== first)
    return fail('the first record is not the head of the first segment');
  const end = parseFrame(lastLine);
  if (end?.seq !== to) return fail('the last record has another number');
  const prev = toText(head['prev']);
  return ok({ origin: checkpoint.origin, from, to, first, last, chain: end.chain, prev, before: checkpoint.time, tree });
}

/** The leaves of the records that go. */
function toTree({ from, to, firstLine, between, lastLine }: Removal): CompactRange | undefined {
  const tree = emptyRange(from - 1);
  addLeaf(tree, leafHash(firstLine));
  if (to === from) return between.length === 0 && firstLine === lastLine ? tree : undefined;
  const inner = parseRange(from, to - 1, between);
  if (inner === undefined) return undefined;
  addRange(tree, inner);
  addLeaf(tree, leafHash(lastLine));
  return tree;
}

/** Reads a removal that came from another process. */
export function isRemoval(value: unknown): value is Removal {
  if (typeof value !== 'object' || value === null) return false;
  const members = value as Readonly<Record<string, unknown>>;
  return (
    ['first', 'last', 'from', 'to'].every((name) => typeof members[name] === 'number') &&
    ['note', 'firstLine', 'lastLine'].every((name) => typeof members[name] === 'string') &&
    ['before', 'between', 'after'].every((name) => Array.isArray(members[name]))
  );
}
