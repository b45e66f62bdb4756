// Compares decide and judge with a slow and obvious reference model, which shares no code with them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compilePolicy, policySchema } from './index.ts';
import type { Policy, Verdict } from './index.ts';

type Answer = boolean | 'error';
/** A condition as it is written, and what it means. */
interface ModelCondition {
  readonly when: string;
  readonly readsArgs: boolean;
  readonly readsTool: boolean;
  readonly readsTaint?: boolean;
  readonly answer: (request: ModelRequest) => Answer;
}
interface ModelRule {
  readonly name: string;
  readonly effect: 'allow' | 'ask' | 'deny';
  readonly agents?: readonly string[];
  readonly groups?: readonly string[];
  readonly servers: readonly string[];
  readonly tools?: readonly string[];
  readonly prompts?: readonly string[];
  readonly resources?: readonly string[];
  readonly labels?: readonly string[];
  readonly after?: readonly string[];
  readonly condition?: ModelCondition;
  readonly class?: 'critical' | 'standard' | 'low';
}
interface ModelRequest {
  readonly agent: string;
  readonly groups: readonly string[];
  readonly server: string;
  readonly kind: 'server' | 'tool' | 'prompt' | 'resource';
  readonly name: string;
  readonly labels: readonly string[];
  /** Labels that a tool only seems to deserve. */
  readonly guessed: readonly string[];
  readonly user: string | undefined;
  readonly team: string | undefined;
  readonly taint: readonly string[];
  readonly n: number | string | undefined;
}

const matches = (pattern: string, name: string): boolean =>
  pattern === ''
    ? name === ''
    : pattern[0] === '*'
      ? matches(pattern.slice(1), name) || (name !== '' && matches(pattern, name.slice(1)))
      : name !== '' && (pattern[0] === '?' || pattern[0] === name[0]) && matches(pattern.slice(1), name.slice(1));
const anyOf = (patterns: readonly string[] | undefined, name: string): boolean =>
  (patterns ?? []).some((pattern) => matches(pattern, name));
const concerns = (rule: ModelRule, request: ModelRequest): boolean =>
  (anyOf(rule.agents, request.agent) || request.groups.some((group) => anyOf(rule.groups, group))) && anyOf(rule.servers, request.server);
const readsCall = ({ condition }: ModelRule): boolean =>
  condition?.readsArgs === true || condition?.readsTool === true || condition?.readsTaint === true;
const namesNothing = (rule: ModelRule): boolean => !rule.tools && !rule.prompts && !rule.resources;
const covers = (rule: ModelRule, request: ModelRequest): boolean => {
  if (request.kind === 'server') return rule.effect !== 'deny' || (namesNothing(rule) && !rule.labels && !rule.after && !readsCall(rule));
  if (rule.condition?.readsTool && request.kind !== 'tool') return false;
  if (rule.condition?.readsArgs && request.kind === 'resource') return false;
  // Nobody gets leave because of what is guessed.
  const counts = (label: string): boolean => rule.effect !== 'allow' || request.kind !== 'tool' || !request.guessed.includes(label);
  const isLabelled = !rule.labels || rule.labels.some((label) => request.labels.includes(label) && counts(label));
  switch (request.kind) {
    case 'tool':
      return isLabelled && (rule.tools ? anyOf(rule.tools, request.name) : namesNothing(rule) || rule.labels !== undefined);
    case 'prompt':
      return rule.prompts ? anyOf(rule.prompts, request.name) : namesNothing(rule) && isLabelled;
    case 'resource':
      return rule.resources ? anyOf(rule.resources, request.name) : namesNothing(rule) && isLabelled;
  }
};
/** What may ever be. */
const ever = (rule: ModelRule): Answer => (!rule.condition && !rule.after) || rule.effect !== 'deny';
/** What is true of one call. */
const now =
  (request: ModelRequest) =>
  (rule: ModelRule): Answer =>
    request.kind !== 'server' && rule.after?.some((label) => !request.taint.includes(label))
      ? false
      : !rule.condition || (request.kind === 'server' && readsCall(rule))
        ? true
        : rule.condition.answer(request);
