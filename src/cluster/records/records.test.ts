// The index says what the logs say: held against a plain reading of every line, as the logs grow, lose their oldest segments, begin anew or are broken into.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { matchesEntry } from '../../audit/index.ts';
import type { CountBy, EntryFilter, EntryQuery, RecordIndex } from '../../audit/index.ts';
import { buildRecordIndex, openRecordIndex } from '../index.ts';
import {
  act,
  append,
  createDraw,
  dataFolderFor,
  decision,
  found,
  nameOf,
  NOW,
  outcome,
  randomRecords,
  readEntries,
} from './records.fixture.ts';

async function openFor(t: TestContext, folder: string): Promise<RecordIndex> {
  const index = await openRecordIndex(folder);
  t.after(() => index.close());
  await index.catchUp();
  return index;
}

async function names(index: RecordIndex, query: Partial<EntryQuery> = {}): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const entry of index.find({ order: 'oldest', ...query })) all.push(nameOf(entry));
  return all;
}

/** What a plain reading of all lines gives. */
async function expected(folder: string, filter: EntryFilter = {}): Promise<readonly string[]> {
  return (await readEntries(folder)).filter((entry) => matchesEntry(filter, entry)).map(nameOf);
}

function randomFilter(draw: (below: number) => number): EntryFilter {
  const maybe = <T>(value: T): T | undefined => (draw(4) === 0 ? value : undefined);
  const from = NOW + draw(400) * 60_000;
  return {
    agent: maybe(`desk-${draw(5)}`),
    subject: maybe(draw(2) === 0 ? `sub_user${draw(5)}` : `desk-${draw(4)}`),
    about: draw(8) === 0 ? [`desk-${draw(4)}`, `sub_user${draw(5)}`] : undefined,
    server: maybe(`server-${draw(4)}`),
    tool: maybe(`tool-${draw(6)}`),
    rule: maybe(`rule-${draw(3)}`),
    verdict: maybe(draw(2) === 0 ? 'deny' : 'allow'),
    status: maybe(draw(2) === 0 ? 'ok' : 'tool_error'),
    finding: maybe(draw(2) === 0 ? 'email' : 'vendor-token'),
    kinds: draw(3) === 0 ? ['call'] : draw(3) === 0 ? ['act', 'outcome'] : undefined,
    ...(draw(2) === 0 ? { fromMs: from, toMs: from + draw(300) * 60_000 } : {}),
  };
}

test('whatever is asked, the index gives what a reading of all lines gives', async (t) => {
  const folder = dataFolderFor(t);
  for (const seed of [1, 2, 3]) await append(folder, `worker-${seed}`, randomRecords(seed, 250));
  const index = await openFor(t, folder);
  const draw = createDraw(99);
  for (let round = 0; round < 150; round++) {
    const filter = randomFilter(draw);
    const all = await expected(folder, filter);
    const said = JSON.stringify(filter);
    assert.deepEqual((await names(index, filter)).toSorted(), all.toSorted(), said);
    const newest = await names(index, { ...filter, order: 'newest', limit: 7 });
    assert.equal(newest.length, Math.min(7, all.length), said);
    // Times differ within a log, so only records of several logs at one time may stand in either order.
    const times = new Map((await readEntries(folder)).map((entry) => [nameOf(entry), entry.line.time]));
    assert.deepEqual(
      newest.map((name) => times.get(name)),
      all
        .map((name) => times.get(name))
        .toReversed()
        .slice(0, 7),
      said,
    );
  }
});

test('what nobody has ever been called finds nothing, whatever it is asked as', async (t) => {
  const folder = dataFolderFor(t);
  await append(folder, 'worker-0', randomRecords(3, 20));
  const index = await openFor(t, folder);
  const word = 'never';
  for (const filter of [
    { id: word },
    { agent: word },
    { subject: word },
    { about: [word] },
    { server: word },
    { finding: word },
    { kinds: ['flow'] },
  ] as const)
    assert.deepEqual(await names(index, filter), [], JSON.stringify(filter));
  assert.deepEqual(index.count({ server: word }, 'tool', 5), []);
});

