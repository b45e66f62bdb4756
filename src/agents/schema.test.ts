import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentInputSchema, agentRecordSchema, createKey } from './index.ts';

const { id, sha256 } = createKey(new Uint8Array(32));
const key = { id, sha256, createdAt: '2026-09-01T00:00:00Z', expiresAt: null, label: 'laptop' };
const record = { tenant: 'default', name: 'ada', groups: ['staff'], attributes: { team: 'blue' }, priority: 'batch', keys: [key] };

test('a stored agent reads back as it is', () => {
  assert.deepEqual(agentRecordSchema.parse(record), record);
});

test('a new agent needs only a name', () => {
  assert.deepEqual(agentInputSchema.parse({ name: 'ada@example.com' }), {
    name: 'ada@example.com',
    groups: [],
    attributes: {},
    priority: 'interactive',
  });
});

test('an agent that was stored before there were priorities is as most are', () => {
  const { priority: _, ...older } = record;
  assert.equal(agentRecordSchema.parse(older).priority, 'interactive');
});

const refused: readonly (readonly [what: string, value: unknown])[] = [
  ['a glob for a name', { ...record, name: 'a*' }],
  ['an empty name', { ...record, name: '' }],
  ['a name with a space', { ...record, name: 'a b' }],
  ['a name with a line break', { ...record, name: 'ada\n' }],
  ['a name too long', { ...record, name: 'a'.repeat(64) }],
  ['an unknown member', { ...record, admin: true }],
  ['a key with its text', { ...record, keys: [{ ...key, text: 'spk_' }] }],
  ['a hash in capitals', { ...record, keys: [{ ...key, sha256: sha256.toUpperCase() }] }],
  ['a key named anonymous', { ...record, keys: [{ ...key, id: 'anonymous' }] }],
  ['a time that is none', { ...record, keys: [{ ...key, expiresAt: 'soon' }] }],
  ['a time without zone', { ...record, keys: [{ ...key, expiresAt: '2026-09-01T00:00:00' }] }],
  ['a priority that there is none of', { ...record, priority: 'urgent' }],
  ['an attribute that is no string', { ...record, attributes: { a: 1 } }],
];
for (const [what, value] of refused) {
  test(`a stored agent with ${what} is refused`, () => {
    assert.equal(agentRecordSchema.safeParse(value).success, false);
  });
}

test('an attribute named __proto__ is not taken over', () => {
  const { attributes } = agentInputSchema.parse(JSON.parse('{"name":"ada","attributes":{"__proto__":"x","team":"blue"}}'));
  assert.deepEqual(Object.keys(attributes), ['team']);
  assert.equal(Object.getPrototypeOf(attributes), Object.prototype);
});