const model = (rules: readonly ModelRule[], request: ModelRequest, holds: (rule: ModelRule) => Answer): string => {
  const covering = rules.filter((rule) => concerns(rule, request) && covers(rule, request));
  const denying = covering.find((rule) => rule.effect === 'deny' && holds(rule) !== false);
  if (denying) return `deny ${denying.name}`;
  const asking = covering.find((rule) => rule.effect === 'ask' && holds(rule) === true);
  const allowing = covering.find((rule) => rule.effect !== 'deny' && holds(rule) === true);
  if (request.kind === 'server') {
    const failing = covering.find((rule) => rule.effect !== 'deny' && holds(rule) === 'error');
    return allowing ? `allow ${allowing.name}` : failing ? `deny ${failing.name}` : 'deny';
  }
  if (asking) return `ask ${asking.name} ${heaviest(covering, holds)}`;
  const unanswered = covering.find((rule) => rule.effect === 'ask' && holds(rule) === 'error');
  const failing = covering.find((rule) => rule.effect !== 'deny' && holds(rule) === 'error');
  if (!allowing) return failing ? `deny ${failing.name}` : 'deny';
  return unanswered ? `deny ${unanswered.name}` : `allow ${allowing.name} ${heaviest(covering, holds)}`;
};
const heaviest = (covering: readonly ModelRule[], holds: (rule: ModelRule) => Answer): string => {
  const given = covering.filter((rule) => rule.effect !== 'deny' && holds(rule) === true).map((rule) => rule.class);
  return given.includes('critical') ? 'critical' : given.includes('standard') ? 'standard' : given.includes('low') ? 'low' : 'standard';
};

const SERVERS = ['s', 'st', 't'];
const compiled = (rules: readonly ModelRule[]): Policy => {
  const written = rules.map(({ condition, ...rule }) => (condition ? { ...rule, when: condition.when } : rule));
  const policy = compilePolicy(policySchema.parse({ rules: written }), { servers: SERVERS });
  assert.ok(policy.ok);
  return policy.value;
};
const principalOf = ({ agent, groups, user, team }: ModelRequest) => ({
  tenant: 'default',
  agent,
  user,
  groups,
  attributes: team === undefined ? {} : { team },
  keyId: 'key_1',
});
const shown = (verdict: Verdict, { kind }: ModelRequest): string => {
  const named = verdict.rule === undefined ? verdict.kind : `${verdict.kind} ${verdict.rule}`;
  return verdict.kind === 'deny' || kind === 'server' ? named : `${named} ${verdict.obligations.class}`;
};
const decided = (rules: readonly ModelRule[], requests: readonly ModelRequest[]): readonly string[] => {
  const { decide } = compiled(rules);
  return requests.map((request) => {
    const { server, kind, name, labels, guessed } = request;
    const subject = kind === 'server' ? ({ kind } as const) : ({ kind, name } as const);
    return shown(decide(principalOf(request), server, subject, labels, kind === 'tool' ? guessed : undefined), request);
  });
};
const judged = (rules: readonly ModelRule[], requests: readonly ModelRequest[]): readonly string[] => {
  const { judge } = compiled(rules);
  return requests.map((request) => {
    const { server, kind, name, labels, guessed, taint, n } = request;
    const verdict = judge({
      principal: principalOf(request),
      server,
      subject: kind === 'server' ? { kind } : { kind, name },
      tool: kind === 'tool' ? { labels, guessed, class: undefined, fingerprint: undefined } : undefined,
      labels: kind === 'tool' ? undefined : labels,
      taint,
      args: kind === 'tool' || kind === 'prompt' ? (n === undefined ? {} : { n }) : undefined,
      request: { timeMs: 0, era: 'modern', source: '127.0.0.1', listener: 'main' },
    });
    return shown(verdict, request);
  });
};

const leaves: readonly ModelCondition[] = [
  { when: 'args.n > 3', readsArgs: true, readsTool: false, answer: ({ n }) => (typeof n === 'number' ? n > 3 : 'error') },
  { when: 'has(args.n)', readsArgs: true, readsTool: false, answer: ({ n }) => n !== undefined },
  { when: 'agent.name == "a"', readsArgs: false, readsTool: false, answer: ({ agent }) => agent === 'a' },
  { when: '"l" in tool.labels', readsArgs: false, readsTool: true, answer: ({ labels }) => labels.includes('l') },
  { when: 'request.era == "legacy"', readsArgs: false, readsTool: false, answer: () => false },
  { when: '"t" in taint', readsArgs: false, readsTool: false, readsTaint: true, answer: ({ taint }) => taint.includes('t') },
  { when: 'agent.user == "u"', readsArgs: false, readsTool: false, answer: ({ user }) => (user === undefined ? 'error' : user === 'u') },
  {
    when: 'agent.attributes.team == "x"',
    readsArgs: false,
    readsTool: false,
    answer: ({ team }) => (team === undefined ? 'error' : team === 'x'),
  },
  { when: '"a" in agent.groups', readsArgs: false, readsTool: false, answer: ({ groups }) => groups.includes('a') },
];
const reading = (a: ModelCondition, b: ModelCondition = a) => ({
  readsArgs: a.readsArgs || b.readsArgs,
  readsTool: a.readsTool || b.readsTool,
  readsTaint: a.readsTaint === true || b.readsTaint === true,
});
const joined = (op: '&&' | '||', a: ModelCondition, b: ModelCondition): ModelCondition => ({
  when: `(${a.when}) ${op} (${b.when})`,
  ...reading(a, b),
  answer: (request) => {
    const both = [a.answer(request), b.answer(request)];
    const decisive = op === '||';
    return both.includes(decisive) ? decisive : both.includes('error') ? 'error' : !decisive;
  },
});
const negated = (a: ModelCondition): ModelCondition => ({
  when: `!(${a.when})`,
  ...reading(a),
  answer: (request) => {
    const answer = a.answer(request);
    return answer === 'error' ? answer : !answer;
  },
});
const leaf = fc.constantFrom(...leaves);
const someCondition = fc.oneof(
  leaf,
  leaf.map(negated),
  fc
    .tuple(
      fc.constantFrom<'&&' | '||'>('&&', '||'),
      leaf,
      leaf.chain((a) => fc.constantFrom(a, negated(a))),
    )
    .map(([op, a, b]) => joined(op, a, b)),
);

