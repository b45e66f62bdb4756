import assert from 'node:assert/strict';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { segmentFiles } from './log.fixture.ts';
import { readNote, signCheckpoint } from './note.ts';
import {
  createSigner,
  readAllLines,
  readSegmentLines,
  recompute,
  signedLog,
  writeAllLines,
  writeNotes,
  writeSegmentLines,
} from './signed-log.fixture.ts';
import type { SignedLogFixture } from './signed-log.fixture.ts';
import type { VerifyProgress } from './read-meter.ts';
import { verifyLogs } from './verify.ts';
import type { VerifyOptions } from './verify.ts';
import type { LogReport } from './verify-log.ts';

async function verified({ folder, signer }: SignedLogFixture, options: VerifyOptions = {}): Promise<LogReport> {
  const [report] = (await verifyLogs(folder, { keys: [signer.key], ...options })).logs;
  assert.ok(report !== undefined);
  return report;
}

const sizeOf = (note: string | undefined): number => readNote(note ?? '')?.size ?? 0;

/** The log, and a place beside it for what is kept elsewhere. */
async function anchoredLog(t: TestContext) {
  const log = await signedLog(t);
  const elsewhere = join(log.root, '..', `${log.name}-elsewhere`);
  t.after(() => rmSync(elsewhere, { recursive: true, force: true }));
  return { log, elsewhere };
}

describe('a log that was signed', () => {
  it('holds, with all its checkpoints', async (t) => {
    const log = await signedLog(t);
    const report = await verified(log);
    assert.deepEqual(report.findings, []);
    assert.equal(report.ok, true);
    assert.equal(report.checkpoints, log.notes.length);
    assert.equal(report.signed?.size, sizeOf(log.notes.at(-1)));
    assert.equal(report.origin, log.origin);
    assert.ok(report.segments >= 3);
  });

  it('is checked with the key beside it where none is given, and that is said', async (t) => {
    const log = await signedLog(t);
    const without = await verifyLogs(log.root);
    assert.equal(without.keySource, 'none');
    assert.match(without.limits.join('\n'), /the chain has no key/);
    writeFileSync(join(log.root, 'checkpoint.key'), `${log.signer.printed}\n`);
    const report = await verifyLogs(log.root);
    assert.equal(report.ok, true);
    assert.equal(report.keySource, 'beside');
    assert.deepEqual(report.keys, [log.signer.printed]);
    assert.match(report.limits.join('\n'), /key was read beside the logs/);
    assert.equal((await verifyLogs(log.folder)).keySource, 'beside');
  });

  it('says which records are not signed yet, and from when on the end cannot be vouched for', async (t) => {
    const log = await signedLog(t);
    const { limits, logs } = await verifyLogs(log.root, { keys: [log.signer.key] });
    const [report] = logs;
    const last = new Date(report?.lastTime ?? 0).toISOString();
    assert.match(limits.join('\n'), new RegExp(`records after ${last} were cut off its end cannot be told without an anchor`));
    assert.match(limits.join('\n'), new RegExp(`records ${sizeOf(log.notes.at(-1)) + 1} to ${report?.lastNews} are not signed yet`));
  });

  it('names a checkpoint that the key did not sign', async (t) => {
    const log = await signedLog(t);
    const report = await verified(log, { keys: [createSigner().key] });
    assert.equal(report.ok, false);
    assert.equal(report.findings[0]?.what, 'forged');
    assert.equal(report.findings[0]?.seq, sizeOf(log.notes[0]) + 1);
  });

  it('is not taken for another one', async (t) => {
    const signer = createSigner();
    const log = await signedLog(t, { signer });
    cpSync(log.folder, join(log.root, 'worker-1'), { recursive: true });
    const { ok, logs } = await verifyLogs(log.root, { keys: [signer.key] });
    assert.equal(ok, false);
    assert.deepEqual(
      logs.map(({ slot, findings }) => [slot, findings.map(({ what }) => what)]),
      [
        ['worker-0', []],
        ['worker-1', ['foreign']],
      ],
    );
  });
});

