// Cursors: only those that we gave, for the question that they were given for.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { RecordsQuery } from '../../admin/index.ts';
import { createCursors } from './cursor.ts';

const QUESTION: RecordsQuery = { kind: ['call'], order: 'newest', limit: 50, server: 'files' };
const PLACE = { slot: 'worker-0', seq: 17, time: 1_790_000_000_000 };

test('a cursor leads on, in whichever order the question is written and however much is wanted', () => {
  const cursors = createCursors(randomBytes);
  const cursor = cursors.seal(QUESTION, PLACE);
  assert.match(cursor, /^[\w-]+\.[\w-]{43}$/);
  assert.deepEqual(cursors.open(QUESTION, cursor), PLACE);
  assert.deepEqual(
    cursors.open({ server: 'files', order: 'newest', kind: ['call'], limit: 7, reason: 'still looking', cursor }, cursor),
    PLACE,
  );
});

test('a cursor is of one question, one process, and as it was given', () => {
  const cursors = createCursors(randomBytes);
  const cursor = cursors.seal(QUESTION, PLACE);
  for (const other of [
    { ...QUESTION, server: 'payroll' },
    { ...QUESTION, agent: 'ada' },
    { ...QUESTION, order: 'oldest' },
    { ...QUESTION, kind: ['call', 'act'] },
  ] as const)
    assert.equal(cursors.open({ ...other, kind: [...other.kind] }, cursor), undefined, JSON.stringify(other));
  assert.equal(createCursors(randomBytes).open(QUESTION, cursor), undefined);
  const [place = '', seal = ''] = cursor.split('.');
  const moved = Buffer.from(JSON.stringify(['worker-0', 1, 0])).toString('base64url');
  for (const forged of [`${moved}.${seal}`, `${place}.`, place, '', '.', `${place}.${seal}x`, `${place}.${'A'.repeat(43)}`])
    assert.equal(cursors.open(QUESTION, forged), undefined, forged);
});
