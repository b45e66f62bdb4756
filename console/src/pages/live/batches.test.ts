import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { createBatches } from './batches.ts';

test('what comes within a fifth of a second is handed on together', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const handed: (readonly [readonly number[], number])[] = [];
    const batches = createBatches<number>((items, skipped) => handed.push([items, skipped]));
    for (let item = 0; item < 2_003; item++) batches.add(item);
    batches.skip(4);
    assert.equal(handed.length, 0);
    mock.timers.tick(200);
    assert.deepEqual(
      handed.map(([items, skipped]) => [items.length, skipped]),
      [[2_000, 7]],
      'what a page cannot show is counted',
    );
    batches.add(1);
    batches.close();
    mock.timers.tick(400);
    assert.equal(handed.length, 1, 'nobody is told after the end');
  } finally {
    mock.timers.reset();
  }
});
