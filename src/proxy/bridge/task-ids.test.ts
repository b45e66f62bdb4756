import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Principal } from '../../agents/index.ts';
import { createTaskIds } from './task-ids.ts';

const ann: Principal = { tenant: 'default', agent: 'ann', user: undefined, groups: [], attributes: {}, keyId: 'k1' };
const facts = { server: 'builds', tool: 'run_build', id: '786512e2-9e0d-44bd-8f29-789f320fe840' };
const key = (kid: string, byte: number): { kid: string; key: Uint8Array } => ({ kid, key: new Uint8Array(32).fill(byte) });
const ids = createTaskIds(() => [key('a', 1)]);

test('a token opens for the agent and the route it was made for, with whichever of its keys', () => {
  const token = ids.seal(facts, ann, 'builds');
  assert.deepEqual(ids.open(token, { ...ann, keyId: 'k2' }, 'builds'), facts);
});

test('a token opens while its key is one of two, and not after', () => {
  const token = ids.seal(facts, ann, 'builds');
  assert.deepEqual(createTaskIds(() => [key('b', 2), key('a', 1)]).open(token, ann, 'builds'), facts);
  assert.equal(createTaskIds(() => [key('c', 3), key('b', 2)]).open(token, ann, 'builds'), undefined);
});

for (const [whom, principal, route] of [
  ['another agent', { ...ann, agent: 'bob' }, 'builds'],
  ['another tenant', { ...ann, tenant: 'other' }, 'builds'],
  ['another route', ann, '/mcp/all'],
] as const) {
  test(`a token does not open for ${whom}`, () => assert.equal(ids.open(ids.seal(facts, ann, 'builds'), principal, route), undefined));
}

test('an altered token, a foreign kind of token and the id itself do not open', () => {
  const token = ids.seal(facts, ann, 'builds');
  const last = token.endsWith('A') ? 'B' : 'A';
  for (const wrong of [`${token.slice(0, -1)}${last}`, token.slice(0, -4), `s${token.slice(1)}`, `${token}.x`, facts.id, '', 'task1.a.'])
    assert.equal(ids.open(wrong, ann, 'builds'), undefined);
});

test('a token fits into a header, and reveals nothing', () => {
  const token = ids.seal(facts, ann, 'builds');
  assert.match(token, /^task1\.a\.[\w-]+$/);
  assert.ok(token.length < 200, `${token.length} characters`);
});
