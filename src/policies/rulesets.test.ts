import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Principal } from '../agents/index.ts';
import { createRulesetIndex } from './rulesets.ts';
import type { Rule } from './types.ts';

const principal = (agent: string): Principal => ({ tenant: 'default', agent, user: undefined, groups: [], attributes: {}, keyId: 'key_1' });
const allow = (name: string, agents: readonly string[]) => {
  const rule: Rule = { name, effect: 'allow', agents, groups: [], servers: ['*'] };
  return { rule, effect: rule.effect, condition: undefined };
};
const rules = [allow('a', ['a*']), allow('b', ['b*'])].map((entry, order) => ({ order, ...entry }));

test('callers whom the same rules concern share a ruleset, others do not', () => {
  const rulesetOf = createRulesetIndex(rules);
  const first = principal('a1');
  assert.equal(rulesetOf(first, 's'), rulesetOf(first, 's'));
  assert.equal(rulesetOf(first, 's'), rulesetOf(principal('a2'), 's'));
  assert.notEqual(rulesetOf(first, 's'), rulesetOf(first, 't'));
  assert.notEqual(rulesetOf(first, 's'), rulesetOf(principal('b1'), 's'));
});

test('what is kept has a cap, beyond which it is made anew and answers the same', () => {
  const rulesetOf = createRulesetIndex(rules, 2);
  const caller = principal('a1');
  const first = rulesetOf(caller, 's1');
  rulesetOf(caller, 's2');
  assert.equal(rulesetOf(caller, 's1'), first, 'two fit');
  rulesetOf(caller, 's3');
  const again = rulesetOf(caller, 's1');
  assert.notEqual(again, first);
  assert.deepEqual(again.server, first.server);
});

test('names are kept up to a cap, whoever makes them up', () => {
  const rulesetOf = createRulesetIndex(rules, 2, 3);
  const caller = principal('a1');
  const { tool } = rulesetOf(caller, 's');
  const first = tool('n1');
  assert.equal(tool('n1'), first);
  assert.deepEqual([tool('n2'), tool('n3'), tool('n4')], [first, first, first]);
  assert.notEqual(rulesetOf(caller, 's').tool, tool, 'all were dropped');
  assert.equal(tool('x'.repeat(8193)), undefined);
  assert.notEqual(tool('x'.repeat(300)), tool('x'.repeat(300)), 'long ones are not kept');
});