const word = (alphabet: string, minLength = 1, maxLength = 3) =>
  fc.string({ unit: fc.constantFrom(...alphabet.split('')), minLength, maxLength });
const globs = fc.array(fc.oneof(fc.constant('*'), word('ab*?')), { minLength: 1, maxLength: 3 });
const ruleBody = fc
  .record(
    {
      effect: fc.constantFrom<ModelRule['effect']>('allow', 'allow', 'ask', 'deny'),
      agents: globs,
      groups: globs,
      servers: fc.array(fc.constantFrom('*', 's', 's*', '?', 't'), { minLength: 1, maxLength: 2 }),
      tools: globs,
      prompts: globs,
      resources: globs,
      labels: fc.array(fc.constantFrom('l', 'm'), { minLength: 1, maxLength: 2 }),
      after: fc.array(fc.constantFrom('t', 'u'), { minLength: 1, maxLength: 2 }),
      condition: someCondition,
      class: fc.constantFrom<'critical' | 'standard' | 'low'>('critical', 'standard', 'low'),
    },
    { requiredKeys: ['effect', 'servers'] },
  )
  .map(({ class: callClass, ...rule }) => (rule.effect === 'deny' || callClass === undefined ? rule : { ...rule, class: callClass }))
  .map(({ after, ...rule }) => (rule.effect === 'allow' || after === undefined ? rule : { ...rule, after }))
  .map((rule) => ((rule.agents ?? rule.groups) ? rule : { ...rule, agents: ['*'] }));
const someRules = fc
  .array(ruleBody, { maxLength: 8 })
  .map((bodies): readonly ModelRule[] => bodies.map((body, i) => ({ name: `r${i}`, ...body })));
const someRequests = fc.array(
  fc.record({
    agent: word('ab'),
    groups: fc.array(word('ab'), { maxLength: 2 }),
    server: fc.constantFrom(...SERVERS, 'unknown'),
    kind: fc.constantFrom<ModelRequest['kind']>('server', 'tool', 'prompt', 'resource'),
    name: word('ab', 0),
    labels: fc.uniqueArray(fc.constantFrom('l', 'm', 'o'), { maxLength: 2 }),
    guessed: fc.uniqueArray(fc.constantFrom('l', 'm'), { maxLength: 1 }),
    user: fc.constantFrom('u', 'v', undefined),
    team: fc.constantFrom('x', 'y', undefined),
    taint: fc.uniqueArray(fc.constantFrom('t', 'u', 'v'), { maxLength: 3 }),
    n: fc.constantFrom<ModelRequest['n']>(1, 5, 3.5, 'five', undefined),
  }),
  { minLength: 1, maxLength: 12 },
);

for (const [what, answers, holdsOf] of [
  ['decide', decided, () => ever],
  ['judge', judged, now],
] as const) {
  test(`${what} answers as the reference model does, rule for rule`, () => {
    const met = new Map<string, number>();
    fc.assert(
      fc.property(someRules, someRequests, (rules, requests) => {
        const expected = requests.map((request) => (request.server === 'unknown' ? 'deny' : model(rules, request, holdsOf(request))));
        for (const [kind = ''] of expected.map((verdict) => verdict.split(' '))) met.set(kind, (met.get(kind) ?? 0) + 1);
        assert.deepEqual(answers(rules, requests), expected);
      }),
      { numRuns: 3000 },
    );
    for (const kind of ['allow', 'ask', 'deny']) assert.ok((met.get(kind) ?? 0) > 500, `the property met enough of ${kind}`);
  });
}

test('judge never lets through what decide says may never be', () => {
  fc.assert(
    fc.property(someRules, someRequests, (rules, requests) => {
      const never = decided(rules, requests);
      judged(rules, requests).forEach((verdict, i) => {
        if (never[i]?.startsWith('deny') === true) assert.match(verdict, /^deny/);
      });
    }),
    { numRuns: 1000 },
  );
});

