import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fields } from './channel.ts';
import { foundAt, scanForX } from './inspector.fixture.ts';
import { createInspectorJobs } from './inspector-jobs.ts';

interface Said {
  readonly type: string;
  readonly fields: Fields;
}

function setUp() {
  const said: Said[] = [];
  const turns: (() => void)[] = [];
  const jobs = createInspectorJobs(
    (type, fields) => said.push({ type, fields }),
    (next) => turns.push(next),
  );
  return {
    jobs,
    said,
    /** Lets it work until nothing is left to do. */
    run: (): void => {
      for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) turn();
    },
    turns,
  };
}

const bytes = (text: string): Uint8Array => Buffer.from(text);

test('a message is looked into slice by slice, and said what was found in each', () => {
  const { jobs, said, run } = setUp();
  jobs.open(1, () => scanForX('answer'));
  jobs.bytes(1, bytes('aX'));
  jobs.bytes(1, bytes('bcX'));
  jobs.end(1);
  run();
  assert.deepEqual(said, [
    { type: 'looked', fields: { job: 1, bytes: 2, decided: 1, found: [] } },
    { type: 'looked', fields: { job: 1, bytes: 3, decided: 4, found: [foundAt(1)] } },
    { type: 'ended', fields: { job: 1, decided: 5, found: [foundAt(4)] } },
  ]);
});

test('messages take turns: a small one does not wait for a large one', () => {
  const { jobs, said, run } = setUp();
  jobs.open(1, () => scanForX('answer'));
  for (let slice = 0; slice < 50; slice++) jobs.bytes(1, bytes('abc'));
  jobs.open(2, () => scanForX('request'));
  jobs.bytes(2, bytes('small'));
  jobs.end(2);
  run();
  const end = said.findIndex(({ type, fields }) => type === 'ended' && fields['job'] === 2);
  assert(end >= 0 && end < 6, `it ended after ${end} slices`);
  assert.equal(said.length, 52);
});

test('a message that has just begun comes before those that are known to be large; these go on all the same', () => {
  const { jobs, said, run, turns } = setUp();
  const slice = Buffer.alloc(64 * 1024, 'a');
  const more = (id: number, slices: number): void => {
    for (let count = 0; count < slices; count++) jobs.bytes(id, slice);
  };
  for (let id = 1; id <= 8; id++) {
    jobs.open(id, () => scanForX('answer'));
    more(id, 20);
  }
  // All of them are known to be large by then.
  while (said.length < 40) turns.shift()?.();
  jobs.open(9, () => scanForX('answer'));
  more(9, 3);
  jobs.end(9);
  const before = said.length;
  run();
  const turnsOf = said.slice(before).map(({ fields }) => fields['job']);
  const end = turnsOf.lastIndexOf(9);
  assert(end < 6, `the small message ended after ${end} turns`);
  assert(
    turnsOf.slice(0, end).some((id) => id !== 9),
    'a large one had its turn',
  );
  assert.equal(said.length, 8 * 20 + 4);
});

test('between two slices, others have their turn', () => {
  const { jobs, said, turns } = setUp();
  jobs.open(1, () => scanForX('answer'));
  jobs.bytes(1, bytes('a'));
  jobs.bytes(1, bytes('b'));
  assert.equal(said.length, 0, 'nothing is looked at while frames are read');
  turns.shift()?.();
  assert.equal(said.length, 1);
  assert.equal(turns.length, 1);
});

test('a detector that throws ends its message, says nothing of what it was, and harms no other', () => {
  const { jobs, said, run } = setUp();
  jobs.open(1, () => scanForX('answer'));
  jobs.open(2, () => {
    throw new Error('no engine');
  });
  jobs.open(3, () => scanForX('answer'));
  for (const id of [1, 2, 3]) jobs.bytes(id, bytes(id === 1 ? 'abc!' : 'abc'));
  for (const id of [1, 2, 3]) jobs.bytes(id, bytes('de'));
  for (const id of [1, 2, 3]) jobs.end(id);
  run();
  assert.deepEqual(
    said.filter(({ type }) => type !== 'looked'),
    [
      { type: 'failed', fields: { job: 1 } },
      { type: 'failed', fields: { job: 2 } },
      { type: 'ended', fields: { job: 3, decided: 5, found: [] } },
    ],
  );
});

test('what nobody wants to know any more is not looked into', () => {
  const { jobs, said, run } = setUp();
  jobs.open(1, () => scanForX('answer'));
  jobs.bytes(1, bytes('abc'));
  jobs.abandon(1);
  jobs.end(1);
  run();
  jobs.open(2, () => scanForX('answer'));
  jobs.bytes(2, bytes('abc'));
  jobs.clear();
  run();
  assert.deepEqual(said, []);
  jobs.open(3, () => scanForX('answer'));
  jobs.end(3);
  run();
  assert.deepEqual(said, [{ type: 'ended', fields: { job: 3, decided: 0, found: [] } }], 'it goes on with what comes later');
});
