// What somebody does who can write the files of a log, or only add to its anchor, and has no key: each of these once passed as a good log, or kept verify
// from saying anything.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { sha256Hex } from '../base/index.ts';
import { checkProof, printProof } from './check-proof.ts';
import { describeReport } from './describe-report.ts';
import { GENESIS_CHAIN, toSegmentName } from './format.ts';
import { segmentFiles } from './log.fixture.ts';
import { addLeaf, emptyRange, leafHash } from './merkle.ts';
import { readAllLines, readSegmentLines, signedLog, writeNotes, writeSegmentLines } from './signed-log.fixture.ts';
import type { SignedLogFixture } from './signed-log.fixture.ts';
import { tailLogs } from './tail.ts';
import { signTombstone, toTombstoneName } from './tombstone.ts';
import { verifyLogs } from './verify.ts';
import type { VerifyReport } from './verify.ts';

const TIME = 1_800_000_000_000;

/** What the chain before a tombstone is signed as: by now, and before that was signed at all. */
const FORMS = ['with the chain before it', 'from before that was signed'] as const;

/** Removes segments under a tombstone that the keeper has signed. */
function removeUnder(log: SignedLogFixture, first: number, last: number, form: (typeof FORMS)[number] = FORMS[0]): { from: number } {
  const numbers = segmentFiles(log.folder).map((file) => Number.parseInt(file, 10));
  const lines = numbers.filter((number) => number >= first && number <= last).flatMap((number) => linesOf(log, number));
  const from = Number(/"seq":(\d+)/.exec(lines[0] ?? '')?.[1]);
  const tree = emptyRange(from - 1);
  for (const line of lines) addLeaf(tree, leafHash(line));
  const prev = form === FORMS[0] ? /"prev":"([0-9a-f]{64})"/.exec(lines[0] ?? '')?.[1] : undefined;
  const span = { from, to: from + lines.length - 1, first, last };
  const stone = {
    origin: log.origin,
    ...span,
    chain: chainOf(lines.at(-1)),
    prev,
    before: TIME,
    time: TIME + 1,
    reason: 'kept for 190 days',
    tree,
  };
  writeFileSync(join(log.folder, toTombstoneName(first)), signTombstone(stone, log.signer.key.name, log.signer.secret));
  for (let number = first; number <= last; number++) rmSync(join(log.folder, toSegmentName(number)));
  return { from };
}

const linesOf = (log: SignedLogFixture, number: number): string[] => readSegmentLines(log.folder, toSegmentName(number));
const chainOf = (line = ''): string => /"chain":"([0-9a-f]{64})"\}$/.exec(line)?.[1] ?? '';

/** All hashes computed anew. */
function rehash(lines: readonly string[], prev: string): string[] {
  let chain = prev;
  return lines.map((line) => {
    const head = line.slice(0, line.lastIndexOf(',"chain":"'));
    chain = sha256Hex(chain + head);
    return `${head},"chain":"${chain}"}`;
  });
}

const FORGED = '"kind":"refusals","forged":true,"chain":"x"}';
const withoutNotes = (line: string): string =>
  line.replace(/"kind":"checkpoint".*$/, FORGED).replaceAll('"verdict":"allow"', '"verdict":"deny"');
const withSeq = (line = '', seq = 0): string => line.replace(/"seq":\d+/, `"seq":${seq}`);

async function verified({ root, signer }: SignedLogFixture, anchors: readonly string[] = []): Promise<VerifyReport> {
  return verifyLogs(root, { keys: [signer.key], anchors });
}

const named = ({ logs }: VerifyReport): readonly string[] =>
  logs.flatMap(({ findings }) => findings.map(({ what, file }) => `${what} ${file}`));

