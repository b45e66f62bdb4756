// When a call came by which station, as far as its two lines say.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry, EntryLine } from '../../audit/index.ts';
import { hopsOf } from './hops.ts';

const ENDED_MS = 1_000_000;

function line(time: number, members: Readonly<Record<string, unknown>>): EntryLine {
  return { seq: 1, time, text: '', members };
}

function call(decision: Readonly<Record<string, unknown>>, outcome?: Readonly<Record<string, unknown>>): Entry {
  const end = outcome === undefined ? undefined : line(ENDED_MS, outcome);
  return { slot: 'worker-0', kind: 'call', line: line(ENDED_MS - 5, decision), outcome: end };
}

/** Hop, microseconds since it was received, milliseconds before the end. */
function told(entry: Entry): readonly (readonly [string, number | undefined, number])[] {
  return hopsOf(entry).map(({ hop, us, atMs }) => [hop, us, Math.round((ENDED_MS - atMs) * 1_000) / 1_000]);
}

test('a call that was carried has all its stations, counted from when it came', () => {
  const outcome = { mono: 50_006_000, gatewayUs: 400, serverUs: 5_600, forwardedUs: 250, firstByteUs: 5_700 };
  assert.deepEqual(told(call({ mono: 50_000_180 }, outcome)), [
    ['received', 0, 6],
    ['decided', 180, 5.82],
    ['forwarded', 250, 5.75],
    ['answering', 5_700, 0.3],
    ['answered', 6_000, 0],
  ]);
});

test('what no server was asked for has no station there', () => {
  const hops = told(call({ mono: 100 }, { mono: 400, gatewayUs: 350, serverUs: 0 }));
  assert.deepEqual(
    hops.map(([hop]) => hop),
    ['received', 'decided', 'answered'],
  );
});

test('without its end nobody can say when it came', () => {
  assert.deepEqual(told(call({ mono: 7, verdict: 'deny' })), [['decided', undefined, 5]]);
  // Its worker died, and the next one wrote that nobody knows how it ended.
  assert.deepEqual(told(call({ mono: 7 }, { status: 'unknown' })), [
    ['decided', undefined, 5],
    ['answered', undefined, 0],
  ]);
});

test('times that cannot be are not told: a log may have been altered', () => {
  const outcome = { mono: 9_000, gatewayUs: 300, serverUs: 200, forwardedUs: 501, firstByteUs: -1 };
  assert.deepEqual(told(call({ mono: 2 }, outcome)), [
    ['received', 0, 0.5],
    ['decided', undefined, 5],
    ['answered', 500, 0],
  ]);
  assert.deepEqual(told(call({ mono: 'x' }, { gatewayUs: 1e300, serverUs: 1 })), [
    ['decided', undefined, 5],
    ['answered', undefined, 0],
  ]);
});

test('what is no call goes by no station', () => {
  assert.deepEqual(hopsOf({ slot: 'control', kind: 'act', line: line(1, {}), outcome: undefined }), []);
});
