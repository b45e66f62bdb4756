// The thread that follows the logs: it tells what is written while somebody looks on, and is replaced when it dies.

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { append, dataFolderFor, decision, outcome } from '../../cluster/records/records.fixture.ts';
import { createLog } from '../../telemetry/index.ts';
import { createCallFeed } from './call-feed.ts';
import type { CallFeed } from './call-feed.ts';

const LOG = createLog({ process: 'test', level: 'error', write: () => {}, clock: () => 0, format: 'json' });

interface Heard {
  readonly calls: string[];
  readies: number;
  readonly leave: () => void;
}

function feedFor(t: TestContext, dataFolder: string): CallFeed {
  const feed = createCallFeed({ dataFolder, log: LOG, idleMs: 10 });
  t.after(() => feed.close());
  return feed;
}

function listen(feed: CallFeed, server?: string): Heard {
  const heard: Heard = { calls: [], readies: 0, leave: () => leave() };
  const leave = feed.watch({
    filter: { server },
    hidesNames: false,
    onReady: () => (heard.readies += 1),
    onCalls: ({ records }) => heard.calls.push(...records.map(({ id, status }) => `${id} ${status ?? 'begun'}`)),
  });
  return heard;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

test('what is written while somebody looks on is told, what stood there before is not', async (t) => {
  const folder = dataFolderFor(t);
  await append(folder, 'worker-0', [decision('a-1'), outcome('a-1')]);
  const feed = feedFor(t, folder);
  const all = listen(feed);
  const files = listen(feed, 'elsewhere');
  await until(() => all.readies === 1 && files.readies === 1);
  await append(folder, 'worker-0', [decision('a-2'), outcome('a-2')]);
  // A worker that was not there before.
  await append(folder, 'worker-1', [decision('b-1', { verdict: 'deny', server: 'elsewhere' })]);
  await until(() => all.calls.includes('a-2 ok') && all.calls.includes('b-1 begun') && files.calls.length > 0);
  assert.ok(!all.calls.some((one) => one.startsWith('a-1')), all.calls.join());
  assert.deepEqual(files.calls, ['b-1 begun']);
  const late = listen(feed);
  await until(() => late.readies === 1);
  all.leave();
  all.leave();
  await append(folder, 'worker-0', [decision('a-3', { verdict: 'deny' })]);
  await until(() => late.calls.includes('a-3 begun'));
  assert.ok(!all.calls.includes('a-3 begun'));
});

test('one that dies is replaced, and who looks on is told to look again', async (t) => {
  const folder = dataFolderFor(t);
  // Where the logs should be there is something else.
  writeFileSync(join(folder, 'audit'), '');
  const heard = listen(feedFor(t, folder));
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.equal(heard.readies, 0);
  rmSync(join(folder, 'audit'));
  await append(folder, 'worker-0', [decision('a-1', { verdict: 'deny' })]);
  await until(() => heard.readies === 1);
  await append(folder, 'worker-0', [decision('a-2', { verdict: 'deny' })]);
  // It may have begun to look before the first record was there.
  await until(() => heard.calls.includes('a-2 begun'));
  assert.deepEqual(
    heard.calls.filter((one) => !one.startsWith('a-1')),
    ['a-2 begun'],
  );
});