describe('records that had to stay beside ones that were removed', () => {
  for (const form of FORMS) {
    it(`are named where they were rewritten up to into the tombstone, ${form}`, async (t) => {
      const log = await signedLog(t, { calls: 160 });
      const { from } = removeUnder(log, 2, 2, form);
      const anchor = writeNotes(join(log.root, 'kept'), log.notes.slice(-3));
      assert.equal((await verified(log, [anchor])).ok, true);
      const lines = linesOf(log, 1).map(withoutNotes);
      lines.push(withSeq(lines.at(-1), lines.length + 1));
      writeSegmentLines(log.folder, toSegmentName(1), rehash(lines, GENESIS_CHAIN));
      const report = await verified(log, [anchor]);
      assert.equal(report.ok, false);
      const [finding] = report.logs[0]?.findings ?? [];
      assert.deepEqual([finding?.what, finding?.file, finding?.seq, finding?.until], ['rewritten', toTombstoneName(2), from, from]);
    });
  }

  it('are named where as many were rewritten, though no checkpoint is left to say so', async (t) => {
    const log = await signedLog(t, { calls: 160, every: 0 });
    removeUnder(log, 2, 2);
    assert.equal((await verified(log)).ok, true);
    const lines = linesOf(log, 1);
    writeSegmentLines(log.folder, toSegmentName(1), rehash(lines.map(withoutNotes), GENESIS_CHAIN));
    const [finding] = (await verified(log)).logs[0]?.findings ?? [];
    assert.deepEqual([finding?.what, finding?.seq, finding?.until], ['rewritten', 1, lines.length]);
  });

  for (const form of FORMS) {
    it(`are named between two tombstones, with records put in front of the first, ${form}`, async (t) => {
      const log = await signedLog(t, { calls: 200 });
      const [first, held] = [linesOf(log, 1), linesOf(log, 2)];
      const { from } = removeUnder(log, 3, 3, form);
      removeUnder(log, 1, 1, form);
      const anchor = writeNotes(join(log.root, 'kept'), log.notes);
      assert.equal((await verified(log, [anchor])).ok, true);
      writeForgedStart(log, first.slice(0, 3));
      const forged = held.map((line) => withoutNotes(line).replace(/,"tree":\[[^\]]*\]/, ''));
      forged.push(withSeq(forged.at(-1), from));
      writeSegmentLines(log.folder, toSegmentName(2), rehash(forged, chainOf(first.at(-1))));
      const report = await verified(log, [anchor]);
      assert.equal(report.ok, false);
      assert.ok(named(report).includes('foreign 00000000.log'));
      assert.ok(named(report).some((finding) => finding.startsWith('rewritten')));
    });
  }

  it('are no place for a file that was removed', async (t) => {
    const log = await signedLog(t, { calls: 160 });
    const lines = linesOf(log, 1);
    removeUnder(log, 1, 2);
    writeFileSync(join(log.folder, toSegmentName(1)), `${rehash(lines.map(withoutNotes), GENESIS_CHAIN).join('\n')}\n`);
    assert.deepEqual(named(await verified(log)), [`foreign ${toSegmentName(1)}`]);
  });

  it('may lie beside what is left of a removal that was not finished', async (t) => {
    const log = await signedLog(t, { calls: 160 });
    const second = linesOf(log, 2);
    removeUnder(log, 1, 2);
    writeFileSync(join(log.folder, toSegmentName(2)), `${second.join('\n')}\n`);
    assert.deepEqual(named(await verified(log)), []);
  });
});

function writeForgedStart(log: SignedLogFixture, lines: readonly string[]): void {
  const forged = lines
    .filter((line) => !line.includes('"kind":"checkpoint"'))
    .map((line) => line.replace('"number":1', '"number":0').replace(/"bytes":\d+/, '"bytes":100'));
  writeFileSync(join(log.folder, '00000000.log'), `${rehash(forged, GENESIS_CHAIN).join('\n')}\n`);
}

describe('files that are named as parts of a log', () => {
  it('are none with the number 0, nor with a number written in another way: they are named, and never read as records', async (t) => {
    const log = await signedLog(t, { calls: 160 });
    const lines = linesOf(log, 1);
    removeUnder(log, 1, 2);
    writeForgedStart(log, lines.slice(0, 9));
    writeFileSync(join(log.folder, '000000003.log'), `${lines.join('\n')}\n`);
    const before = readAllLines(log.folder).length;
    const report = await verified(log);
    assert.deepEqual(named(report), ['foreign 00000000.log', 'foreign 000000003.log']);
    assert.equal(report.records < before * lines.length, true);
    for await (const { members } of tailLogs(log.root, { follow: false, limit: undefined })) assert.notEqual(members['seq'], 2);
  });

  it('are segments only where their head says so', async (t) => {
    const log = await signedLog(t, { calls: 20 });
    const lines = linesOf(log, 1).map((line) => line.replace('"number":1', '"number":7'));
    writeSegmentLines(log.folder, toSegmentName(1), rehash(lines, GENESIS_CHAIN));
    assert.ok(named(await verified(log)).includes(`foreign ${toSegmentName(1)}`));
  });

  const hostile: Readonly<Record<string, (folder: string) => string>> = {
    'a pipe as tombstone': (folder) => put(folder, '00000009.tombstone', (path) => execFileSync('mkfifo', [path])),
    'a folder as tombstone': (folder) => put(folder, '00000009.tombstone', (path) => mkdirSync(path)),
    'a pipe as segment': (folder) => put(folder, '00000009.log', (path) => execFileSync('mkfifo', [path])),
    'a folder as segment': (folder) => put(folder, '00000009.log', (path) => mkdirSync(path)),
    'a link to itself as segment': (folder) => put(folder, '00000009.log', (path) => symlinkSync(path, path)),
    'a segment without end': (folder) =>
      put(folder, '00000009.log', (path) => {
        writeFileSync(path, '');
        truncateSync(path, 2 ** 40);
      }),
    'a pipe as checkpoint': (folder) => put(folder, 'checkpoint', (path) => execFileSync('mkfifo', [path])),
  };
  for (const [what, place] of Object.entries(hostile)) {
    it(`do not keep the rest from being told of: ${what}`, async (t) => {
      const log = await signedLog(t, { calls: 20 });
      const file = place(log.folder);
      const report = await verified(log);
      assert.deepEqual(named(report), [`foreign ${file}`]);
      assert.ok((report.logs[0]?.signed?.size ?? 0) > 0);
    });
  }

  it('say nothing as a checkpoint without end, and are counted', async (t) => {
    const log = await signedLog(t, { calls: 20 });
    put(log.folder, 'checkpoint', (path) => {
      writeFileSync(path, '');
      truncateSync(path, 3 * 2 ** 30);
    });
    const report = await verified(log);
    assert.equal(report.ok, true);
    assert.match(report.limits.join('\n'), /1 notes in worker-0.checkpoint are not signed/);
  });
});

