import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPlacement } from './placement.ts';

const AGENTS = Array.from({ length: 1_000 }, (_, index) => `agent-${index}`);
const owners = (self: string, workers: readonly string[]): readonly string[] => {
  const placement = createPlacement(self);
  placement.update(workers);
  return AGENTS.map((agent) => placement.ownerElsewhere('default', agent) ?? self);
};
const FOUR = ['worker-0.1', 'worker-1.2', 'worker-2.1', 'worker-3.7'];

test('alone, a worker holds everything', () => {
  assert.equal(createPlacement('worker-0.1').ownerElsewhere('default', 'ann'), undefined);
  assert.ok(owners('worker-0.1', ['worker-0.1']).every((owner) => owner === 'worker-0.1'));
});

test('all workers agree on who holds what, whatever the order in which they heard of each other', () => {
  const first = owners('worker-0.1', FOUR);
  assert.deepEqual(owners('worker-3.7', FOUR.toReversed()), first);
  assert.deepEqual(owners('worker-1.2', FOUR), first);
});

test('agents spread over the workers', () => {
  for (const worker of FOUR) {
    const share = owners('worker-0.1', FOUR).filter((owner) => owner === worker).length;
    assert.ok(share > 150 && share < 350, `${worker} holds ${share} of 1000`);
  }
});

test('a replaced worker keeps the agents of its slot, and of two in a slot the younger holds them', () => {
  const before = owners('worker-0.1', FOUR);
  const after = owners('worker-0.1', ['worker-0.1', 'worker-1.2', 'worker-1.3', 'worker-2.1', 'worker-3.7']);
  assert.deepEqual(
    after,
    before.map((owner) => (owner === 'worker-1.2' ? 'worker-1.3' : owner)),
  );
});

test('when a worker goes, only its agents move', () => {
  const before = owners('worker-0.1', FOUR);
  const after = owners('worker-0.1', FOUR.slice(0, 3));
  for (const [index, owner] of before.entries()) if (owner !== 'worker-3.7') assert.equal(after[index], owner);
});

test('the same agent of two tenants may be held apart', () => {
  const placement = createPlacement('worker-0.1');
  placement.update(FOUR);
  assert.ok(AGENTS.some((agent) => placement.ownerElsewhere('one', agent) !== placement.ownerElsewhere('two', agent)));
});
