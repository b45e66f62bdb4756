// Records whose time was over: a signed tombstone stands for them, for exactly those and for no others, and the rest of the log is checked as before.

import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { segmentFiles } from './log.fixture.ts';
import { listLogs } from './log-directory.ts';
import { addLeaf, emptyRange, leafHash } from './merkle.ts';
import { readNote } from './note.ts';
import { proveInclusion } from './prove.ts';
import { createSigner, readAllLines, recompute, signedLog, writeAllLines } from './signed-log.fixture.ts';
import type { SignedLogFixture, Signer } from './signed-log.fixture.ts';
import { signTombstone, toTombstoneName } from './tombstone.ts';
import { verifyLogs } from './verify.ts';
import type { LogReport } from './verify-log.ts';

const TIME = 1_800_000_000_000;

/** Puts the tombstone for segments `first` to `last` beside them; gives the last record that it stands for. */
function layTombstone(log: SignedLogFixture, first: number, last: number, signer: Signer = log.signer): { from: number; to: number } {
  const segments = readAllLines(log.folder);
  const before = segments.slice(0, first - 1).flat().length;
  const lines = segments.slice(first - 1, last).flat();
  const tree = emptyRange(before);
  for (const line of lines) addLeaf(tree, leafHash(line));
  const chain = /"chain":"([0-9a-f]{64})"\}$/.exec(lines.at(-1) ?? '')?.[1] ?? '';
  const prev = /"prev":"([0-9a-f]{64})"/.exec(lines[0] ?? '')?.[1];
  const span = { from: before + 1, to: before + lines.length };
  const tombstone = {
    origin: log.origin,
    ...span,
    first,
    last,
    chain,
    prev,
    before: TIME,
    time: TIME + 1,
    reason: 'kept for 190 days',
    tree,
  };
  writeFileSync(join(log.folder, toTombstoneName(first)), signTombstone(tombstone, signer.key.name, signer.secret));
  return span;
}

function remove(log: SignedLogFixture, ...numbers: readonly number[]): void {
  for (const number of numbers)
    rmSync(join(log.folder, segmentFiles(log.folder).find((name) => Number.parseInt(name, 10) === number) ?? ''));
}

async function verified({ folder, signer }: SignedLogFixture): Promise<LogReport> {
  const [report] = (await verifyLogs(folder, { keys: [signer.key] })).logs;
  assert.ok(report !== undefined);
  return report;
}

const named = ({ findings }: LogReport) => findings.map(({ what, seq }) => [what, seq]);

describe('records that were removed under a tombstone', () => {
  for (const [name, first, last] of [
    ['from the beginning', 1, 1],
    ['several segments', 1, 2],
    ['in the middle', 2, 2],
  ] as const) {
    it(`${name}: the rest holds, with the checkpoints over it`, async (t) => {
      const log = await signedLog(t, { calls: 80 });
      const { from, to } = layTombstone(log, first, last);
      remove(log, ...[1, 2].filter((number) => number >= first && number <= last));
      const report = await verified(log);
      assert.deepEqual(named(report), []);
      assert.equal(report.removed, to - from + 1);
      assert.equal(report.signed?.size, readNote(log.notes.at(-1) ?? '')?.size);
      assert.match(
        report.remarks.join('\n'),
        new RegExp(`Records ${from} to ${to}, none younger than .* were removed at .*: kept for 190 days`),
      );
    });
  }

  it('count as they stand until the first file is gone, and are passed over from then on', async (t) => {
    const log = await signedLog(t, { calls: 80 });
    layTombstone(log, 1, 2);
    assert.deepEqual(await verified(log).then(({ ok, removed }) => ({ ok, removed })), { ok: true, removed: 0 });
    remove(log, 1);
    assert.deepEqual(named(await verified(log)), []);
    assert.ok((await verified(log)).removed > 0);
  });

  it('can follow each other', async (t) => {
    const log = await signedLog(t, { calls: 80 });
    layTombstone(log, 1, 1);
    const second = layTombstone(log, 2, 2);
    remove(log, 1, 2);
    const report = await verified(log);
    assert.deepEqual(named(report), []);
    assert.equal(report.removed, second.to);
  });

  it('do not hide what was changed behind them', async (t) => {
    const log = await signedLog(t, { calls: 80 });
    const whole = readAllLines(log.folder);
    const { to } = layTombstone(log, 1, 1);
    const at = whole[1]?.findIndex((line, place) => place > 2 && line.includes('laptop')) ?? -1;
    const altered = whole.map((lines) => [...lines]);
    altered[1]?.splice(at, 1, whole[1]?.[at]?.replace('laptop', 'Laptop') ?? '');
    writeAllLines(log.folder, altered);
    remove(log, 1);
    assert.deepEqual(named(await verified(log)), [['altered', to + at + 1]]);
  });

  it('do not hide that what is behind them was rewritten', async (t) => {
    const log = await signedLog(t, { calls: 80 });
    const whole = readAllLines(log.folder);
    const { to } = layTombstone(log, 1, 1);
    const at = whole[1]?.findIndex((line, place) => place > 2 && line.includes('laptop')) ?? -1;
    const altered = whole.map((lines) => [...lines]);
    altered[1]?.splice(at, 1, whole[1]?.[at]?.replace('laptop', 'Laptop') ?? '');
    writeAllLines(log.folder, recompute(altered));
    remove(log, 1);
    const [finding] = (await verified(log)).findings;
    assert.equal(finding?.what, 'rewritten');
    assert.ok((finding?.seq ?? 0) <= to + at + 1 && (finding?.until ?? 0) >= to + at + 1);
  });

  it('leave what is left provable', async (t) => {
    const log = await signedLog(t, { calls: 80 });
    const { to } = layTombstone(log, 1, 1);
    remove(log, 1);
    const [directory] = await listLogs(log.folder);
    assert.ok(directory !== undefined);
    assert.equal((await proveInclusion(directory, to + 5, { keys: [log.signer.key] })).ok, true);
    assert.equal((await proveInclusion(directory, to - 5, { keys: [log.signer.key] })).ok, false);
  });
});

describe('a tombstone that does not count', () => {
  it('is one that nobody who is trusted signed: the records are missing', async (t) => {
    const log = await signedLog(t, { calls: 80 });
    layTombstone(log, 1, 1, createSigner());
    remove(log, 1);
    assert.deepEqual(
      named(await verified(log)).toSorted(([a = ''], [b = '']) => String(a).localeCompare(String(b))),
      [
        ['forged', 0],
        ['missing', 1],
      ],
    );
  });

  it('is one of another log', async (t) => {
    const log = await signedLog(t, { calls: 80 });
    const other = await signedLog(t, { calls: 80, signer: log.signer });
    layTombstone(other, 1, 1);
    writeFileSync(join(log.folder, toTombstoneName(1)), readFileSync(join(other.folder, toTombstoneName(1))));
    remove(log, 1);
    assert.deepEqual((await verified(log)).findings.map(({ what }) => what).toSorted(), ['forged', 'missing']);
  });

  it('is one for fewer records than are gone', async (t) => {
    const log = await signedLog(t, { calls: 80 });
    const { to } = layTombstone(log, 1, 1);
    remove(log, 1, 2);
    assert.deepEqual(named(await verified(log)), [['missing', to + 1]]);
  });
});