test('more entries than are read at once come in order and once each', async (t) => {
  const folder = dataFolderFor(t);
  await append(
    folder,
    'worker-0',
    Array.from({ length: 1_300 }, (_, at) =>
      decision(`aaaaaaaaaaaaaaaa-${at.toString(36)}`, { verdict: 'deny', time: NOW + Math.floor(at / 50) }),
    ),
  );
  const index = await openFor(t, folder);
  const forward = await names(index, { server: 'files' });
  assert.equal(new Set(forward).size, 1_300);
  assert.deepEqual(await names(index, { server: 'files', order: 'newest' }), forward.toReversed());
});

test('an index that grows with the logs is the one that would be made of them anew', async (t) => {
  const folder = dataFolderFor(t);
  const records = randomRecords(4, 300);
  const index = await openFor(t, folder);
  for (const [from, to] of [
    [0, 90],
    [90, 91],
    [91, 91],
    [91, 300],
  ] as const) {
    await append(folder, 'worker-0', records.slice(from, to));
    await index.catchUp();
    assert.deepEqual(await names(index), await expected(folder));
  }
  await buildRecordIndex(folder);
  assert.deepEqual(await names(await openFor(t, folder)), await expected(folder));
});

test('whoever brings the index up to date has all of it, however many others do so', async (t) => {
  const folder = dataFolderFor(t);
  const records = randomRecords(5, 400);
  const indexes = await Promise.all([1, 2, 3].map(() => openFor(t, folder)));
  for (const [from, to] of [
    [0, 150],
    [150, 151],
    [151, 400],
  ] as const) {
    const wanted: Promise<readonly string[]>[] = [];
    const writing = append(folder, 'worker-0', records.slice(from, to));
    const busy = indexes.map(async (index) => {
      for (let round = 0; round < 5; round++) await index.catchUp();
    });
    await writing;
    for (const index of indexes) wanted.push(index.catchUp().then(() => names(index)));
    const all = await expected(folder);
    for (const found of await Promise.all(wanted)) assert.deepEqual(found, all);
    await Promise.all(busy);
  }
});

test('what is no longer kept is not in the index either, and nobody named in it alone', async (t) => {
  const folder = dataFolderFor(t);
  const early = Array.from({ length: 60 }, (_, at) => decision(`aaaaaaaaaaaaaaaa-${at.toString(36)}`, { agent: 'gone-1', time: NOW + at }));
  await append(folder, 'worker-0', early);
  const index = await openFor(t, folder);
  await append(folder, 'worker-0', [decision('bbbbbbbbbbbbbbbb-1', { time: NOW + 1_000 })]);
  await index.catchUp();
  const directory = join(folder, 'audit', 'worker-0');
  const segments = readdirSync(directory).filter((name) => name.endsWith('.log'));
  assert.ok(segments.length > 2);
  rmSync(join(directory, segments.sort()[0] ?? ''));
  await index.catchUp();
  // Calls whose decision is gone and whose outcome is not are still there by their outcome.
  const left = await names(index);
  assert.deepEqual(left, await expected(folder));
  assert.ok(left.some((name) => name.endsWith(' outcome')));

  for (const name of segments.sort().slice(1, -1)) rmSync(join(directory, name));
  await index.catchUp();
  assert.deepEqual(await names(index), await expected(folder));
  const database = new DatabaseSync(join(folder, 'index', 'records-1.db'));
  t.after(() => database.close());
  const words = database
    .prepare('SELECT text FROM name')
    .all()
    .map(({ text }) => text);
  assert.ok(words.includes('desk-1') && !words.includes('gone-1'));
});

