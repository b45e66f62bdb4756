// What limits concern, what calls owe, what is wrong with documents, and how it is said.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Principal } from '../../agents/index.ts';
import { checkPolicy, compilePolicy, policySchema } from '../index.ts';
import { closedBreaker, heldMs, isIdle, passed } from './breaker.ts';
import { createLedger } from './ledger.ts';
import { bucketKey, callKey, readKey } from './keys.ts';
import { describeLimit, describeOver } from './index.ts';
import type { Charge, Chargeable, Limit } from './index.ts';

const SERVERS = ['files', 'mail'];
const ANN: Principal = { tenant: 'default', agent: 'ann', user: undefined, groups: ['staff', 'night'], attributes: {}, keyId: 'k1' };
const LONER: Principal = { ...ANN, agent: 'loner', groups: [] };
const ALLOW = { name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] };
const RATE = { rate: { calls: 10 } };

function charges(limits: object, call: Partial<Chargeable> = {}, rules: readonly object[] = [ALLOW]): readonly Charge[] {
  const policy = compilePolicy(policySchema.parse({ rules, limits }), { servers: SERVERS });
  assert.ok(policy.ok, JSON.stringify(policy));
  const subject = { kind: 'tool', name: 'read' } as const;
  return policy.value.limits.charges({
    principal: ANN,
    server: 'files',
    subject,
    labels: [],
    isUse: true,
    args: {},
    named: undefined,
    ...call,
  });
}
const owed = (limits: object, call: Partial<Chargeable> = {}): string =>
  charges(limits, call)
    .map(({ limit, key, cost }) => `${limit}:${key.replaceAll('\u0001', '/')}:${cost}`)
    .join(' ');

const CONCERNS: readonly (readonly [what: string, limit: object, call: Partial<Chargeable>, expected: string])[] = [
  ['everyone', RATE, {}, 'l:default/ann:1'],
  ['an agent by its name', { ...RATE, agents: ['an?'] }, {}, 'l:default/ann:1'],
  ['other agents', { ...RATE, agents: ['bob'] }, {}, ''],
  ['a group', { ...RATE, agents: ['bob'], groups: ['night'] }, {}, 'l:default/ann:1'],
  ['another server', { ...RATE, servers: ['mail'] }, {}, ''],
  ['a tool', { ...RATE, tools: ['re*'] }, {}, 'l:default/ann:1'],
  ['prompts only', { ...RATE, prompts: ['*'] }, {}, ''],
  ['prompts, of which this is one', { ...RATE, prompts: ['*'] }, { subject: { kind: 'prompt', name: 'daily' } }, 'l:default/ann:1'],
  ['labels that it has not', { ...RATE, labels: ['destructive'] }, {}, ''],
  ['labels that it has', { ...RATE, labels: ['destructive'] }, { labels: ['destructive'] }, 'l:default/ann:1'],
  ['labels, of what is no tool', { ...RATE, labels: ['destructive'] }, { subject: { kind: 'resource', name: 'a:b' } }, ''],
  ['no use', RATE, { isUse: false, subject: { kind: 'server' } }, ''],
  ['every request', { ...RATE, counts: 'requests' }, { isUse: false, subject: { kind: 'server' } }, 'l:default/ann:1'],
  ['all in one', { ...RATE, per: [] }, {}, 'l:default:1'],
  ['each tool at each server, the tool last', { ...RATE, per: ['tool', 'server'] }, {}, 'l:default/files/read:1'],
  ['resources in one', { ...RATE, per: ['tool'] }, { subject: { kind: 'resource', name: 'a:b' } }, 'l:default/(resources):1'],
  ['each group', { ...RATE, per: ['group'] }, {}, 'l:default/staff:1 l:default/night:1'],
  ['the groups that it names', { ...RATE, per: ['group'], groups: ['n*'] }, {}, 'l:default/night:1'],
  ['those without a group together', { ...RATE, per: ['group'] }, { principal: LONER }, 'l:default/:1'],
  ['bytes, which nobody knows yet', { bytes: { bytes: 10 } }, {}, 'l:default/ann:0'],
  ['the dearest price', { spend: { units: 9, costs: { 're*': 3, '*': 2 } } }, {}, 'l:default/ann:3'],
  ['what has no price', { spend: { units: 9, costs: { 'x*': 3 } } }, {}, 'l:default/ann:1'],
  ['what is free', { spend: { units: 9, costs: { read: 0 } } }, {}, ''],
];

