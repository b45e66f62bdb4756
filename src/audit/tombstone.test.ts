import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { addLeaf, addRange, emptyRange, leafHash, rootOf } from './merkle.ts';
import { openNote, signCheckpoint, toOrigin, toSignerName, toVerifierKey } from './note.ts';
import { openTombstone, parseTombstoneName, readTombstone, signTombstone, toTombstoneName } from './tombstone.ts';
import type { Tombstone } from './tombstone.ts';

const name = toSignerName('n1');
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const trusted = [toVerifierKey(name, publicKey)];

function rangeOf(from: number, to: number): ReturnType<typeof emptyRange> {
  const range = emptyRange(from);
  for (let leaf = from; leaf < to; leaf++) addLeaf(range, leafHash(`line ${leaf}`));
  return range;
}

const tombstone: Tombstone = {
  origin: toOrigin('n1', 'l1'),
  from: 4,
  to: 41,
  first: 2,
  last: 3,
  chain: 'ab'.repeat(32),
  prev: 'cd'.repeat(32),
  before: 1_700_000_000_000,
  time: 1_800_000_000_000,
  reason: 'kept for 190 days',
  tree: rangeOf(3, 41),
};
const note = signTombstone(tombstone, name, privateKey);

describe('a tombstone', () => {
  it('is read back by whoever has the key, and by whoever only looks', () => {
    for (const read of [openTombstone(note, trusted), readTombstone(note)]) {
      assert.deepEqual(read && { ...read, tree: undefined }, { ...tombstone, tree: undefined });
    }
  });

  it('from before the chain hash in front of it was signed is still one', () => {
    const older = signTombstone({ ...tombstone, prev: undefined }, name, privateKey);
    assert.equal(older.includes('prev'), false);
    assert.equal(openTombstone(older, trusted)?.chain, tombstone.chain);
  });

  for (let from = 0; from < 20; from++) {
    it(`gives the hashes that the tree goes on with, from leaf ${from} on`, () => {
      for (let to = from + 1; to < 40; to++) {
        const signed = signTombstone({ ...tombstone, from: from + 1, to, tree: rangeOf(from, to) }, name, privateKey);
        const whole = rangeOf(0, from);
        addRange(whole, openTombstone(signed, trusted)?.tree ?? emptyRange());
        addRange(whole, rangeOf(to, 50));
        assert.deepEqual(rootOf(whole), rootOf(rangeOf(0, 50)));
      }
    });
  }

  const changes: Readonly<Record<string, string>> = {
    'other records': note.replace('records 4 41', 'records 4 42'),
    'other segments': note.replace('segments 2 3', 'segments 2 4'),
    'another log': note.replace('n1/l1', 'n1/l2'),
    'another chain before': note.replace('cdcd', 'cdce'),
    'no chain before': note.replace(/prev .*\n/, ''),
    'another chain': note.replace('abab', 'abac'),
    'another reason': note.replace('190', '191'),
    'another hash': note.replace(/\n(.)([0-9a-f]{63})\n/, (_, first: string, rest: string) => `\n${first === 'a' ? 'b' : 'a'}${rest}\n`),
    'no signature': note.slice(0, note.indexOf('—')),
    nothing: '',
  };
  for (const [what, changed] of Object.entries(changes)) {
    it(`with ${what} was signed by nobody`, () => {
      assert.notEqual(changed, note);
      assert.equal(openTombstone(changed, trusted), undefined);
    });
  }

  it('of somebody else is none', () => {
    const other = generateKeyPairSync('ed25519');
    assert.equal(openTombstone(note, [toVerifierKey(name, other.publicKey)]), undefined);
  });

  it('can be taken for no checkpoint, nor a checkpoint for one', () => {
    const checkpoint = signCheckpoint(
      { origin: tombstone.origin, size: 41, root: rootOf(rangeOf(0, 41)), time: tombstone.time, chain: tombstone.chain },
      name,
      privateKey,
    );
    assert.equal(openNote(note, trusted), undefined);
    assert.equal(openTombstone(checkpoint, trusted), undefined);
  });

  for (const [what, wrong] of Object.entries({
    'a reason of two lines': { reason: 'a\ntree 0' },
    'hashes that are too few': { to: 60 },
    'records in the wrong order': { from: 50 },
    'segments in the wrong order': { first: 4 },
  })) {
    it(`is not signed for ${what}`, () => {
      assert.throws(() => signTombstone({ ...tombstone, ...wrong }, name, privateKey), RangeError);
    });
  }

  it('stands in a file that is named after its first segment', () => {
    assert.equal(toTombstoneName(2), '00000002.tombstone');
    assert.equal(parseTombstoneName('00000002.tombstone'), 2);
    assert.equal(parseTombstoneName('00000002.log'), undefined);
  });
});
