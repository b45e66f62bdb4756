// What could not wait for the log is on record as soon as the log takes it, in its order, and none of it is lost unsaid.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLateRecords } from './late-records.ts';
import type { LateRecords } from './late-records.ts';
import type { CallRecord } from './record.ts';

function act(number: number): CallRecord {
  return {
    kind: 'act',
    time: number,
    act: `act_${number}`,
    action: 'lockdown.lock',
    outcome: 'done',
    by: 'os:alice',
    via: 'cli',
    tenant: 'default',
    target: undefined,
    reason: undefined,
  };
}

interface Rig {
  isOpen: boolean;
  isBroken: boolean;
  dropped: number;
  readonly times: number[];
  readonly late: LateRecords;
}

function rig(): Rig {
  const times: number[] = [];
  const state: Rig = {
    isOpen: false,
    isBroken: false,
    dropped: 0,
    times,
    late: createLateRecords({
      canRecord: () => state.isOpen,
      record: async (records) => {
        if (state.isBroken) throw new Error('no space');
        times.push(...records.map(({ time }) => time));
      },
      onDropped: (count) => (state.dropped += count),
      retryMs: 1,
    }),
  };
  return state;
}

test('they wait until the log is open, and through a fault, and keep their order', async () => {
  const state = rig();
  state.late.add([act(1)]);
  state.late.add([act(2), act(3)]);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(state.times, []);
  state.isOpen = true;
  state.isBroken = true;
  state.late.add([act(4)]);
  await new Promise((resolve) => setTimeout(resolve, 5));
  state.isBroken = false;
  while (state.times.length < 4) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.deepEqual(state.times, [1, 2, 3, 4]);
  assert.equal(await state.late.close(), 0);
});

test('they are bounded, and what is lost is counted', async () => {
  const state = rig();
  for (let number = 1; number <= 1_001; number++) state.late.add([act(number)]);
  assert.equal(state.dropped, 1);
  assert.equal(await state.late.close(), 1_000);
});
