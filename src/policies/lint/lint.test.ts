import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { possibleAnswers } from '../condition/index.ts';
import { compilePolicy, policySchema } from '../index.ts';
import type { Policy, Question } from '../index.ts';
import { findStrayTools, lintPolicy } from './index.ts';
import type { LintBed } from './index.ts';

const SERVERS = ['s', 't'];
const lint = (rules: readonly object[], bed: Partial<LintBed> = {}): readonly string[] =>
  lintPolicy(policySchema.parse({ rules }), { servers: SERVERS, ...bed }).map(({ kind, rule, message }) => `${kind} ${rule}: ${message}`);
const all = { effect: 'allow', agents: ['*'], servers: ['*'] };

test('rules that each do something are fine', () => {
  assert.deepEqual(
    lint([
      { ...all, name: 'readers', agents: ['a'], tools: ['read_*'] },
      { ...all, name: 'writers', groups: ['g'], tools: ['write_*'], when: 'args.n < 3' },
      { ...all, name: 'asking', effect: 'ask', tools: ['write_b*'] },
      { ...all, name: 'never', effect: 'deny', labels: ['destructive'] },
    ]),
    [],
  );
});

test('a rule is shadowed where another one decides all that it covers', () => {
  assert.deepEqual(
    lint([
      { ...all, name: 'wide', tools: ['read_*'] },
      { ...all, name: 'narrow', agents: ['a'], groups: ['g'], servers: ['s'], tools: ['read_a', 'read_b?'] },
      { ...all, name: 'dead', tools: ['drop_all'] },
      { ...all, name: 'asked', tools: ['pay_all'] },
      { ...all, name: 'no', effect: 'deny', tools: ['drop_*'] },
      { ...all, name: 'ask', effect: 'ask', tools: ['pay_*'] },
    ]),
    [
      'shadowed narrow: never decides: wide, above it, covers all that it covers',
      'shadowed dead: lets nothing through: no denies all that it covers',
      'shadowed asked: never decides: ask asks about all that it covers',
    ],
  );
});

test('what adds something is not shadowed: a class, a limit, terms of an approval', () => {
  const wide = { ...all, name: 'wide' };
  assert.deepEqual(lint([wide, { ...all, name: 'heavy', tools: ['a'], class: 'critical' }]), []);
  assert.deepEqual(
    lint([
      { ...wide, effect: 'ask' },
      { ...all, effect: 'ask', name: 'two', tools: ['a'], approval: { approvers: ['g'] } },
    ]),
    [],
  );
});

test('a rule that allows exactly what another one denies contradicts it', () => {
  assert.deepEqual(
    lint([
      { ...all, name: 'yes', tools: ['a', 'b'] },
      { ...all, name: 'no', effect: 'deny', tools: ['b', 'a'] },
    ]),
    ['contradictory yes: allows exactly what no denies, and a denial wins'],
  );
});

test('a condition that can never be true, or never be false, is said', () => {
  assert.deepEqual(
    lint([
      { ...all, name: 'a', agents: ['x'], when: 'agent.name == "y"' },
      { ...all, name: 'b', when: 'request.era == "old" || 1 > 2' },
      { ...all, name: 'c', tools: ['read'], when: 'tool.name == "read" || args.n > 3' },
      { ...all, name: 'd', effect: 'deny', tools: ['x'], when: 'args.n > 3 && false' },
      { ...all, name: 'e', resources: ['file:///*'], when: 'tool.name == "x"' },
      { ...all, name: 'f', tools: ['y'], when: '1 / 0 > 0' },
    ]),
    [
      'never-matching a: never matches: its condition is false whatever the call',
      'never-matching b: never matches: its condition is false whatever the call',
      'constant c: is true whatever the call',
      'never-matching d: never matches: its condition is false whatever the call',
      'never-matching e: covers nothing: its condition reads what the things it names do not have',
      'never-matching f: never matches: its condition is never true',
    ],
  );
});

