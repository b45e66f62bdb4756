import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePolicy, DEFAULT_FLOW, policySchema } from './index.ts';
import type { Policy, Question, Subject } from './index.ts';

const ALLOW = { name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] };
const SINK = { name: 'sink', effect: 'deny', agents: ['ann'], servers: ['web'], labels: ['external-sink'], after: ['private-source'] };
const policyOf = (rules: readonly object[], flow?: object): Policy => {
  const compiled = compilePolicy(policySchema.parse({ rules, ...(flow !== undefined && { flow }) }), { servers: ['web', 'files'] });
  assert.ok(compiled.ok);
  return compiled.value;
};
const principal = (agent: string) => ({ tenant: 'default', agent, user: undefined, groups: [], attributes: {}, keyId: 'k' });
const post: Subject = { kind: 'tool', name: 'post' };
const question = (change: Partial<Question>): Question => ({
  principal: principal('ann'),
  server: 'web',
  subject: post,
  tool: { labels: ['external-sink'], class: undefined, fingerprint: undefined },
  args: {},
  request: { timeMs: 0, era: 'modern', source: '127.0.0.1', listener: 'main' },
  ...change,
});

test('without a rule that looks, nothing is looked at', () => {
  const { flow } = policyOf([ALLOW]);
  assert.equal(flow.isOff, true);
  assert.deepEqual(flow.watched(['private-source']), []);
  assert.equal(flow.decides(principal('ann'), 'web', post, ['external-sink']), false);
  assert.deepEqual([flow.windowMs, flow.trustsTrace('ann')], [DEFAULT_FLOW.windowMs, false]);
});

test('only what rules look at is kept, and only for what they are about it is asked', () => {
  const { flow } = policyOf([ALLOW, SINK], { windowMs: 60_000, trustTrace: ['an?'] });
  assert.deepEqual(flow.watched(['private-source', 'other']), ['private-source']);
  assert.equal(flow.decides(principal('ann'), 'web', post, ['external-sink']), true);
  assert.equal(flow.decides(principal('ann'), 'web', post, ['other']), false);
  assert.equal(flow.decides(principal('ann'), 'files', post, ['external-sink']), false);
  assert.equal(flow.decides(principal('ann'), 'nowhere', post, ['external-sink']), false);
  assert.equal(flow.decides(principal('bob'), 'web', post, ['external-sink']), false);
  assert.equal(flow.decides(principal('ann'), 'web', { kind: 'server' }, ['external-sink']), false);
  assert.equal(flow.decides(principal('ann'), 'web', { kind: 'resource', name: 'file:///x' }, ['external-sink']), true);
  assert.deepEqual([flow.windowMs, flow.trustsTrace('ann'), flow.trustsTrace('bob')], [60_000, true, false]);
});

test('a condition that reads the taint may ask for any label', () => {
  const { flow } = policyOf([ALLOW, { name: 'c', effect: 'deny', agents: ['*'], servers: ['*'], when: 'size(taint) > 2' }]);
  assert.deepEqual(flow.watched(['a', 'b']), ['a', 'b']);
  assert.equal(flow.decides(principal('ann'), 'web', post, []), true);
});

test('a denial names the rule and what it follows on; unknown is no', () => {
  const policy = policyOf([ALLOW, SINK]);
  assert.equal(policy.judge(question({ taint: [] })).kind, 'allow');
  assert.deepEqual(policy.judge(question({ taint: ['private-source'] })), {
    kind: 'deny',
    rule: 'sink',
    reason: 'flow',
    after: ['private-source'],
  });
  assert.partialDeepStrictEqual(policy.judge(question({})), { kind: 'deny', reason: 'condition-error' });
  assert.equal(policy.decide(principal('ann'), 'web', post, ['external-sink']).kind, 'allow');
  const { rules } = policy.explain(question({ taint: ['other'] }));
  assert.deepEqual(
    rules.map(({ match }) => match),
    ['matches', 'other-taint'],
  );
});

test('nothing is granted by what was used before', () => {
  for (const [rule, message] of [
    [{ ...SINK, effect: 'allow' }, /belongs to rules that deny or ask/],
    [{ ...SINK, after: [] }, /must not be empty/],
    [{ ...SINK, after: ['Private Source'] }, /lowercase/],
  ] as const) {
    const parsed = policySchema.safeParse({ rules: [rule] });
    assert.equal(parsed.success, false);
    assert.match(JSON.stringify(parsed.error?.issues), message);
  }
});
