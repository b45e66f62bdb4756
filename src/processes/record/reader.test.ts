// The record as the admin API reads it, in real threads over logs that the product itself wrote.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { PolicyPages, RecordsPort, RecordsQuery } from '../../admin/index.ts';
import { fail, ok } from '../../base/index.ts';
import { act, append, dataFolderFor, decision, found, NOW, outcome } from '../../cluster/records/records.fixture.ts';
import { createLog } from '../../telemetry/index.ts';
import { createJobsDesk } from '../jobs-desk.ts';
import { createRecordReader } from './reader.ts';
import type { RecordReader } from './reader.ts';
import { createRecordsPort } from './records-port.ts';
import { createVerifications } from './verifications.ts';

const LOG = createLog({ process: 'test', level: 'error', write: () => {}, clock: () => 0, format: 'json' });
const ADA = 'session:ada';
const SUBJECT = `sub_${'a'.repeat(24)}`;
const NONE = fail({ code: 'unavailable', detail: 'not now' } as const);

const NO_DOCUMENTS = { read: async () => NONE, history: async () => NONE, readRevision: async () => NONE };

/** Only what the story of a record asks for. */
function documents(): PolicyPages['policyDocument'] {
  return NO_DOCUMENTS as unknown as PolicyPages['policyDocument'];
}

function readerFor(t: TestContext, dataFolder: string): RecordReader {
  const reader = createRecordReader({ dataFolder, log: LOG });
  t.after(() => reader.close());
  return reader;
}

function portFor(reader: RecordReader, isGuarded = false): Omit<RecordsPort, 'beginVerification' | 'readVerification'> {
  return createRecordsPort({
    reader,
    version: '0',
    nowMs: () => NOW,
    randomBytes,
    privacy: () => (isGuarded ? GUARDED : OPEN),
    checkpoints: async () => ok({ key: null, logs: [], anchors: [], faults: [] }),
    documents: documents(),
  });
}

const OPEN = { reidentify: 'one', subjects: 'names', smallestGroup: 1 } as const;
const GUARDED = { reidentify: 'two', subjects: 'pseudonyms', smallestGroup: 5 } as const;

function query(members: Partial<RecordsQuery> = {}): RecordsQuery {
  return { kind: ['call', 'act'], order: 'newest', limit: 100, ...members };
}

async function textOf(pieces: AsyncIterable<string | Uint8Array>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += String(piece);
  return text;
}

test('pages, figures, and the whole story of one call', async (t) => {
  const folder = dataFolderFor(t);
  const calls = Array.from({ length: 30 }, (_, at) => [
    decision(`a-${at}`, { time: NOW + at, tool: at % 3 === 0 ? 'write' : 'read', mono: 1_000 * at + 40 }),
    outcome(`a-${at}`, { time: NOW + at, mono: 1_000 * at + 500, gatewayUs: 100, serverUs: 400, forwardedUs: 60, firstByteUs: 430 }),
  ]);
  await append(folder, 'worker-0', calls.flat());
  await append(folder, 'control', [act('ada')]);
  const port = portFor(readerFor(t, folder));

  const ids: (string | null)[] = [];
  let cursor: string | undefined;
  do {
    const page = await port.list(query({ kind: ['call'], limit: 7, cursor }), ADA);
    if (!page.ok) return assert.fail(page.error.detail);
    ids.push(...page.value.records.map(({ id }) => id));
    cursor = page.value.next ?? undefined;
  } while (cursor !== undefined);
  assert.deepEqual(
    ids,
    Array.from({ length: 30 }, (_, at) => `a-${29 - at}`),
  );
  const forged = await port.list(query({ kind: ['call'], cursor: 'abc.def' }), ADA);
  assert.equal(!forged.ok && forged.error.code, 'malformed');

  const counted = await port.count({ kind: ['call'], by: 'tool' }, false);
  assert.deepEqual(counted.ok && counted.value.groups, [
    { group: 'read', calls: 20 },
    { group: 'write', calls: 10 },
  ]);

  const [first] = await port.list(query({ id: 'a-3' }), ADA).then((page) => (page.ok ? page.value.records : []));
  const story = await port.read(first?.log ?? '', String(first?.seq));
  if (!story.ok) return assert.fail(story.error.detail);
  assert.deepEqual(
    story.value.hops.map(({ hop, us }) => [hop, us]),
    [
      ['received', 0],
      ['decided', 40],
      ['forwarded', 60],
      ['answering', 430],
      ['answered', 500],
    ],
  );
  assert.equal(story.value.lines.length, 2);
  assert.match(story.value.lines[0]?.text ?? '', /"kind":"decision","id":"a-3"/);
  assert.deepEqual([story.value.record.status, story.value.rule?.name, story.value.rule?.isSame], ['ok', 'readers', null]);
  for (const seq of ['0', '999999', 'x', '1e3']) {
    const missing = await port.read('worker-0', seq);
    assert.equal(!missing.ok && missing.error.code, 'record_unknown', seq);
  }
});

