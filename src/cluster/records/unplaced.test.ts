// What a worker that was taken over can put into its own log, chained as it should be: none of it may take anything out of sight, of another log or of its own,
// and what cannot be found is said, each time.

import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseFrame } from '../../audit/index.ts';
import type { CountBy } from '../../audit/index.ts';
import { sha256Hex } from '../../base/index.ts';
import { buildRecordIndex, openRecordIndex } from '../index.ts';
import { act, append, dataFolderFor, decision, nameOf, NOW, outcome } from './records.fixture.ts';

const LINES_PER_LOG = 2 ** 40;

/** Puts a line behind the last one of a log of one segment, with the right chain hash. */
function forge(folder: string, slot: string, seq: number, time: number, members: string): void {
  const path = join(folder, 'audit', slot, '00000001.log');
  const bytes = readFileSync(path);
  const end = bytes.indexOf(0);
  const last = parseFrame(bytes.toString('latin1', 0, end).trimEnd().split('\n').at(-1) ?? '');
  assert.ok(last !== undefined);
  const head = `{"v":1,"seq":${seq},"time":${time},${members}`;
  bytes.write(`${head},"chain":"${sha256Hex(last.chain + head)}"}\n`, end, 'latin1');
  writeFileSync(path, bytes);
}

function forgedCall(id: string): string {
  return `"kind":"decision","id":"${id}","verdict":"deny","tenant":"default","agent":"nobody","server":"files"`;
}

/** What is found, what is not, and figures of every kind, by an index that has grown and by one that is made anew. */
async function asked(folder: string): Promise<readonly { readonly found: readonly string[]; readonly unplaced: unknown }[]> {
  const answers = [];
  for (const anew of [false, false, true]) {
    if (anew) await buildRecordIndex(folder);
    const index = await openRecordIndex(folder);
    await index.catchUp();
    const found: string[] = [];
    for await (const entry of index.find({ order: 'oldest', kinds: ['call', 'act'] })) found.push(nameOf(entry));
    for (const by of ['hour', 'server'] satisfies CountBy[]) index.count({}, by, 1);
    answers.push({ found, unplaced: index.unplaced() });
    index.close();
  }
  return answers;
}

for (const [what, seq, time] of [
  ['the number of a line of the next log', LINES_PER_LOG + 2, NOW],
  ['the number of a line of the log after that', 2 * LINES_PER_LOG + 2, NOW],
  ['the first number that is too large', LINES_PER_LOG, NOW],
  ['a number that is not told from others', 9_999_999_999_999_998, NOW],
  ['no number', 0, NOW],
  ['a number that is taken', 2, NOW],
  ['a time that is no date', 5, 9_999_999_999_999_998],
] as const)
  test(`a line with ${what} takes nothing out of sight, and is said not to be found`, async (t) => {
    const folder = dataFolderFor(t);
    for (const slot of ['worker-0', 'worker-1', 'worker-2']) await append(folder, slot, [decision('a-1'), outcome('a-1'), act('desk-1')]);
    const [before] = await asked(folder);
    assert.ok(before !== undefined && before.found.length === 6);
    assert.deepEqual(before.unplaced, []);
    forge(folder, 'worker-0', seq, time, forgedCall('b-1'));
    for (const after of await asked(folder)) assert.deepEqual(after, { ...before, unplaced: [{ slot: 'worker-0', lines: 1 }] });
  });

test('the number that a log says it begins with takes nothing of another log away', async (t) => {
  const folder = dataFolderFor(t);
  for (const slot of ['worker-0', 'worker-1']) await append(folder, slot, [decision('a-1'), outcome('a-1')]);
  const [before] = await asked(folder);
  const path = join(folder, 'audit', 'worker-0', '00000001.log');
  const text = readFileSync(path, 'latin1');
  writeFileSync(path, text.replace('"seq":1,', `"seq":${3 * LINES_PER_LOG},`), 'latin1');
  for (const { found } of await asked(folder)) assert.deepEqual(found.toSorted(), before?.found);
});

test('a call that is not found takes its outcome with it, and both are said', async (t) => {
  const folder = dataFolderFor(t);
  await append(folder, 'worker-0', [decision('a-1'), outcome('a-1')]);
  const [before] = await asked(folder);
  forge(folder, 'worker-0', 2, NOW, forgedCall('b-1').replace('deny', 'allow'));
  forge(folder, 'worker-0', 2, NOW, '"kind":"outcome","id":"b-1","status":"ok"');
  for (const { found, unplaced } of await asked(folder)) {
    assert.deepEqual(found, before?.found);
    assert.deepEqual(unplaced, [{ slot: 'worker-0', lines: 2 }]);
  }
});

test('an outcome at a time that is no date is not found as the end of its call', async (t) => {
  const folder = dataFolderFor(t);
  await append(folder, 'worker-0', [decision('a-1')]);
  forge(folder, 'worker-0', 5, 9_999_999_999_999_998, '"kind":"outcome","id":"a-1","status":"ok"');
  for (const { unplaced } of await asked(folder)) assert.deepEqual(unplaced, [{ slot: 'worker-0', lines: 1 }]);
});

test('lines that are no records are said as well, until their log is gone', async (t) => {
  const folder = dataFolderFor(t);
  for (const slot of ['worker-0', 'worker-1']) await append(folder, slot, [decision('a-1'), outcome('a-1')]);
  const path = join(folder, 'audit', 'worker-0', '00000001.log');
  const bytes = readFileSync(path);
  bytes.write('XX', bytes.indexOf('"kind":"outcome"'));
  writeFileSync(path, bytes);
  for (const { unplaced } of await asked(folder)) assert.deepEqual(unplaced, [{ slot: 'worker-0', lines: 1 }]);
  rmSync(join(folder, 'audit', 'worker-0'), { recursive: true });
  for (const { unplaced } of await asked(folder)) assert.deepEqual(unplaced, []);
});

test('a call of long ago hides no hour of today', async (t) => {
  const folder = dataFolderFor(t);
  await append(folder, 'worker-0', [decision('a-1', { time: 0, verdict: 'deny' }), decision('a-2', { verdict: 'deny' })]);
  const index = await openRecordIndex(folder);
  t.after(() => index.close());
  await index.catchUp();
  assert.deepEqual(index.count({}, 'hour', 1), [
    { group: '1970-01-01T00:00:00.000Z', calls: 1 },
    { group: '2026-11-22T10:00:00.000Z', calls: 1 },
  ]);
});
