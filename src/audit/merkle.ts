// The tree over the lines of a log: RFC 9162 §2.1, whose shape is that of RFC 6962. Leaf n is record n+1; a leaf is hashed with a zero byte before it, a
// node with a one, so that none can be taken for the other. Kept is only the compact range: the roots of the largest perfect subtrees that the leaves so
// far fall into, at most one for each bit of their number. Pure.

import { sha256 } from '../base/index.ts';

/** The root of a perfect subtree: the leaves from `start` on, 2^level of them. `start` is a multiple of their number. */
export interface Subtree {
  readonly start: number;
  readonly level: number;
  /** 32 bytes. */
  readonly hash: Uint8Array;
}

/** The leaves from `from` up to but without `to`, as the roots of their largest aligned subtrees, in order. */
export interface CompactRange {
  readonly from: number;
  to: number;
  readonly nodes: Subtree[];
}

/** The range without leaves that begins at leaf `from`. */
export function emptyRange(from = 0): CompactRange {
  return { from, to: from, nodes: [] };
}

/**
 * The range of which only the hashes were kept, in the order of `nodes`: where each stands follows from `from` and `to`. Undefined where
 * there are not as many hashes as the range has subtrees.
 */
function toRange(from: number, to: number, hashes: readonly Uint8Array[]): CompactRange | undefined {
  const nodes: Subtree[] = [];
  let start = from;
  for (const hash of hashes) {
    let level = 0;
    while (start % 2 ** (level + 1) === 0 && start + 2 ** (level + 1) <= to) level += 1;
    if (start + 2 ** level > to) return undefined;
    nodes.push({ start, level, hash });
    start += 2 ** level;
  }
  return start === to ? { from, to, nodes } : undefined;
}

/** A copy that can be added to by itself. */
export function copyRange({ from, to, nodes }: CompactRange): CompactRange {
  return { from, to, nodes: [...nodes] };
}

/** MTH({d}): the hash of one leaf. */
export function leafHash(line: string): Uint8Array {
  return sha256(`\0${line}`); // Lines are ASCII, so this is a byte for each character.
}

/** The hash of a node from those of its two children. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(1 + left.length + right.length);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 1 + left.length);
  return sha256(bytes);
}

/** Adds the next leaf. */
export function addLeaf(range: CompactRange, hash: Uint8Array): void {
  push(range, { start: range.to, level: 0, hash });
}

/** Adds the leaves behind `range`. Throws a RangeError where `next` does not begin where it ends, or is no compact range. */
export function addRange(range: CompactRange, next: CompactRange): void {
  for (const node of next.nodes) push(range, node);
  if (range.to !== next.to) throw new RangeError('the subtrees do not add up to the range');
}

/** The hashes of a range, in hex: with its two ends they say everything about it. */
export function printRange({ nodes }: CompactRange): readonly string[] {
  return nodes.map(({ hash }) => Buffer.from(hash).toString('hex'));
}

/** Reads what printRange wrote; undefined where these are not the hashes of such a range. */
export function parseRange(from: number, to: number, hashes: readonly unknown[]): CompactRange | undefined {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || to < from) return undefined;
  const read = hashes.filter((hash) => typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash));
  return read.length < hashes.length
    ? undefined
    : toRange(
        from,
        to,
        read.map((hash) => Buffer.from(String(hash), 'hex')),
      );
}

/** The two as one. Throws as addRange does. */
export function joinRanges(first: CompactRange, next: CompactRange): CompactRange {
  const sum = copyRange(first);
  addRange(sum, next);
  return sum;
}

function push(range: CompactRange, node: Subtree): void {
  if (node.start !== range.to || node.start % 2 ** node.level !== 0)
    throw new RangeError(`no subtree can stand at leaf ${node.start} here`);
  const { nodes } = range;
  let last = node;
  for (
    let left = nodes.at(-1);
    left !== undefined && left.level === last.level && left.start % 2 ** (left.level + 1) === 0;
    left = nodes.at(-1)
  ) {
    nodes.pop();
    last = { start: left.start, level: left.level + 1, hash: nodeHash(left.hash, last.hash) };
  }
  nodes.push(last);
  range.to = node.start + 2 ** node.level;
}

/** The root over all leaves; of none, the hash of nothing (RFC 9162 §2.1.1). Throws a RangeError for a range that does not begin at the first leaf. */
export function rootOf({ from, nodes }: CompactRange): Uint8Array {
  if (from !== 0) throw new RangeError('only the range from the first leaf on has a root');
  return foldNodes(nodes);
}

/** The hash over neighbouring subtrees that become smaller to the right, as those of a tree or of one part of a proof do. */
export function foldNodes(nodes: readonly Subtree[]): Uint8Array {
  const last = nodes.at(-1);
  if (last === undefined) return sha256('');
  return nodes.slice(0, -1).reduceRight((right, { hash }) => nodeHash(hash, right), last.hash);
}
