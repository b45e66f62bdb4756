import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Principal } from '../agents/index.ts';
import type { Subject } from '../audit/index.ts';
import { createMetrics } from '../telemetry/index.ts';
import type { Fields, Frame } from './channel.ts';
import { createSubjectsDoor } from './subjects-door.ts';
import type { SubjectsDoor } from './subjects-door.ts';

const ANN: Principal = { tenant: 'default', agent: 'ann', user: undefined, groups: [], attributes: {}, keyId: 'k1' };
const MONTH_MS = 1_000_000_000;

let door: SubjectsDoor;
let asked: Fields[];
let answer: () => Promise<Fields>;
let now: number;

const keys = (pseudonym: string, untilMs = MONTH_MS): Fields => ({
  pseudonym,
  keyName: `${pseudonym}.2026-11`,
  commitmentKey: Buffer.alloc(32, 1).toString('base64'),
  vaultKey: Buffer.alloc(32, 2).toString('base64'),
  untilMs,
});
const frame = (fields: Fields): Frame => ({ type: 'answer', fields, payload: new Uint8Array(0), reply: () => {} });
const know = (principal = ANN): Promise<Subject | undefined> => new Promise((resolve) => door.subjects.know(principal, resolve));
const erase = (pseudonym: string): void => door.hears?.['subject-erased']?.(frame({ pseudonym }));

beforeEach(() => {
  asked = [];
  now = 0;
  answer = async () => keys('sub_one');
  door = createSubjectsDoor({
    links: {
      request: async (_role, _type, fields) => {
        asked.push(fields);
        return frame(await answer());
      },
    },
    metrics: createMetrics(),
    nowMs: () => now,
  });
});

test('somebody is asked for once, however many calls wait, and known at once from then on', async () => {
  const [one, two] = await Promise.all([know(), know()]);
  assert.equal(one?.pseudonym, 'sub_one');
  assert.equal(one, two);
  let here: Subject | undefined;
  door.subjects.know(ANN, (subject) => (here = subject));
  assert.equal(here, one);
  assert.deepEqual(asked, [{ tenant: 'default', kind: 'agent', name: 'ann' }]);
});

test('of a user that an agent acts for, it is the user', async () => {
  await know({ ...ANN, user: 'ann@example.org' });
  await know();
  assert.deepEqual(asked, [
    { tenant: 'default', kind: 'user', name: 'ann@example.org' },
    { tenant: 'default', kind: 'agent', name: 'ann' },
  ]);
});

for (const [what, failing] of [
  ['is away', () => Promise.reject(new Error('gone'))],
  ['cannot write', async () => ({ error: 'the disk is full' })],
  ['says something else', async () => ({})],
] as const) {
  test(`a keeper that ${what} makes nobody known, and is asked again by the next call`, async () => {
    answer = failing;
    assert.equal(await know(), undefined);
    answer = async () => keys('sub_one');
    assert.equal((await know())?.pseudonym, 'sub_one');
  });
}

test('at the turn of the month the old keys serve until the new ones are there', async () => {
  const old = await know();
  now = MONTH_MS + 1;
  answer = async () => ({ ...keys('sub_one', 2 * MONTH_MS), keyName: 'sub_one.2026-12' });
  assert.equal(await know(), old);
  assert.equal(await know(), old, 'and they are asked for once');
  assert.equal(asked.length, 2);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal((await know())?.keyName, 'sub_one.2026-12');
});

test('long behind the month, nobody goes on with old keys', async () => {
  await know();
  now = MONTH_MS + 3_600_001;
  answer = () => Promise.reject(new Error('gone'));
  assert.equal(await know(), undefined);
});

test('of who is erased nothing is held, not even by calls under way', async () => {
  const subject = await know();
  erase('sub_one');
  assert.equal(subject?.commit('args', Buffer.alloc(32)), undefined);
  assert.equal(subject?.vaultKey, undefined);
  assert.equal(subject?.alias('k1'), 'erased');
  answer = async () => keys('sub_two');
  assert.equal((await know())?.pseudonym, 'sub_two');
});

test('an answer that was on its way when somebody was erased does not bring them back', async () => {
  let give: (fields: Fields) => void = () => {};
  answer = () => new Promise((resolve) => (give = resolve));
  const waiting = know();
  await Promise.resolve();
  erase('sub_one');
  answer = async () => keys('sub_two');
  give(keys('sub_one'));
  assert.equal((await waiting)?.pseudonym, 'sub_two');
});

test('once control was away, everybody is asked for again', async () => {
  await know();
  door.onControl?.();
  answer = async () => keys('sub_two');
  assert.equal((await know())?.pseudonym, 'sub_two');
});
