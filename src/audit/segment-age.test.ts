import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { decision, durable, logFolder, openLog, outcome, readRecords, segmentFiles } from './log.fixture.ts';
import { isOver, SEGMENT_MAX_AGE_MS, sizeAfter } from './segment-age.ts';
import { verifyLogs } from './verify.ts';

const MIB = 1_048_576;
const START_MS = 1_700_000_000_000;

describe('the age of a segment', () => {
  it('ends it when it was used', () => {
    const used = { bytes: MIB, since: START_MS, isUsed: true };
    assert.equal(isOver(used, START_MS + SEGMENT_MAX_AGE_MS - 1), false);
    assert.equal(isOver(used, START_MS + SEGMENT_MAX_AGE_MS), true);
    assert.equal(isOver({ ...used, isUsed: false }, START_MS + SEGMENT_MAX_AGE_MS), false);
  });

  it('makes the next one as large as it may have to be', () => {
    assert.equal(sizeAfter(1_000, 0, 16 * MIB), MIB);
    assert.equal(sizeAfter(MIB, 0, 16 * MIB), 4 * MIB);
    assert.equal(sizeAfter(10 * MIB, 0, 16 * MIB), 16 * MIB);
    assert.equal(sizeAfter(1_000, 20_000, 16 * MIB), 8 * MIB);
    assert.equal(sizeAfter(1_000, 0, 16_384), 16_384);
  });

  it('begins a new one with the record that comes too late, smaller where little was said', async (t) => {
    const directory = logFolder(t);
    let now = START_MS;
    const log = await openLog(directory, { clock: () => now, segmentBytes: 16 * MIB });
    log.append(decision('c1', { time: now }));
    now += SEGMENT_MAX_AGE_MS;
    await durable(log, log.append(outcome('c1', { time: now })));
    await log.close();
    assert.deepEqual(
      segmentFiles(directory).map((name) => statSync(join(directory, name)).size),
      [16 * MIB, MIB],
    );
    const [head, ...rest] = readRecords(directory).filter(({ seq }) => Number(seq) > 3);
    assert.deepEqual([head?.['kind'], head?.['bytes'], head?.['carried']], ['segment', MIB, 1]);
    assert.deepEqual(
      rest.map(({ kind }) => kind),
      ['carried', 'outcome', 'log'],
    );
    assert.equal((await verifyLogs(dirname(directory))).ok, true);
  });

  it('counts from its head on, also after a restart, and goes by the size that it was made with', async (t) => {
    const directory = logFolder(t);
    let now = START_MS;
    const open = (): ReturnType<typeof openLog> => openLog(directory, { clock: () => now, segmentBytes: 16 * MIB });
    const first = await open();
    first.append(decision('c1', { time: now, verdict: 'deny' }));
    await first.close();
    now += SEGMENT_MAX_AGE_MS;
    const second = await open();
    await durable(second, second.append(decision('c2', { time: now, verdict: 'deny' })));
    await second.close();
    assert.equal(segmentFiles(directory).length, 2);
    // One of 1 MiB is full long before one of 16 MiB would be.
    const third = await open();
    for (let n = 0; n < 4_000; n++) third.append(decision(`d${n}`, { time: now, verdict: 'deny' }));
    await third.close();
    assert.deepEqual(
      segmentFiles(directory).map((name) => statSync(join(directory, name)).size),
      [16 * MIB, MIB, 16 * MIB],
    );
    assert.equal((await verifyLogs(dirname(directory))).ok, true);
  });

  it('ends it also where nobody adds anything, once', async (t) => {
    const directory = logFolder(t);
    let now = START_MS;
    const log = await openLog(directory, { clock: () => now });
    await durable(log, log.append(decision('c1', { time: now, verdict: 'deny' })));
    log.renew();
    now += SEGMENT_MAX_AGE_MS;
    log.renew();
    now += SEGMENT_MAX_AGE_MS;
    log.renew();
    await log.close();
    assert.deepEqual(
      readRecords(directory).map(({ kind, number }) => [kind, number]),
      [
        ['segment', 1],
        ['log', undefined],
        ['decision', undefined],
        ['segment', 2],
        ['log', undefined],
      ],
    );
  });
});
