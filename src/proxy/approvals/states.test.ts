import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApprovalStates } from './states.ts';
import type { ApprovalState } from './types.ts';

const KEY = { kid: 'k1', key: new Uint8Array(32).fill(1) };
const ada = { tenant: 'default', agent: 'ada', user: undefined };
const told: ApprovalState = { kind: 'told', id: 'apr_1', question: 'q', expiresAtMs: 1_000 };
const round: ApprovalState = { kind: 'round', id: 'apr_1', question: 'q', expiresAtMs: 1_000, round: 2, inner: 'of the server' };
const states = createApprovalStates(() => [KEY]);

for (const state of [told, round, { ...round, inner: undefined }]) {
  test(`${state.kind} comes back as it was given`, () => assert.deepEqual(states.open(states.seal(state, ada), ada, 999), state));
}

test('nobody else opens it, nobody alters it, and it ends', () => {
  const sealed = states.seal(round, ada);
  for (const other of [
    { ...ada, agent: 'bob' },
    { ...ada, tenant: 'other' },
    { ...ada, user: 'eve' },
  ])
    assert.equal(states.open(sealed, other, 0), undefined);
  assert.equal(states.open(`${sealed.slice(0, -2)}AA`, ada, 0), undefined);
  assert.equal(states.open(sealed, ada, 1_000), undefined);
  assert.equal(createApprovalStates(() => [{ ...KEY, kid: 'k2' }]).open(sealed, ada, 0), undefined);
  assert.equal(createApprovalStates(() => []).open(createApprovalStates(() => []).seal(round, ada), ada, 0), undefined);
});

test('what is not ours is somebody else’s', () => {
  for (const other of ['', 'r1.k.x', 'sallyport-a2.k.x', 'sallyport-a1x']) assert.equal(states.open(other, ada, 0), 'foreign');
});