test('names that nothing has are dangling, where it is known what there is', () => {
  const rules = [{ ...all, name: 'r', agents: ['ada', 'bot-*'], groups: ['staff'], servers: ['s'], tools: ['read', 'wirte'] }];
  assert.deepEqual(lint(rules), []);
  const bed = { agents: ['adam', 'bot-1'], groups: ['ops'], labels: [], tools: new Map([['s', ['read', 'write']]]) };
  assert.deepEqual(lint(rules, bed), [
    'dangling r: names "ada", which is no agent',
    'dangling r: names "staff", which no agent is in',
    'dangling r: names "wirte", which no server it is about has as a tool',
  ]);
  const found = lintPolicy(policySchema.parse({ rules }), { servers: SERVERS, ...bed });
  assert.deepEqual(
    found.map(({ path, fix }) => [path.join('.'), fix]),
    [
      ['rules.0.agents.0', 'Did you mean adam?'],
      ['rules.0.groups.0', 'Correct it, or remove it if nothing will be called that.'],
      ['rules.0.tools.1', 'Did you mean write?'],
    ],
  );
  assert.deepEqual(lint([{ ...rules[0], servers: ['*'] }], { tools: new Map([['s', ['read']]]) }), [], 'the tools of t are not known');
});

test('a rule that decided nothing on record is unused, unless it is wrong in another way', () => {
  const rules = [
    { ...all, name: 'one', tools: ['a'] },
    { ...all, name: 'two', tools: ['b'] },
    { ...all, name: 'three', tools: ['b'] },
  ];
  assert.deepEqual(lint(rules, { used: new Set(['one']) }), [
    'unused two: has decided nothing in the record',
    'shadowed three: never decides: two, above it, covers all that it covers',
  ]);
});

// A small world, and rules about it. In it, what the findings say can be tried out.
const leaves = [
  'args.n > 3',
  'agent.name == "a"',
  'request.era == "legacy"',
  'tool.name in ["x", "y"]',
  'true',
  'false',
  '1 / 0 == 1',
  '"p" in taint',
];
const condition = fc.oneof(
  fc.constantFrom(...leaves),
  fc.tuple(fc.constantFrom(...leaves), fc.constantFrom('&&', '||'), fc.constantFrom(...leaves)).map(([a, op, b]) => `(${a}) ${op} !(${b})`),
);
const some = (...values: readonly string[]) => fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
const seldom = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const ruleBody = fc
  .record({
    effect: fc.constantFrom('allow', 'ask', 'deny'),
    agents: fc.option(some('*', '*', 'a', 'b', '?'), { nil: undefined }),
    groups: seldom(some('*', 'g', 'h')),
    servers: some('*', '*', 's', 't'),
    tools: fc.option(some('*', 'x', 'y', 'x*', '?'), { nil: undefined }),
    prompts: seldom(some('*', 'x')),
    resources: seldom(some('*', 'f:/x', 'f:/*', 'f:/x/../y')),
    labels: seldom(some('l', 'm')),
    after: seldom(some('p', 'q')),
    when: seldom(condition),
  })
  .map(({ after, ...rule }) => (rule.effect === 'allow' || after === undefined ? rule : { ...rule, after }))
  .map((rule) => ((rule.agents ?? rule.groups) ? rule : { ...rule, agents: ['*'] }));
// Some rules come with a denial of the same, which chance alone would hardly make.
const someRules = fc
  .tuple(fc.array(ruleBody, { minLength: 2, maxLength: 5 }), fc.boolean())
  .map(([bodies, opposed]) => [...bodies, ...(opposed ? bodies.slice(0, 1).map((body) => ({ ...body, effect: 'deny' })) : [])])
  .map((bodies) => bodies.map((body, i) => ({ name: `r${i}`, ...body })));