describe('records that were rewritten, with all hashes computed anew', () => {
  it('are named by the checkpoints before and after them, wherever they are', async (t) => {
    const log = await signedLog(t);
    const whole = readAllLines(log.folder);
    const sizes = log.notes.map(sizeOf);
    let seq = 0;
    for (const [segment, lines] of whole.entries()) {
      for (const [line, text] of lines.entries()) {
        seq += 1;
        if (!text.includes('laptop') || seq > (sizes.at(-1) ?? 0)) continue;
        const forged = whole.map((one) => [...one]);
        forged[segment]?.splice(line, 1, text.replace('laptop', 'Laptop'));
        writeAllLines(log.folder, recompute(forged));
        const { findings } = await verified(log);
        const before = sizes.findLast((size) => size < seq) ?? 0;
        const after = sizes.find((size) => size >= seq);
        assert.deepEqual(
          findings.map(({ what, seq: from, until }) => ({ what, from, until })),
          [{ what: 'rewritten', from: before + 1, until: after }],
          `record ${seq}`,
        );
      }
    }
    writeAllLines(log.folder, whole);
    assert.equal((await verified(log)).ok, true);
  });

  it('are named by the next head, where its tree was forgotten', async (t) => {
    const log = await signedLog(t, { every: 0 });
    const lines = readAllLines(log.folder);
    lines[0]?.splice(2, 1, lines[0][2]?.replace('laptop', 'Laptop') ?? '');
    writeAllLines(log.folder, recompute(lines, 'trees'));
    const [first] = (await verified(log)).findings;
    assert.deepEqual([first?.what, first?.file, first?.line, first?.seq], ['rewritten', segmentFiles(log.folder)[1], 1, 1]);
  });

  it('do not hide behind a removed checkpoint where a note of it was kept', async (t) => {
    const { log, elsewhere } = await anchoredLog(t);
    const lines = readAllLines(log.folder).map((one) => one.filter((line) => !line.includes('"kind":"checkpoint"')));
    lines[0]?.splice(2, 1, lines[0][2]?.replace('laptop', 'Laptop') ?? '');
    writeAllLines(log.folder, recompute(lines));
    assert.equal((await verified(log)).ok, true, 'nothing of the log itself shows it');
    assert.match((await verifyLogs(log.root, { keys: [log.signer.key] })).limits.join('\n'), /no checkpoint of it holds/);
    const { findings } = await verified(log, { anchors: [writeNotes(elsewhere, log.notes)] });
    assert.equal(findings[0]?.what, 'rewritten');
    assert.deepEqual([findings[0]?.seq, findings[0]?.until], [1, sizeOf(log.notes[0])]);
  });
});

