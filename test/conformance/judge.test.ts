// The judge must be able to say no: otherwise a green conformance run means nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences, faults, tally } from './judge.ts';
import { LEGS } from './legs.ts';
import type { Leg } from './leg.ts';
import type { LegResult, Status } from './suite.ts';

const LEG: Leg = {
  name: 'leg',
  kind: 'same',
  tests: 'server',
  args: () => [],
  required: ['a'],
  atLeast: { scenarios: 1, checks: 2 },
};

function result(...checks: readonly (readonly [scenario: string, key: string, status: Status])[]): LegResult {
  return {
    checks: checks.map(([scenario, key, status]) => ({ scenario, key, status, reason: undefined })),
    exitCode: 0,
    output: 'the output',
  };
}

const GOOD = result(['a', 'one', 'SUCCESS'], ['a', 'two', 'SUCCESS'], ['b', 'three', 'FAILURE']);

test('a leg is good when its required scenarios are, whatever the others do', () => {
  assert.deepEqual(faults(LEG, GOOD, []), []);
  assert.deepEqual(tally(GOOD), { passed: 2, failed: 1 });
});

for (const [what, bad] of [
  ['a failed check', result(['a', 'one', 'SUCCESS'], ['a', 'two', 'SUCCESS'], ['a', 'three', 'FAILURE'])],
  ['a warning', result(['a', 'one', 'SUCCESS'], ['a', 'two', 'SUCCESS'], ['a', 'three', 'WARNING'])],
  ['a required scenario that did not run', result(['b', 'one', 'SUCCESS'], ['b', 'two', 'SUCCESS'])],
  ['too few checks', result(['a', 'one', 'SUCCESS'])],
  ['no result at all', result()],
] as const) {
  test(`${what} is a fault`, () => assert.notDeepEqual(faults(LEG, bad, []), []));
}

test('a leg in which everything is required fails with any of it', () => {
  assert.notDeepEqual(faults({ ...LEG, required: 'all' }, GOOD, []), []);
});

test('a client that broke down after its last check has failed', () => {
  assert.match(faults({ ...LEG, tests: 'client' }, { ...GOOD, exitCode: 1 }, []).join(), /the client failed/);
});

test('an excused scenario has to fail, and excuses no other', () => {
  const leg: Leg = { ...LEG, required: 'all' };
  assert.deepEqual(faults(leg, GOOD, ['b']), []);
  assert.match(faults(leg, GOOD, ['a', 'b']).join(), /a: passes/);
  assert.notDeepEqual(faults({ ...LEG, required: ['a', 'b'], atLeast: { scenarios: 2, checks: 2 } }, GOOD, ['b']), []);
  assert.match(faults(leg, GOOD, ['b', 'gone']).join(), /gone: made no check/);
});

test('a check that ends otherwise, is missing, or is new through the gateway is a difference', () => {
  const through = result(['a', 'one', 'FAILURE'], ['a', 'new', 'SUCCESS'], ['b', 'three', 'FAILURE']);
  assert.deepEqual(
    differences(GOOD, through).map(({ key, direct, through: after }) => [key, direct, after]),
    [
      ['one', 'SUCCESS', 'FAILURE'],
      ['two', 'SUCCESS', undefined],
      ['new', undefined, 'SUCCESS'],
    ],
  );
  assert.deepEqual(differences(GOOD, GOOD), []);
});

test('the suite still requires 37 scenarios of 2026-07-28 and 30 of 2025-11-25', () => {
  const count = (name: string): number | undefined => LEGS.find((leg) => leg.name === name)?.required.length;
  assert.equal(count('2026-07-28 at legacy'), 37);
  assert.equal(count('2026-07-28'), 37);
  assert.equal(count('2025-11-25'), 30);
});
