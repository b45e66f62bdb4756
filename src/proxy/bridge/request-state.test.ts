import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { Principal } from '../../agents/index.ts';
import { digestOf, openRound, sealRound } from './request-state.ts';
import type { RoundFacts } from './request-state.ts';
import { sealSession } from './session-id.ts';

const ann: Principal = { tenant: 'default', agent: 'ann', user: undefined, groups: [], attributes: {}, keyId: 'k1' };
const key = { kid: 'a1', key: randomBytes(32) };
const facts: RoundFacts = { owner: 'worker-0.3', number: 7, server: 'files', method: 'tools/call', digest: 'd', expiresAtMs: 1_000 };
const state = sealRound(facts, key, ann);

test('what was sealed can be opened, also with another key of the same agent', () => {
  assert.deepEqual(openRound(state, [key], { ...ann, keyId: 'k2' }), facts);
});

const strangers: readonly (readonly [string, Principal])[] = [
  ['another agent', { ...ann, agent: 'bob' }],
  ['another tenant', { ...ann, tenant: 'other' }],
  ['another user of the agent', { ...ann, user: 'u' }],
];
for (const [name, principal] of strangers) {
  test(`it is worth nothing for ${name}`, () => assert.equal(openRound(state, [key], principal), undefined));
}

test('every altered character is refused', () => {
  for (let at = 0; at < state.length; at++) {
    const other = state[at] === 'A' ? 'B' : 'A';
    assert.equal(openRound(state.slice(0, at) + other + state.slice(at + 1), [key], ann), undefined, `character ${at}`);
  }
});

test('a token of another kind is no state, though the same key sealed it', () => {
  const session = sealSession({ owner: 'w', inner: '7', revision: 'a', serverRevision: 'b', openedAtMs: 1 }, key, ann, 'files');
  assert.equal(openRound(session, [key], ann), undefined);
  assert.equal(openRound(session.replace('s2.', 'r1.'), [key], ann), undefined);
});

test('the digest is of what makes it the same call', () => {
  const digest = digestOf({ name: 'a', arguments: { x: 1, y: [2] } });
  assert.equal(
    digestOf({ arguments: { y: [2], x: 1 }, name: 'a', _meta: { progressToken: 1 }, inputResponses: {}, requestState: 's' }),
    digest,
  );
  for (const other of [{ name: 'b', arguments: { x: 1, y: [2] } }, { name: 'a', arguments: { x: 1, y: [2, 3] } }, { name: 'a' }, undefined])
    assert.notEqual(digestOf(other), digest);
});
