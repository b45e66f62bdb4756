// Compares decide with a slow and obvious reference model, which shares no code with it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compilePolicy, policySchema } from './index.ts';

interface ModelRule {
  readonly name: string;
  readonly effect: 'allow' | 'deny';
  readonly agents?: readonly string[];
  readonly groups?: readonly string[];
  readonly servers: readonly string[];
  readonly tools?: readonly string[];
  readonly prompts?: readonly string[];
  readonly resources?: readonly string[];
}
interface ModelRequest {
  readonly agent: string;
  readonly groups: readonly string[];
  readonly server: string;
  readonly kind: 'server' | 'tool' | 'prompt' | 'resource';
  readonly name: string;
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
const whole = (rule: ModelRule): boolean => !rule.tools && !rule.prompts && !rule.resources;
const covers = (rule: ModelRule, request: ModelRequest): boolean => {
  if (request.kind === 'server') return whole(rule) || rule.effect === 'allow';
  const named = { tool: rule.tools, prompt: rule.prompts, resource: rule.resources }[request.kind];
  return whole(rule) || anyOf(named, request.name);
};
const model = (rules: readonly ModelRule[], request: ModelRequest): string => {
  const matching = rules.filter((rule) => concerns(rule, request) && covers(rule, request));
  const rule = matching.find(({ effect }) => effect === 'deny') ?? matching[0];
  return rule === undefined ? 'deny' : `${rule.effect} ${rule.name}`;
};

const SERVERS = ['s', 'st', 't'];
const decided = (rules: readonly ModelRule[], requests: readonly ModelRequest[]): readonly string[] => {
  const policy = compilePolicy(policySchema.parse({ rules }), { servers: SERVERS });
  assert.ok(policy.ok);
  const { decide } = policy.value;
  return requests.map(({ agent, groups, server, kind, name }) => {
    const principal = { tenant: 'default', agent, user: undefined, groups, attributes: {}, keyId: 'key_1' };
    const verdict = decide(principal, server, kind === 'server' ? { kind } : { kind, name });
    return verdict.rule === undefined ? verdict.kind : `${verdict.kind} ${verdict.rule}`;
  });
};

const word = (alphabet: string, minLength = 1, maxLength = 3) =>
  fc.string({ unit: fc.constantFrom(...alphabet.split('')), minLength, maxLength });
const globs = fc.array(fc.oneof(fc.constant('*'), word('ab*?')), { minLength: 1, maxLength: 3 });
const ruleBody = fc
  .record(
    {
      effect: fc.constantFrom<ModelRule['effect']>('allow', 'allow', 'deny'),
      agents: globs,
      groups: globs,
      servers: fc.array(fc.constantFrom('*', 's', 's*', '?', 't'), { minLength: 1, maxLength: 2 }),
      tools: globs,
      prompts: globs,
      resources: globs,
    },
    { requiredKeys: ['effect', 'servers'] },
  )
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
  }),
  { minLength: 1, maxLength: 12 },
);

test('decide answers as the reference model does, rule for rule', () => {
  fc.assert(
    fc.property(someRules, someRequests, (rules, requests) => {
      const expected = requests.map((request) => (request.server === 'unknown' ? 'deny' : model(rules, request)));
      assert.deepEqual(decided(rules, requests), expected);
    }),
    { numRuns: 2000 },
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
    decided(rules, [{ agent: 'a', groups: [], server: 's', kind: 'resource', name }])[0] ?? '';
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
