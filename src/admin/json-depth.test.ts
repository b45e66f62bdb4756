import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeeperThan } from './json-depth.ts';

const nested = (levels: number): Buffer => Buffer.from('{"a":'.repeat(levels - 1) + '[]' + '}'.repeat(levels - 1));

test('levels are counted, and brackets in texts are none', () => {
  assert.equal(isDeeperThan(64, nested(64)), false);
  assert.equal(isDeeperThan(64, nested(65)), true);
  assert.equal(isDeeperThan(1, Buffer.from(String.raw`["[[[{\"[[\\"]`)), false);
  assert.equal(isDeeperThan(2, Buffer.from('[[],[],{}]')), false);
});
