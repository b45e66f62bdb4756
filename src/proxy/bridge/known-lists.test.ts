import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Principal } from '../../agents/index.ts';
import { createKnownLists } from './known-lists.ts';
import type { Listed } from './known-lists.ts';

const ANN: Principal = { tenant: 'default', agent: 'ann', user: undefined, groups: [], attributes: {}, keyId: 'k1' };
const BOB: Principal = { ...ANN, agent: 'bob' };
const listed = (name: string, size = 100): Listed => ({ name, bytes: new Uint8Array(size), appOnly: false, ui: undefined });

test('what one agent was told is not known for another', () => {
  const known = createKnownLists(() => 0);
  known.put(ANN, 'files', 'tools', [listed('read')]);
  assert.equal(known.get(ANN, 'files', 'tools')?.elements[0]?.name, 'read');
  for (const other of [known.get(BOB, 'files', 'tools'), known.get(ANN, 'desk', 'tools'), known.get(ANN, 'files', 'prompts')])
    assert.equal(other, undefined);
});

test('a list is outdated when its server says so, or after a minute, and gone after an hour', () => {
  let nowMs = 0;
  const known = createKnownLists(() => nowMs);
  known.put(ANN, 'files', 'tools', []);
  assert.equal(known.get(ANN, 'files', 'tools')?.outdated, false);
  known.outdate(ANN, 'files', 'tools');
  assert.equal(known.get(ANN, 'files', 'tools')?.outdated, true);
  known.put(ANN, 'files', 'tools', []);
  assert.equal(known.get(ANN, 'files', 'tools')?.outdated, false);
  nowMs = 60_001;
  assert.equal(known.get(ANN, 'files', 'tools')?.outdated, true);
  nowMs = 3_600_001;
  assert.equal(known.get(ANN, 'files', 'tools'), undefined);
  assert.notEqual(known.bytes, 0);
  known.sweep();
  assert.equal(known.bytes, 0);
});

test('it holds so much and no more: the oldest goes, and what is too large for all of it is not taken', () => {
  const known = createKnownLists(() => 0, 10_000);
  for (let number = 0; number < 100; number++) {
    known.put(ANN, `server-${number}`, 'tools', [listed('a', 2_000)]);
    assert.ok(known.bytes <= 10_000);
  }
  assert.equal(known.get(ANN, 'server-0', 'tools'), undefined);
  assert.notEqual(known.get(ANN, 'server-99', 'tools'), undefined);
  known.put(ANN, 'huge', 'tools', [listed('a', 20_000)]);
  assert.equal(known.get(ANN, 'huge', 'tools'), undefined);
  known.put(ANN, 'server-99', 'tools', []);
  assert.deepEqual(known.get(ANN, 'server-99', 'tools')?.elements, []);
});

test('one reads behind the others’ backs at a time', () => {
  const known = createKnownLists(() => 0);
  assert.equal(known.claim(ANN, 'files', 'tools'), true);
  assert.equal(known.claim(ANN, 'files', 'tools'), false);
  assert.equal(known.claim(BOB, 'files', 'tools'), true);
  known.release(ANN, 'files', 'tools');
  assert.equal(known.claim(ANN, 'files', 'tools'), true);
});
