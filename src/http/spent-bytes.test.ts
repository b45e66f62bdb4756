import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { SpentBytes } from './spent-bytes.ts';

const KIB = 1024;

function piecesOf(block: ArrayBuffer, ...lengths: readonly number[]): readonly Uint8Array[] {
  let at = 0;
  return lengths.map((length) => new Uint8Array(block, (at += length) - length, length));
}

function spentBytes(): { readonly spent: SpentBytes; readonly written: () => number } {
  let count = 0;
  return { spent: new SpentBytes(() => (count += 1)), written: () => count };
}

describe('memory of what is passed on', () => {
  test('is given back when the last piece of its block is written, and not before', () => {
    const { spent, written } = spentBytes();
    const block = new ArrayBuffer(64 * KIB);
    const added = piecesOf(block, 16 * KIB, 16 * KIB, 1, 32 * KIB - 1).map((piece) => spent.add(piece));
    assert.deepEqual(added, [false, false, false, true]);
    assert.equal(block.byteLength, 64 * KIB);
    spent.onWritten(null);
    assert.equal(block.detached, true);
    assert.equal(written(), 1);
  });

  test('each by itself, in their order', () => {
    const { spent } = spentBytes();
    const blocks = [8, 16, 32].map((kib) => new ArrayBuffer(kib * KIB));
    for (const block of blocks) assert.equal(spent.add(new Uint8Array(block)), true);
    spent.onWritten();
    assert.deepEqual(
      blocks.map(({ detached }) => detached),
      [true, false, false],
    );
    spent.onWritten();
    spent.onWritten();
    assert.ok(blocks.every(({ detached }) => detached));
  });

  test('stays where somebody else may have a part of it', () => {
    const { spent } = spentBytes();
    const block = new ArrayBuffer(64 * KIB);
    const [head, first, second] = piecesOf(block, 100, 16 * KIB, 48 * KIB - 100);
    assert.ok(head !== undefined && first !== undefined && second !== undefined);
    // The beginning was read by another.
    assert.equal(spent.add(first), false);
    assert.equal(spent.add(second), false);
    // A piece is missing, or another's stands between.
    assert.equal(spent.add(head), false);
    assert.equal(spent.add(second), false);
    assert.equal(spent.add(head), false);
    assert.equal(spent.add(new Uint8Array(64)), false);
    assert.equal(spent.add(first), false);
    assert.equal(spent.add(second), false);
    assert.equal(spent.add(Buffer.from('small ones come out of a block for all')), false);
  });

  test('stays once a write has failed: the system may still read it', () => {
    const { spent, written } = spentBytes();
    const blocks = [new ArrayBuffer(8 * KIB), new ArrayBuffer(8 * KIB), new ArrayBuffer(8 * KIB)];
    for (const block of blocks) spent.add(new Uint8Array(block));
    spent.onWritten(new Error('the connection is gone'));
    spent.onWritten(null);
    spent.onWritten(null);
    assert.ok(blocks.every(({ detached }) => !detached));
    assert.equal(written(), 3);
  });
});