test('a segment that goes while it is read is no fault', async (t) => {
  const folder = dataFolderFor(t);
  await append(folder, 'worker-0', randomRecords(15, 300));
  const directory = join(folder, 'audit', 'worker-0');
  const [, second = ''] = readdirSync(directory)
    .filter((name) => name.endsWith('.log'))
    .sort();
  const index = await openRecordIndex(folder, { onProgress: () => rmSync(join(directory, second), { force: true }) });
  t.after(() => index.close());
  await index.catchUp();
  const left = new Set((await readEntries(folder)).map(({ line }) => line.seq));
  assert.ok(left.size > 0 && existsSync(directory) && !existsSync(join(directory, second)));
  for (const name of await names(index)) assert.ok(left.has(Number(/:(\d+) /.exec(name)?.[1])), name);
});

test('a log that was begun anew, or is gone, is taken for what it is', async (t) => {
  const folder = dataFolderFor(t);
  await append(folder, 'worker-0', randomRecords(8, 60));
  await append(folder, 'worker-1', randomRecords(9, 60));
  const index = await openFor(t, folder);
  rmSync(join(folder, 'audit', 'worker-0'), { recursive: true });
  await append(folder, 'worker-0', randomRecords(10, 30));
  assert.deepEqual((await index.catchUp()).remade, ['worker-0']);
  assert.deepEqual((await names(index)).toSorted(), (await expected(folder)).toSorted());
  rmSync(join(folder, 'audit', 'worker-1'), { recursive: true });
  await index.catchUp();
  assert.deepEqual(await names(index), await expected(folder));
});

for (const [what, spoil] of [
  ['no database', (path: string) => writeFileSync(path, 'this is no database, and never was one'.repeat(100))],
  [
    'of another format',
    (path: string) => {
      const database = new DatabaseSync(path);
      database.exec('PRAGMA user_version = 99');
      database.close();
    },
  ],
  ['empty', (path: string) => writeFileSync(path, '')],
] as const)
  test(`an index that is ${what} is made anew`, async (t) => {
    const folder = dataFolderFor(t);
    await append(folder, 'worker-0', randomRecords(11, 40));
    await buildRecordIndex(folder);
    spoil(join(folder, 'index', 'records-1.db'));
    assert.deepEqual(await names(await openFor(t, folder)), await expected(folder));
    assert.deepEqual(
      readdirSync(join(folder, 'index')).filter((name) => name.endsWith('.db')),
      ['records-2.db'],
    );
  });

for (const [what, change] of [
  ['leads to another line', 'UPDATE entry SET place = place + 1 WHERE kind = 1'],
  ['leads to another call', 'UPDATE entry SET place = (SELECT min(place) FROM entry WHERE kind = 1) WHERE kind = 1'],
  ['gives a call the outcome of another', 'UPDATE entry SET outcome = (SELECT min(outcome) FROM entry) WHERE outcome IS NOT NULL'],
  ['says that somebody else called', "UPDATE entry SET agent = (SELECT number FROM name WHERE text = 'desk-1') WHERE kind = 1"],
] as const)
  test(`an index that ${what} is not believed`, async (t) => {
    const folder = dataFolderFor(t);
    await append(folder, 'worker-0', [
      decision('a-1', { agent: 'desk-1' }),
      outcome('a-1'),
      decision('a-2', { agent: 'desk-2' }),
      outcome('a-2'),
    ]);
    const index = await openFor(t, folder);
    const database = new DatabaseSync(join(folder, 'index', 'records-1.db'));
    database.exec(change);
    database.close();
    await assert.rejects(
      names(index, what.startsWith('says') ? { agent: 'desk-1' } : { kinds: ['call'] }),
      /does not fit the record.*audit index --rebuild/,
    );
  });

test('lines that are no records are left to verify', async (t) => {
  const folder = dataFolderFor(t);
  await append(folder, 'worker-0', [decision('a-1'), outcome('a-1')]);
  const path = join(folder, 'audit', 'worker-0', '00000001.log');
  await append(folder, 'worker-0', [act('desk-1')]);
  const bytes = readFileSync(path);
  bytes.write('XX', bytes.indexOf('"kind":"outcome"'));
  writeFileSync(path, bytes);
  const index = await openRecordIndex(folder);
  t.after(() => index.close());
  assert.deepEqual(await names(index, { kinds: ['call', 'act'] }), await expected(folder, { kinds: ['call', 'act'] }));
});

