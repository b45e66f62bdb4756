import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Principal } from '../agents/index.ts';
import { compilePolicy, policySchema } from './index.ts';
import type { Policy, Subject, Verdict } from './index.ts';

const SERVERS = ['files', 'tickets'];
const policyOf = (...rules: readonly object[]): Policy => {
  const compiled = compilePolicy(policySchema.parse({ rules }), { servers: SERVERS });
  assert.ok(compiled.ok);
  return compiled.value;
};
const principal = (agent: string, ...groups: readonly string[]): Principal => ({
  tenant: 'default',
  agent,
  user: undefined,
  groups,
  attributes: {},
  keyId: `key_${agent}`,
});
const ada = principal('ada', 'staff');
const bob = principal('bob');
const tool = (name: string): Subject => ({ kind: 'tool', name });
const prompt = (name: string): Subject => ({ kind: 'prompt', name });
const resource = (name: string): Subject => ({ kind: 'resource', name });
const SERVER: Subject = { kind: 'server' };
const short = (verdict: Verdict): string => (verdict.kind === 'allow' ? `allow ${verdict.rule}` : `deny ${verdict.rule ?? verdict.reason}`);

type Row = readonly [who: Principal, server: string, subject: Subject, expected: string];
const tables: readonly (readonly [what: string, policy: Policy, rows: readonly Row[]])[] = [
  [
    'no rules: nothing is allowed',
    policyOf(),
    [
      [ada, 'files', SERVER, 'deny no-rule'],
      [ada, 'files', tool('read'), 'deny no-rule'],
    ],
  ],
  [
    'a rule about the whole server covers it and everything on it',
    policyOf({ name: 'all', effect: 'allow', agents: ['ada'], servers: ['files'] }),
    [
      [ada, 'files', SERVER, 'allow all'],
      [ada, 'files', tool('read'), 'allow all'],
      [ada, 'files', prompt('greet'), 'allow all'],
      [ada, 'files', resource('file:///x'), 'allow all'],
      [ada, 'tickets', SERVER, 'deny no-rule'],
      [ada, 'tickets', tool('read'), 'deny no-rule'],
      [bob, 'files', SERVER, 'deny no-rule'],
      [bob, 'files', tool('read'), 'deny no-rule'],
    ],
  ],
  [
    'a rule about some tools covers these, and lets their server be spoken to',
    policyOf({ name: 'readers', effect: 'allow', agents: ['*'], servers: ['files'], tools: ['read_*', 'list'] }),
    [
      [ada, 'files', SERVER, 'allow readers'],
      [ada, 'files', tool('read_file'), 'allow readers'],
      [ada, 'files', tool('list'), 'allow readers'],
      [ada, 'files', tool('lists'), 'deny no-rule'],
      [ada, 'files', tool('Read_file'), 'deny no-rule'],
      [ada, 'files', prompt('read_file'), 'deny no-rule'],
      [ada, 'files', resource('read_file'), 'deny no-rule'],
    ],
  ],
  [
    'deny wins over allow, wherever it stands',
    policyOf(
      { name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] },
      { name: 'no-deletes', effect: 'deny', agents: ['*'], servers: ['*'], tools: ['*delete*'] },
    ),
    [
      [ada, 'files', tool('read'), 'allow all'],
      [ada, 'files', tool('delete_file'), 'deny no-deletes'],
      [ada, 'tickets', tool('undelete'), 'deny no-deletes'],
      [ada, 'files', prompt('delete_file'), 'allow all'],
      [ada, 'files', SERVER, 'allow all'],
    ],
  ],
  [
    'a deny rule about the whole server closes it',
    policyOf(
      { name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] },
      { name: 'closed', effect: 'deny', agents: ['*'], servers: ['tickets'] },
    ),
    [
      [ada, 'tickets', SERVER, 'deny closed'],
      [ada, 'tickets', tool('read'), 'deny closed'],
      [ada, 'tickets', resource('x:y'), 'deny closed'],
      [ada, 'files', SERVER, 'allow all'],
    ],
  ],
  [
    'a deny rule about all tools, prompts and resources leaves the server to be spoken to',
    policyOf(
      { name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] },
      { name: 'mute', effect: 'deny', agents: ['*'], servers: ['*'], tools: ['*'], prompts: ['*'], resources: ['*'] },
    ),
    [
      [ada, 'files', SERVER, 'allow all'],
      [ada, 'files', tool('read'), 'deny mute'],
      [ada, 'files', prompt('greet'), 'deny mute'],
      [ada, 'files', resource('x:y'), 'deny mute'],
    ],
  ],
  [
    'a rule concerns an agent by name or by group; either is enough',
    policyOf(
      { name: 'staff', effect: 'allow', groups: ['sta*'], servers: ['files'] },
      { name: 'both', effect: 'allow', agents: ['bob'], groups: ['staff'], servers: ['tickets'] },
    ),
    [
      [ada, 'files', SERVER, 'allow staff'],
      [bob, 'files', SERVER, 'deny no-rule'],
      [ada, 'tickets', SERVER, 'allow both'],
      [bob, 'tickets', SERVER, 'allow both'],
      [principal('staff'), 'files', SERVER, 'deny no-rule'],
      [principal('carl', 'bob'), 'tickets', SERVER, 'deny no-rule'],
    ],
  ],
  [
    'the first of several rules is named',
    policyOf(
      { name: 'a1', effect: 'allow', agents: ['*'], servers: ['*'], tools: ['re*'] },
      { name: 'a2', effect: 'allow', agents: ['*'], servers: ['*'], tools: ['read'] },
      { name: 'd1', effect: 'deny', agents: ['*'], servers: ['*'], tools: ['write*'] },
      { name: 'd2', effect: 'deny', agents: ['*'], servers: ['tickets'] },
    ),
    [
      [ada, 'files', tool('read'), 'allow a1'],
      [ada, 'tickets', tool('write_it'), 'deny d1'],
      [ada, 'tickets', tool('read'), 'deny d2'],
      [ada, 'tickets', SERVER, 'deny d2'],
    ],
  ],
  [
    'a resource is judged in every reading of its URI',
    policyOf(
      { name: 'public', effect: 'allow', agents: ['ada'], servers: ['files'], resources: ['file:///public/*', 'Demo://Things//*'] },
      { name: 'all', effect: 'allow', agents: ['bob'], servers: ['files'] },
      { name: 'no-secrets', effect: 'deny', agents: ['bob'], servers: ['files'], resources: ['file:///secret/*', 'FILE:///%65tc/*'] },
    ),
    [
      [ada, 'files', resource('file:///public/a'), 'allow public'],
      [ada, 'files', resource('file:///public/a%20b'), 'allow public'],
      [ada, 'files', resource('file:///public/../secret/a'), 'deny no-rule'],
      [ada, 'files', resource('file:///public/%2e%2e/secret/a'), 'deny no-rule'],
      [ada, 'files', resource('file:///public/%252e%252e%252fsecret/a'), 'deny no-rule'],
      [ada, 'files', resource('file:///public\\..\\secret\\a'), 'deny no-rule'],
      [ada, 'files', resource('file:///x/../public/a'), 'deny no-rule'],
      [ada, 'files', resource('file:///%70ublic/a'), 'deny no-rule'],
      [ada, 'files', resource('Demo://Things//a'), 'allow public'],
      [ada, 'files', resource('demo://things//a'), 'deny no-rule'],
      [bob, 'files', resource('file:///secret/a'), 'deny no-secrets'],
      [bob, 'files', resource('file:///x/../secret/a'), 'deny no-secrets'],
      [bob, 'files', resource('file:////secret/a'), 'deny no-secrets'],
      [bob, 'files', resource('file:///s%65cret/a'), 'deny no-secrets'],
      [bob, 'files', resource('File:///secret/a'), 'deny no-secrets'],
      [bob, 'files', resource('file:///etc/passwd'), 'deny no-secrets'],
      [bob, 'files', resource('file:///secrets/a'), 'allow all'],
      [bob, 'files', resource('file:///%25252525/a'), 'deny ambiguous-name'],
    ],
  ],
  [
    'a pattern encoded too often still means itself',
    policyOf(
      { name: 'odd', effect: 'allow', agents: ['*'], servers: ['*'], resources: ['x:%25252525'] },
      { name: 'odder', effect: 'deny', agents: ['*'], servers: ['*'], resources: ['y:%25252525', 'z:*'] },
    ),
    [
      [ada, 'files', resource('x:%25252525'), 'deny ambiguous-name'],
      [ada, 'files', resource('z:1'), 'deny odder'],
    ],
  ],
  [
    'a name too long to be judged is denied, whatever the rules',
    policyOf({ name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] }),
    [
      [ada, 'files', tool('a'.repeat(8192)), 'allow all'],
      [ada, 'files', tool('a'.repeat(8193)), 'deny ambiguous-name'],
      [ada, 'files', prompt('a'.repeat(8193)), 'deny ambiguous-name'],
      [ada, 'files', resource('a'.repeat(8193)), 'deny ambiguous-name'],
    ],
  ],
  [
    'a server that does not exist is denied, whatever the rules',
    policyOf({ name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] }),
    [
      [ada, 'elsewhere', SERVER, 'deny no-rule'],
      [ada, '__proto__', tool('read'), 'deny no-rule'],
      [ada, '', tool('read'), 'deny no-rule'],
    ],
  ],
];
for (const [what, policy, rows] of tables) {
  test(what, () => {
    for (const [who, server, subject, expected] of rows) {
      assert.equal(short(policy.decide(who, server, subject)), expected, `${who.agent} ${server} ${JSON.stringify(subject).slice(0, 80)}`);
    }
  });
}

test('the same question has the same answer, and a verdict cannot be changed', () => {
  const policy = policyOf({ name: 'all', effect: 'allow', agents: ['ada'], servers: ['*'] });
  const verdict = policy.decide(ada, 'files', tool('read'));
  assert.equal(policy.decide(ada, 'files', tool('read')), verdict);
  assert.deepEqual(verdict, { kind: 'allow', rule: 'all', obligations: { class: 'standard' } });
  for (const part of [policy, verdict, policy.decide(bob, 'files', SERVER)]) assert.ok(Object.isFrozen(part));
});

test('the rules stay readable', () => {
  assert.deepEqual(
    policyOf({ name: 'all', effect: 'allow', agents: ['ada'], servers: ['*'] }).rules.map((rule) => rule.name),
    ['all'],
  );
});
