// Requests that nobody looks into: what might forbid them does, and only what lets everything through lets them through.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Principal } from '../agents/index.ts';
import { compileLockdown, compilePolicy, explainUnread, factsOfUnread, policySchema, underLockdown } from './index.ts';
import type { LockKind, Policy } from './index.ts';

const ada: Principal = { tenant: 'default', agent: 'ada', user: undefined, groups: ['staff'], attributes: {}, keyId: 'k' };
const LIMITS = { some: { servers: ['*'], rate: { calls: 5 } } };
const policyOf = (rules: readonly object[], limits: object = LIMITS): Policy => {
  const compiled = compilePolicy(policySchema.parse({ rules, limits }), { servers: ['union', 'mail'] });
  assert.ok(compiled.ok, JSON.stringify(compiled));
  return compiled.value;
};
const said = (policy: Policy, server = 'union', principal = ada): string => {
  const verdict = policy.judgeUnread(principal, server, undefined);
  return verdict.kind === 'allow'
    ? `allow ${verdict.rule} ${verdict.obligations.class} ${verdict.obligations.limits?.join() ?? '-'}`
    : `deny ${verdict.rule ?? '-'} ${verdict.reason}`;
};

const all = { name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] };
const more = (fields: object): readonly object[] => [all, { ...all, name: 'more', ...fields }];
const only = (fields: object): readonly object[] => [{ ...all, name: 'only', ...fields }];

const rows: readonly (readonly [what: string, rules: readonly object[], expected: string])[] = [
  ['nothing', [], 'deny - no-rule'],
  ['everything allowed', [all], 'allow all standard -'],
  ['a group', [{ name: 'only', effect: 'allow', groups: ['staff'], servers: ['*'] }], 'allow only standard -'],
  ['another agent', only({ agents: ['bob'] }), 'deny - no-rule'],
  ['another server', only({ servers: ['mail'] }), 'deny - no-rule'],
  ['some tools allowed', only({ tools: ['read'] }), 'deny - no-rule'],
  ['all tools allowed, and nothing said of the rest', only({ tools: ['*'] }), 'deny - no-rule'],
  ['what carries a label allowed', only({ labels: ['untrusted-source'] }), 'deny - no-rule'],
  ['allowed under a condition', only({ when: 'request.source == "10.0.0.1"' }), 'deny - no-rule'],
  ['allowed if looked into', only({ inspect: 'required' }), 'deny - no-rule'],
  ['allowed if redacted', only({ redact: ['payment'] }), 'deny - no-rule'],
  ['allowed twice, once if redacted', more({ redact: ['payment'] }), 'allow all standard -'],
  ['a tool denied', more({ effect: 'deny', tools: ['delete'] }), 'deny more rule'],
  ['a label denied', more({ effect: 'deny', labels: ['destructive'] }), 'deny more rule'],
  ['denied under a condition', more({ effect: 'deny', when: 'agent.name == "bob"' }), 'deny more rule'],
  ['denied after something', more({ effect: 'deny', after: ['private-source'] }), 'deny more flow'],
  ['a tool asked about', more({ effect: 'ask', tools: ['pay'] }), 'deny more approval-needed'],
  ['denied elsewhere', more({ effect: 'deny', servers: ['mail'] }), 'allow all standard -'],
  ['denied to others', more({ effect: 'deny', agents: ['bob'] }), 'allow all standard -'],
  ['with a class and a limit', more({ class: 'critical', limit: 'some' }), 'allow all critical some'],
];
for (const [what, rules, expected] of rows) test(`${what}: ${expected}`, () => assert.equal(said(policyOf(rules)), expected));

test('a server that is not there is denied', () => assert.equal(said(policyOf([all]), 'gone'), 'deny - no-rule'));

const locks: readonly (readonly [kind: LockKind, name: string, stops: boolean])[] = [
  ['all', '', true],
  ['agent', 'ada', true],
  ['agent', 'bob', false],
  ['server', 'un*', true],
  ['server', 'mail', false],
  ['tool', 'union/read', true],
  ['tool', 'un*/read', true],
  ['tool', 'read', true],
  ['tool', 'mail/read', false],
];
for (const [kind, name, stops] of locks) {
  test(`a lock on ${kind} '${name}' ${stops ? 'stops it' : 'does not concern it'}`, () => {
    const lockdown = compileLockdown([
      { id: '1', tenant: 'default', kind, name, reason: '', by: 'ops', since: '2026-11-22T10:00:00.000Z' },
    ]);
    assert.equal(said(underLockdown(policyOf([all]), lockdown)), stops ? 'deny - lockdown' : 'allow all standard -');
    assert.equal(said(underLockdown(policyOf([all]), lockdown), 'union', { ...ada, tenant: 'other' }), 'allow all standard -');
  });
}

test('explained, it says that nobody looks, and what is charged for it', () => {
  const limits = { each: { servers: ['union'], rate: { calls: 5 } }, parts: { servers: ['union'], tools: ['*'], rate: { calls: 5 } } };
  const policy = policyOf([all], limits);
  const question = {
    principal: ada,
    server: 'union',
    subject: { kind: 'tool', name: 'pay' },
    tool: undefined,
    args: { amount: 5 },
    request: { timeMs: 0, era: 'modern', source: '10.0.0.7', listener: 'main' },
  } as const;
  const explained = explainUnread(policy, policySchema.parse({ rules: [], limits }), question, 'critical');
  assert.deepEqual([explained.verdict.kind, explained.verdict.rule], ['allow', 'all']);
  assert.match(explained.verdict.says, /class critical\. Nothing of this server is looked at/);
  assert.deepEqual(
    explained.limits.map(({ limit }) => limit),
    ['each'],
  );
  assert.equal(explainUnread(policyOf([]), { limits: {} }, question, undefined).verdict.reason, 'no-rule');
});

test('what is not looked into may be anything that is there', () => {
  const facts = factsOfUnread({ labels: ['health'], tools: { 'read_*': { class: 'low' }, pay: { class: 'critical', labels: ['money'] } } });
  assert.equal(facts.class, 'critical');
  for (const label of ['health', 'money', 'private-source', 'untrusted-source', 'external-sink', 'destructive'])
    assert.ok(facts.labels.includes(label));
  assert.equal(factsOfUnread({}).class, undefined);
});