test('the pages of a question are for who asked it, and have nothing that came later', async (t) => {
  const folder = dataFolderFor(t);
  await append(
    folder,
    'worker-0',
    Array.from({ length: 6 }, (_, at) => decision(`a-${at}`, { time: NOW - 2 + at, verdict: 'deny' })),
  );
  const port = portFor(readerFor(t, folder));
  const oldest = (cursor?: string) => query({ kind: ['call'], order: 'oldest', limit: 2, cursor });
  const first = await port.list(oldest(), ADA);
  if (!first.ok || first.value.next === null) return assert.fail('there is a second page');
  const next = first.value.next;
  const foreign = await port.list(oldest(next), 'session:bob');
  assert.equal(!foreign.ok && foreign.error.code, 'malformed');
  const rest = await port.list({ ...oldest(next), limit: 500 }, ADA);
  assert.deepEqual(rest.ok && [rest.value.records.map(({ id }) => id), rest.value.next], [['a-2'], null]);
});

test('who may not see single entries has no figure of a few people, and none by less than days', async (t) => {
  const folder = dataFolderFor(t);
  await append(folder, 'worker-0', [decision('a-1')]);
  const counted = await portFor(readerFor(t, folder)).count({ kind: ['call'], by: 'tool', from: '2026-11-22T10:00:00Z' }, true);
  assert.deepEqual(counted.ok && [counted.value.from, counted.value.smallestGroup, counted.value.groups], [
    '2026-11-22T00:00:00.000Z',
    5,
    [{ group: 'read', calls: null }],
  ]);
});

test('an export comes in pieces, and whoever leaves in the middle ends what makes it', async (t) => {
  const folder = dataFolderFor(t);
  await append(
    folder,
    'worker-0',
    Array.from({ length: 1_500 }, (_, at) => decision(`a-${at}`, { verdict: 'deny' })),
  );
  const port = portFor(readerFor(t, folder));
  const exported = await port.export({ ...query({ kind: ['call'] }), format: 'jsonl' });
  if (!exported.ok) return assert.fail(exported.error.detail);
  assert.equal((await textOf(exported.value.chunks)).split('\n').length, 1_501);
  assert.match(exported.value.fileName, /^sallyport-record-\d{4}-\d\d-\d\d\.jsonl$/);

  const left = await port.export({ ...query({ kind: ['call'] }), format: 'csv' });
  if (!left.ok) return assert.fail(left.error.detail);
  const pieces = left.value.chunks[Symbol.asyncIterator]();
  assert.equal((await pieces.next()).done, false);
  const waiting = pieces.next();
  await pieces.return?.();
  await waiting.catch(() => undefined);
});

test('where it takes two people to learn a name, none is asked for, shown, exported or proven', async (t) => {
  const folder = dataFolderFor(t);
  // From before the profile kept names out.
  await append(folder, 'worker-0', [decision('a-1', { agent: 'ada', subject: SUBJECT, findings: found('email') })]);
  const port = portFor(readerFor(t, folder), true);
  for (const refused of [
    await port.list(query({ agent: 'ada' }), ADA),
    await port.count({ kind: ['call'], by: 'tool', agent: 'ada' }, false),
    await port.export({ ...query({ agent: 'ada' }), format: 'csv' }),
  ])
    assert.equal(!refused.ok && refused.error.code, 'two_needed');
  const page = await port.list(query({ subject: SUBJECT }), ADA);
  const [record] = page.ok ? page.value.records : [];
  assert.deepEqual([record?.agent, record?.isWithheld], [null, true]);
  const story = await port.read('worker-0', String(record?.seq));
  const exported = await port.export({ ...query(), format: 'jsonl' });
  const said = JSON.stringify([page, story, exported.ok && (await textOf(exported.value.chunks))]);
  assert.ok(story.ok && exported.ok && said.includes(SUBJECT));
  assert.ok(!said.includes('ada'), said);
  const counted = await port.count({ kind: ['call'], by: 'tool', from: '2026-11-22T10:00:00Z' }, false);
  assert.deepEqual(counted.ok && [counted.value.from, counted.value.groups], [
    '2026-11-22T00:00:00.000Z',
    [{ group: 'read', calls: null }],
  ]);
});

