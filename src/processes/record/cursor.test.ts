// Cursors: only those that we gave, to whom we gave them, for the question that they were given for, and not for long.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { RecordsQuery } from '../../admin/index.ts';
import { createCursors } from './cursor.ts';
import type { Cursors } from './cursor.ts';

const QUESTION: RecordsQuery = { kind: ['call'], order: 'newest', limit: 50, server: 'files' };
const NOW = 1_790_000_000_000;
const REACHED = { place: { slot: 'worker-0', seq: 17, time: NOW - 5 }, sinceMs: NOW };
const ADA = 'session:ada';

const cursorsAt = (clock: { nowMs: number } = { nowMs: NOW }): Cursors => createCursors({ randomBytes, nowMs: () => clock.nowMs });

test('a cursor leads on, in whichever order the question is written and however much is wanted', () => {
  const cursors = cursorsAt();
  const cursor = cursors.seal(QUESTION, ADA, REACHED);
  assert.match(cursor, /^[\w-]+\.[\w-]{43}$/);
  assert.deepEqual(cursors.open(QUESTION, ADA, cursor), REACHED);
  const again: RecordsQuery = { server: 'files', order: 'newest', kind: ['call'], limit: 7, reason: 'still looking', cursor };
  assert.deepEqual(cursors.open(again, ADA, cursor), REACHED);
});

test('a cursor is of one question, one process, and as it was given', () => {
  const cursors = cursorsAt();
  const cursor = cursors.seal(QUESTION, ADA, REACHED);
  for (const other of [
    { ...QUESTION, server: 'payroll' },
    { ...QUESTION, agent: 'ada' },
    { ...QUESTION, order: 'oldest' },
    { ...QUESTION, kind: ['call', 'act'] },
  ] as const)
    assert.equal(cursors.open({ ...other, kind: [...other.kind] }, ADA, cursor), undefined, JSON.stringify(other));
  assert.equal(cursorsAt().open(QUESTION, ADA, cursor), undefined);
  const [reached = '', seal = ''] = cursor.split('.');
  const moved = Buffer.from(JSON.stringify(['worker-0', 1, 0, NOW])).toString('base64url');
  for (const forged of [`${moved}.${seal}`, `${reached}.`, reached, '', '.', `${reached}.${seal}x`, `${reached}.${'A'.repeat(43)}`])
    assert.equal(cursors.open(QUESTION, ADA, forged), undefined, forged);
});

test('a cursor is of whoever was put on record for it, and for a quarter of an hour', () => {
  const clock = { nowMs: NOW };
  const cursors = cursorsAt(clock);
  const cursor = cursors.seal(QUESTION, ADA, REACHED);
  assert.equal(cursors.open(QUESTION, 'session:bob', cursor), undefined);
  clock.nowMs = NOW + 899_999;
  assert.deepEqual(cursors.open(QUESTION, ADA, cursor), REACHED);
  for (const nowMs of [NOW + 900_000, NOW - 900_000]) {
    clock.nowMs = nowMs;
    assert.equal(cursors.open(QUESTION, ADA, cursor), undefined, String(nowMs));
  }
});