test('an index that is interrupted while it is made leaves nothing behind, and the one before in use', async (t) => {
  const folder = dataFolderFor(t);
  await append(folder, 'worker-0', randomRecords(12, 40));
  const index = await openFor(t, folder);
  assert.equal(await buildRecordIndex(folder, { signal: AbortSignal.abort() }), undefined);
  assert.deepEqual(await names(index), await expected(folder));
  assert.ok(readdirSync(join(folder, 'index')).every((name) => name.startsWith('records-1.db') && !name.endsWith('.part')));
});

test('who has the index open while it is made anew goes on with what they have', async (t) => {
  const folder = dataFolderFor(t);
  await append(folder, 'worker-0', randomRecords(13, 40));
  const index = await openFor(t, folder);
  await buildRecordIndex(folder);
  assert.deepEqual(await names(index), await expected(folder));
  assert.ok(!existsSync(join(folder, 'index', 'records-1.db')));
});

test('a data folder that was moved is read where it is', async (t) => {
  const folder = dataFolderFor(t);
  await append(folder, 'worker-0', randomRecords(14, 40));
  const index = await openRecordIndex(folder);
  await index.catchUp();
  index.close();
  const moved = join(dataFolderFor(t), 'moved');
  renameSync(folder, moved);
  assert.deepEqual(await names(await openFor(t, moved)), await expected(moved));
});

const GROUP: Readonly<
  Record<
    CountBy,
    (members: Readonly<Record<string, unknown>>, end: Readonly<Record<string, unknown>> | undefined, time: number) => readonly string[]
  >
> = {
  server: ({ server }) => [String(server)],
  tool: ({ tool = '' }) => [String(tool)],
  rule: ({ rule = '' }) => [String(rule)],
  verdict: ({ verdict }) => [String(verdict)],
  status: (_, end) => [typeof end?.['status'] === 'string' ? end['status'] : ''],
  finding: (members, end) => [...new Set([...typesOf(members['findings']), ...typesOf(end?.['findings'])])],
  hour: (_, __, time) => [new Date(Math.floor(time / 3_600_000) * 3_600_000).toISOString()],
};

function typesOf(findings: unknown): readonly string[] {
  return Array.isArray(findings) ? findings.map(({ type }: { type: string }) => type) : [];
}

for (const by of Object.keys(GROUP) as CountBy[])
  test(`figures by ${by} are those of the lines, and of no group with too few people`, async (t) => {
    const folder = dataFolderFor(t);
    for (const seed of [1, 2]) await append(folder, `worker-${seed}`, randomRecords(seed, 250));
    const index = await openFor(t, folder);
    const draw = createDraw(7);
    for (let round = 0; round < 25; round++) {
      const filter: EntryFilter = round === 0 ? {} : { ...randomFilter(draw), about: undefined };
      for (const smallest of [1, 3, 5]) {
        const asked = smallest === 1 || filter.fromMs === undefined ? filter : { ...filter, ...daysOf(filter) };
        const calls = new Map<string, number>();
        const people = new Map<string, Set<unknown>>();
        for (const { kind, line, outcome: end } of (await readEntries(folder)).filter((entry) =>
          matchesEntry({ ...asked, kinds: ['call'] }, entry),
        )) {
          assert.equal(kind, 'call');
          for (const group of GROUP[by](line.members, end?.members, line.time)) {
            calls.set(group, (calls.get(group) ?? 0) + 1);
            people.set(group, (people.get(group) ?? new Set()).add(line.members['subject']));
          }
        }
        const got = index.count(filter, by, smallest);
        const said = `${JSON.stringify(filter)} from ${smallest} people on`;
        assert.deepEqual(got.map(({ group }) => group).toSorted(), [...calls.keys()].toSorted(), said);
        for (const { group, calls: count } of got) if (count !== undefined) assert.equal(count, calls.get(group), said);
        const small = [...people].filter(([, those]) => those.size < smallest);
        const hidden = got.filter(({ calls: count }) => count === undefined).map(({ group }) => group);
        for (const [group] of small) assert.ok(hidden.includes(group), said);
        // What is not told is about as many people together, too, and no more is kept back than that takes.
        const together = new Set(hidden.flatMap((group) => [...(people.get(group) ?? [])]));
        assert.ok(hidden.length === 0 || hidden.length === got.length || together.size >= smallest, said);
        assert.ok(hidden.length <= small.length + (small.length === 0 ? 0 : 1), said);
      }
    }
  });

