import assert from 'node:assert/strict';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';

import { sha256Hex } from '../base/index.ts';
import { COMMIT_MAX_BYTES, SEGMENT_MIN_BYTES, toSegmentName } from './format.ts';
import { decision, durable, logFolder, openLog, readRecords, segmentFiles, writeCalls } from './log.fixture.ts';
import { verifyLogs } from './verify.ts';

const FIRST = '00000001.log';

/** A log of one segment whose writer was killed: three calls, the last one still running. Returns its bytes and where its last line begins. */
async function killedLog(t: TestContext, segmentBytes = SEGMENT_MIN_BYTES) {
  const folder = logFolder(t);
  const log = await openLog(folder, { segmentBytes });
  await writeCalls(log, ['a', 'b']);
  await durable(log, log.append(decision('c')));
  const bytes = readFileSync(join(folder, FIRST));
  await log.close();
  const end = bytes.indexOf(0);
  const last = bytes.lastIndexOf('\n', end - 2) + 1;
  const write = (changed: Buffer): void => writeFileSync(join(folder, FIRST), changed);
  return { folder, bytes, end, last, write };
}

const events = (folder: string): readonly unknown[] =>
  readRecords(folder)
    .filter((record) => record['kind'] === 'log')
    .map((record) => record['event']);

/** Opens the log, writes a call, and checks what must hold after every recovery. */
async function goOn(folder: string, segmentBytes = SEGMENT_MIN_BYTES): Promise<void> {
  for (const id of ['after', 'and again']) {
    const log = await openLog(folder, { segmentBytes });
    await writeCalls(log, [id]);
    await log.close();
  }
  const records = readRecords(folder);
  assert.deepEqual(
    records.map((record) => record['seq']),
    records.map((_, i) => i + 1),
  );
  const open = new Set<unknown>();
  for (const { kind, id } of records)
    if (kind === 'decision') open.add(id);
    else if (kind === 'outcome') open.delete(id);
  assert.deepEqual([...open], []);
}

describe('a log whose writer was killed', () => {
  it('between two writes goes on where it ends', async (t) => {
    const { folder, bytes, write } = await killedLog(t);
    write(bytes);
    await goOn(folder);
    assert.deepEqual(events(folder), ['opened', 'opened', 'closed', 'opened', 'closed']);
    assert.deepEqual(segmentFiles(folder), [FIRST]);
    assert.equal((await verifyLogs(folder)).ok, true);
  });

  it('in the middle of a write, wherever it was torn, keeps all that was acknowledged and says what was found', async (t) => {
    const { folder, bytes, end, last, write } = await killedLog(t);
    for (const torn of [1, 2, 20, Math.floor((end - last) / 2), end - last - 2, end - last - 1]) {
      for (const name of segmentFiles(folder)) truncateSync(join(folder, name), 0);
      const cut = Buffer.from(bytes);
      cut.fill(0, last + torn);
      write(cut);
      await goOn(folder);
      const recovered = readRecords(folder).find((record) => record['event'] === 'recovered');
      assert.deepEqual([recovered?.['file'], recovered?.['position'], recovered?.['bytes']], [FIRST, last, torn]);
      assert.equal(recovered?.['sha256'], sha256Hex(cut.subarray(last, last + torn)));
      assert.deepEqual(readFileSync(join(folder, FIRST)), cut, 'what was found must stay as it was');
      assert.deepEqual(
        readRecords(folder)
          .filter((record) => record['kind'] === 'decision')
          .map((record) => record['id']),
        ['a', 'b', 'after', 'and again'],
      );
      const report = await verifyLogs(folder);
      assert.deepEqual(report.logs[0]?.findings, []);
      assert.match(report.logs[0]?.remarks.join() ?? '', /torn by a crash/);
    }
  });

  it('in a write whose first page is missing while a later one is there', async (t) => {
    const { folder, bytes, last, write } = await killedLog(t);
    const cut = Buffer.from(bytes);
    cut.fill(0, last, last + 100);
    write(cut);
    await goOn(folder);
    assert.equal(events(folder).filter((event) => event === 'recovered').length, 1);
    assert.deepEqual((await verifyLogs(folder)).logs[0]?.findings, []);
  });

  it('in its very first write', async (t) => {
    const { folder, bytes, write } = await killedLog(t);
    const cut = Buffer.from(bytes);
    cut.fill(0, 50);
    write(cut);
    await goOn(folder);
    assert.deepEqual(segmentFiles(folder), [FIRST, '00000002.log']);
    assert.equal(events(folder).filter((event) => event === 'recovered').length, 1);
    assert.deepEqual((await verifyLogs(folder)).logs[0]?.findings, []);
  });

  for (const { name, sizeBytes } of [
    { name: 'nothing yet', sizeBytes: 0 },
    { name: 'half of it', sizeBytes: 5_000 },
    { name: 'all of it', sizeBytes: SEGMENT_MIN_BYTES },
  ]) {
    it(`while it made the next segment (${name} was there)`, async (t) => {
      const { folder, bytes, write } = await killedLog(t);
      write(bytes);
      writeFileSync(join(folder, '00000002.log'), Buffer.alloc(sizeBytes));
      const log = await openLog(folder);
      await writeCalls(
        log,
        Array.from({ length: 40 }, (_, i) => `call-${i}`),
      );
      await log.close();
      await goOn(folder);
      assert.ok(segmentFiles(folder).length > 2);
      assert.ok(!events(folder).includes('recovered'));
      assert.equal((await verifyLogs(folder)).ok, true);
    });

    it(`while it made the first segment (${name} was there)`, async (t) => {
      const folder = logFolder(t);
      writeFileSync(join(folder, FIRST), Buffer.alloc(sizeBytes));
      await goOn(folder);
      assert.deepEqual(segmentFiles(folder), [FIRST]);
      assert.equal((await verifyLogs(folder)).ok, true);
    });
  }
});

