import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { sha256 } from '../base/index.ts';
import { leafHash, nodeHash } from './merkle.ts';
import { consistencySpans, inclusionSpans, isConsistent, isIncluded } from './proof.ts';
import type { Span } from './proof.ts';

/** MTH of RFC 9162 §2.1.1, as it is written there. */
function rootByTheBook(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return sha256('');
  if (leaves.length === 1) return first;
  const half = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return nodeHash(rootByTheBook(leaves.slice(0, half)), rootByTheBook(leaves.slice(half)));
}

const leavesUpTo = (count: number): readonly Uint8Array[] => Array.from({ length: count }, (_, at) => leafHash(`record ${at}`));
const hashSpans = (leaves: readonly Uint8Array[], spans: readonly Span[]): readonly Uint8Array[] =>
  spans.map(({ from, to }) => rootByTheBook(leaves.slice(from, to)));
const text = ({ from, to }: Span): string => `${from}-${to}`;

const MOST = 70;
const leaves = leavesUpTo(MOST);
const roots = Array.from({ length: MOST + 1 }, (_, size) => rootByTheBook(leaves.slice(0, size)));
const rootOver = (size: number): Uint8Array => roots[size] ?? Buffer.alloc(0);
const leafAt = (index: number): Uint8Array => leaves[index] ?? Buffer.alloc(0);
const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte, at) => (at === 7 ? byte ^ 1 : byte));

describe('proofs', () => {
  it('are those of the examples in RFC 9162 §2.1.5', () => {
    assert.deepEqual(inclusionSpans(0, 7).map(text), ['1-2', '2-4', '4-7']);
    assert.deepEqual(inclusionSpans(3, 7).map(text), ['2-3', '0-2', '4-7']);
    assert.deepEqual(inclusionSpans(4, 7).map(text), ['5-6', '6-7', '0-4']);
    assert.deepEqual(inclusionSpans(6, 7).map(text), ['4-6', '0-4']);
    assert.deepEqual(consistencySpans(3, 7).map(text), ['2-3', '3-4', '0-2', '4-7']);
    assert.deepEqual(consistencySpans(4, 7).map(text), ['4-7']);
    assert.deepEqual(consistencySpans(6, 7).map(text), ['4-6', '6-7', '0-4']);
  });

  it('hold for every record of every log, and for nothing else', () => {
    for (let size = 1; size <= MOST; size++) {
      for (let index = 0; index < size; index++) {
        const path = hashSpans(leaves, inclusionSpans(index, size));
        assert.ok(isIncluded(leafAt(index), index, size, path, rootOver(size)));
        assert.ok(!isIncluded(flip(leafAt(index)), index, size, path, rootOver(size)));
        assert.ok(!isIncluded(leafAt(index), index, size, path, flip(rootOver(size))));
        assert.ok(!isIncluded(leafAt(index), index, size, [...path, leafAt(0)], rootOver(size)));
        if (path.length > 0) assert.ok(!isIncluded(leafAt(index), index, size, path.slice(1), rootOver(size)));
        if (index + 1 < size) assert.ok(!isIncluded(leafAt(index), index + 1, size, path, rootOver(size)));
      }
    }
  });

  it('show that each log is the beginning of each longer one, and of no other', () => {
    for (let size = 1; size <= MOST; size++) {
      for (let first = 1; first <= size; first++) {
        const path = hashSpans(leaves, consistencySpans(first, size));
        const older = { size: first, root: rootOver(first) };
        const newer = { size, root: rootOver(size) };
        assert.ok(isConsistent(older, newer, path));
        assert.ok(!isConsistent({ ...older, root: flip(older.root) }, newer, path));
        assert.ok(!isConsistent(older, { ...newer, root: flip(newer.root) }, path));
        assert.ok(!isConsistent(older, newer, [...path, leafAt(0)]));
        if (path.length > 0) assert.ok(!isConsistent(older, newer, path.slice(0, -1)));
      }
    }
  });

  it('do not hold with any hash of the path changed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: MOST }), fc.nat(), fc.nat(), (size, a, b) => {
        const index = a % size;
        const path = hashSpans(leaves, inclusionSpans(index, size));
        const changed = path.map((part, at) => (at === b % path.length ? flip(part) : part));
        assert.ok(!isIncluded(leafAt(index), index, size, changed, rootOver(size)));
        const first = 1 + (a % (size - 1));
        const proof = hashSpans(leaves, consistencySpans(first, size));
        const forged = proof.map((part, at) => (at === b % proof.length ? flip(part) : part));
        assert.ok(!isConsistent({ size: first, root: rootOver(first) }, { size, root: rootOver(size) }, forged));
      }),
    );
  });

  it('are refused where the numbers make no sense', () => {
    for (const [index, size] of [
      [-1, 3],
      [3, 3],
      [0, 0],
      [0.5, 3],
      [0, Number.NaN],
      [Number.MAX_SAFE_INTEGER + 1, Infinity],
    ] as const) {
      assert.throws(() => inclusionSpans(index, size), RangeError);
      assert.throws(() => consistencySpans(index + 1, size), RangeError);
      assert.equal(isIncluded(leafAt(0), index, size, [], rootOver(1)), false);
      assert.equal(isConsistent({ size: index + 1, root: rootOver(1) }, { size, root: rootOver(1) }, []), false);
    }
    assert.equal(isConsistent({ size: 3, root: rootOver(3) }, { size: 5, root: rootOver(5) }, []), false);
  });

  it('reach beyond 32 bits', () => {
    const size = 2 ** 40 + 1;
    assert.deepEqual(inclusionSpans(2 ** 40, size).map(text), [`0-${2 ** 40}`]);
    assert.ok(isIncluded(leafAt(1), 2 ** 40, size, [leafAt(0)], nodeHash(leafAt(0), leafAt(1))));
  });
});
