import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compilePolicy, policySchema } from '../index.ts';
import type { Question } from '../index.ts';
import { compileForesight } from './foresee.ts';
import { createReplay } from './index.ts';
import type { RecordedDecision, ReplayReport } from './index.ts';

const SERVERS = ['s', 't'];
const NO_FACTS = { labels: [], class: undefined, fingerprint: undefined };
const CALL: RecordedDecision = {
  timeMs: Date.UTC(2026, 0, 5, 12),
  verdict: 'allow',
  rule: 'all',
  reason: undefined,
  agent: 'ada',
  user: undefined,
  server: 's',
  era: 'modern',
  listener: 'main',
  method: 'tools/call',
  subject: { kind: 'tool', name: 'read' },
  wasAsked: false,
  isUnread: false,
};
const replay = (rules: readonly object[], ...decisions: readonly Partial<RecordedDecision>[]): ReplayReport => {
  const bed = {
    servers: SERVERS,
    agents: new Map([['ada', { groups: ['staff'], attributes: {} }]]),
    toolFacts: (_server: string, tool: string) => (tool === 'drop' ? { ...NO_FACTS, labels: ['destructive'] } : NO_FACTS),
    serverLabels: () => [],
  };
  const running = createReplay(policySchema.parse({ rules }), bed);
  for (const decision of decisions) running.take({ ...CALL, ...decision });
  return running.report();
};
const staff = { name: 'staff', effect: 'allow', groups: ['staff'], servers: ['s'] };
const short = ({ groups }: ReplayReport): readonly string[] =>
  groups.map(
    ({ agent, was, now, rules, count }) =>
      `${count} ${agent} ${was.verdict} → ${now === undefined ? `? ${rules.join()}` : `${now.verdict} ${now.rule ?? '-'}`}`,
  );

test('what the new policy says otherwise is grouped and counted', () => {
  const noDrops = { name: 'no-drops', effect: 'deny', agents: ['*'], servers: ['*'], labels: ['destructive'] };
  const report = replay(
    [staff, noDrops],
    {},
    {},
    { subject: { kind: 'tool', name: 'drop' } },
    { subject: { kind: 'tool', name: 'drop' }, timeMs: CALL.timeMs + 5 },
    { agent: 'bob' },
    { agent: 'ada', verdict: 'deny', rule: undefined, reason: 'denied', server: 's' },
  );
  assert.deepEqual([report.decisions, report.same, report.changed, report.unsaid], [6, 2, 4, 0]);
  assert.deepEqual(short(report), ['2 ada allow → deny no-drops', '1 bob allow → deny -', '1 ada deny → allow staff']);
  assert.equal(report.groups[0]?.lastMs, CALL.timeMs + 5);
  assert.deepEqual(report.unknownAgents, ['bob'], 'bob is in no group that anybody knows of');
});

test('a rule that looks at arguments, the address, or what was used before cannot be said, unless nothing depends on it', () => {
  const when = (text: string, effect = 'deny') => ({ name: 'open', effect, agents: ['*'], servers: ['*'], tools: ['read'], when: text });
  assert.deepEqual(short(replay([staff, when('args.n > 3')], {})), ['1 ada allow → ? open']);
  assert.deepEqual(short(replay([staff, when('request.source == "10.0.0.1"')], {})), ['1 ada allow → ? open']);
  assert.deepEqual(short(replay([staff, when('findings.secret > 0')], {})), ['1 ada allow → ? open']);
  assert.deepEqual(short(replay([staff, { name: 'flow', effect: 'deny', agents: ['*'], servers: ['*'], after: ['private-source'] }], {})), [
    '1 ada allow → ? flow',
  ]);
  // Other members of the request are on record.
  assert.equal(replay([staff, when('request.era == "legacy"')], {}).same, 1);
  assert.deepEqual(short(replay([staff, when('request.time.getHours() == 12')], {})), ['1 ada allow → deny open']);
  // Whatever the arguments are, it is allowed, or denied.
  assert.equal(replay([staff, when('args.n > 3', 'allow')], {}).same, 1);
  assert.deepEqual(short(replay([when('args.n > 3', 'allow')], { agent: 'ada', server: 't', subject: { kind: 'tool', name: 'other' } })), [
    '1 ada allow → deny -',
  ]);
  // A prompt that it does not cover, and the task of a call that was judged.
  assert.equal(replay([staff, when('args.n > 3')], { method: 'tasks/get' }).same, 1);
});