function put(folder: string, file: string, make: (path: string) => void): string {
  assert.equal(existsSync(join(folder, file)), false);
  make(join(folder, file));
  return file;
}

describe('a record with a time that is none', () => {
  /** Adds a line with a fitting hash, as a writer that was taken over can. */
  function addRecord(log: SignedLogFixture, time: string): number {
    const file = segmentFiles(log.folder).findLast((name) => readSegmentLines(log.folder, name).length > 0) ?? '';
    const lines = readSegmentLines(log.folder, file);
    const seq = Number(/"seq":(\d+)/.exec(lines.at(-1) ?? '')?.[1]) + 1;
    const line = `{"v":1,"seq":${seq},"time":${time},"kind":"act","action":"x","chain":"x"}`;
    writeSegmentLines(log.folder, file, [...lines, ...rehash([line], chainOf(lines.at(-1)))]);
    return seq;
  }

  it('is named, and the report is written all the same', async (t) => {
    const log = await signedLog(t, { calls: 20 });
    const seq = addRecord(log, '9999999999999999');
    const report = await verified(log);
    assert.deepEqual(
      report.logs[0]?.findings.map((finding) => [finding.what, finding.seq]),
      [['altered', seq]],
    );
    assert.match(describeReport(report).join('\n'), /can no longer be read/);
  });

  it('does not keep the others from being shown', async (t) => {
    const log = await signedLog(t, { calls: 20 });
    addRecord(log, '8640000000000001');
    let shown = 0;
    for await (const { time } of tailLogs(log.root, { follow: false, limit: undefined })) {
      assert.doesNotThrow(() => new Date(time).toISOString());
      shown += 1;
    }
    assert.ok(shown >= 40);
  });

  it('is the last that a date can have: still one', async (t) => {
    const log = await signedLog(t, { calls: 5 });
    addRecord(log, '8640000000000000');
    assert.equal((await verified(log)).ok, true);
  });

  it('proves nothing', async (t) => {
    const log = await signedLog(t, { calls: 7 });
    const record = '{"v":1,"seq":1,"time":9999999999999999,"kind":"act","chain":"' + '0'.repeat(64) + '"}';
    const proof = printProof({ kind: 'inclusion', seq: 1, record, path: [], checkpoint: log.notes[0] ?? '' });
    assert.equal(checkProof(proof, [log.signer.key]).ok, false);
  });
});

describe('an anchor that others can add to', () => {
  async function rolledBack(t: TestContext): Promise<{ log: SignedLogFixture; anchor: string }> {
    const log = await signedLog(t, { calls: 60 });
    const anchor = writeNotes(join(log.root, 'kept'), log.notes);
    const [first = '', ...more] = segmentFiles(log.folder);
    for (const file of more) rmSync(join(log.folder, file));
    writeSegmentLines(log.folder, first, readSegmentLines(log.folder, first).slice(0, 5));
    return { log, anchor };
  }

  const invented = (log: SignedLogFixture, at: number): string =>
    `\n${log.origin}\n${9_000_000_000_000 + at}\n${'A'.repeat(43)}=\ntime 2026-11-23T10:00:00.000Z\nchain ${'0'.repeat(64)}\n\n— ${log.signer.key.name} AAAAAAAA\n`;
  const floods: Readonly<Record<string, (log: SignedLogFixture) => string>> = {
    'thousands of notes that nobody signed': (log) => Array.from({ length: 9000 }, (_, at) => invented(log, at)).join(''),
    'the oldest note thousands of times': (log) => `\n${log.notes[0] ?? ''}`.repeat(5000),
    'a line without end': () => `\n${'x'.repeat(5_000_000)}\n`,
  };
  for (const [what, flood] of Object.entries(floods)) {
    it(`still says what was cut off, behind ${what}`, async (t) => {
      const { log, anchor } = await rolledBack(t);
      appendFileSync(anchor, flood(log));
      const { findings = [] } = (await verified(log, [anchor])).logs[0] ?? {};
      assert.ok(findings.some((finding) => finding.what === 'rolled-back'));
    });
  }
});
