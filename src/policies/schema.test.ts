import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policySchema } from './index.ts';

const rule = { name: 'r', effect: 'allow', agents: ['*'], servers: ['*'] };

test('a rule as short as it may be has its defaults filled in', () => {
  assert.deepEqual(policySchema.parse({ rules: [rule] }), { rules: [{ ...rule, groups: [] }] });
  assert.deepEqual(policySchema.parse({ rules: [{ name: 'r', effect: 'deny', groups: ['g'], servers: ['s'], tools: ['t'] }] }).rules[0], {
    name: 'r',
    effect: 'deny',
    agents: [],
    groups: ['g'],
    servers: ['s'],
    tools: ['t'],
  });
});

const refused: readonly (readonly [what: string, document: unknown])[] = [
  ['no rules', {}],
  ['rules that are no list', { rules: rule }],
  ['an unknown key', { rules: [rule], default: 'allow' }],
  ['an unknown key in a rule', { rules: [{ ...rule, tool: ['x'] }] }],
  ['an effect that there is not', { rules: [{ ...rule, effect: 'warn' }] }],
  ['a label in capitals', { rules: [{ ...rule, labels: ['Destructive'] }] }],
  ['an approval of a rule that does not ask', { rules: [{ ...rule, approval: {} }] }],
  ['a class of a rule that denies', { rules: [{ ...rule, effect: 'deny', class: 'low' }] }],
  ['an inspection asked for by a rule that denies', { rules: [{ ...rule, effect: 'deny', inspect: 'required' }] }],
  ['an inspection that is not required', { rules: [{ ...rule, inspect: 'optional' }] }],
  ['what is redacted by a rule that denies', { rules: [{ ...rule, effect: 'deny', redact: ['personal'] }] }],
  ['what is sealed by a rule that denies', { rules: [{ ...rule, effect: 'deny', capture: 'incident' }] }],
  ['a purpose that cannot be one', { rules: [{ ...rule, capture: 'Incident 7' }] }],
  ['nothing to redact', { rules: [{ ...rule, redact: [] }] }],
  ['a class that there is not', { rules: [{ ...rule, redact: ['secrets'] }] }],
  ['to redact what nobody has looked into', { rules: [{ ...rule, redact: ['unscanned'] }] }],
  ['approvers that are neither any nor a list', { rules: [{ ...rule, effect: 'ask', approval: { approvers: 'all' } }] }],
  ['a condition too long', { rules: [{ ...rule, when: 'a'.repeat(4097) }] }],
  ['a rule about nobody', { rules: [{ name: 'r', effect: 'allow', servers: ['*'] }] }],
  ['a rule about no server', { rules: [{ name: 'r', effect: 'allow', agents: ['*'] }] }],
  ['an empty list', { rules: [{ ...rule, tools: [] }] }],
  ['an empty glob', { rules: [{ ...rule, tools: [''] }] }],
  ['a glob too long', { rules: [{ ...rule, tools: ['a'.repeat(257)] }] }],
  ['a list that is a text', { rules: [{ ...rule, tools: '*' }] }],
  ['null for a list', { rules: [{ ...rule, tools: null }] }],
  ['a name with a space', { rules: [{ ...rule, name: 'my rule' }] }],
  ['a name with a line break', { rules: [{ ...rule, name: 'r\n' }] }],
  ['no name', { rules: [{ effect: 'allow', agents: ['*'], servers: ['*'] }] }],
];
for (const [what, document] of refused) {
  test(`a policy with ${what} is refused`, () => {
    assert.equal(policySchema.safeParse(document).success, false);
  });
}

test('an approval has its defaults filled in', () => {
  assert.deepEqual(policySchema.parse({ rules: [{ ...rule, effect: 'ask', approval: {} }] }).rules[0]?.approval, {
    expiresAfterMs: 3_600_000,
    approvers: 'any',
    notRequester: false,
  });
});
