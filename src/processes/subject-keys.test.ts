import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { toMac } from '../audit/index.ts';
import { createSubjectKeeper, nextMonthMs, toMonth } from './subject-keys.ts';
import type { SubjectKeeper, SubjectName } from './subject-keys.ts';

const ROOT = Buffer.alloc(32, 7);
const BEN: SubjectName = { tenant: 'default', kind: 'agent', name: 'ben-the-builder' };
const NOVEMBER = Date.UTC(2026, 10, 23);
const DECEMBER = Date.UTC(2026, 11, 1);

let folder: string;
let keeper: SubjectKeeper;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'subjects-'));
  keeper = open();
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (): SubjectKeeper => createSubjectKeeper(folder, () => ROOT);
const onDisk = (): Buffer => Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));

test('a subject keeps its pseudonym and has a key for each month, in every process', () => {
  const one = keeper.keysOf(BEN, NOVEMBER);
  assert.match(one.keyName, /^sub_[0-9a-f]{24}\.2026-11$/);
  assert.deepEqual(open().keysOf(BEN, NOVEMBER), one);
  const next = keeper.keysOf(BEN, DECEMBER);
  assert.equal(next.pseudonym, one.pseudonym);
  assert.notDeepEqual(next.commitmentKey, one.commitmentKey);
  assert.deepEqual(keeper.keysNamed(one.keyName), one, 'the old one is still there');
});

test('two uses of a key have nothing in common', () => {
  const { commitmentKey, vaultKey } = keeper.keysOf(BEN, NOVEMBER);
  assert.equal(commitmentKey.length, 32);
  assert.notDeepEqual(commitmentKey, vaultKey);
});

test('names are told apart by tenant and kind, and stand nowhere in clear', () => {
  const pseudonyms = [BEN, { ...BEN, tenant: 'other' }, { ...BEN, kind: 'user' as const }].map((who) => keeper.pseudonymOf(who, NOVEMBER));
  assert.equal(new Set(pseudonyms).size, 3);
  assert.deepEqual(open().whois(pseudonyms[2] ?? ''), { ...BEN, kind: 'user' });
  assert.equal(onDisk().includes('builder'), false);
});

test('asking for somebody of whom nothing is known makes nothing', () => {
  assert.equal(keeper.find(BEN), undefined);
  assert.equal(keeper.whois('sub_000000000000000000000000'), undefined);
  assert.equal(keeper.keysNamed('sub_000000000000000000000000.2026-11'), undefined);
  assert.equal(keeper.keysNamed('../../x'), undefined);
  assert.equal(keeper.erase('sub_000000000000000000000000'), undefined);
});

test('erasing leaves nothing of a subject, and others as they were', () => {
  const other = keeper.keysOf({ ...BEN, name: 'ann' }, NOVEMBER);
  const { pseudonym, keyName } = keeper.keysOf(BEN, NOVEMBER);
  keeper.keysOf(BEN, DECEMBER);
  assert.equal(keeper.erase(pseudonym), 2);
  for (const one of [keeper, open()]) {
    assert.equal(one.whois(pseudonym), undefined);
    assert.equal(one.find(BEN), undefined);
    assert.equal(one.keysNamed(keyName), undefined);
    assert.equal(one.commit(keyName, 'args', Buffer.alloc(32)), undefined);
    assert.deepEqual(one.keysNamed(other.keyName), other);
  }
  assert.equal(onDisk().includes(Buffer.from(pseudonym.slice(4), 'hex')), false);
  assert.notEqual(keeper.pseudonymOf(BEN, NOVEMBER), pseudonym, 'who comes again is somebody new');
});

test('keys whose owner cannot be read any more can still be destroyed', () => {
  const { pseudonym, keyName } = keeper.keysOf(BEN, NOVEMBER);
  const path = join(folder, 'subjects.slots');
  const bytes = readFileSync(path);
  bytes[600] = (bytes[600] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  const told: unknown[] = [];
  const next = createSubjectKeeper(
    folder,
    () => ROOT,
    (file, entries) => told.push([file, entries]),
  );
  assert.equal(next.whois(pseudonym), undefined);
  assert.deepEqual(told, [['subjects.slots', 1]]);
  assert.equal(next.erase(pseudonym), 1);
  assert.equal(open().keysNamed(keyName), undefined);
});

test('an erasure that was cut short is finished by the next process, before anything is given out', () => {
  const { pseudonym, keyName } = keeper.keysOf(BEN, NOVEMBER);
  const path = join(folder, 'subject-keys-2026-11.slots');
  const keys = readFileSync(path);
  writeFileSync(path, 'of another kind'.padEnd(64));
  assert.throws(() => open().erase(pseudonym), /no known form/);
  writeFileSync(path, keys);
  const next = open();
  assert.equal(next.keysNamed(keyName), undefined);
  assert.equal(next.whois(pseudonym), undefined);
  assert.equal(onDisk().includes(Buffer.from(pseudonym.slice(4), 'hex')), false);
});

test('a month whose time is over goes as a whole; who has been seen since keeps their pseudonym, the others are forgotten', () => {
  const old = keeper.keysOf(BEN, NOVEMBER);
  const current = keeper.keysOf(BEN, DECEMBER);
  const past = keeper.pseudonymOf({ ...BEN, name: 'ann' }, NOVEMBER);
  assert.equal(keeper.expire('2026-12'), 2);
  for (const one of [keeper, open()]) {
    assert.equal(one.keysNamed(old.keyName), undefined);
    assert.deepEqual(one.keysNamed(current.keyName), current);
    assert.deepEqual(one.whois(old.pseudonym), BEN);
    assert.equal(one.whois(past), undefined);
  }
  assert.equal(onDisk().includes(Buffer.from(past.slice(4), 'hex')), false);
  assert.deepEqual(readdirSync(folder).toSorted(), ['subject-keys-2026-12.slots', 'subjects.slots']);
});

test('what the keeper commits to is what a worker with the key commits to', () => {
  const { keyName, commitmentKey } = keeper.keysOf(BEN, NOVEMBER);
  const digest = Buffer.alloc(32, 3);
  assert.equal(keeper.commit(keyName, 'args', digest), toMac(commitmentKey, 'args', digest));
  assert.notEqual(keeper.commit(keyName, 'answer', digest), toMac(commitmentKey, 'args', digest));
});

test('a month begins and ends in UTC', () => {
  assert.deepEqual([toMonth(DECEMBER - 1), toMonth(DECEMBER)], ['2026-11', '2026-12']);
  assert.equal(nextMonthMs(DECEMBER - 1), DECEMBER);
  assert.equal(nextMonthMs(DECEMBER), Date.UTC(2027, 0, 1));
});

test('another root key finds nobody, and opens no name', () => {
  const pseudonym = keeper.pseudonymOf(BEN, NOVEMBER);
  const stranger = createSubjectKeeper(folder, () => Buffer.alloc(32, 8));
  assert.equal(stranger.find(BEN), undefined);
  assert.throws(() => stranger.whois(pseudonym));
});
