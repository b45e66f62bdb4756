import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Found } from '../types.ts';
import { createFindings } from './findings.ts';

const HELD = 100;

function found(start: number, end: number, more: Partial<Found> = {}): Found {
  return { type: 'email', class: 'personal', confidence: 'high', kind: 'string', start, end, path: '$', layers: [], ...more };
}

const spans = (all: readonly Found[]): readonly string[] => all.map(({ type, start, end }) => `${type} ${start}-${end}`);

test('findings are said in order of their beginnings, once everything in front of their end was looked at', () => {
  const findings = createFindings(HELD);
  findings.add(found(20, 30));
  findings.add(found(2, 8));
  findings.settle(10);
  assert.deepEqual(spans(findings.take()), ['email 2-8']);
  findings.settle(25);
  assert.equal(findings.settled(), 20);
  assert.deepEqual(findings.take(), []);
  findings.settle(30);
  assert.deepEqual(spans(findings.take()), ['email 20-30']);
});

test('what overlaps is one finding of its class, whatever came first, and of the surer type', () => {
  const spanOf = (...all: Found[]): readonly string[] => {
    const findings = createFindings(HELD);
    for (const one of all) findings.add(one);
    findings.settle(50);
    return spans(findings.take());
  };
  const weak = { type: 'name', confidence: 'medium' } as const;
  assert.deepEqual(spanOf(found(0, 4, weak), found(8, 12, weak), found(3, 9)), ['email 0-12']);
  assert.deepEqual(spanOf(found(3, 9), found(8, 12, weak), found(0, 4, weak)), ['email 0-12']);
  assert.deepEqual(spanOf(found(3, 9), found(0, 20, { confidence: 'low', type: 'hint' })), ['hint 0-20', 'email 3-9']);
  assert.deepEqual(spanOf(found(3, 9), found(9, 12)), ['email 3-9', 'email 9-12']);
  assert.deepEqual(spanOf(found(3, 9), found(5, 12, { class: 'secret', type: 'key' })), ['email 3-9', 'key 5-12']);
});

test('what stands across is held back with all that it overlaps, and cut where that would be too much', () => {
  const findings = createFindings(HELD);
  findings.add(found(0, 40));
  findings.add(found(30, 60, { class: 'secret', type: 'key' }));
  findings.add(found(50, 300));
  findings.settle(90);
  assert.deepEqual([findings.settled(), findings.take()], [0, []]);
  findings.settle(200);
  assert.equal(findings.settled(), 200);
  assert.deepEqual(spans(findings.take()), ['email 0-40', 'key 30-60', 'email 50-200']);
  findings.settle(400);
  assert.deepEqual(spans(findings.take()), ['email 200-300']);
});

test('what comes to be known too late is said of what is not decided', () => {
  const findings = createFindings(HELD);
  findings.settle(50);
  findings.add(found(40, 60));
  findings.add(found(50, 50, { kind: 'message', class: 'unscanned', type: 'unparsable' }));
  findings.settle(50);
  assert.deepEqual(spans(findings.take()), ['unparsable 50-50']);
  findings.settle(60);
  assert.deepEqual(spans(findings.take()), ['email 50-60']);
});

test('a finding costs about the same however many are held back', () => {
  /** How often the places of findings are read. */
  let reads = 0;
  const counted = (start: number): Found => ({
    ...found(0, 0),
    get start() {
      reads++;
      return start;
    },
    get end() {
      reads++;
      return start + 1;
    },
  });
  const readsFor = (count: number): number => {
    reads = 0;
    const findings = createFindings(HELD);
    for (let at = 0; at < count; at++) {
      findings.add(counted(10 + 2 * at));
      findings.settle(10);
    }
    for (let at = 0; at < count; at += 4) findings.settle(10 + 2 * at);
    findings.settle(10 + 2 * count);
    assert.equal(findings.take().length, count);
    return reads / count;
  };
  assert.ok(readsFor(2_000) <= readsFor(50) + 20, `${readsFor(50)}, then ${readsFor(2_000)}`);
});
