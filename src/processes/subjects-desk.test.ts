import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Hold } from '../audit/index.ts';
import type { Channel, Fields, Frame } from './channel.ts';
import { createSubjectsDesk } from './subjects-desk.ts';
import type { SubjectsDesk } from './subjects-desk.ts';

const SUB = 'sub_00112233445566778899aabb';
const HOLD: Hold = {
  id: 'hold_1',
  tenant: 'default',
  server: null,
  agent: null,
  subject: SUB,
  fromMs: null,
  toMs: null,
  reason: 'case 7',
  by: 'key:counsel',
  sinceMs: 0,
};
const frame = (fields: Fields): Frame => ({ type: 'answer', fields, payload: new Uint8Array(0), reply: () => {} });

let asked: string[];
let answers: Record<string, () => Promise<Fields>>;
let holds: () => Promise<readonly Hold[]>;
let privacy: { subjects: 'names' | 'pseudonyms'; reidentify: 'one' | 'two' };
let desk: SubjectsDesk;

/** A worker that says so, or does not. */
function worker(says: boolean): Channel {
  const request = async (type: string): Promise<Frame> => {
    asked.push(`worker ${type}`);
    return says ? frame({}) : Promise.reject(new Error('no answer'));
  };
  return { open: true, queuedBytes: 0, send: () => {}, request, close: () => {} };
}

let workers: Channel[];

beforeEach(() => {
  asked = [];
  holds = async () => [];
  privacy = { subjects: 'pseudonyms', reidentify: 'one' };
  workers = [worker(true), worker(true)];
  answers = {
    'subject-find': async () => ({ pseudonym: SUB }),
    'subject-whois': async () => ({ tenant: 'default', kind: 'agent', name: 'ben' }),
    'subject-erase': async () => ({ months: 2 }),
    'subject-commit': async () => ({ macs: { [`${SUB}.2026-11`]: 'mac' } }),
  };
  desk = createSubjectsDesk({
    links: {
      all: () => workers,
      request: async (_role, type) => {
        asked.push(type);
        return frame((await answers[type]?.()) ?? {});
      },
    },
    tenant: 'default',
    privacy: () => privacy,
    holdsOn: () => holds(),
    nameOf: () => 'worker 1',
  });
});

const erase = (kind: 'agent' | 'user' | 'pseudonym' = 'agent', name = 'ben'): ReturnType<SubjectsDesk['port']['erase']> =>
  desk.port.erase({ kind, name, reason: 'Art. 17' });
const codeOf = async (answered: Promise<{ readonly ok: boolean; readonly error?: { readonly code: string } }>): Promise<string> =>
  (await answered).error?.code ?? 'ok';

test('somebody is erased by name or pseudonym: first with the keeper, then from the memory of every worker', async () => {
  assert.deepEqual(await erase(), { ok: true, value: { pseudonym: SUB, months: 2, workers: 2, confirmed: 2, silent: [] } });
  assert.deepEqual(asked.slice(-3), ['subject-erase', 'worker subject-erased', 'worker subject-erased']);
  assert.equal(await codeOf(erase('pseudonym', SUB)), 'ok');
});

test('a worker that does not answer is named', async () => {
  workers = [worker(true), worker(false)];
  const done = await erase();
  assert.deepEqual(done.ok && [done.value.confirmed, done.value.silent], [1, ['worker 1']]);
});

for (const [what, change, code] of [
  ['a legal hold stands', () => (holds = async () => [HOLD]), 'subject_held'],
  ['nobody can say what is held', () => (holds = () => Promise.reject(new Error('locked'))), 'unavailable'],
  ['nobody is known by that name', () => (answers['subject-find'] = async () => ({})), 'subject_unknown'],
  [
    'they are of another tenant',
    () => (answers['subject-whois'] = async () => ({ tenant: 'b', kind: 'agent', name: 'ben' })),
    'subject_unknown',
  ],
  ['the keeper is away', () => (answers['subject-find'] = () => Promise.reject(new Error('gone'))), 'unavailable'],
] as const) {
  test(`where ${what} nothing is destroyed`, async () => {
    change();
    assert.equal(await codeOf(erase()), code);
    assert.ok(!asked.includes('subject-erase'));
  });
}

