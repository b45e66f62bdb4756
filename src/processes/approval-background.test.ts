// What stands behind a question: the definition that the call was asked for, which may not be the one of now, and the rule as it is in force.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApprovalRecord, SeenDefinition } from '../cluster/index.ts';
import type { Rule } from '../policies/index.ts';
import type { ServerCatalogue } from '../tools/index.ts';
import { createApprovalBackground } from './approval-background.ts';
import { createFactsOf } from './tool-facts-view.ts';

const RECORD: ApprovalRecord = {
  tenant: 'default',
  digest: 'd',
  agent: 'ada',
  user: null,
  server: 'bank',
  kind: 'tool',
  name: 'pay',
  fingerprint: 'one',
  rule: 'large',
  terms: { approvers: [], notRequester: false, expiresAfterMs: 60_000 },
  risk: 'medium',
  id: 'apr_1',
  createdAt: 0,
  expiresAt: 60_000,
  state: 'pending',
  decidedBy: null,
  decidedAt: null,
  act: null,
  usedBy: null,
  rounds: 0,
};
const RULE: Rule = {
  name: 'large',
  effect: 'ask',
  agents: ['*'],
  groups: [],
  servers: ['bank'],
  description: 'Large payments are looked at.',
  when: 'args.amount > 1000',
};
const shape = (fingerprint: string, description: string, change: Partial<SeenDefinition> = {}): SeenDefinition => ({
  server: 'bank',
  kind: 'tool',
  name: 'pay',
  fingerprint,
  definition: JSON.stringify({ name: 'pay', title: 'Pay', description }),
  firstSeen: '2026-11-01T00:00:00.000Z',
  lastSeen: '2026-11-02T00:00:00.000Z',
  state: 'pinned',
  current: true,
  decidedBy: 'os:eve',
  decidedAt: '2026-11-01T01:00:00.000Z',
  serverVersion: '',
  ...change,
});
const catalogue = (fingerprints: readonly string[], withheld: ServerCatalogue['withheld'] = []): ServerCatalogue => ({
  server: 'bank',
  pins: { server: 'bank', version: 1, pins: [{ kind: 'tool', name: 'pay', fingerprints }], digest: '', signature: '' },
  withheld,
  guesses: [],
  fault: undefined,
});

interface World {
  readonly seen?: readonly SeenDefinition[];
  readonly now?: ServerCatalogue;
  readonly rules?: readonly Rule[];
}
const background = ({ seen = [shape('one', 'Pays.')], now = catalogue(['one']), rules = [RULE] }: World = {}) =>
  createApprovalBackground({
    authority: () => ({ all: () => [now], seen: async () => seen }),
    factsOf: createFactsOf(() => []),
    rules: () => rules,
  });

test('the tool, in the words of its server, with who has approved it, and the rule with its reason', async () => {
  assert.deepEqual(await background()(RECORD), {
    thing: {
      title: 'Pay',
      description: 'Pays.',
      facts: { labels: [], guessed: [], class: 'standard', classFrom: 'nothing' },
      approvedBy: 'os:eve',
      approvedAt: '2026-11-01T01:00:00.000Z',
      hasChanged: false,
    },
    askingRule: { description: 'Large payments are looked at.', concerns: 'agents *', when: 'args.amount > 1000' },
  });
});

test('what is shown is the definition that was asked for, whatever it became', async () => {
  const seen = [shape('one', 'Pays.', { current: false }), shape('two', 'Pays, and tells everybody.')];
  const approvedAnew = await background({ seen, now: catalogue(['two']) })(RECORD);
  assert.equal(approvedAnew.thing?.description, 'Pays.');
  assert.equal(approvedAnew.thing?.hasChanged, true);
  const withheld = [{ kind: 'tool', name: 'pay', fingerprint: 'two' }] as const;
  assert.equal((await background({ seen, now: catalogue(['one'], withheld) })(RECORD)).thing?.hasChanged, true);
});

test('of several definitions that are approved it is the one that the server lists', async () => {
  const seen = [shape('one', 'Pays.'), shape('two', 'Pays soon.', { current: false })];
  const { thing } = await background({ seen, now: catalogue(['one', 'two']) })({ ...RECORD, fingerprint: 'one,two' });
  assert.deepEqual([thing?.description, thing?.hasChanged], ['Pays.', false]);
});

test('nothing is made up: of what is not known there is nothing', async () => {
  const none = { thing: null, askingRule: null };
  assert.deepEqual(await background({ seen: [], rules: [] })(RECORD), none);
  assert.deepEqual(await background({ rules: [{ ...RULE, effect: 'deny' }] })({ ...RECORD, kind: 'resource', fingerprint: null }), none);
  const prompt = { ...RECORD, kind: 'prompt' } as const;
  const { thing } = await background({ seen: [shape('one', '', { kind: 'prompt', definition: '[]' })] })(prompt);
  assert.deepEqual([thing?.title, thing?.description, thing?.facts], [null, null, null]);
});