test('what policy did not decide is left out, and counted', () => {
  const report = replay(
    [staff],
    { verdict: 'deny', rule: undefined, reason: 'withheld' },
    { verdict: 'ask', reason: 'approval-asked' },
    { subject: { kind: 'tool', name: 'rea\ufffd' } },
    { method: 'resources/read', subject: { kind: 'resource', name: 'file:///a?…' } },
    { server: '/mcp', subject: { kind: 'server' }, method: 'tools/list' },
    { verdict: 'deny', reason: 'body_malformed', method: '' },
    { isUnread: true, subject: { kind: 'server' } },
    { agent: '' },
  );
  assert.deepEqual(report.leftOut, { 'not-by-policy': 2, 'asked-first': 1, 'cut-short': 2, 'no-server': 1, unread: 1, nameless: 1 });
  assert.equal(report.same + report.changed + report.unsaid, 0);
});

test('a call that a person approved was asked about', () => {
  const ask = { ...staff, name: 'asking', effect: 'ask' };
  assert.equal(replay([ask], { wasAsked: true, rule: 'asking' }).same, 1);
  assert.deepEqual(short(replay([staff], { wasAsked: true, rule: 'asking' })), ['1 ada ask → allow staff']);
  assert.equal(replay([ask], { method: 'tasks/get' }).same, 1, 'what follows on a call is not asked about again');
});

test('of more groups than are kept, the rest is counted', () => {
  const many = Array.from({ length: 10_050 }, (_, i) => ({ agent: `agent-${i}` }));
  const report = replay([staff], ...many);
  assert.deepEqual([report.changed, report.groups.length, report.ungrouped], [10_050, 10_000, 50]);
});

const leaves = [
  'args.n > 3',
  'has(args.n)',
  'request.source == "x"',
  '"p" in taint',
  'agent.name == "a"',
  'request.era == "modern"',
  'args.n > 3 || request.source == "x"',
];
const some = (...values: readonly string[]) => fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const someRules = fc.array(
  fc
    .record({
      effect: fc.constantFrom('allow', 'allow', 'ask', 'deny'),
      agents: some('*', 'a'),
      servers: some('*', 's'),
      tools: maybe(some('*', 'x')),
      resources: maybe(some('*', 'f:/x')),
      labels: maybe(some('l')),
      after: maybe(some('p')),
      when: maybe(fc.constantFrom(...leaves)),
    })
    .map(({ after, ...rule }) => (rule.effect === 'allow' || after === undefined ? rule : { ...rule, after })),
  { minLength: 1, maxLength: 5 },
);

test('whatever the arguments, the address and what was used before are: the verdict is one of those foreseen', () => {
  let [certain, open] = [0, 0];
  fc.assert(
    fc.property(someRules, (bodies) => {
      const document = policySchema.parse({ rules: bodies.map((body, i) => ({ name: `r${i}`, ...body })) });
      const policy = compilePolicy(document, { servers: SERVERS });
      assert.ok(policy.ok);
      const foresee = compileForesight(document, SERVERS);
      for (const subject of [
        { kind: 'server' },
        { kind: 'tool', name: 'x' },
        { kind: 'tool', name: 'y' },
        { kind: 'resource', name: 'f:/x' },
        { kind: 'resource', name: 'f:/./x' },
      ] as const)
        for (const labels of [[], ['l']]) {
          const question = (n: unknown, source: string, taint: readonly string[] | undefined): Question => ({
            principal: { tenant: 'default', agent: 'a', user: undefined, groups: [], attributes: {}, keyId: 'k' },
            server: 's',
            subject,
            tool: subject.kind === 'tool' ? { ...NO_FACTS, labels } : undefined,
            labels: subject.kind === 'tool' ? undefined : labels,
            taint,
            args: subject.kind === 'tool' ? (typeof n === 'number' ? { n } : typeof n === 'string' ? { n } : {}) : undefined,
            request: { timeMs: 0, era: 'modern', source, listener: 'main' },
          });
          const { kinds, verdict } = foresee(question(undefined, '', []), new Set(['args', 'source', 'taint']));
          if (verdict === undefined) open++;
          else certain++;
          for (const n of [5, 1, 'five', undefined])
            for (const source of ['x', 'y'])
              for (const taint of [[], ['p'], undefined]) {
                const came = policy.value.judge(question(n, source, taint));
                assert.ok(kinds.has(came.kind), `${came.kind} is not in ${[...kinds].join()}`);
                if (verdict !== undefined) assert.deepEqual([came.kind, came.rule], [verdict.kind, verdict.rule]);
              }
        }
    }),
    { numRuns: 400 },
  );
  assert.ok(certain > 300 && open > 300, 'the property met enough of both');
});
