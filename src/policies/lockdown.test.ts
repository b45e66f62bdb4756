import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Principal } from '../agents/index.ts';
import { compileLockdown, compileLockName, compilePolicy, lockEverything, NOTHING_LOCKED, policySchema, underLockdown } from './index.ts';
import type { Lock, LockKind, Question, Subject } from './index.ts';

const by = (agent: string, tenant = 'default'): Principal => ({ tenant, agent, user: undefined, groups: [], attributes: {}, keyId: 'k' });
const lock = (kind: LockKind, name: string, tenant = 'default'): Lock => ({
  id: `${kind}-${name}`,
  tenant,
  kind,
  name,
  reason: '',
  by: 'ops',
  since: '2026-11-22T10:00:00.000Z',
});
const tool = (name: string): Subject => ({ kind: 'tool', name });
const SERVER: Subject = { kind: 'server' };

type Row = readonly [principal: Principal, server: string, subject: Subject, stops: boolean];
const tables: readonly (readonly [what: string, locks: readonly Lock[], rows: readonly Row[]])[] = [
  [
    'an agent, whatever it wants, and nobody else',
    [lock('agent', 'ada')],
    [
      [by('ada'), 'files', tool('read'), true],
      [by('ada'), 'files', SERVER, true],
      [by('ada'), 'files', { kind: 'resource', name: 'file:///a' }, true],
      [by('ada2'), 'files', tool('read'), false],
      [by('ada', 'other'), 'files', tool('read'), false],
    ],
  ],
  [
    'agents by a glob',
    [lock('agent', 'bot-*')],
    [
      [by('bot-7'), 'files', SERVER, true],
      [by('robot-7'), 'files', SERVER, false],
    ],
  ],
  [
    'a server and everything on it',
    [lock('server', 'files')],
    [
      [by('ada'), 'files', SERVER, true],
      [by('ada'), 'files', { kind: 'prompt', name: 'greet' }, true],
      [by('ada'), 'files2', SERVER, false],
    ],
  ],
  [
    'a tool of one server, or of every one; the server itself stays',
    [lock('tool', 'files/read'), lock('tool', 'delete_*'), lock('tool', 'mail*/send'), lock('tool', '*/a/b')],
    [
      [by('ada'), 'files', tool('read'), true],
      [by('ada'), 'mail', tool('read'), false],
      [by('ada'), 'any', tool('delete_all'), true],
      [by('ada'), 'mail-eu', tool('send'), true],
      [by('ada'), 'files', tool('send'), false],
      [by('ada'), 'any', tool('a/b'), true],
      [by('ada'), 'files', SERVER, false],
      [by('ada'), 'files', { kind: 'prompt', name: 'read' }, false],
    ],
  ],
  [
    'everything of one tenant',
    [lock('all', '')],
    [
      [by('ada'), 'files', SERVER, true],
      [by('ada', 'other'), 'files', SERVER, false],
    ],
  ],
];

for (const [what, locks, rows] of tables)
  test(`a lock stops ${what}`, () => {
    const lockdown = compileLockdown(locks);
    assert.equal(lockdown.isOn, true);
    for (const [principal, server, subject, stops] of rows)
      assert.equal(lockdown.stops(principal, server, subject), stops, JSON.stringify([principal.agent, server, subject]));
  });

const compiled = compilePolicy(policySchema.parse({ rules: [{ name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] }] }), {
  servers: ['files', 'mail'],
});
assert.ok(compiled.ok);
const policy = compiled.value;
const question = (agent: string, server: string): Question => ({
  principal: by(agent),
  server,
  subject: tool('read'),
  tool: undefined,
  args: {},
  request: { timeMs: 0, era: 'modern', source: '', listener: '' },
});

test('a lock wins over every rule, in each of the three answers of a policy, and touches nothing else', () => {
  const locked = underLockdown(policy, compileLockdown([lock('server', 'files')]));
  assert.deepEqual(locked.judge(question('ada', 'files')), { kind: 'deny', rule: undefined, reason: 'lockdown' });
  assert.equal(locked.judge(question('ada', 'mail')).kind, 'allow');
  assert.equal(locked.decide(by('ada'), 'files', SERVER).kind, 'deny');
  assert.equal(locked.decide(by('ada'), 'mail', SERVER).kind, 'allow');
  assert.equal(locked.explain(question('ada', 'files')).verdict.kind, 'deny');
  assert.equal(locked.explain(question('ada', 'files')).rules[0]?.match, 'matches');
  assert.equal(locked.explain(question('ada', 'mail')).verdict.kind, 'allow');
});

test('where nothing is locked the policy is the very one it was', () => {
  assert.equal(underLockdown(policy, compileLockdown([])), policy);
  assert.equal(compileLockdown([]), NOTHING_LOCKED);
  assert.equal(NOTHING_LOCKED.stops(by('ada'), 'files', SERVER), false);
});

test('where nobody can say what is locked, everything is, whoever asks', () => {
  const locked = underLockdown(policy, lockEverything('is torn'));
  assert.equal(locked.judge(question('ada', 'mail')).kind, 'deny');
  assert.equal(lockEverything('is torn').stops(by('x', 'any'), 'y', SERVER), true);
});

test('a name is held against what there is', () => {
  assert.equal(compileLockName('agent', 'b*')('', 'bob'), true);
  assert.equal(compileLockName('server', 'files')('', 'mail'), false);
  assert.equal(compileLockName('tool', 'files/*')('files', 'read'), true);
  assert.equal(compileLockName('tool', 'read')('mail', 'write'), false);
});