describe('a log whose writer was killed while it began a segment', () => {
  /** A log of two segments that carries two calls; the second segment as it was after its first write. */
  async function twoSegments(t: TestContext) {
    const folder = logFolder(t);
    const log = await openLog(folder);
    log.append(decision('x'));
    log.append(decision('y'));
    let calls = 0;
    while (segmentFiles(folder).length < 2 || readFileSync(join(folder, '00000002.log'))[0] !== 0x7b)
      await writeCalls(log, [`call-${calls++}`]);
    await log.close();
    const second = readFileSync(join(folder, '00000002.log'));
    return { folder, second, heads: second.indexOf('"carried","ids"') };
  }

  for (const { name, keep } of [
    { name: 'with nothing of it on disk but a later page', keep: (bytes: Buffer, heads: number) => bytes.fill(0, 0, heads) },
    { name: 'with a part of the head', keep: (bytes: Buffer) => bytes.fill(0, 80) },
    { name: 'with the head but not the calls it carries', keep: (bytes: Buffer, heads: number) => bytes.fill(0, heads - 10) },
  ]) {
    it(name, async (t) => {
      const { folder, second, heads } = await twoSegments(t);
      writeFileSync(join(folder, '00000002.log'), keep(Buffer.from(second), heads));
      await goOn(folder);
      assert.ok(segmentFiles(folder).includes('00000003.log'));
      const unknown = readRecords(folder)
        .filter((record) => record['status'] === 'unknown')
        .map((record) => record['id']);
      assert.ok(unknown.includes('x') && unknown.includes('y'), `closed: ${unknown.join()}`);
      assert.deepEqual((await verifyLogs(folder)).logs[0]?.findings, []);
    });
  }
});

describe('damage that no crash explains', () => {
  it('is never taken for a torn write: an altered record stays, is reported, and the log goes on elsewhere', async (t) => {
    const { folder, bytes, write } = await killedLog(t);
    const changed = Buffer.from(bytes.toString('latin1').replace('"id":"b"', '"id":"B"'), 'latin1');
    write(changed);
    await goOn(folder);
    assert.deepEqual(readFileSync(join(folder, FIRST)), changed);
    assert.equal(events(folder).filter((event) => event === 'damaged').length, 1);
    assert.ok(!events(folder).includes('recovered'));
    const findings = (await verifyLogs(folder)).logs[0]?.findings;
    assert.deepEqual(
      findings?.map(({ what, seq }) => [what, seq]),
      [['altered', 5]],
    );
  });

  it('a head overwritten with other text does not make its records a torn write', async (t) => {
    const { folder, bytes, write } = await killedLog(t);
    const changed = Buffer.from(bytes);
    changed[0] = 0x5b;
    write(changed);
    await (await openLog(folder)).close();
    assert.deepEqual(readFileSync(join(folder, FIRST)), changed);
    const second = readFileSync(join(folder, '00000002.log'), 'latin1');
    assert.ok(second.includes('"event":"damaged"') && !second.includes('"event":"recovered"'));
    assert.equal((await verifyLogs(folder)).logs[0]?.findings[0]?.what, 'altered');
  });

  it('more bytes than one write can hold are left alone', async (t) => {
    const segmentBytes = 4 * COMMIT_MAX_BYTES;
    const { folder, bytes, end, write } = await killedLog(t, segmentBytes);
    const changed = Buffer.from(bytes);
    changed.fill(1, end + 5, end + 6 + COMMIT_MAX_BYTES);
    write(changed);
    await goOn(folder, segmentBytes);
    assert.deepEqual(readFileSync(join(folder, FIRST)), changed);
    assert.ok(events(folder).includes('damaged'));
    assert.equal((await verifyLogs(folder)).logs[0]?.findings[0]?.what, 'altered');
  });

  it('a file that was cut short is reported, not made long again', async (t) => {
    const { folder, bytes, end, write } = await killedLog(t);
    write(bytes.subarray(0, end));
    await goOn(folder);
    assert.equal(readFileSync(join(folder, FIRST)).length, end);
    assert.ok(events(folder).includes('damaged'));
    assert.equal((await verifyLogs(folder)).logs[0]?.findings[0]?.what, 'cut');
  });

  it('files that are none of its segments are not touched', async (t) => {
    const { folder, bytes, write } = await killedLog(t);
    write(bytes);
    for (const name of ['1.log', 'notes.txt', '00000002.log.gz']) writeFileSync(join(folder, name), 'mine');
    await goOn(folder);
    for (const name of ['1.log', 'notes.txt', '00000002.log.gz']) assert.equal(readFileSync(join(folder, name), 'utf8'), 'mine');
  });
});

it('numbers of segments have eight digits and may have more', () => {
  assert.equal(toSegmentName(1), '00000001.log');
  assert.equal(toSegmentName(123_456_789), '123456789.log');
});