test('what the keeper cannot destroy is not said to be gone', async () => {
  answers['subject-erase'] = async () => ({ error: 'the disk is full' });
  assert.equal(await codeOf(erase()), 'internal');
  assert.ok(!asked.includes('worker subject-erased'));
});

test('of whom the keeper has nothing, nothing is said to be gone; keys whose owner nobody can name any more are destroyed', async () => {
  answers['subject-whois'] = async () => ({});
  assert.equal(await codeOf(erase('pseudonym', SUB)), 'ok');
  answers['subject-erase'] = async () => ({});
  assert.equal(await codeOf(erase('pseudonym', SUB)), 'subject_unknown');
});

test('what is no pseudonym is nobody’s', async () => {
  assert.equal(await codeOf(erase('pseudonym', 'ben')), 'subject_unknown');
});

test('where it takes two, nobody alone is told a name, nor the pseudonym of one', async () => {
  const whois = (): Promise<string> => codeOf(desk.port.whois({ pseudonym: SUB, reason: 'why' }));
  const find = (): Promise<string> => codeOf(desk.port.find({ kind: 'agent', name: 'ben', reason: 'why' }));
  assert.deepEqual([await whois(), await find()], ['ok', 'ok']);
  privacy = { subjects: 'pseudonyms', reidentify: 'two' };
  assert.deepEqual([await whois(), await find()], ['two_needed', 'two_needed']);
  privacy = { subjects: 'names', reidentify: 'two' };
  assert.deepEqual([await whois(), await find()], ['two_needed', 'ok'], 'agents are on record by name');
  assert.equal(await codeOf(desk.port.find({ kind: 'user', name: 'ann', reason: 'why' })), 'two_needed', 'users never are');
});

test('where it takes two, nobody alone is told by an erasure whose a pseudonym is: not by which hold stands, nor by what is done', async () => {
  privacy = { subjects: 'pseudonyms', reidentify: 'two' };
  holds = async () => [HOLD];
  for (const kind of ['agent', 'user'] as const) {
    assert.equal(await codeOf(erase(kind)), 'two_needed');
    assert.deepEqual(asked, [], 'and the keeper is not even asked');
  }
  const held = await erase('pseudonym', SUB);
  assert.ok(!held.ok);
  assert.equal(held.error.code, 'subject_held');
  assert.doesNotMatch(JSON.stringify(held.error), /hold_1|sub_|agent/);
  const other = { ...HOLD, id: 'hold_2', subject: null, agent: 'ben' };
  holds = async () => [other];
  assert.deepEqual(await erase('pseudonym', SUB), held, 'one hold is refused as any other');
  holds = async () => [];
  assert.equal(await codeOf(erase('pseudonym', SUB)), 'ok');
  privacy = { subjects: 'names', reidentify: 'two' };
  assert.deepEqual([await codeOf(erase()), await codeOf(erase('user'))], ['ok', 'two_needed'], 'agents are on record by name');
});

test('each spelling of a value is asked about by itself', async () => {
  const values = [
    { digest: '0'.repeat(64), member: 'args' as const },
    { digest: '1'.repeat(64), member: 'answer' as const },
  ];
  const matched = await desk.port.match({ values, keys: [`${SUB}.2026-11`], reason: null });
  assert.deepEqual(matched, { ok: true, value: { macs: [{ [`${SUB}.2026-11`]: 'mac' }, { [`${SUB}.2026-11`]: 'mac' }] } });
});

test('that there is no room for new ones, or soon none, is said; a keeper that is away is somebody else’s matter', async () => {
  answers['subject-shortage'] = async () => ({ free: 200_000, spent: [] });
  assert.deepEqual(await desk.faults(), []);
  answers['subject-shortage'] = async () => ({ free: 12, spent: [{ slot: 'worker-1', untilMs: 0 }] });
  const [scarce, spent, ...more] = await desk.faults();
  assert.match(scarce ?? '', /room for 12 more/);
  assert.match(spent ?? '', /worker-1 has named so many people .* until 1970-01-01T00:00:00.000Z/);
  assert.deepEqual(more, []);
  answers['subject-shortage'] = () => Promise.reject(new Error('gone'));
  assert.deepEqual(await desk.faults(), []);
});
