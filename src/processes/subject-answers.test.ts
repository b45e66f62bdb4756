import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { toMac } from '../audit/index.ts';
import type { Fields } from './channel.ts';
import type { Role } from './messages.ts';
import { answerSubjects, keysFromFields } from './subject-answers.ts';
import { createSubjectKeeper } from './subject-keys.ts';
import type { SubjectKeeper } from './subject-keys.ts';
import { createSubjectQuota } from './subject-quota.ts';

const NOVEMBER = Date.UTC(2026, 10, 23);
const BEN = { tenant: 'default', kind: 'agent', name: 'ben' };

let folder: string;
let keeper: SubjectKeeper;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'answers-'));
  keeper = createSubjectKeeper(folder, () => Buffer.alloc(32, 7));
});
after(() => rmSync(folder, { recursive: true }));

/** Room for twelve new ones from each worker, for a day. */
const quota = createSubjectQuota({ free: () => 96 });
const ask = (role: Role, type: string, fields: Fields, name = `${role}-0.1`): Fields | undefined =>
  answerSubjects({ keeper, quota }, { role, name }, { type, fields, payload: new Uint8Array(0), reply: () => {} }, NOVEMBER);

test('a worker gets the keys of whom it carries a call for, and until when they are the newest', () => {
  const said = ask('worker', 'subject', BEN) ?? {};
  assert.deepEqual(keysFromFields(said), keeper.keysOf({ ...BEN, kind: 'agent' }, NOVEMBER));
  assert.equal(said['untilMs'], Date.UTC(2026, 11, 1));
});

test('nobody gets what is not theirs to ask: a worker no name behind a pseudonym, control no key', () => {
  const pseudonym = keeper.pseudonymOf({ ...BEN, kind: 'agent' }, NOVEMBER);
  for (const type of ['subject-whois', 'subject-erase', 'subject-find', 'subject-commit', 'subject-expire'])
    for (const role of ['worker', 'runner', 'inspector'] as const)
      assert.equal(ask(role, type, { ...BEN, pseudonym, before: '2030-01' }), undefined, `${role} ${type}`);
  assert.equal(ask('control', 'subject', BEN), undefined);
  assert.deepEqual(keeper.whois(pseudonym), BEN);
});

test('what is no name is refused, whatever it is', () => {
  for (const fields of [
    {},
    { ...BEN, kind: 'group' },
    { ...BEN, name: '' },
    { ...BEN, name: 'a\u0000b' },
    { ...BEN, name: 7 },
    { ...BEN, name: 'x'.repeat(400) },
    { ...BEN, tenant: '' },
  ])
    assert.match(String(ask('worker', 'subject', fields)?.['error']), /no name/, JSON.stringify(fields));
});

test('a name with letters of any script is a name, up to its length in bytes', () => {
  const who = { ...BEN, kind: 'user', name: 'Ω'.repeat(190) };
  const pseudonym = String(ask('control', 'subject-pseudonym', who)?.['pseudonym']);
  assert.deepEqual(ask('control', 'subject-whois', { pseudonym }), who);
});

test('control learns what a value would be on record as, under the keys that are there', () => {
  const { keyName, commitmentKey } = keeper.keysOf({ ...BEN, kind: 'agent' }, NOVEMBER);
  const digest = 'ab'.repeat(32);
  const gone = 'sub_000000000000000000000000.2026-11';
  assert.deepEqual(ask('control', 'subject-commit', { digest, member: 'answer', keys: [keyName, gone, '../../etc'] }), {
    macs: { [keyName]: toMac(commitmentKey, 'answer', Buffer.from(digest, 'hex')) },
  });
  for (const fields of [{ digest: 'ab', keys: [] }, { digest }, { digest, keys: Array.from({ length: 10_001 }, () => keyName) }])
    assert.match(String(ask('control', 'subject-commit', fields)?.['error']), /no question/);
});

test('a month that is none destroys nothing', () => {
  keeper.keysOf({ ...BEN, kind: 'agent' }, NOVEMBER);
  assert.match(String(ask('control', 'subject-expire', { before: 'z' })?.['error']), /no month/);
  assert.deepEqual(ask('control', 'subject-expire', { before: '2026-11' }), { destroyed: 0 });
});

test('a worker that makes up names is given a share of the places and no more; the known, other workers and control go on', () => {
  const invent = (name: string, worker: string): unknown => ask('worker', 'subject', { ...BEN, kind: 'user', name }, worker)?.['error'];
  const refusals = Array.from({ length: 100 }, (_, n) => invent(`made-up-${n}`, `worker-7.${n}`)).filter((error) => error !== undefined);
  assert.equal(refusals.length, 88);
  assert.match(JSON.stringify(refusals[0]), /too many people/);
  assert.match(String(ask('worker', 'subject-pseudonym', { ...BEN, name: 'new' }, 'worker-7.1')?.['error']), /too many people/);
  assert.equal(keeper.find({ tenant: 'default', kind: 'user', name: 'made-up-99' }), undefined);
  assert.equal(invent('made-up-0', 'worker-7.101'), undefined, 'who is known goes on');
  assert.equal(invent('made-up-50', 'worker-1.1'), undefined);
  assert.equal(ask('control', 'subject-pseudonym', { ...BEN, name: 'new' })?.['error'], undefined);
  assert.deepEqual(ask('control', 'subject-shortage', {})?.['spent'], [{ slot: 'worker-7', untilMs: NOVEMBER + 86_400_000 }]);
  assert.equal(ask('worker', 'subject-shortage', {}), undefined);
});
