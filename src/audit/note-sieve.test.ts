import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createNoteSieve, SIEVED_NOTES } from './note-sieve.ts';
import type { SievedNote } from './note-sieve.ts';

interface Run {
  readonly kept: readonly SievedNote[];
  /** How often a signature was looked at. */
  readonly checks: number;
}

function sieve(notes: readonly SievedNote[]): Run {
  let checks = 0;
  const all = createNoteSieve<SievedNote>(({ text }) => {
    checks += 1;
    return !text.startsWith('bad');
  });
  for (const note of notes) all.take(note);
  return { kept: all.finish(), checks };
}

const good = (size: number): SievedNote => ({ text: `good ${size}`, size });
const bad = (size: number): SievedNote => ({ text: `bad ${size}`, size });
const upTo = (count: number, make: (size: number) => SievedNote): SievedNote[] => Array.from({ length: count }, (_, at) => make(at + 1));

describe('the notes of a log that are chosen', () => {
  for (const count of [1, 2, SIEVED_NOTES, 2 * SIEVED_NOTES + 1, 50_000, 50_001]) {
    it(`are of ${count} the newest, and others spread over all of them`, () => {
      const { kept, checks } = sieve(upTo(count, good));
      assert.ok(kept.length <= 2 * SIEVED_NOTES && kept.length >= Math.min(count, SIEVED_NOTES));
      assert.equal(kept.at(-1)?.size, count);
      const steps = kept.map(({ size }, at) => size - (kept[at - 1]?.size ?? 0));
      assert.ok(Math.max(...steps) <= Math.ceil((4 * count) / SIEVED_NOTES));
      assert.ok(checks <= 10 * SIEVED_NOTES);
    });
  }

  it('are the same, however many somebody has invented behind them or among them', () => {
    const written = upTo(5_000, good);
    const { kept } = sieve(written);
    assert.deepEqual(sieve([...written, ...upTo(20_000, (size) => bad(size + 1e9))]).kept.at(-1), kept.at(-1));
    const mixed = sieve(written.flatMap((note) => [bad(note.size + 1e9), note, bad(note.size + 2e9)])).kept;
    assert.ok(mixed.length >= SIEVED_NOTES);
    assert.equal(mixed.at(-1)?.size, 5_000);
  });

  it('are the same, however often one is added once more', () => {
    const written = upTo(700, good);
    assert.deepEqual(sieve([...written, ...Array.from({ length: 9_000 }, () => good(1))]).kept, written);
  });
});