const THINGS = [
  ...['x', 'y', 'xz'].map((name) => ({ kind: 'tool', name }) as const),
  ...['x', 'w'].map((name) => ({ kind: 'prompt', name }) as const),
  ...['f:/x', 'f:/y', 'f:/x/../y', 'other'].map((name) => ({ kind: 'resource', name }) as const),
];
const questions: readonly Question[] = ['a', 'b'].flatMap((agent) =>
  [[], ['g'], ['g', 'h']].flatMap((groups) => {
    const principal = { tenant: 'default', agent, user: undefined, groups, attributes: {}, keyId: 'k' };
    return SERVERS.flatMap((server) =>
      THINGS.flatMap((subject) =>
        [[], ['l'], ['m']].flatMap((labels) =>
          [[], ['p'], ['p', 'q']].flatMap((taint) =>
            [{ n: 5 }, { n: 1 }].map((args, i): Question => {
              const isTool = subject.kind === 'tool';
              return {
                principal,
                server,
                subject,
                tool: isTool ? { labels, class: undefined, fingerprint: undefined } : undefined,
                labels: isTool ? undefined : labels,
                taint,
                args: subject.kind === 'resource' ? undefined : args,
                request: { timeMs: 0, era: i === 0 ? 'modern' : 'legacy', source: '127.0.0.1', listener: 'main' },
              };
            }),
          ),
        ),
      ),
    );
  }),
);

test('nothing is found that is not so: held against every call of a small world', () => {
  const met = new Map<string, number>();
  fc.assert(
    fc.property(someRules, (rules) => {
      const document = policySchema.parse({ rules });
      const found = lintPolicy(document, { servers: SERVERS });
      if (found.length === 0) return;
      const policy = compilePolicy(document, { servers: SERVERS });
      assert.ok(policy.ok);
      for (const { kind, rule } of found) {
        met.set(kind, (met.get(kind) ?? 0) + 1);
        if (kind === 'shadowed' || kind === 'contradictory') neverDecides(policy.value, rule);
        if (kind === 'never-matching') neverMatches(policy.value, rule);
      }
    }),
    { numRuns: 400 },
  );
  for (const kind of ['shadowed', 'contradictory', 'never-matching', 'constant'])
    assert.ok((met.get(kind) ?? 0) > 10, `the property met ${kind}`);
});

function neverDecides(policy: Policy, rule: string): void {
  for (const question of questions) assert.notEqual(policy.judge(question).rule, rule, `${rule} decides ${JSON.stringify(question)}`);
}

function neverMatches(policy: Policy, rule: string): void {
  const i = policy.rules.findIndex(({ name }) => name === rule);
  // One in seven: explaining is slow, and what matches is seldom matched once only.
  for (const question of questions.filter((_, at) => at % 7 === i % 7))
    assert.notEqual(policy.explain(question).rules[i]?.match, 'matches', `${rule} matches ${JSON.stringify(question)}`);
}

test('a condition never comes to what it is said not to come to', () => {
  fc.assert(
    fc.property(condition, (when) => {
      const possible = possibleAnswers(when);
      const policy = compilePolicy(policySchema.parse({ rules: [{ ...all, name: 'r', when }] }), { servers: SERVERS });
      assert.ok(policy.ok);
      for (const question of questions.slice(0, 200)) {
        const match = policy.value.explain(question).rules[0]?.match;
        if (match === 'matches') assert.ok(possible.has('true'), when);
        if (match === 'condition-false') assert.ok(possible.has('false'), when);
        if (match === 'condition-error') assert.ok(possible.has('error'), when);
      }
    }),
    { numRuns: 200 },
  );
});

test('tools that no server lists, as doubts; of a server that nobody has listed nothing is said', () => {
  const rules = [
    { ...all, name: 'a', effect: 'deny', servers: ['s'], tools: ['wype', 'wipe', 'w*'] },
    { ...all, name: 'b', servers: ['t'], tools: ['odd'], labels: ['nobody'] },
  ];
  assert.deepEqual(findStrayTools(policySchema.parse({ rules }), { servers: SERVERS, tools: new Map([['s', ['wipe', 'read']]]) }), [
    {
      severity: 'warning',
      path: ['rules', 0, 'tools', 0],
      message: 'names "wype", which no server it is about has as a tool',
      fix: 'Did you mean wipe?',
    },
  ]);
});
