import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { sha256, sha256Hex } from '../base/index.ts';
import { addLeaf, addRange, copyRange, emptyRange, leafHash, nodeHash, rootOf } from './merkle.ts';
import type { CompactRange } from './merkle.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The roots over the first n of the leaves that RFC 6962's reference implementation is tested with. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** MTH of RFC 9162 §2.1.1, as it is written there. */
function rootByTheBook(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return sha256('');
  if (leaves.length === 1) return first;
  const half = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return nodeHash(rootByTheBook(leaves.slice(0, half)), rootByTheBook(leaves.slice(half)));
}

const leavesUpTo = (count: number): Uint8Array[] => Array.from({ length: count }, (_, at) => leafHash(`record ${at}`));

function rangeOf(leaves: readonly Uint8Array[], from = 0): CompactRange {
  const range = emptyRange(from);
  for (const leaf of leaves) addLeaf(range, leaf);
  return range;
}

describe('the tree over a log', () => {
  it('is that of RFC 6962', () => {
    assert.equal(hex(rootOf(emptyRange())), sha256Hex(''));
    const range = emptyRange();
    for (const [at, leaf] of LEAVES.entries()) {
      addLeaf(range, sha256(Buffer.concat([Buffer.of(0), Buffer.from(leaf, 'hex')])));
      assert.equal(hex(rootOf(range)), ROOTS[at]);
    }
  });

  it('is the one by the book, whatever its size', () => {
    for (let size = 0; size < 200; size++) {
      const leaves = leavesUpTo(size);
      assert.equal(hex(rootOf(rangeOf(leaves))), hex(rootByTheBook(leaves)));
    }
  });

  it('comes out the same in pieces', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), (a, b) => {
        const leaves = leavesUpTo(a + b);
        const range = rangeOf(leaves.slice(0, a));
        const before = copyRange(range);
        addRange(range, rangeOf(leaves.slice(a), a));
        assert.equal(hex(rootOf(range)), hex(rootOf(rangeOf(leaves))));
        assert.equal(hex(rootOf(before)), hex(rootOf(rangeOf(leaves.slice(0, a)))));
        assert.ok(range.nodes.length <= Math.log2(a + b + 1) + 1);
      }),
    );
  });

  it('takes no range that does not fit', () => {
    const leaves = leavesUpTo(12);
    assert.throws(() => addRange(rangeOf(leaves.slice(0, 4)), rangeOf(leaves.slice(5), 5)), RangeError);
    assert.throws(() => addRange(rangeOf(leaves.slice(0, 4)), { ...rangeOf(leaves.slice(4), 4), to: 13 }), RangeError);
    assert.throws(
      () => addRange(rangeOf(leaves.slice(0, 3)), { from: 3, to: 5, nodes: [{ start: 3, level: 1, hash: leafHash('x') }] }),
      RangeError,
    );
    assert.throws(() => rootOf(rangeOf(leaves, 4)), RangeError);
  });
});
