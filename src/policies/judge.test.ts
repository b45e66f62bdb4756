import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Principal } from '../agents/index.ts';
import { compilePolicy, compileToolFacts, policySchema } from './index.ts';
import type { Policy, Question, Verdict } from './index.ts';

const policyOf = (...rules: readonly object[]): Policy => {
  const compiled = compilePolicy(policySchema.parse({ rules }), { servers: ['files', 'mail'] });
  assert.ok(compiled.ok, JSON.stringify(compiled));
  return compiled.value;
};
const ada: Principal = { tenant: 'default', agent: 'ada', user: undefined, groups: ['staff'], attributes: { team: 'red' }, keyId: 'k' };
const NOON = Date.parse('2026-03-06T12:00:00Z');
const all = { name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] };
const call = (name: string, args?: Question['args'], more: Partial<Question> = {}): Question => ({
  principal: ada,
  server: 'files',
  subject: { kind: 'tool', name },
  tool: { labels: [], class: undefined, fingerprint: undefined },
  args,
  request: { timeMs: NOON, era: 'modern', source: '10.0.0.7', listener: 'main' },
  ...more,
});
const short = (verdict: Verdict): string =>
  verdict.kind === 'deny'
    ? `deny ${verdict.rule ?? '-'} ${verdict.reason}`
    : `${verdict.kind} ${verdict.rule} ${verdict.obligations.class}`;
const labelled = (...labels: readonly string[]): Partial<Question> => ({ tool: { labels, class: undefined, fingerprint: undefined } });

