import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConnectionCounts } from './connection-counts.ts';

test('each address has its own share, and gets it back', () => {
  const counts = createConnectionCounts(2);
  assert.deepEqual([counts.take('a'), counts.take('a'), counts.take('a'), counts.take('b')], [true, true, false, true]);
  counts.give('a');
  assert.deepEqual([counts.take('a'), counts.take('a')], [true, false]);
});

test('giving back what was never taken lends nothing', () => {
  const counts = createConnectionCounts(1);
  counts.give('a');
  counts.give('a');
  assert.deepEqual([counts.take('a'), counts.take('a')], [true, false]);
});
