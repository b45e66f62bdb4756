import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { passSigned } from './checkpoint-record.ts';
import { diskFiles } from './files.ts';
import { segmentFiles } from './log.fixture.ts';
import { emptyRange, rootOf } from './merkle.ts';
import { readNote } from './note.ts';
import { extendRange } from './leaf-run.ts';
import { passSegment } from './segment-pass.ts';
import { createSegmentReader } from './segment-reader.ts';
import { createSigner, readAllLines, signedLog, writeSegmentLines } from './signed-log.fixture.ts';
import { verifyLogs } from './verify.ts';
import { withSegment } from './with-segment.ts';

const CALLS = 250;

describe('segments that are read ahead, on several threads', () => {
  it('come out as they do one by one, in whatever order they are asked for', async (t) => {
    const log = await signedLog(t, { calls: CALLS });
    const numbers = segmentFiles(log.folder).map((_, at) => at + 1);
    assert.ok(numbers.length >= 8, 'enough for threads to be worth it');
    const reader = createSegmentReader(log.folder, numbers, [log.signer.key]);
    t.after(() => reader.close());
    for (const number of [...numbers, 3, 1]) {
      const read = await reader.pass(number);
      const own = await withSegment(diskFiles, log.folder, number, (file) => passSigned(file, [log.signer.key]));
      assert.equal(read === undefined, own === undefined, `segment ${number}`);
      if (read === undefined || own === undefined) continue;
      assert.deepEqual({ ...read, leaves: read.leaves.to }, { ...own, leaves: own.leaves.to });
      assert.deepEqual(
        read.leaves.range.nodes.map(({ hash }) => Buffer.from(hash)),
        own.leaves.range.nodes.map(({ hash }) => Buffer.from(hash)),
      );
    }
  });

  it('say of each checkpoint whether it is signed', async (t) => {
    const log = await signedLog(t, { calls: CALLS });
    const numbers = segmentFiles(log.folder).map((_, at) => at + 1);
    for (const signer of [log.signer, createSigner()]) {
      const reader = createSegmentReader(log.folder, numbers, [signer.key]);
      t.after(() => reader.close());
      const checkpoints = (await reader.pass(2))?.telling.filter(({ kind }) => kind === 'checkpoint') ?? [];
      assert.ok(checkpoints.length > 0 && checkpoints.every(({ isSigned }) => isSigned === (signer === log.signer)));
    }
  });

  it('are named exactly where one of them was changed, or is gone', async (t) => {
    const log = await signedLog(t, { calls: CALLS });
    const files = segmentFiles(log.folder);
    const options = { keys: [log.signer.key] };
    assert.deepEqual((await verifyLogs(log.folder, options)).logs[0]?.findings, []);
    const lines = readAllLines(log.folder)[5] ?? [];
    const at = lines.findIndex((line) => line.includes('laptop'));
    writeSegmentLines(log.folder, files[5] ?? '', lines.with(at, lines[at]?.replace('laptop', 'Laptop') ?? ''));
    const [altered] = (await verifyLogs(log.folder, options)).logs[0]?.findings ?? [];
    assert.deepEqual([altered?.what, altered?.file, altered?.line], ['altered', files[5], at + 1]);
    writeSegmentLines(log.folder, files[5] ?? '', lines);
    assert.equal((await verifyLogs(log.folder, { keys: [createSigner().key] })).logs[0]?.findings[0]?.what, 'forged');
    rmSync(join(log.folder, files[3] ?? ''));
    assert.deepEqual(
      (await verifyLogs(log.folder, options)).logs[0]?.findings.map(({ what, file, line }) => [what, file, line]),
      [['missing', files[4], 1]],
    );
  });
});

it('the tree at every checkpoint is a few hashes away from the leaves of its segment', async (t) => {
  const log = await signedLog(t, { calls: 20, every: 1 });
  const pass = await withSegment(diskFiles, log.folder, 1, passSegment);
  assert.ok(pass !== undefined);
  for (const checkpoint of log.notes.map(readNote)) {
    if (checkpoint === undefined || checkpoint.size > pass.leaves.to) continue;
    assert.deepEqual(Buffer.from(rootOf(extendRange(emptyRange(), pass.leaves, checkpoint.size))), checkpoint.root);
  }
});
