// What is said about a config whose record and whose rules do not go together.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeSource } from './files.fixture.ts';
import { formatProblem, loadConfig } from './index.ts';

const BASE = {
  version: 1,
  servers: { union: { url: 'https://union.example/mcp' }, mail: { url: 'https://mail.example/mcp' }, files: { command: 'x' } },
  policy: { rules: [{ name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] }] },
};
const problemsOf = (config: object): readonly string[] => {
  const loaded = loadConfig(JSON.stringify({ ...BASE, ...config }), fakeSource());
  return (loaded.ok ? loaded.value.warnings : loaded.error).map((problem) => formatProblem(problem).replace(/^\S+: /, ''));
};
const quiet = (more: object = {}): object => ({ audit: { noInspect: ['union'] }, ...more });
const rules = (...more: readonly object[]): object => ({ policy: { rules: [...BASE.policy.rules, ...more] } });
const rule = { name: 'more', agents: ['*'], servers: ['*'] };
const UNSEEN = 'nothing is looked at (audit.noInspect)';

const rows: readonly (readonly [what: string, config: object, ...problems: readonly string[]])[] = [
  ['one server of which nothing is looked at', quiet()],
  [
    'a name that is no server',
    { audit: { noInspect: ['onion'] } },
    'audit.noInspect[0] "onion" is not a server of this config. Did you mean union?',
  ],
  [
    'a glob that matches nothing',
    { audit: { noInspect: ['health-*'] } },
    'warning: audit.noInspect[0] "health-*" matches no server of this config. There are: union, mail, files.',
  ],
  [
    'a program',
    { audit: { noInspect: ['fil*'] } },
    'audit.noInspect[0] covers files, which is a program: what is said to it cannot be handed on without being read. Take it out, or reach that server over HTTP.',
  ],
  [
    'a route that names it',
    quiet({ routes: { '/mcp': { servers: ['mail', 'union'] } } }),
    `routes["/mcp"].servers[1] names union, of which ${UNSEEN}: what several servers say cannot be put together unread. Remove it: agents reach it at /mcp/union.`,
  ],
  ['a route that shows all the others', quiet({ routes: { '/mcp': {} } })],
  [
    'definitions that nobody will see',
    quiet({ servers: { ...BASE.servers, union: { ...BASE.servers.union, trust: 'review' } } }),
    `warning: servers.union.trust has no effect: ${UNSEEN}, so nobody sees what it offers. Remove it, or take the server out of audit.noInspect.`,
  ],
  [
    'a rule that denies a tool somewhere',
    quiet(rules({ ...rule, effect: 'deny', tools: ['delete'] })),
    `warning: policy.rules[1] denies everything on union: ${UNSEEN}, so anything might be what it is about. Name the servers that the rule is meant for.`,
  ],
  ['a rule that denies a tool elsewhere', quiet(rules({ ...rule, effect: 'deny', tools: ['delete'], servers: ['mail'] }))],
  [
    'a rule that asks',
    quiet(rules({ ...rule, effect: 'ask', tools: ['pay'] })),
    `warning: policy.rules[1] denies everything on union: ${UNSEEN}, so nobody can be asked. Name the servers that the rule is meant for.`,
  ],
  ['a rule that looks in, for many servers', quiet(rules({ ...rule, effect: 'allow', redact: ['payment'] }))],
  [
    'a rule that looks in, for this one alone',
    quiet(rules({ ...rule, effect: 'allow', redact: ['payment'], servers: ['union'] })),
    `warning: policy.rules[1] lets nothing through on union, of which ${UNSEEN}. Write a rule for it that names only agents and servers.`,
  ],
  [
    'no rule that allows it as a whole',
    quiet({ policy: { rules: [{ ...rule, effect: 'allow', tools: ['*'] }] } }),
    `warning: servers.union cannot be used: ${UNSEEN}, and no rule allows it as a whole. Write a rule with effect: allow that names only agents and this server.`,
  ],
  [
    'a limit on a part of it',
    quiet({ policy: { ...BASE.policy, limits: { few: { servers: ['union'], tools: ['*'], rate: { calls: 5 } } } } }),
    `warning: policy.limits.few does not count what goes to union, of which ${UNSEEN}. Write a limit that names only servers: it counts every request there.`,
  ],
  ['every profile by its name alone', { audit: { profile: 'works-council' } }],
  [
    'a switch that is stricter than the profile',
    { audit: { profile: 'payment', subjects: 'pseudonyms', smallestGroup: 9, retentionDays: 2_000 } },
  ],
  [
    'switches that are weaker than the profile',
    { audit: { profile: 'works-council', subjects: 'names', reidentify: 'one', smallestGroup: 2, capture: 'allowed', retentionDays: 30 } },
    ...[
      ['subjects', 'keeps names out of the record'],
      ['reidentify', 'wants two people for it'],
      ['smallestGroup', 'shows no figures about fewer than 5 people'],
      ['capture', 'refuses it'],
      ['retentionDays', 'keeps records for 190 days'],
    ].map(
      ([key, what]) =>
        `warning: audit.${key} is weaker than the profile works-council, which ${what}. Remove it, or name the profile that is meant: the record says works-council.`,
    ),
  ],
];
for (const [what, config, ...problems] of rows)
  test(`${what}: ${problems.length === 0 ? 'in order' : 'told'}`, () =>
    assert.deepEqual(problemsOf(config).toSorted(), problems.toSorted()));

test('a route for all servers leaves out what nobody looks into', () => {
  const loaded = loadConfig(JSON.stringify({ ...BASE, ...quiet() }), fakeSource());
  assert.ok(loaded.ok);
  assert.deepEqual(loaded.value.shard.routes[0]?.servers, ['mail', 'files']);
});
