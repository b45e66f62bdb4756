// The record page by page: what comes behind an entry, wherever it stands, and one entry by where it stands.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Entry, EntryPlace, EntryQuery, RecordIndex } from '../../audit/index.ts';
import { openRecordIndex } from '../index.ts';
import { append, dataFolderFor, decision, nameOf, NOW, outcome, randomRecords } from './records.fixture.ts';

async function all(index: RecordIndex, query: EntryQuery): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of index.find(query)) entries.push(entry);
  return entries;
}

function placeOf({ slot, line }: Entry): EntryPlace {
  return { slot, seq: line.seq, time: line.time };
}

test('pages hold every entry once, in order, whatever is asked', async (t) => {
  const folder = dataFolderFor(t);
  for (const seed of [1, 2]) await append(folder, `worker-${seed}`, randomRecords(seed, 120));
  const index = await openRecordIndex(folder);
  t.after(() => index.close());
  await index.catchUp();
  for (const order of ['newest', 'oldest'] as const)
    for (const filter of [{}, { server: 'server-1' }, { agent: 'desk-2' }, { verdict: 'deny' }, { kinds: ['act'] }] as const) {
      const whole = (await all(index, { ...filter, order })).map(nameOf);
      const paged: string[] = [];
      let after: EntryPlace | undefined;
      for (;;) {
        const page = await all(index, { ...filter, order, limit: 7, after });
        paged.push(...page.map(nameOf));
        const last = page.at(-1);
        if (last === undefined) break;
        after = placeOf(last);
      }
      assert.deepEqual(paged, whole, `${order} ${JSON.stringify(filter)}`);
    }
});

test('a page goes on where it was, though its log is gone', async (t) => {
  const folder = dataFolderFor(t);
  await append(folder, 'worker-0', [decision('a-1', { time: NOW }), decision('a-2', { time: NOW + 2 })]);
  await append(folder, 'worker-1', [decision('b-1', { time: NOW + 1 })]);
  const index = await openRecordIndex(folder);
  t.after(() => index.close());
  await index.catchUp();
  const [gone] = await all(index, { order: 'oldest', id: 'b-1' });
  if (gone === undefined) assert.fail('it is not there');
  rmSync(join(folder, 'audit', 'worker-1'), { recursive: true });
  await index.catchUp();
  const ids = async (order: EntryQuery['order']): Promise<readonly unknown[]> =>
    (await all(index, { order, kinds: ['call'], after: placeOf(gone) })).map(({ line }) => line.members['id']);
  assert.deepEqual(await ids('oldest'), ['a-2']);
  assert.deepEqual(await ids('newest'), ['a-1']);
});

test('an entry is read by the line that it begins with, and by no other', async (t) => {
  const folder = dataFolderFor(t);
  await append(folder, 'worker-0', [decision('a-1'), outcome('a-1')]);
  const index = await openRecordIndex(folder);
  t.after(() => index.close());
  await index.catchUp();
  const [call] = await all(index, { order: 'oldest', id: 'a-1' });
  if (call === undefined) assert.fail('it is not there');
  assert.deepEqual(await index.read('worker-0', call.line.seq), call);
  for (const seq of [call.line.seq + 1, 0, -1, 2 ** 40, Number.NaN]) assert.equal(await index.read('worker-0', seq), undefined);
  assert.equal(await index.read('worker-9', call.line.seq), undefined);
});
