import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import type { GatewayError } from '../base/index.ts';
import { createMetrics } from '../telemetry/index.ts';
import { SEGMENT_MIN_BYTES } from './format.ts';
import { createFaultyDisk, decision, durable, logFolder, openLog, outcome, readRecords, segmentFiles, writeCalls } from './log.fixture.ts';
import type { AuditLog } from './log.ts';
import { verifyLogs } from './verify.ts';

const kinds = (directory: string): readonly string[] =>
  readRecords(directory).map((record) => (record['kind'] === 'log' ? `log ${String(record['event'])}` : String(record['kind'])));

/** Waits until the log has come back from a fault. */
async function healed(log: AuditLog): Promise<void> {
  while (log.faulted || log.queuedBytes > 0) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe('appending', () => {
  it('makes records durable, chained, in order, in a segment of full size', async (t) => {
    const folder = logFolder(t);
    const log = await openLog(folder);
    await writeCalls(log, ['a', 'b']);
    await log.close();
    assert.deepEqual(kinds(folder), ['segment', 'log opened', 'decision', 'outcome', 'decision', 'outcome', 'log closed']);
    assert.deepEqual(
      readRecords(folder).map((record) => record['seq']),
      [1, 2, 3, 4, 5, 6, 7],
    );
    assert.equal(statSync(join(folder, '00000001.log')).size, SEGMENT_MIN_BYTES);
    const report = await verifyLogs(folder);
    assert.equal(report.ok, true);
    assert.equal(report.logs[0]?.end, 'closed');
  });

  it('has the record on disk when it says so', async (t) => {
    const folder = logFolder(t);
    await using log = await openLog(folder);
    const ticket = log.append(decision('call-1'));
    assert.equal(log.isDurable(ticket), false);
    await durable(log, ticket);
    assert.equal(log.isDurable(ticket), true);
    assert.ok(readFileSync(join(folder, '00000001.log'), 'latin1').includes('"id":"call-1"'));
  });

  it('gathers what comes while a write is under way into one write', async (t) => {
    const disk = createFaultyDisk();
    await using log = await openLog(logFolder(t), { files: disk.files });
    disk.writes.length = 0;
    disk.stalled = true;
    const first = durable(log, log.append(decision('0')));
    while (disk.writes.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const others = Array.from({ length: 20 }, (_, i) => durable(log, log.append(decision(`${i + 1}`))));
    disk.release();
    await Promise.all([first, ...others]);
    assert.equal(disk.writes.length, 2);
  });

  it('has the decision of the only call on its way to disk before the call is carried', async (t) => {
    const disk = createFaultyDisk();
    await using log = await openLog(logFolder(t), { files: disk.files });
    disk.writes.length = 0;
    const alone = log.append(decision('a'));
    assert.equal(disk.writes.length, 1);
    await durable(log, alone);
    const waits = ['b', 'c', 'd'].map((id) => durable(log, log.append(decision(id))));
    assert.equal(disk.writes.length, 1, 'where several are under way, those of one turn share a write');
    await Promise.all(waits);
    assert.equal(disk.writes.length, 2);
  });

  it('lets an outcome wait for company, unless somebody waits for it', async (t) => {
    const disk = createFaultyDisk();
    await using log = await openLog(logFolder(t), { files: disk.files, lingerMs: 1_000_000 });
    await durable(log, log.append(decision('a')));
    const before = disk.writes.length;
    const lingering = log.append(outcome('a'));
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(disk.writes.length, before);
    await durable(log, log.append(decision('b')));
    assert.equal(disk.writes.length, before + 1);
    assert.equal(log.isDurable(lingering), true);
    await durable(log, log.append(outcome('b')));
  });

  it('writes an outcome after a while by itself', async (t) => {
    const folder = logFolder(t);
    await using log = await openLog(folder, { lingerMs: 1 });
    const ticket = log.append(outcome('a'));
    while (!log.isDurable(ticket)) await new Promise((resolve) => setTimeout(resolve, 1));
  });

  it('under load waits a moment after each write, to take more records along in the next', async (t) => {
    const disk = createFaultyDisk();
    await using log = await openLog(logFolder(t), { files: disk.files, isBusy: () => true });
    disk.writes.length = 0;
    const waits: Promise<void>[] = [durable(log, log.append(decision('first')))];
    while (disk.writes.length === 0) await new Promise((resolve) => setImmediate(resolve));
    waits.push(durable(log, log.append(decision('second'))));
    await waits[0];
    for (let i = 0; i < 10; i++) waits.push(durable(log, log.append(decision(`call-${i}`))));
    await Promise.all(waits);
    assert.equal(disk.writes.length, 2);
  });

  it('counts what it does', async (t) => {
    const metrics = createMetrics();
    const log = await openLog(logFolder(t), { metrics });
    await writeCalls(log, ['a']);
    await log.close();
    const { families } = metrics.dump();
    assert.deepEqual(families['sallyport.audit.records']?.[0]?.values, [5]);
    assert.ok((families['sallyport.audit.written']?.[0]?.values[0] ?? 0) > 1_000);
    assert.equal(
      families['sallyport.audit.commit.duration']?.[0]?.values.slice(0, -1).reduce((a, b) => a + b),
      4,
    );
  });
});

describe('segments', () => {
  it('follow one another without a gap, and each can be read alone', async (t) => {
    const folder = logFolder(t);
    const log = await openLog(folder);
    log.append(decision('long runner'));
    await writeCalls(
      log,
      Array.from({ length: 100 }, (_, i) => `call-${i}`),
    );
    assert.equal(log.runningCalls, 1);
    await log.close();
    const files = segmentFiles(folder);
    assert.ok(files.length >= 5, `${files.length} segments`);
    const records = readRecords(folder);
    const heads = records.filter((record) => record['kind'] === 'segment');
    assert.deepEqual(
      heads.map((head) => head['number']),
      heads.map((_, i) => i + 1),
    );
    assert.equal(new Set(heads.map((head) => head['log'])).size, 1);
    const carried = records.filter((record) => record['kind'] === 'carried');
    assert.equal(carried.length, heads.length - 1);
    for (const { ids } of carried) assert.ok(Array.isArray(ids) && ids[0] === 'long runner');
    assert.equal((await verifyLogs(folder)).ok, true);
  });

  it('carry many running calls', async (t) => {
    const folder = logFolder(t);
    const log = await openLog(folder, { segmentBytes: 4 * 1_048_576 });
    const ids = Array.from({ length: 12_000 }, (_, i) => `call-${i}`);
    const last = ids.map((id) => log.append(decision(id))).at(-1) ?? 0;
    await durable(log, last);
    await log.close();
    const again = await openLog(folder, { segmentBytes: 4 * 1_048_576 });
    await again.close();
    const unknown = readRecords(folder).filter((record) => record['status'] === 'unknown');
    assert.deepEqual(
      unknown.map((record) => record['id']),
      ids,
    );
    assert.equal((await verifyLogs(folder)).ok, true);
  });

  it('are refused a size that could not hold their own head', async (t) => {
    await assert.rejects(openLog(logFolder(t), { segmentBytes: 100 }), RangeError);
  });
});

describe('opening again', () => {
  it('goes on in the same chain and closes the calls it lost sight of', async (t) => {
    const folder = logFolder(t);
    const first = await openLog(folder);
    await writeCalls(first, ['done']);
    await durable(first, first.append(decision('lost')));
    await durable(first, first.append(decision('denied', { verdict: 'deny', rule: undefined, reason: 'denied' })));
    await first.close();
    const second = await openLog(folder);
    await writeCalls(second, ['after']);
    await second.close();
    const records = readRecords(folder);
    assert.deepEqual(
      records.map((record) => record['seq']),
      records.map((_, i) => i + 1),
    );
    const unknown = records.filter((record) => record['status'] === 'unknown');
    assert.deepEqual(
      unknown.map((record) => [record['id'], record['code']]),
      [['lost', 'outcome_unknown']],
    );
    assert.deepEqual(segmentFiles(folder), ['00000001.log']);
    assert.equal((await verifyLogs(folder)).ok, true);
  });

  it('is refused while another writer is alive', async (t) => {
    const folder = logFolder(t);
    await using log = await openLog(folder);
    await assert.rejects(
      openLog(folder),
      (error: GatewayError) => error.code === 'audit_unavailable' && error.message.includes(`pid ${process.pid}`),
    );
    await writeCalls(log, ['still writing']);
  });

  it('takes the directory from a writer that is vouched to be gone, and that one writes nothing more', async (t) => {
    const folder = logFolder(t);
    const faults: GatewayError[] = [];
    const old = await openLog(folder, { onFault: (error) => faults.push(error) });
    await writeCalls(old, ['a']);
    await using log = await openLog(folder, { takeOver: true });
    await writeCalls(log, ['b']);
    await assert.rejects(durable(old, old.append(decision('c'))));
    assert.equal(old.state, 'closed');
    assert.equal(old.append(decision('d')), 0);
    assert.equal(faults.length, 1);
    await old.close();
    await writeCalls(log, ['e']);
    assert.deepEqual(
      readRecords(folder)
        .filter((record) => record['kind'] === 'decision')
        .map((record) => record['id']),
      ['a', 'b', 'e'],
    );
    assert.equal((await verifyLogs(folder)).ok, true);
  });
});

describe('a disk that fails', () => {
  for (const writtenBytes of [0, 100]) {
    it(`costs the records of that write (${writtenBytes} bytes of it reached the disk), tells everyone, and goes on with the gap on record`, async (t) => {
      const folder = logFolder(t);
      const disk = createFaultyDisk();
      const faults: GatewayError[] = [];
      const log = await openLog(folder, { files: disk.files, onFault: (error) => faults.push(error) });
      await writeCalls(log, ['before']);
      const running = log.append(decision('running'));
      await durable(log, running);

      disk.writeFault = { code: 'EIO', writtenBytes };
      const lost = log.append(decision('lost'));
      await assert.rejects(durable(log, lost), { code: 'audit_unavailable' });
      assert.equal(log.state, 'faulted');
      assert.equal(log.append(decision('denied')), 0);
      assert.equal(log.append(outcome('running')), 0);
      assert.equal(log.isDurable(lost), false);
      await assert.rejects(durable(log, 0));

      disk.writeFault = undefined;
      await healed(log);
      await writeCalls(log, ['after']);
      assert.equal(log.isDurable(lost), false, 'what was lost may never look durable, whatever came after');
      await assert.rejects(durable(log, lost));
      assert.equal(log.isDurable(running), true);
      await log.close();

      const records = readRecords(folder);
      assert.deepEqual(
        records.filter((record) => record['kind'] === 'decision').map((record) => record['id']),
        ['before', 'running', 'after'],
      );
      const gap = records.find((record) => record['event'] === 'gap');
      assert.deepEqual([gap?.['records'], gap?.['reason']], [3, 'EIO']);
      assert.deepEqual(
        records.filter((record) => record['status'] === 'unknown').map((record) => record['id']),
        ['running'],
      );
      assert.equal(records.filter((record) => record['event'] === 'recovered').length, writtenBytes === 0 ? 0 : 1);
      assert.equal(records.filter((record) => record['event'] === 'opened').length, 1);
      assert.equal(faults.length, 1, 'the same fault at every retry is told once');
      const report = await verifyLogs(folder);
      assert.deepEqual(report.logs[0]?.findings, []);
    });
  }

  it('counts every record it cost, over all attempts to come back', async (t) => {
    const folder = logFolder(t);
    const disk = createFaultyDisk();
    const log = await openLog(folder, { files: disk.files, onFault: () => {} });
    disk.writeFault = { code: 'EIO', writtenBytes: 0 };
    await assert.rejects(durable(log, log.append(decision('lost'))));
    for (const until = disk.writes.length + 3; disk.writes.length < until;) await new Promise((resolve) => setTimeout(resolve, 1));
    disk.writeFault = undefined;
    await healed(log);
    await log.close();
    const gaps = readRecords(folder).filter((record) => record['event'] === 'gap');
    assert.deepEqual(
      gaps.map((gap) => [gap['records'], gap['since']]),
      [[1, 1_700_000_000_000]],
    );
  });

  it('keeps the calls that run through the fault', async (t) => {
    const folder = logFolder(t);
    const disk = createFaultyDisk();
    const log = await openLog(folder, { files: disk.files, onFault: () => {} });
    await durable(log, log.append(decision('running')));
    disk.writeFault = { code: 'EIO', writtenBytes: 0 };
    await assert.rejects(durable(log, log.append(decision('lost'))));
    disk.writeFault = undefined;
    await healed(log);
    await durable(log, log.append(outcome('running')));
    await log.close();
    const outcomes = readRecords(folder).filter((record) => record['kind'] === 'outcome');
    assert.deepEqual(
      outcomes.map((record) => [record['id'], record['status']]),
      [['running', 'ok']],
    );
  });

  it('when full, is reported while there is still room, and denies calls only when there is none', async (t) => {
    const folder = logFolder(t);
    const disk = createFaultyDisk();
    const faults: GatewayError[] = [];
    const log = await openLog(folder, { files: disk.files, retryMs: 5, onFault: (error) => faults.push(error) });
    disk.createFault = 'ENOSPC';
    let written = 0;
    let told = Infinity;
    for (;;) {
      const ticket = log.append(decision(`call-${written}`, { verdict: 'deny' }));
      const error = await durable(log, ticket).then(
        () => undefined,
        (cause: GatewayError) => cause,
      );
      if (faults.length > 0) told = Math.min(told, written);
      if (error !== undefined) break;
      written += 1;
    }
    assert.ok(written > 20 && told < written - 5, `${written} were written, told after ${told}`);
    assert.equal(log.state, 'faulted');
    disk.createFault = undefined;
    await healed(log);
    await durable(log, log.append(decision('after')));
    await log.close();
    const report = await verifyLogs(folder);
    assert.equal(report.ok, true);
    assert.match(report.logs[0]?.remarks.join() ?? '', /could not be taken.*ENOSPC/);
  });

  it('at the start leaves the log faulted, and it heals', async (t) => {
    const folder = logFolder(t);
    const disk = createFaultyDisk();
    disk.createFault = 'ENOSPC';
    const faults: GatewayError[] = [];
    const log = await openLog(folder, { files: disk.files, onFault: (error) => faults.push(error) });
    assert.equal(log.state, 'faulted');
    assert.match(String(faults[0]?.cause), /ENOSPC/);
    assert.equal(log.append(decision('denied')), 0);
    disk.createFault = undefined;
    await healed(log);
    await writeCalls(log, ['after']);
    await log.close();
    assert.equal((await verifyLogs(folder)).ok, true);
    assert.deepEqual(kinds(folder), ['segment', 'log opened', 'log gap', 'decision', 'outcome', 'log closed']);
  });

  it('that never comes back keeps nobody from closing', async (t) => {
    const disk = createFaultyDisk();
    const log = await openLog(logFolder(t), { files: disk.files, onFault: () => {} });
    disk.writeFault = { code: 'EIO', writtenBytes: 0 };
    await assert.rejects(durable(log, log.append(decision('lost'))));
    await log.close();
    await log.close();
    assert.equal(log.state, 'closed');
    assert.equal(log.append(decision('late')), 0);
  });
});

describe('a disk that is too slow', () => {
  it('makes the log refuse decisions at its cap, keep room for outcomes, and say afterwards what it refused', async (t) => {
    const folder = logFolder(t);
    const disk = createFaultyDisk();
    const faults: GatewayError[] = [];
    const log = await openLog(folder, { files: disk.files, maxQueuedBytes: 4_000, onFault: (error) => faults.push(error) });
    await durable(log, log.append(decision('a')));
    await durable(log, log.append(decision('b')));
    disk.stalled = true;
    let taken = 0;
    while (log.append(decision(`call-${taken}`, { verdict: 'deny' })) !== 0) taken += 1;
    assert.ok(taken > 5 && log.queuedBytes < 5_000, `${taken} were taken, ${log.queuedBytes} bytes wait`);
    assert.equal(log.state, 'open');
    assert.notEqual(log.append(outcome('a')), 0);
    while (log.append(outcome('x')) !== 0);
    assert.equal(log.append(outcome('b')), 0);
    assert.ok(log.queuedBytes < 9_000);
    assert.equal(faults.length, 1);
    disk.release();
    await healed(log);
    await log.close();
    const records = readRecords(folder);
    const gap = records.find((record) => record['event'] === 'gap');
    assert.deepEqual([gap?.['records'], gap?.['reason']], [3, 'queue_full']);
    assert.deepEqual(
      records.filter((record) => record['status'] === 'unknown').map((record) => record['id']),
      ['b'],
    );
    assert.equal((await verifyLogs(folder)).ok, true);
  });

  it('refuses more running calls than a segment could carry', async (t) => {
    await using log = await openLog(logFolder(t), { onFault: () => {} });
    let taken = 0;
    while (log.append(decision(`call-${taken}`)) !== 0) taken += 1;
    assert.equal(taken, Math.ceil(SEGMENT_MIN_BYTES / 160));
    assert.notEqual(log.append(decision('denied', { verdict: 'deny' })), 0);
  });
});

it('a callback that throws is reported and stops neither the log nor the other callbacks', async (t) => {
  const faults: GatewayError[] = [];
  await using log = await openLog(logFolder(t), { onFault: (error) => faults.push(error) });
  const ticket = log.append(decision('a'));
  log.whenDurable(ticket, () => assert.fail('broken'));
  await durable(log, ticket);
  assert.match(String(faults[0]?.cause), /broken/);
  await writeCalls(log, ['b']);
});