type Row = readonly [question: Question, expected: string];
const tables: readonly (readonly [what: string, policy: Policy, rows: readonly Row[]])[] = [
  [
    'an argument decides',
    policyOf({ ...all, name: 'shared', tools: ['read'], when: 'args.path.startsWith("/srv/")' }),
    [
      [call('read', { path: '/srv/a' }), 'allow shared standard'],
      [call('read', { path: '/etc/passwd' }), 'deny - no-rule'],
      [call('read', {}), 'deny shared condition-error'],
      [call('read', { path: 7 }), 'deny shared condition-error'],
      [call('write', { path: '/srv/a' }), 'deny - no-rule'],
    ],
  ],
  [
    'a deny rule that cannot say denies',
    policyOf(all, { ...all, name: 'no-big', effect: 'deny', when: 'args.amount > 100' }),
    [
      [call('pay', { amount: 5 }), 'allow all standard'],
      [call('pay', { amount: 500 }), 'deny no-big rule'],
      [call('pay', { amount: '500' }), 'deny no-big condition-error'],
      [call('pay', {}), 'deny no-big condition-error'],
    ],
  ],
  [
    'an ask rule wins over allow, and cannot be escaped by arguments it has no answer for',
    policyOf(all, { ...all, name: 'big', effect: 'ask', tools: ['pay'], when: 'args.amount > 100' }),
    [
      [call('pay', { amount: 5 }), 'allow all standard'],
      [call('pay', { amount: 500 }), 'ask big standard'],
      [call('pay', { amount: '500' }), 'deny big condition-error'],
    ],
  ],
  [
    'an allow rule that cannot say leaves the call to the others',
    policyOf({ ...all, name: 'first', when: 'args.x == 1' }, { ...all, name: 'second' }),
    [[call('t', {}), 'allow second standard']],
  ],
  [
    'a call judged before is not held against arguments that are not there',
    policyOf({ ...all, when: 'args.x == 1' }, { ...all, name: 'no', effect: 'deny', when: 'args.x == 2' }),
    [
      [call('t', undefined), 'allow all standard'],
      [call('t', { x: 2 }), 'deny no rule'],
    ],
  ],
  [
    'labels: any of them, of tools only',
    policyOf(
      all,
      { ...all, name: 'careful', effect: 'ask', labels: ['destructive', 'external-sink'] },
      { ...all, name: 'never', effect: 'deny', tools: ['x*'], labels: ['destructive'] },
    ),
    [
      [call('t', {}), 'allow all standard'],
      [call('t', {}, labelled('destructive')), 'ask careful standard'],
      [call('t', {}, labelled('other', 'external-sink')), 'ask careful standard'],
      [call('x1', {}, labelled('destructive')), 'deny never rule'],
      [call('x1', {}), 'allow all standard'],
      [call('t', {}, { subject: { kind: 'prompt', name: 'x1' }, tool: undefined }), 'allow all standard'],
    ],
  ],
  [
    'a condition narrows a rule to what has what it reads',
    policyOf(
      all,
      { ...all, name: 'args', effect: 'deny', when: 'args.x == 1' },
      { ...all, name: 'tool', effect: 'deny', when: 'tool.name == "t2"' },
    ),
    [
      [call('', undefined, { subject: { kind: 'server' }, tool: undefined }), 'allow all standard'],
      [call('', undefined, { subject: { kind: 'resource', name: 'file:///a' }, tool: undefined }), 'allow all standard'],
      [call('', { x: 1 }, { subject: { kind: 'prompt', name: 'p' }, tool: undefined }), 'deny args rule'],
      [call('', { x: 2 }, { subject: { kind: 'prompt', name: 't2' }, tool: undefined }), 'allow all standard'],
      [call('t2', { x: 2 }), 'deny tool rule'],
    ],
  ],
  [
    'time, place and attributes decide, also about the server itself',
    policyOf(
      { ...all, name: 'office', when: 'request.time.getHours() >= 8 && request.time.getHours() < 18' },
      { ...all, name: 'outside', effect: 'deny', when: '!request.source.startsWith("10.")' },
      { ...all, name: 'reds', effect: 'deny', servers: ['mail'], when: 'agent.attributes.team == "red"' },
    ),
    [
      [call('t', {}), 'allow office standard'],
      [call('t', {}, { request: { ...call('t').request, timeMs: NOON + 8 * 3_600_000 } }), 'deny - no-rule'],
      [call('t', {}, { request: { ...call('t').request, source: '192.0.2.1' } }), 'deny outside rule'],
      [call('t', {}, { server: 'mail', subject: { kind: 'server' } }), 'deny reds rule'],
    ],
  ],
  [
    'the heaviest class of the rules counts; without any, that of the tool',
    policyOf(
      { ...all, name: 'a', class: 'low' },
      { ...all, name: 'b', tools: ['pay'], class: 'critical' },
      { ...all, name: 'c', servers: ['mail'] },
    ),
    [
      [call('read', {}), 'allow a low'],
      [call('pay', {}), 'allow a critical'],
      [call('read', {}, { server: 'mail', tool: { labels: [], class: 'critical', fingerprint: undefined } }), 'allow a low'],
    ],
  ],
  [
    'of a tool with a class, where no rule says one',
    policyOf(all, { ...all, name: 'ask', effect: 'ask', tools: ['pay'] }),
    [
      [call('read', {}, { tool: { labels: [], class: 'critical', fingerprint: undefined } }), 'allow all critical'],
      [call('pay', {}, { tool: { labels: [], class: 'low', fingerprint: undefined } }), 'ask ask low'],
    ],
  ],
  [
    'what was found in the request decides; what nobody has looked into grants nothing and is denied',
    policyOf(
      { ...all, name: 'clean', when: 'findings.secret + findings.payment == 0' },
      { ...all, name: 'leaks', effect: 'ask', when: 'findings.secret > 0', tools: ['send'] },
      { ...all, name: 'blind', effect: 'deny', when: 'findings.unscanned > 0', servers: ['mail'] },
    ),
    [
      [call('read', {}, { findings: {} }), 'allow clean standard'],
      [call('read', {}, { findings: { secret: 1 } }), 'deny - no-rule'],
      [call('send', {}, { findings: { secret: 2 } }), 'ask leaks standard'],
      [call('read', {}, { findings: undefined }), 'deny clean condition-error'],
      [call('read', {}, { server: 'mail', findings: { unscanned: 1 } }), 'deny blind rule'],
      [call('read', {}, { server: 'mail', findings: undefined }), 'deny blind condition-error'],
      [call('', undefined, { subject: { kind: 'server' }, tool: undefined, findings: undefined }), 'allow clean standard'],
      [call('', undefined, { subject: { kind: 'resource', name: 'file:///a' }, tool: undefined, findings: {} }), 'allow clean standard'],
    ],
  ],
];
for (const [what, policy, rows] of tables) {
  test(what, () => {
    for (const [question, expected] of rows) assert.equal(short(policy.judge(question)), expected, JSON.stringify(question.args));
  });
}