const STRICTNESS = ['allow', 'ask', 'deny'];
test('a task that has used more is never let do more, whatever `after` says', () => {
  // Without conditions: one that reads the taint can say anything. A rule that asks grants the asking, so that it is compared beside one that allows.
  const all: ModelRule = { name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] };
  let changed = 0;
  fc.assert(
    fc.property(someRules, someRequests, fc.subarray(['t', 'u', 'v']), (rules, requests, more) => {
      const plain = [all, ...rules.map(({ condition: _condition, ...rule }): ModelRule => rule)];
      const before = judged(plain, requests);
      const after = judged(
        plain,
        requests.map((request) => ({ ...request, taint: [...new Set([...request.taint, ...more])] })),
      );
      before.forEach((verdict, i) => {
        const [was = '', is = ''] = [verdict, after[i]].map((one) => one?.split(' ')[0]);
        if (was !== is) changed++;
        assert.ok(STRICTNESS.indexOf(is) >= STRICTNESS.indexOf(was), `${verdict} became ${after[i]}`);
      });
    }),
    { numRuns: 1000 },
  );
  assert.ok(changed > 100, 'the property met enough verdicts that became stricter');
});

test('whoever does not know what a task has used lets nothing through that depends on it', () => {
  fc.assert(
    fc.property(someRules, someRequests, (rules, requests) => {
      const { judge, flow } = compiled(rules);
      for (const request of requests) {
        const { server, kind, name, labels, n } = request;
        const subject = kind === 'server' ? ({ kind } as const) : ({ kind, name } as const);
        const principal = principalOf(request);
        const question = {
          principal,
          server,
          subject,
          tool: kind === 'tool' ? { labels, class: undefined, fingerprint: undefined } : undefined,
          labels: kind === 'tool' ? undefined : labels,
          args: kind === 'tool' || kind === 'prompt' ? (n === undefined ? {} : { n }) : undefined,
          request: { timeMs: 0, era: 'modern', source: '127.0.0.1', listener: 'main' },
        };
        const blind = judge(question);
        const all = [[], ['t'], ['u'], ['v'], ['t', 'u', 'v']].map((taint) => judge({ ...question, taint }));
        if (flow.decides(principal, server, subject, labels)) {
          if (blind.kind === 'allow') for (const verdict of all) assert.equal(verdict.kind, 'allow');
        } else for (const verdict of all) assert.deepEqual(verdict, blind);
      }
    }),
    { numRuns: 1000 },
  );
});

// One thing on a server, and a spelling of its URI that a server may resolve to it.
const escapeSome = (text: string, mask: readonly boolean[]): string =>
  Array.from(text, (char, i) => (mask[i % mask.length] ? `%${char.charCodeAt(0).toString(16).padStart(2, '0')}` : char)).join('');
const someSpelling = fc
  .record({
    path: fc.array(word('ab', 1, 2), { minLength: 1, maxLength: 3 }),
    noise: fc.array(fc.constantFrom('./', '/', 'x/../', 'x/%2e%2E/', '.\\'), { maxLength: 3 }),
    place: fc.nat({ max: 2 }),
    mask: fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
    times: fc.nat({ max: 3 }),
  })
  .map(({ path, noise, place, mask, times }) => {
    const at = place % path.length;
    let spelled = [...path.slice(0, at), noise.join('') + (path[at] ?? ''), ...path.slice(at + 1)].join('/');
    for (let i = 0; i < times; i++) spelled = escapeSome(spelled, mask);
    return { plain: `file:///${path.join('/')}`, spelled: `file:///${spelled}` };
  });
const somePattern = fc.array(word('ab*?', 1, 2), { minLength: 1, maxLength: 3 }).map((segments) => `file:///${segments.join('/')}`);

test('no spelling of a URI escapes a rule that denies it, or slips under one that does not allow it', () => {
  const all = { name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] } as const;
  const ask = (rules: readonly ModelRule[], name: string) =>
    decided(rules, [
      {
        agent: 'a',
        groups: [],
        server: 's',
        kind: 'resource',
        name,
        labels: [],
        guessed: [],
        user: undefined,
        team: undefined,
        taint: [],
        n: undefined,
      },
    ])[0] ?? '';
  let escaped = 0;
  fc.assert(
    fc.property(fc.array(somePattern, { minLength: 1, maxLength: 3 }), someSpelling, (resources, { plain, spelled }) => {
      const denying = [all, { name: 'no', effect: 'deny', agents: ['*'], servers: ['*'], resources }] as const;
      const allowing = [{ ...all, resources }] as const;
      for (const rules of [denying, allowing]) {
        if (!ask(rules, plain).startsWith('deny')) continue;
        if (spelled !== plain) escaped++;
        assert.match(ask(rules, spelled), /^deny/);
      }
    }),
    { numRuns: 2000 },
  );
  assert.ok(escaped > 500, 'the property met enough denied things in other spellings');
});