/** The whole days that a time is in. */
function daysOf({ fromMs = 0, toMs = 0 }: EntryFilter): EntryFilter {
  const day = 86_400_000;
  return { fromMs: Math.floor(fromMs / day) * day, toMs: Math.ceil(toMs / day) * day };
}

test('a group that is not told cannot be had by taking the others from what they come to together', async (t) => {
  const folder = dataFolderFor(t);
  const tools = ['much', 'much', 'much', 'much', 'some', 'some', 'private'];
  const calls = tools.map((tool, at) => decision(`a-${at}`, { tool, verdict: 'deny', subject: `sub_${at}` }));
  await append(folder, 'worker-0', calls);
  const index = await openFor(t, folder);
  assert.deepEqual(index.count({}, 'server', 2), [{ group: 'files', calls: 7 }]);
  assert.deepEqual(index.count({}, 'tool', 2), [
    { group: 'much', calls: 4 },
    { group: 'private', calls: undefined },
    { group: 'some', calls: undefined },
  ]);
  // Where those that are not told are many people together, nothing else has to be kept back.
  await append(folder, 'worker-0', [decision('b-1', { tool: 'quiet', verdict: 'deny', subject: 'sub_9' })]);
  await index.catchUp();
  assert.deepEqual(
    index.count({}, 'tool', 2).map(({ calls: count }) => count),
    [4, 2, undefined, undefined],
  );
});

test('two times that differ by what one person did have the same figures', async (t) => {
  const folder = dataFolderFor(t);
  const early = ['a', 'b', 'c'].map((who, at) => decision(`a-${at}`, { verdict: 'deny', subject: `sub_${who}`, time: NOW + at }));
  await append(folder, 'worker-0', [...early, decision('a-9', { verdict: 'deny', subject: 'sub_d', time: NOW + 1_000 })]);
  const index = await openFor(t, folder);
  for (const toMs of [undefined, NOW + 1, NOW + 500, NOW + 2_000])
    assert.deepEqual(index.count({ fromMs: NOW, toMs }, 'server', 3), [{ group: 'files', calls: 4 }]);
  assert.deepEqual(index.count({ toMs: NOW + 500 }, 'server', 1), [{ group: 'files', calls: 3 }]);
});

test('the place of a group does not tell what its figure must not', async (t) => {
  const folder = dataFolderFor(t);
  const calls = ['much', 'much', 'much', 'little', 'some', 'some', 'some'].map((server, at) =>
    decision(`a-${at}`, { server, verdict: 'deny', subject: server === 'some' ? `sub_${at}` : `sub_${server}` }),
  );
  await append(folder, 'worker-0', calls);
  const index = await openFor(t, folder);
  assert.deepEqual(index.count({}, 'server', 2), [
    { group: 'some', calls: 3 },
    { group: 'little', calls: undefined },
    { group: 'much', calls: undefined },
  ]);
  assert.deepEqual(index.count({ subject: 'sub_much' }, 'tool', 2), [{ group: 'read', calls: undefined }]);
});

test('the same detector on both sides of a call is one call', async (t) => {
  const folder = dataFolderFor(t);
  await append(folder, 'worker-0', [decision('a-1', { findings: found('email') }), outcome('a-1', { findings: found('email') })]);
  const index = await openFor(t, folder);
  assert.deepEqual(index.count({}, 'finding', 1), [{ group: 'email', calls: 1 }]);
});