const DUTIES: readonly (readonly [what: string, rules: readonly object[], subject: Question['subject'], duties: object])[] = [
  ['none', [all], { kind: 'tool', name: 'read' }, {}],
  [
    'of the one rule',
    [{ ...all, inspect: 'required', redact: ['personal'] }],
    { kind: 'tool', name: 'read' },
    { inspect: 'required', redact: ['personal'] },
  ],
  [
    'of all rules that let it through, whichever is named, in the order of classes',
    [
      all,
      { ...all, name: 'b', redact: ['personal', 'secret'] },
      { ...all, name: 'c', inspect: 'required' },
      { ...all, name: 'd', effect: 'ask', redact: ['payment'] },
    ],
    { kind: 'tool', name: 'read' },
    { inspect: 'required', redact: ['secret', 'payment', 'personal'] },
  ],
  [
    'not of rules that do not hold',
    [all, { ...all, name: 'b', redact: ['personal'], when: 'findings.secret > 0' }],
    { kind: 'tool', name: 'read' },
    {},
  ],
  [
    'of every rule that a reading of a resource falls under',
    [
      { ...all, name: 'a', resources: ['file:///pub/*'] },
      { ...all, name: 'b', resources: ['file:///own/*'], redact: ['personal'], inspect: 'required' },
    ],
    { kind: 'resource', name: 'file:///pub/../own/a' },
    { inspect: 'required', redact: ['personal'] },
  ],
  [
    'what is said sealed for one purpose, by the first rule that wants it, whether it asks or allows',
    [all, { ...all, name: 'b', capture: 'incident' }, { ...all, name: 'c', capture: 'billing' }],
    { kind: 'tool', name: 'read' },
    { capture: 'incident' },
  ],
  [
    'what is said sealed as the first rule in the document says, also where a later one asks',
    [
      { ...all, name: 'b', capture: 'incident' },
      { ...all, name: 'd', effect: 'ask', capture: 'billing' },
    ],
    { kind: 'tool', name: 'read' },
    { capture: 'incident' },
  ],
  [
    'nothing sealed where the rule that wants it does not hold',
    [all, { ...all, name: 'b', capture: 'incident', when: 'findings.secret > 0' }],
    { kind: 'tool', name: 'read' },
    {},
  ],
];
for (const [what, rules, subject, duties] of DUTIES) {
  test(`what a call owes: ${what}`, () => {
    const verdict = policyOf(...rules).judge(call('read', {}, { subject, findings: {} }));
    assert.ok(verdict.kind !== 'deny', JSON.stringify(verdict));
    assert.deepEqual(verdict.obligations, { class: 'standard', ...duties });
  });
}

test('lists owe what any call may owe', () => {
  const policy = policyOf(all, { ...all, name: 'b', redact: ['personal'], when: 'findings.secret > 0' });
  const verdict = policy.decide(ada, 'files', { kind: 'server' });
  assert.deepEqual(verdict.kind === 'allow' && verdict.obligations.redact, ['personal']);
});

test('conditions over findings know the classes', () => {
  const problem = (when: string): string => {
    const compiled = compilePolicy(policySchema.parse({ rules: [{ ...all, when }] }), { servers: ['files'] });
    assert.ok(!compiled.ok, when);
    return `${compiled.error[0]?.written ?? ''} ${compiled.error[0]?.message ?? ''}`;
  };
  assert.match(problem('findings.secrets > 0'), /^secrets is nothing that findings has/);
  assert.match(problem('findings.secret == "one"'), /does not fit together/);
  assert.match(problem('findings.secret'), /must be true or false/);
  assert.match(problem('finding.secret > 0'), /is no variable of conditions/);
});

test('lists show what may be asked for, and what conditions may allow', () => {
  const policy = policyOf(
    { ...all, name: 'some', tools: ['read'], when: 'args.path == "/a"' },
    { ...all, name: 'asks', effect: 'ask', tools: ['pay'] },
    { ...all, name: 'not-now', effect: 'deny', when: 'request.time.getHours() < 24' },
    { ...all, name: 'never', effect: 'deny', labels: ['destructive'] },
  );
  const kinds = (name: string, ...labels: readonly string[]): string => policy.decide(ada, 'files', { kind: 'tool', name }, labels).kind;
  assert.deepEqual([kinds('read'), kinds('pay'), kinds('other'), kinds('read', 'destructive')], ['allow', 'ask', 'deny', 'deny']);
  assert.equal(policy.decide(ada, 'files', { kind: 'server' }).kind, 'allow');
});

test('an ask says who approves', () => {
  const policy = policyOf(
    { ...all, effect: 'ask', approval: { approvers: ['sec-*'], notRequester: true } },
    { ...all, name: 'b', effect: 'ask' },
  );
  const verdict = policy.judge(call('t', {}));
  assert.deepEqual(verdict.kind === 'ask' && verdict.approval, {
    expiresAfterMs: 3_600_000,
    approvers: [['sec-*']],
    notRequester: true,
  });
});

test('of several rules that ask, the terms of all hold, in whatever order they stand', () => {
  const strict = {
    ...all,
    name: 'strict',
    effect: 'ask',
    approval: { approvers: ['security'], notRequester: true, expiresAfterMs: 5_000 },
  };
  const lax = { ...all, name: 'lax', effect: 'ask' };
  const subjects: readonly Question['subject'][] = [
    { kind: 'tool', name: 'pay' },
    { kind: 'resource', name: 'file:///a' },
  ];
  for (const rules of [
    [lax, strict],
    [strict, lax],
  ])
    for (const subject of subjects) {
      const verdict = policyOf(...rules).judge(call('', {}, { subject }));
      assert.deepEqual(verdict.kind === 'ask' && verdict.approval, {
        expiresAfterMs: 5_000,
        approvers: [['security']],
        notRequester: true,
      });
    }
});

