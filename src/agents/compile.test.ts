import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anonymousPrincipal, compileAgents, createKey } from './index.ts';
import type { AgentKey, AgentRecord } from './index.ts';

const NOW = Date.parse('2026-10-01T12:00:00Z');
const newKey = (seed: number) => createKey(new Uint8Array(32).fill(seed));
const stored = (seed: number, expiresAt: string | null = null): AgentKey => {
  const { id, sha256 } = newKey(seed);
  return { id, sha256, createdAt: '2026-09-01T00:00:00Z', expiresAt, label: '' };
};
const header = (seed: number) => `Bearer ${newKey(seed).text.reveal()}`;
const agent = (name: string, keys: readonly AgentKey[], more: Partial<AgentRecord> = {}): AgentRecord => ({
  tenant: 'default',
  name,
  groups: [],
  attributes: {},
  priority: 'interactive',
  keys,
  ...more,
});

test('a key names its agent, with groups and attributes', () => {
  const index = compileAgents([
    agent('ada', [stored(1), stored(2)], { groups: ['staff'], attributes: { team: 'blue' } }),
    agent('bob', [stored(3)]),
  ]);
  assert.deepEqual(index.authenticate(header(2), NOW), {
    tenant: 'default',
    agent: 'ada',
    user: undefined,
    groups: ['staff'],
    attributes: { team: 'blue' },
    keyId: stored(2).id,
    priority: 'interactive',
  });
  assert.equal(index.authenticate(header(3), NOW)?.agent, 'bob');
  assert.deepEqual([index.agents, index.keys], [2, 3]);
});

test('no header, another form and an unknown key name nobody', () => {
  const index = compileAgents([agent('ada', [stored(1)])]);
  for (const authorization of [undefined, '', 'Bearer x', header(9), `Basic ${newKey(1).text.reveal()}`]) {
    assert.equal(index.authenticate(authorization, NOW), undefined);
  }
});

test('a key is good up to its expiry and not at it', () => {
  const index = compileAgents([agent('ada', [stored(1, '2026-10-01T12:00:00Z')])]);
  assert.equal(index.authenticate(header(1), NOW - 1)?.agent, 'ada');
  assert.equal(index.authenticate(header(1), NOW), undefined);
});

test('an expiry that cannot be read counts as expired', () => {
  const index = compileAgents([agent('ada', [stored(1, 'next summer')])]);
  assert.equal(index.authenticate(header(1), NOW), undefined);
});

test('a key that two agents claim names nobody', () => {
  const index = compileAgents([agent('ada', [stored(1), stored(2)]), agent('mallory', [stored(1)])]);
  assert.equal(index.authenticate(header(1), NOW), undefined);
  assert.equal(index.authenticate(header(2), NOW)?.agent, 'ada');
});

test('a principal is one frozen object for as long as the index lives', () => {
  const index = compileAgents([agent('ada', [stored(1)], { groups: ['staff'] })]);
  const principal = index.authenticate(header(1), NOW);
  assert.ok(principal);
  assert.equal(index.authenticate(header(1), NOW), principal);
  for (const part of [index, principal, principal.groups, principal.attributes]) assert.ok(Object.isFrozen(part));
});

test('a caller has the priority of its agent, with a key or without one', () => {
  const index = compileAgents([agent('pager', [stored(1)], { priority: 'critical' }), agent('crawler', [], { priority: 'batch' })]);
  assert.equal(index.authenticate(header(1), NOW)?.priority, 'critical');
  assert.equal(index.anonymous('crawler').priority, 'batch');
  assert.equal(index.anonymous('nobody').priority, 'interactive');
});

test('the anonymous agent has the groups of the stored agent of its name', () => {
  const index = compileAgents([agent('visitor', [], { groups: ['outsiders'] }), agent('ada', [], { tenant: 'other', groups: ['x'] })]);
  assert.deepEqual(index.anonymous('visitor').groups, ['outsiders']);
  assert.deepEqual(index.anonymous('ada'), anonymousPrincipal('ada'), 'an agent of another tenant is another agent');
  assert.deepEqual(index.anonymous('nobody'), {
    tenant: 'default',
    agent: 'nobody',
    user: undefined,
    groups: [],
    attributes: {},
    keyId: 'anonymous',
    priority: 'interactive',
  });
  assert.equal(index.anonymous('visitor'), index.anonymous('visitor'));
});

test('a caller known earlier is seen with its groups of now', () => {
  const before = compileAgents([agent('ada', [stored(1)])]).authenticate(header(1), NOW);
  assert.ok(before);
  const now = compileAgents([agent('ada', [stored(1)], { groups: ['staff'] })]);
  assert.deepEqual(now.current(before, NOW)?.groups, ['staff']);
});

test('a caller is no longer current once its key is revoked, expired, or given to another agent', () => {
  const before = compileAgents([agent('ada', [stored(1)])]).authenticate(header(1), NOW);
  assert.ok(before);
  const after: readonly (readonly [string, readonly AgentRecord[]])[] = [
    ['agent gone', []],
    ['key gone', [agent('ada', [stored(2)])]],
    ['key expired', [agent('ada', [stored(1, '2026-10-01T11:00:00Z')])]],
    ['key of another agent', [agent('bob', [stored(1)])]],
    ['key of another tenant', [agent('ada', [stored(1)], { tenant: 'other' })]],
    ['key claimed twice', [agent('ada', [stored(1)]), agent('bob', [stored(1)])]],
  ];
  for (const [what, records] of after) assert.equal(compileAgents(records).current(before, NOW), undefined, what);
});

test('an anonymous caller stays current: its listener decides about it', () => {
  const index = compileAgents([agent('visitor', [], { groups: ['outsiders'] })]);
  assert.equal(index.current(anonymousPrincipal('visitor'), NOW), index.anonymous('visitor'));
});
