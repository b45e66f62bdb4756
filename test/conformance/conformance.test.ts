// The official suite, once against the fixture and once through the gateway: nothing required fails on either side, and no check,
// required or not, ends differently through the gateway.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { differences, faults } from './judge.ts';
import { LEGS } from './legs.ts';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';
import { runLeg } from './suite.ts';

let stage: Stage | undefined;
before(async () => {
  stage = await openStage({ directOnly: false });
});
after(() => stage?.close());

for (const leg of LEGS) {
  test(`conformance ${leg.name}`, async () => {
    assert(stage?.through !== undefined);
    const direct = await runLeg(leg, stage.direct, stage.folder(`${leg.name}-direct`));
    assert.deepEqual(faults(leg, direct), [], 'directly against the fixture');
    const through = await runLeg(leg, stage.through, stage.folder(`${leg.name}-through`));
    assert.deepEqual(faults(leg, through), [], 'through the gateway');
    assert.deepEqual(differences(direct, through), []);
  });
}