test('all conditions of one call share its steps, so that many rules are no way around them', () => {
  const heavy = Array.from({ length: 40 }, (_, i) => ({
    ...all,
    name: `r${i}`,
    effect: 'deny',
    when: `args.list.exists(x, x == "no-${i}")`,
  }));
  const verdict = policyOf(all, ...heavy).judge(call('t', { list: Array.from({ length: 1000 }, () => 'a') }));
  assert.ok(verdict.kind === 'deny' && verdict.reason === 'condition-error');
  assert.match(verdict.error, /more than \d+ steps/);
});

test('explain says of every rule what it had to do with the verdict', () => {
  const policy = policyOf(
    { ...all, name: 'others', agents: ['bob'] },
    { ...all, name: 'elsewhere', servers: ['mail'] },
    { ...all, name: 'reads', tools: ['read'] },
    { ...all, name: 'labelled', labels: ['destructive'] },
    { ...all, name: 'small', when: 'args.amount < 10' },
    { ...all, name: 'broken', when: 'args.missing == 1' },
    { ...all, name: 'any' },
    { ...all, name: 'asks', effect: 'ask' },
  );
  const { verdict, rules } = policy.explain(call('pay', { amount: 50 }));
  assert.equal(short(verdict), 'ask asks standard');
  assert.deepEqual(
    rules.map(({ rule, match }) => `${rule} ${match}`),
    [
      'others other-agent',
      'elsewhere other-server',
      'reads other-subject',
      'labelled other-labels',
      'small condition-false',
      'broken condition-error',
      'any matches',
      'asks matches',
    ],
  );
  assert.match(rules[5]?.error ?? '', /there is no "missing"/);
});

test('what the config says of tools: labels add up, the heaviest class counts', () => {
  const facts = compileToolFacts([
    {
      name: 'files',
      tools: { 'delete_*': { labels: ['destructive'], class: 'critical' }, '*': { labels: ['private-source'], class: 'low' } },
    },
  ]);
  assert.deepEqual(facts('files', 'delete_all'), { labels: ['destructive', 'private-source'], class: 'critical', fingerprint: undefined });
  assert.deepEqual(facts('files', 'read'), { labels: ['private-source'], class: 'low', fingerprint: undefined });
  assert.equal(facts('files', 'read'), facts('files', 'read'));
  assert.deepEqual(facts('elsewhere', 'read').labels, []);
});

test('where the config says nothing of a tool, the guess stands in: it restricts like any label, and no allow rule goes by it', () => {
  const catalogued = { fingerprint: 'f1:a', guess: { labels: ['destructive'], class: 'critical' as const } };
  const servers = [
    { name: 'files', tools: { 'safe_*': { labels: [], class: 'low' as const }, 'classed_*': { class: 'standard' as const } } },
    { name: 'web', labels: ['untrusted-source'] },
  ];
  const factsOf = compileToolFacts(servers, () => catalogued);
  assert.deepEqual(factsOf('files', 'delete_all'), {
    labels: ['destructive'],
    guessed: ['destructive'],
    class: 'critical',
    isClassGuessed: true,
    fingerprint: 'f1:a',
  });
  assert.deepEqual(factsOf('files', 'safe_delete'), { labels: [], class: 'low', fingerprint: 'f1:a' });
  assert.deepEqual(factsOf('files', 'classed_delete'), {
    labels: ['destructive'],
    guessed: ['destructive'],
    class: 'standard',
    fingerprint: 'f1:a',
  });
  assert.deepEqual(factsOf('web', 'delete'), {
    labels: ['untrusted-source', 'destructive'],
    guessed: ['destructive'],
    class: 'critical',
    isClassGuessed: true,
    fingerprint: 'f1:a',
  });
  assert.equal(factsOf('files', 'delete_all'), factsOf('files', 'delete_all'));

  const compiled = (effect: 'allow' | 'deny' | 'ask'): Policy =>
    policyOf({ ...all, name: 'base' }, { ...all, name: 'labelled', effect, labels: ['destructive'] });
  const onlyAllow = policyOf({ ...all, name: 'labelled', labels: ['destructive'] });
  const tool = factsOf('files', 'delete_all');
  const kindOf = (policy: Policy): string => policy.judge(call('delete_all', {}, { tool })).kind;
  const shownAs = (policy: Policy): string =>
    policy.decide(ada, 'files', { kind: 'tool', name: 'delete_all' }, tool.labels, tool.guessed).kind;
  for (const kind of [kindOf, shownAs]) {
    assert.equal(kind(compiled('deny')), 'deny');
    assert.equal(kind(compiled('ask')), 'ask');
    assert.equal(kind(onlyAllow), 'deny');
  }
});
