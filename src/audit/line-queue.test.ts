import assert from 'node:assert/strict';
import test from 'node:test';

import { GENESIS_CHAIN } from './format.ts';
import { createLineQueue } from './line-queue.ts';
import { decision } from './log.fixture.ts';

test('batches that overlap are written from the same two buffers for ever', () => {
  const queue = createLineQueue(
    {
      number: 1,
      position: 0,
      seq: 0,
      chain: GENESIS_CHAIN,
      tree: undefined,
      segment: { bytes: 1 << 26, since: Date.now(), isUsed: false },
    },
    { log: 'a', slot: 'worker-0', node: undefined, segmentBytes: 1 << 26, clock: Date.now, running: new Set() },
  );
  const buffers = new Set<ArrayBufferLike>();
  for (let round = 0; round < 5; round++) {
    queue.append(decision(`first-${round}`), 2 * round + 1);
    const written = queue.take();
    queue.append(decision(`second-${round}`), 2 * round + 2);
    assert.ok(written !== undefined);
    queue.giveBack(written);
    const next = queue.take();
    assert.ok(next !== undefined);
    queue.giveBack(next);
    buffers.add(written.bytes.buffer).add(next.bytes.buffer);
  }
  assert.equal(buffers.size, 2);
});
