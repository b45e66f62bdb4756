import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { Principal } from '../../agents/index.ts';
import { openSession, sealSession } from './session-id.ts';
import type { SessionFacts } from './session-id.ts';

const ann: Principal = { tenant: 'default', agent: 'ann', user: undefined, groups: [], attributes: {}, keyId: 'k1' };
const key = { kid: 'a1', key: randomBytes(32) };
const facts: SessionFacts = {
  owner: 'worker-0.3',
  inner: '7',
  revision: '2025-11-25',
  serverRevision: '2025-06-18',
  openedAtMs: 1_000,
  declared: ['roots'],
};
const token = sealSession(facts, key, ann, 'files');

test('what was sealed can be opened, also with another key of the same agent', () => {
  assert.deepEqual(openSession(token, [key], { ...ann, keyId: 'k2' }, 'files'), facts);
  assert.match(token, /^[\x21-\x7e]+$/, 'visible ASCII, as the spec wants');
});

const strangers: readonly (readonly [string, Principal, string])[] = [
  ['another agent', { ...ann, agent: 'bob' }, 'files'],
  ['another tenant', { ...ann, tenant: 'other' }, 'files'],
  ['another server', ann, 'tickets'],
];
for (const [name, principal, server] of strangers) {
  test(`it is worth nothing for ${name}`, () => assert.equal(openSession(token, [key], principal, server), undefined));
}

test('every altered character is refused', () => {
  for (let at = 0; at < token.length; at++) {
    const other = token[at] === 'A' ? 'B' : 'A';
    assert.equal(openSession(token.slice(0, at) + other + token.slice(at + 1), [key], ann, 'files'), undefined, `character ${at}`);
  }
});

test('neither a part, nor another spelling, nor an unknown key opens', () => {
  for (const wrong of ['', 's2', 's2.a1', 's2.a1.', token.slice(0, -1), `${token}=`, `${token}.x`, ` ${token}`]) {
    assert.equal(openSession(wrong, [key], ann, 'files'), undefined, wrong);
  }
  assert.equal(openSession(token, [{ kid: 'b2', key: key.key }], ann, 'files'), undefined);
  assert.equal(openSession(token, [], ann, 'files'), undefined);
});

test('two sessions with the same facts do not look alike', () => {
  assert.notEqual(sealSession(facts, key, ann, 'files'), token);
});