test('whom and what a limit concerns, and which bucket it charges', () => {
  for (const [what, limit, call, expected] of CONCERNS) assert.equal(owed({ l: limit }, call), expected, what);
});

test('tenants, and agents of one name in two of them, share nothing', () => {
  assert.equal(owed({ l: { ...RATE, per: [] } }, { principal: { ...ANN, tenant: 'other' } }), 'l:other:1');
});

test('a limit that rules name concerns what they grant', () => {
  const rules = [
    { ...ALLOW, tools: ['read'], limit: 'a' },
    { ...ALLOW, name: 'second', tools: ['*'], limit: ['b', 'a'] },
  ];
  const document = policySchema.parse({ rules, limits: { a: RATE, b: RATE } });
  const policy = compilePolicy(document, { servers: SERVERS });
  assert.ok(policy.ok);
  const request = { timeMs: 0, era: 'modern', source: '127.0.0.1', listener: 'main' };
  const verdict = policy.value.judge({
    principal: ANN,
    server: 'files',
    subject: { kind: 'tool', name: 'read' },
    tool: undefined,
    args: {},
    request,
    labels: [],
    taint: [],
  });
  assert.ok(verdict.kind === 'allow');
  assert.deepEqual(verdict.obligations.limits, ['a', 'b'], 'of all that let it through, each once');
  assert.deepEqual(charges({ a: RATE, b: RATE }, {}, rules), [], 'nothing else');
  const named = charges({ a: RATE, b: RATE }, { named: ['b'] }, rules).map(({ limit }) => limit);
  assert.deepEqual(named, ['b']);
});

test('identical calls have one key, however their arguments are written; others have others', () => {
  const loop = { l: { repeats: { calls: 2 } } };
  const [one] = charges(loop, { args: { a: 1, b: [2] } });
  assert.equal(charges(loop, { args: { b: [2], a: 1 } })[0]?.key, one?.key);
  for (const call of [{ args: { a: 1, b: [3] } }, { principal: LONER, args: { a: 1, b: [2] } }, { server: 'mail', args: { a: 1, b: [2] } }])
    assert.notEqual(charges(loop, call)[0]?.key, one?.key);
  assert.ok(!one?.key.includes('"a"'), 'no argument is in it');
});

test('different resources, and different prompts, are different calls', () => {
  const loop = { l: { repeats: { calls: 2 } } };
  const keyOf = (kind: 'prompt' | 'resource', name: string): string | undefined =>
    charges(loop, { subject: { kind, name }, args: undefined })[0]?.key;
  for (const kind of ['prompt', 'resource'] as const) {
    assert.equal(keyOf(kind, 'x:1'), keyOf(kind, 'x:1'));
    assert.notEqual(keyOf(kind, 'x:1'), keyOf(kind, 'x:2'));
  }
  assert.notEqual(keyOf('prompt', 'x:1'), keyOf('resource', 'x:1'));
});

const WRONG: readonly (readonly [what: string, document: object, path: string, message: RegExp])[] = [
  [
    'a limit that is not there',
    { rules: [{ ...ALLOW, limit: 'cals' }], limits: { calls: RATE } },
    'rules.0.limit',
    /"cals" is not a limit.*Did you mean calls\?/,
  ],
  ['one of several', { rules: [{ ...ALLOW, limit: ['calls', 'x'] }], limits: { calls: RATE } }, 'rules.0.limit.1', /There are: calls\./],
  ['none at all', { rules: [{ ...ALLOW, limit: 'x' }] }, 'rules.0.limit', /Add it under limits/],
  [
    'a server that is not there',
    { rules: [ALLOW], limits: { a: { ...RATE, servers: ['fils'] } } },
    'limits.a.servers.0',
    /is not a server/,
  ],
  ['said twice', { rules: [{ ...ALLOW, limit: 'a' }], limits: { a: { ...RATE, tools: ['x'] } } }, 'limits.a.tools', /of no use here/],
  [
    'a price that nobody can pay',
    { rules: [ALLOW], limits: { a: { spend: { units: 5, costs: { x: 6 } } } } },
    'limits.a.spend.costs.x',
    /more than the limit ever holds, 5/,
  ],
];

