import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPolicy, compilePolicy, policySchema } from './index.ts';

const known = { servers: ['files', 'tickets'] };
const check = (...rules: readonly object[]) =>
  checkPolicy(
    policySchema.parse({ rules: rules.map((rule) => ({ name: 'r', effect: 'allow', agents: ['*'], servers: ['*'], ...rule })) }),
    known,
  );

test('a policy in order has no problems', () => {
  assert.deepEqual(check({ servers: ['files', 'tick*', '*'] }, { name: 's', effect: 'deny' }), []);
});

test('a policy without rules is doubtful: nothing may be called', () => {
  assert.deepEqual(check(), [
    {
      severity: 'warning',
      path: ['rules'],
      message: 'has no rule, so nothing may be called',
      fix: 'Add one: { name: all, effect: allow, agents: ["*"], servers: ["*"] }, for example.',
    },
  ]);
});

test('a name used twice is an error at the second place', () => {
  assert.deepEqual(check({}, { name: 'other' }, {}), [
    {
      severity: 'error',
      path: ['rules', 2, 'name'],
      message: 'is also the name of rule 1; denials and records could not tell them apart',
      fix: 'Give each a name of its own.',
    },
  ]);
});

test('no rule has the name under which inspection asks', () => {
  assert.deepEqual(
    check({ name: 'inspection' }).map(({ severity, path, message }) => [severity, path, message]),
    [['error', ['rules', 0, 'name'], 'is the name under which inspection asks']],
  );
});

test('a server that does not exist is an error, a glob that matches none is doubtful', () => {
  assert.deepEqual(check({ servers: ['files', 'fils', 'x*'] }), [
    {
      severity: 'error',
      path: ['rules', 0, 'servers', 1],
      message: 'is not a server of this config',
      written: 'fils',
      among: ['files', 'tickets'],
    },
    { severity: 'warning', path: ['rules', 0, 'servers', 2], message: 'matches no server' },
  ]);
});

test('without any server, a glob is not blamed for matching none', () => {
  assert.deepEqual(
    checkPolicy(policySchema.parse({ rules: [{ name: 'r', effect: 'allow', agents: ['*'], servers: ['*'] }] }), { servers: [] }),
    [],
  );
});

test('a policy with errors is not compiled; one with doubts is', () => {
  const document = policySchema.parse({ rules: [{ name: 'r', effect: 'allow', agents: ['*'], servers: ['fils', 'x*'] }] });
  const refused = compilePolicy(document, known);
  assert.deepEqual(refused.ok || refused.error.map((problem) => problem.path), [['rules', 0, 'servers', 0]]);
  assert.equal(compilePolicy(document, { servers: ['fils'] }).ok, true);
  assert.equal(compilePolicy({ rules: [] }, known).ok, true);
});
