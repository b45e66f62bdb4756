import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readServerClock } from './server-clock.ts';
import type { ServerClock } from './server-clock.ts';

const NOON = Date.parse('2026-11-23T12:00:00Z');

function read(date: string | undefined, nowMs = NOON, clock?: ServerClock): ServerClock | undefined {
  const server: { clock?: ServerClock | undefined } = { clock };
  readServerClock(server, () => date, nowMs);
  return server.clock;
}

test('a server says how late it is there', () => {
  assert.deepEqual(read('Mon, 23 Nov 2026 12:00:00 GMT'), { aheadMs: 500, readAtMs: NOON });
  assert.equal(read('Mon, 23 Nov 2026 13:00:00 GMT')?.aheadMs, 3_600_500);
  assert.equal(read('Mon, 23 Nov 2026 11:59:00 GMT')?.aheadMs, -59_500);
});

test('what is no date says nothing', () => {
  for (const date of [undefined, '', 'yesterday', 'Mon, 99 Nov 2026 12:00:00 GMT']) assert.equal(read(date), undefined);
  const known = { aheadMs: 500, readAtMs: NOON - 120_000 };
  assert.equal(read('noon', NOON, known), known);
});

test('it is read once a minute, and at once where the clock here was set', () => {
  const known = { aheadMs: 500, readAtMs: NOON };
  const later = 'Mon, 23 Nov 2026 12:30:00 GMT';
  assert.equal(read(later, NOON + 59_999, known), known);
  assert.equal(read(later, NOON + 60_000, known)?.readAtMs, NOON + 60_000);
  assert.equal(read(later, NOON - 3_600_000, known)?.readAtMs, NOON - 3_600_000);
});
