// The job that keeps the index near the record, in a thread of its own, on logs that the product itself wrote.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openActLog } from '../audit/index.ts';
import { openRecordIndex } from '../cluster/index.ts';
import { createLog } from '../telemetry/index.ts';
import type { Log } from '../telemetry/index.ts';
import { createRecordIndexer } from './record-indexer.ts';

const NOW = Date.parse('2026-11-22T10:00:00.000Z');

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-indexer-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** One act on record, in a log that is closed again. */
async function writeAct(folder: string, target: string): Promise<void> {
  const onFault = (error: Error): never => {
    throw error;
  };
  const log = await openActLog({ node: 'node-1', directory: join(folder, 'audit', 'control'), writer: 'test', nowMs: () => NOW, onFault });
  const act = { kind: 'act', act: `act_${target}`, action: 'agents.add', outcome: 'done', by: 'os:ops', via: 'cli' } as const;
  await log.record([{ ...act, time: NOW, tenant: 'default', target, reason: undefined }]);
  await log.close();
}

/** Without bringing the index up to date: what the job has done. */
async function targets(folder: string): Promise<readonly unknown[]> {
  const index = await openRecordIndex(folder);
  try {
    const found: unknown[] = [];
    for await (const { line } of index.find({ kinds: ['act'], order: 'oldest' })) found.push(line.members['target']);
    return found;
  } finally {
    index.close();
  }
}

function logTo(lines: string[]): Log {
  return createLog({ process: 'control', level: 'info', write: (line) => lines.push(line), clock: () => NOW, format: 'json' });
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

test('what is written is in the index before anybody asks', { timeout: 60_000 }, async (t) => {
  const folder = folderFor(t);
  await writeAct(folder, 'first');
  const indexer = createRecordIndexer({ dataFolder: folder, log: logTo([]), everyMs: 20 });
  t.after(() => indexer.close());
  await until(() => readdirSync(folder).includes('index') && readdirSync(join(folder, 'index')).includes('records-1.db'));
  await indexer.update();
  assert.deepEqual(await targets(folder), ['first']);
});

test('an update asked for takes in what was written until then, also while one is under way', { timeout: 60_000 }, async (t) => {
  const folder = folderFor(t);
  const indexer = createRecordIndexer({ dataFolder: folder, log: logTo([]) });
  t.after(() => indexer.close());
  await writeAct(folder, 'first');
  const early = indexer.update();
  await writeAct(folder, 'second');
  await Promise.all([early, indexer.update()]);
  assert.deepEqual(await targets(folder), ['first', 'second']);
});

test('an index that cannot be written is said once, and whoever needs it done learns it', { timeout: 60_000 }, async (t) => {
  const folder = folderFor(t);
  await writeAct(folder, 'first');
  // No folder can be made where a file is.
  writeFileSync(join(folder, 'index'), '');
  const lines: string[] = [];
  const indexer = createRecordIndexer({ dataFolder: folder, log: logTo(lines), everyMs: 20 });
  t.after(() => indexer.close());
  await until(() => lines.length > 0);
  await assert.rejects(indexer.update(), /cannot be used/);
  await writeAct(folder, 'second');
  await assert.rejects(indexer.update(), /cannot be used/);
  assert.deepEqual(lines.slice(1), []);
  assert.match(lines[0] ?? '', /cannot be brought up to date/);
});

test('after it was closed nothing is begun', { timeout: 60_000 }, async (t) => {
  const folder = folderFor(t);
  mkdirSync(join(folder, 'audit'));
  chmodSync(join(folder, 'audit'), 0o700);
  const indexer = createRecordIndexer({ dataFolder: folder, log: logTo([]), everyMs: 5 });
  await indexer.close();
  await indexer.update();
  assert.deepEqual(readdirSync(folder), ['audit']);
});
