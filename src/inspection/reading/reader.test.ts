import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';

import { createFixtureEngine } from '../scan.fixture.ts';
import { createScan } from '../scan.ts';
import type { Found } from '../types.ts';

const MARK = ['MARK', 'A1B2C3D4'].join('-');

/** What one that has read nothing before finds. */
function afresh(bytes: Uint8Array): readonly Found[] {
  return scanWith(createFixtureEngine(), bytes);
}

function scanWith(engine: ReturnType<typeof createFixtureEngine>, bytes: Uint8Array): readonly Found[] {
  const scan = createScan(engine, { surface: 'answer' });
  return [...scan.push(bytes).found, ...scan.end().found];
}

const message = fc.oneof(
  fc.json().map((text) => Buffer.from(text)),
  fc.constantFrom('{"a":[{"b":"x', '[[[["', '{"a\\', '12', '"\\ud83d', '', `{"${MARK}":["AKIA","${MARK}`).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 80 }),
  fc
    .array(fc.constantFrom(MARK, 'MARK-', 'A1B2', 'plain', 'a\\nb'), { maxLength: 9 })
    .map((texts) => Buffer.from(`{"a":{"list":["${texts.join('","')}"]}}`)),
);

test('nothing of one message is left for the next', () => {
  fc.assert(
    fc.property(fc.array(message, { minLength: 2, maxLength: 6 }), (messages) => {
      const engine = createFixtureEngine();
      for (const bytes of messages) assert.deepEqual(scanWith(engine, bytes), afresh(bytes));
    }),
    { numRuns: 200 },
  );
});

test('messages that come beside each other, or never end, know nothing of each other', () => {
  fc.assert(
    fc.property(message, message, message, fc.nat(80), (one, other, abandoned, cut) => {
      const engine = createFixtureEngine();
      createScan(engine, { surface: 'answer' }).push(abandoned);
      const slow = createScan(engine, { surface: 'answer' });
      const found = [...slow.push(one.slice(0, cut)).found];
      assert.deepEqual(scanWith(engine, other), afresh(other));
      found.push(...slow.push(one.slice(cut)).found, ...slow.end().found);
      assert.deepEqual(found, afresh(one));
    }),
    { numRuns: 200 },
  );
});

test('a scan that is over reads no more, whoever reads with the same now', () => {
  const engine = createFixtureEngine();
  const over = createScan(engine, { surface: 'answer' });
  over.end();
  const now = createScan(engine, { surface: 'answer' });
  now.push(Buffer.from('["plain'));
  assert.deepEqual(over.push(Buffer.from(`"${MARK}"`)).found, []);
  assert.deepEqual(over.end().found, []);
  assert.deepEqual([...now.push(Buffer.from(' text"]')).found, ...now.end().found], []);
});
