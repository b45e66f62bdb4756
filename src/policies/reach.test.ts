import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Principal } from '../agents/index.ts';
import { createReach, describeConcern } from './reach.ts';
import type { Reached } from './reach.ts';
import { policySchema } from './schema.ts';

const document = policySchema.parse({
  rules: [
    { name: 'readers', effect: 'allow', groups: ['readers'], servers: ['files'], tools: ['read_*'] },
    { name: 'inside', effect: 'allow', agents: ['desk-*'], servers: ['files'], tools: ['read_*'], when: 'args.path.startsWith("/srv")' },
    { name: 'asked', effect: 'ask', groups: ['writers'], servers: ['files'], tools: ['*'] },
    { name: 'never', effect: 'deny', agents: ['*'], servers: ['*'], labels: ['destructive'] },
    { name: 'elsewhere', effect: 'allow', agents: ['*'], servers: ['tickets'] },
  ],
});
const reach = createReach(document, ['files', 'tickets']);
const principal = (agent: string, ...groups: readonly string[]): Principal => ({
  tenant: 'default',
  agent,
  user: undefined,
  groups,
  attributes: {},
  keyId: 'reach',
});
const tool = (name: string, labels: readonly string[] = []): Reached => ({
  server: 'files',
  subject: { kind: 'tool', name },
  facts: { labels, class: undefined, fingerprint: undefined },
  labels: [],
});

test('what a policy leaves to callers', () => {
  const read = tool('read_file');
  assert.equal(reach.of(principal('ada', 'readers'), read, 0), 'yes');
  assert.equal(reach.of(principal('desk-1'), read, 0), 'depends');
  assert.equal(reach.of(principal('ada', 'writers'), read, 0), 'depends');
  assert.equal(reach.of(principal('ada'), read, 0), 'no');
  assert.equal(reach.of(principal('ada', 'readers', 'writers'), tool('read_all', ['destructive']), 0), 'no');
});

test('rules that are about a thing', () => {
  const names = (thing: Reached): readonly string[] => reach.rulesAbout(thing).map(({ name }) => name);
  assert.deepEqual(names(tool('read_file')), ['readers', 'inside', 'asked']);
  assert.deepEqual(names(tool('delete', ['destructive'])), ['asked', 'never']);
  assert.deepEqual(names({ server: 'tickets', subject: { kind: 'prompt', name: 'daily' }, facts: undefined, labels: [] }), ['elsewhere']);
});

test('what a rule wants, in a line', () => {
  assert.equal(document.rules[1] && describeConcern(document.rules[1]), 'agents desk-*, when args.path.startsWith("/srv")');
  assert.equal(document.rules[0] && describeConcern(document.rules[0]), 'groups readers');
});
