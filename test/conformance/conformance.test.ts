// The official suite, in both roles: where agent and server share an era nothing required fails with or without the gateway, and no check
// ends differently through it; where they do not, everything required passes but what the list in docs/reference/bridging.md excuses.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LEGS } from './legs.ts';
import { readMisses } from './misses.ts';
import { playLeg } from './play.ts';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';

const misses = readMisses();

let stage: Stage | undefined;
before(async () => {
  stage = await openStage({ directOnly: false });
});
after(() => stage?.close());

for (const leg of LEGS) {
  test(`conformance ${leg.name}`, async () => {
    assert(stage !== undefined);
    assert.deepEqual((await playLeg(leg, stage, misses)).problems, []);
  });
}

test('the list of misses names legs that there are', () => {
  for (const { leg } of misses)
    assert(
      LEGS.some(({ name }) => name === leg),
      leg,
    );
});
