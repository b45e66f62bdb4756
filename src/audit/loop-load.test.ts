import assert from 'node:assert/strict';
import { it } from 'node:test';

import { createLoopLoad } from './loop-load.ts';

it('the loop is busy while it works and not while it waits', async () => {
  const isBusy = createLoopLoad();
  assert.equal(isBusy(), false);
  for (const until = performance.now() + 120; performance.now() < until;) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isBusy(), true);
  while (isBusy()) await new Promise((resolve) => setTimeout(resolve, 60));
});