test('what is wrong is found when the config is loaded, with its place and what to write', () => {
  for (const [what, document, path, message] of WRONG) {
    const [problem] = checkPolicy(policySchema.parse(document), { servers: SERVERS }).filter(({ severity }) => severity === 'error');
    assert.equal(problem?.path.join('.'), path, what);
    assert.match(`${problem.message} ${problem.fix ?? ''}`, message, what);
  }
});

test('what cannot be a limit is no document', () => {
  for (const limit of [
    {},
    { ...RATE, concurrent: 3 },
    { concurrent: 0 },
    { rate: { calls: 1, periodMs: 10 } },
    { repeats: { calls: 2 }, per: ['agent'] },
  ])
    assert.equal(policySchema.safeParse({ rules: [], limits: { a: limit } }).success, false, JSON.stringify(limit));
  assert.equal(policySchema.safeParse({ rules: [{ ...ALLOW, effect: 'deny', limit: 'a' }], limits: { a: RATE } }).success, false);
});

test('a key is read back as what it counts, whatever a tool is called', () => {
  const parts = { principal: ANN, group: 'staff', server: 'files', tool: 'a\u0001b' };
  assert.deepEqual(readKey(bucketKey(['agent', 'server', 'tool'], parts), ['agent', 'server', 'tool']), {
    tenant: 'default',
    agent: 'ann',
    server: 'files',
    tool: 'a\u0001b',
  });
  assert.deepEqual(readKey(callKey(ANN, 'files', 'd1'.repeat(32), 'x'), undefined), {
    tenant: 'default',
    agent: 'ann',
    server: 'files',
    tool: 'x',
  });
});

test('a breaker counts within its window, opens with the one that is too many, and begins anew when it has cooled down', () => {
  const shape = { calls: 2, windowMs: 1_000, coolDownMs: 5_000 };
  const breaker = closedBreaker();
  for (const at of [0, 900]) {
    assert.equal(heldMs(breaker, shape, at), 0);
    passed(breaker, at);
  }
  assert.equal(heldMs(breaker, shape, 999), 5_000);
  assert.equal(heldMs(breaker, shape, 3_999), 2_000);
  assert.equal(isIdle(breaker, shape, 3_999), false);
  assert.equal(heldMs(breaker, shape, 6_000), 0);
  assert.equal(isIdle(breaker, shape, 6_000), true);
});

test('a clock that goes back adds nothing, and takes nothing', () => {
  const ledger = createLedger({ capacity: 4, amount: 4, periodMs: 1_000 }, 10_000);
  ledger.take('w', 4, 10_000);
  assert.equal(ledger.has(1, 5_000), false);
  assert.equal(ledger.has(1, 10_249), false);
  assert.equal(ledger.has(1, 10_250), true);
  assert.equal(ledger.waitMs(2), 250);
});

test('other numbers keep the tokens that are left, as far as they fit', () => {
  const ledger = createLedger({ capacity: 10, amount: 10, periodMs: 1_000 }, 0);
  ledger.take('w', 4, 0);
  ledger.change({ capacity: 20, amount: 1, periodMs: 60_000 }, 0);
  assert.equal(ledger.remaining(0), 6);
  ledger.change({ capacity: 3, amount: 1, periodMs: 60_000 }, 0);
  assert.equal(ledger.remaining(0), 3);
});

test('limits and refusals are said in words', () => {
  const base: Limit = { agents: [], groups: [], servers: ['*'], counts: 'uses' };
  assert.equal(describeLimit({ ...base, rate: { calls: 60, periodMs: 60_000, burst: 10 } }), '60 calls in 1 min, at most 10 at once');
  assert.equal(
    describeLimit({ ...base, repeats: { calls: 3, windowMs: 90_000, coolDownMs: 3_600_000 } }),
    '3 identical calls in 90 s, then none for 1 h',
  );
  assert.equal(
    describeOver({ limit: 'calls', limitKind: 'rate', retryAfterMs: 11_001 }),
    'Too many calls for the limit "calls". Try again in 12 s.',
  );
});
