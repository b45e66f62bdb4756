import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addLeaf, emptyRange, leafHash, parseRange, printRange } from './merkle.ts';
import { createTreeBuilder } from './tree-builder.ts';

test('it adds up to the same range as leaf by leaf, wherever it begins and ends', () => {
  for (let from = 0; from < 40; from++) {
    const builder = createTreeBuilder(from);
    const plain = emptyRange(from);
    for (let leaf = from; leaf < from + 70; leaf++) {
      assert.deepEqual(asText(builder.range()), asText(plain));
      const line = `{"seq":${leaf + 1}}`;
      if (leaf % 2 === 0) builder.add(line);
      else builder.addBytes(Buffer.from(`\0${line}`));
      addLeaf(plain, leafHash(line));
      assert.equal(builder.to, leaf + 1);
    }
  }
});

test('a range is the same after it was written down', () => {
  for (const [from, to] of [
    [0, 0],
    [0, 1],
    [0, 77],
    [5, 64],
    [64, 96],
    [2 ** 40 + 3, 2 ** 40 + 9],
  ] as const) {
    const builder = createTreeBuilder(from);
    for (let leaf = from; leaf < to; leaf++) builder.add(String(leaf));
    const range = builder.range();
    const read = parseRange(from, to, printRange(range));
    assert.ok(read);
    assert.deepEqual(asText(read), asText(range));
  }
});

test('what is no range is not read', () => {
  const hash = 'a'.repeat(64);
  assert.equal(parseRange(0, 3, [hash]), undefined, 'a hash is missing');
  assert.equal(parseRange(0, 2, [hash, hash]), undefined, 'one is too many');
  assert.equal(parseRange(0, 1, ['A'.repeat(64)]), undefined);
  assert.equal(parseRange(3, 2, []), undefined);
  assert.equal(parseRange(-1, 0, [hash]), undefined);
  assert.equal(parseRange(0, Number.POSITIVE_INFINITY, [hash]), undefined);
});

function asText({ from, to, nodes }: ReturnType<typeof emptyRange>): unknown {
  return { from, to, nodes: nodes.map(({ start, level, hash }) => [start, level, Buffer.from(hash).toString('hex')]) };
}