test('a verification is a job, and names the line that somebody changed', async (t) => {
  const folder = dataFolderFor(t);
  await append(folder, 'worker-0', [decision('a-1'), outcome('a-1'), decision('a-2', { verdict: 'deny' })]);
  const jobs = createJobsDesk({ nowMs: () => NOW });
  const port = createVerifications({ reader: readerFor(t, folder), jobs, anchors: () => ['/nowhere/notes'] });
  const verify = async () => {
    const begun = await port.beginVerification({ by: 'os:root', via: 'api' });
    if (!begun.ok) return assert.fail(begun.error.detail);
    for (;;) {
      const read = await port.readVerification(begun.value.id);
      if (!read.ok) return assert.fail(read.error.detail);
      if (read.value.job.state !== 'running') return read.value;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const good = await verify();
  assert.deepEqual([good.job.state, good.job.problem, good.report?.ok, good.report?.logs[0]?.badTotal], ['done', null, true, 0]);
  assert.match(good.report?.limits.join(' ') ?? '', /An anchor was not used: .*nowhere/);

  const directory = join(folder, 'audit', 'worker-0');
  const [segment = ''] = readdirSync(directory).filter((name) => name.endsWith('.jsonl') || /^\d+\./.test(name));
  const text = readFileSync(join(directory, segment), 'latin1');
  writeFileSync(join(directory, segment), text.replace('"id":"a-2","verdict":"deny"', '"id":"a-2","verdict":"ask" '), 'latin1');
  const bad = await verify();
  assert.equal(bad.report?.ok, false);
  assert.match(bad.report?.says ?? '', /does not hold: worker-0/);
  const [finding] = bad.report?.logs[0]?.bad ?? [];
  assert.deepEqual([finding?.what, finding?.file], ['altered', segment]);
});

test('what cannot be proven says why', async (t) => {
  const folder = dataFolderFor(t);
  await append(folder, 'worker-0', [decision('a-1')]);
  const port = portFor(readerFor(t, folder));
  const unsigned = await port.prove('worker-0', '2');
  assert.equal(!unsigned.ok && unsigned.error.code, 'record_unsigned');
  const unknown = await port.prove('worker-9', '2');
  assert.equal(!unknown.ok && unknown.error.code, 'record_unknown');
});

test('nobody asks for a while, and the thread goes; whoever asks then has another', async (t) => {
  const folder = dataFolderFor(t);
  await append(folder, 'worker-0', [decision('a-1')]);
  const reader = createRecordReader({ dataFolder: folder, log: LOG, idleMs: 1 });
  t.after(() => reader.close());
  for (let round = 0; round < 4; round++) {
    const counted = await reader.ask('count', { filter: {}, by: 'server', smallestGroup: 1 });
    assert.deepEqual(counted, ok([{ group: 'files', calls: 1 }]));
    await new Promise((resolve) => setTimeout(resolve, round * 2));
  }
});

test('an index that cannot be used is said, and of what is closed nothing is asked', async (t) => {
  const folder = dataFolderFor(t);
  const reader = readerFor(t, folder);
  writeFileSync(join(folder, 'index'), 'this is no folder');
  const port = portFor(reader);
  const refused = await port.list(query(), ADA);
  assert.match(refused.ok ? '' : `${refused.error.code} ${refused.error.detail}`, /^unavailable The index of the record .* cannot be used/);
  await reader.close();
  const closed = await port.list(query(), ADA);
  assert.equal(!closed.ok && closed.error.code, 'unavailable');
});
