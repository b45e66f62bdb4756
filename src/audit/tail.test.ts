import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';

import { decision, durable, logFolder, openLog, outcome, segmentFiles, writeCalls } from './log.fixture.ts';
import type { AuditLog } from './log.ts';
import { tailLogs } from './tail.ts';
import type { TailOptions, TailRecord } from './tail.ts';

async function collect(directory: string, options: Partial<TailOptions> = {}): Promise<TailRecord[]> {
  const records: TailRecord[] = [];
  for await (const record of tailLogs(directory, { follow: false, limit: undefined, ...options })) records.push(record);
  return records;
}

/** Two logs whose calls alternate in time. */
async function twoLogs(t: TestContext) {
  const root = dirname(logFolder(t));
  mkdirSync(join(root, 'worker-1'));
  const logs = [
    await openLog(join(root, 'worker-0'), { clock: () => 1 }),
    await openLog(join(root, 'worker-1'), { slot: 'worker-1', clock: () => 1 }),
  ];
  t.after(() => Promise.all(logs.map((log) => log.close())));
  const call = async (at: number): Promise<void> => {
    const log: AuditLog | undefined = logs[at % 2];
    assert.ok(log !== undefined);
    await durable(log, log.append(decision(`call-${at}`, { time: 10 * at })));
    await durable(log, log.append(outcome(`call-${at}`, { time: 10 * at + 15 })));
  };
  return { root, logs, call };
}

const ids = (records: readonly TailRecord[]): readonly unknown[] =>
  records.filter(({ kind }) => kind === 'decision').map(({ members }) => members['id']);

describe('tail', () => {
  it('shows all logs merged by time, each in its own order, without the lines that frame the log', async (t) => {
    const { root, call } = await twoLogs(t);
    for (let at = 1; at <= 120; at++) await call(at);
    const records = await collect(root);
    assert.deepEqual(
      ids(records),
      Array.from({ length: 120 }, (_, i) => `call-${i + 1}`),
    );
    assert.ok(records.every((record, i) => i === 0 || record.time >= (records[i - 1]?.time ?? 0)));
    assert.deepEqual([...new Set(records.map(({ kind }) => kind))].sort(), ['decision', 'log', 'outcome']);
    assert.deepEqual([...new Set(records.map(({ slot }) => slot))].sort(), ['worker-0', 'worker-1']);
  });

  for (const limit of [0, 1, 7, 100, 100_000]) {
    it(`shows the newest ${limit}`, async (t) => {
      const { root, call } = await twoLogs(t);
      for (let at = 1; at <= 80; at++) await call(at);
      const all = await collect(root);
      assert.deepEqual(await collect(root, { limit }), limit === 0 ? [] : all.slice(-limit));
    });
  }

  it('gives the line as it is in the file', async (t) => {
    const folder = logFolder(t);
    const log = await openLog(folder);
    await durable(log, log.append(decision('a', { tool: 'evil\u001b[2J' })));
    await log.close();
    const record = (await collect(folder)).find(({ kind }) => kind === 'decision');
    assert.deepEqual([record?.slot, record?.seq, record?.time], ['worker-0', 3, 1_700_000_000_000]);
    assert.match(record?.text ?? '', /^\{"v":1,"seq":3,.*"tool":"evil\\ufffd\[2J".*\}$/);
  });

  it('reads a record from a folder that is not there as none', async (t) => {
    assert.deepEqual(await collect(join(logFolder(t), 'nowhere')), []);
  });

  it('follows a log as it grows over its segments, and a new log, and loses nothing', async (t) => {
    const root = dirname(logFolder(t));
    const log = await openLog(join(root, 'worker-0'));
    const stop = new AbortController();
    const seen: unknown[] = [];
    const expected = Array.from({ length: 150 }, (_, i) => `call-${i}`);
    const reader = (async () => {
      for await (const record of tailLogs(root, { follow: true, limit: undefined, signal: stop.signal, pollMs: 1 })) {
        if (record.kind === 'decision') seen.push(record.members['id']);
        if (seen.length === expected.length + 1) stop.abort();
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await writeCalls(log, expected);
    mkdirSync(join(root, 'worker-1'));
    const other = await openLog(join(root, 'worker-1'), { slot: 'worker-1' });
    await writeCalls(other, ['elsewhere']);
    await reader;
    await Promise.all([log.close(), other.close()]);
    assert.deepEqual(seen, [...expected, 'elsewhere']);
  });

  it('ends at once when it is stopped', async (t) => {
    const folder = logFolder(t);
    const log = await openLog(folder);
    const stop = new AbortController();
    const reader = collect(folder, { follow: true, signal: stop.signal, pollMs: 1_000_000 });
    stop.abort();
    assert.equal((await reader).length, 1);
    await log.close();
  });

  it('goes on behind segments that were removed, while it reads and before', async (t) => {
    const directory = logFolder(t);
    const log = await openLog(directory);
    await writeCalls(
      log,
      Array.from({ length: 200 }, (_, i) => `call-${i}`),
    );
    await log.close();
    const files = segmentFiles(directory);
    assert.ok(files.length > 6);
    const path = (at: number): string => join(directory, files[at] ?? '');
    const reading = tailLogs(dirname(directory), { follow: false, limit: undefined });
    await reading.next();
    // A hold keeps the first segment; two are gone before they are read, and those that follow are there.
    for (const at of [1, 2]) rmSync(path(at));
    const seen: unknown[] = [];
    for await (const { members } of reading) seen.push(members['id']);
    assert.ok(seen.includes('call-0') && seen.includes('call-199'));
    assert.deepEqual(ids(await collect(dirname(directory))).at(-1), 'call-199');
    assert.ok(seen.length < 390);
  });
});
