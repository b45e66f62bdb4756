import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createSubjectQuota } from './subject-quota.ts';
import type { SubjectQuota } from './subject-quota.ts';

const NOW = Date.UTC(2026, 10, 23);
const DAY_MS = 86_400_000;

let free: number;
let told: (readonly [string, number])[];
let quota: SubjectQuota;

beforeEach(() => {
  free = 8_000;
  told = [];
  quota = createSubjectQuota({ free: () => free, onSpent: (...said) => told.push(said) });
});

/** Takes until nothing more is given; says how many it was. */
function exhaust(slot: string, nowMs: number): number {
  let taken = 0;
  while (quota.take(slot, nowMs)) {
    taken += 1;
    free -= 1;
  }
  return taken;
}

test('one worker gets an eighth of what is free in a day, however often it is replaced; the others what is theirs', () => {
  assert.equal(exhaust('worker-0', NOW), 1_000);
  assert.equal(quota.take('worker-0', NOW + DAY_MS - 1), false);
  assert.equal(exhaust('worker-1', NOW), 875);
  assert.deepEqual(
    quota.spent(NOW).map(({ slot }) => slot),
    ['worker-0', 'worker-1'],
  );
  assert.deepEqual(told, [
    ['worker-0', 1_000],
    ['worker-1', 875],
  ]);
});

test('it cannot use them all up in any number of days', () => {
  for (let day = 0; day < 60; day++) exhaust('worker-0', NOW + day * DAY_MS);
  assert.ok(free > 0);
});

test('a day ends, also for a clock that was set back', () => {
  exhaust('worker-0', NOW);
  assert.equal(quota.take('worker-0', NOW + DAY_MS), true);
  assert.deepEqual(quota.spent(NOW + DAY_MS), []);
  exhaust('worker-0', NOW + DAY_MS);
  assert.equal(quota.take('worker-0', NOW), true);
});