describe('an end that was cut off', () => {
  it('is named where a note of it was kept elsewhere', async (t) => {
    const { log, elsewhere } = await anchoredLog(t);
    const anchor = writeNotes(elsewhere, log.notes);
    assert.equal((await verified(log, { anchors: [anchor] })).anchored?.size, sizeOf(log.notes.at(-1)));
    const files = segmentFiles(log.folder);
    rmSync(join(log.folder, files.at(-1) ?? ''));
    writeSegmentLines(log.folder, files[1] ?? '', readSegmentLines(log.folder, files[1] ?? '').slice(0, 10));
    for (const file of files.slice(2)) rmSync(join(log.folder, file), { force: true });
    const { seq, ok, limits } = await verifyLogs(log.folder, { keys: [log.signer.key] }).then((one) => ({
      ...one,
      seq: one.logs[0]?.seq ?? 0,
    }));
    assert.equal(ok, true, 'without the note nothing shows it');
    assert.match(limits.join('\n'), /were cut off its end cannot be told without an anchor/);
    const report = await verified(log, { anchors: [anchor] });
    const [first] = report.findings;
    assert.deepEqual([first?.what, first?.seq, first?.until, first?.file], ['rolled-back', seq + 1, sizeOf(log.notes.at(-1)), anchor]);
    assert.equal(report.findings.length, 1);
    assert.equal(
      report.anchored?.size,
      log.notes.map(sizeOf).findLast((size) => size <= seq),
    );
  });

  it('is named by what the keeper remembers', async (t) => {
    const { log, elsewhere } = await anchoredLog(t);
    mkdirSync(join(elsewhere, 'checkpoints'), { recursive: true });
    writeFileSync(join(elsewhere, 'checkpoints', `${log.name}.json`), JSON.stringify({ format: 1, note: log.notes.at(-1) }));
    assert.equal((await verified(log, { keeper: elsewhere })).ok, true);
    const files = segmentFiles(log.folder);
    rmSync(join(log.folder, files.at(-1) ?? ''));
    rmSync(join(log.folder, files.at(-2) ?? ''));
    assert.equal((await verified(log, { keeper: elsewhere })).findings[0]?.what, 'rolled-back');
  });

  it('is named by the checkpoint beside it, where that was left', async (t) => {
    const { log } = await anchoredLog(t);
    writeFileSync(join(log.folder, 'checkpoint'), log.notes.at(-1) ?? '');
    assert.equal((await verified(log)).ok, true);
    assert.equal((await verified(log)).anchored, undefined, 'what lies beside the log is no anchor');
    const files = segmentFiles(log.folder);
    rmSync(join(log.folder, files.at(-1) ?? ''));
    rmSync(join(log.folder, files.at(-2) ?? ''));
    assert.equal((await verified(log)).findings[0]?.what, 'rolled-back');
  });

  it('of a log that is gone altogether is named where a note of it was kept', async (t) => {
    const { log, elsewhere } = await anchoredLog(t);
    const other = await signedLog(t, { signer: log.signer });
    const anchor = writeNotes(elsewhere, [...log.notes, ...other.notes]);
    const report = await verifyLogs(log.root, { keys: [log.signer.key], anchors: [anchor] });
    assert.equal(report.ok, false);
    assert.deepEqual(
      report.logs.filter((one) => !one.ok).map(({ slot, findings }) => [slot, findings[0]?.what, findings[0]?.until]),
      [[other.origin, 'missing', sizeOf(other.notes.at(-1))]],
    );
    assert.equal((await verifyLogs(log.folder, { keys: [log.signer.key], anchors: [anchor] })).ok, true, 'one log was asked for');
  });

  it('is not named by notes that nobody who is trusted signed; that there were some is said', async (t) => {
    const { log, elsewhere } = await anchoredLog(t);
    const forger = createSigner();
    const last = readNote(log.notes.at(-1) ?? '');
    assert.ok(last !== undefined);
    const forged = signCheckpoint({ ...last, size: last.size + 50 }, forger.key.name, forger.secret);
    const report = await verifyLogs(log.root, { keys: [log.signer.key], anchors: [writeNotes(elsewhere, [forged, 'hello\n'])] });
    assert.equal(report.ok, true);
    assert.match(report.limits.join('\n'), /2 notes in .* are not signed by a key that is trusted/);
  });
});

it('a log on its way to ten million records is read in one go, and how far it has come is told', async (t) => {
  const log = await signedLog(t);
  const seen: VerifyProgress[] = [];
  const { records } = await verifyLogs(dirname(log.folder), { keys: [log.signer.key], onProgress: (progress) => seen.push(progress) });
  const shares = seen.map(({ bytes, ofBytes }) => bytes / ofBytes);
  assert.ok(new Set(shares).size >= 3);
  assert.deepEqual(
    shares,
    shares.toSorted((a, b) => a - b),
  );
  assert.deepEqual([shares[0], shares.at(-1)], [0, 1]);
  assert.equal(seen.at(-1)?.records, records);
});
