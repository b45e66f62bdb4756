// `sallyport operators` against an admin API that remembers what it was asked.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { OperatorsPort, OperatorView } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import { fakeAgents, fakePorts } from './admin.fixture.ts';
import { cliFixture } from './cli.fixture.ts';
import type { CliFixture } from './cli.fixture.ts';
import { EXIT } from './index.ts';

const LINK = { url: 'http://127.0.0.1:7630/sign-in#abc', expiresAt: '2026-11-22T11:00:00.000Z' };
const ADA: OperatorView = {
  name: 'ada',
  role: 'approver',
  groups: ['lawyers'],
  agents: ['robot'],
  createdAt: '2026-11-22T09:00:00.000Z',
  seenAt: null,
  sessions: 0,
  linkExpiresAt: LINK.expiresAt,
};

function rig(t: TestContext, change: Partial<OperatorsPort> = {}): { readonly run: CliFixture['run']; readonly asked: unknown[] } {
  const asked: unknown[] = [];
  const note =
    <T>(what: string, value: T) =>
    async (...rest: unknown[]): Promise<{ readonly ok: true; readonly value: T }> => {
      asked.push([what, ...rest]);
      return ok(value);
    };
  const operators: OperatorsPort = {
    list: note('list', {
      version: 3,
      operators: [ADA, { ...ADA, name: 'bob', seenAt: '2026-11-22T10:00:00.000Z', sessions: 2, linkExpiresAt: null }],
    }),
    add: note('add', { operator: ADA, link: LINK }),
    change: note('change', ADA),
    remove: note('remove', ADA),
    link: note('link', LINK),
    endSessions: note('sign-out', 2),
    ...change,
  };
  const { run } = cliFixture(t, { ports: fakePorts(fakeAgents, { operators }) });
  return { run: (...argv) => run(...argv, '--data', '.'), asked };
}

test('the list says who is signed in and who has a link', async (t) => {
  const { code, stdout } = await rig(t).run('operators', 'list');
  assert.equal(code, EXIT.ok);
  assert.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/ {2,}/)),
    [
      ['OPERATOR', 'ROLE', 'GROUPS', 'AGENTS', 'SIGNED IN', 'LAST SEEN', 'LINK UNTIL'],
      ['ada', 'approver', 'lawyers', 'robot', 'no', 'never', '2026-11-22 11:00 UTC'],
      ['bob', 'approver', 'lawyers', 'robot', '2 times', '2026-11-22 10:00 UTC', '-'],
    ],
  );
});

test('an empty list says what to do', async (t) => {
  const { stdout } = await rig(t, { list: async () => ok({ version: 0, operators: [] }) }).run('operators', 'list');
  assert.match(stdout, /operators add NAME --role ROLE/);
});

test('whoever is added gets a link, which is printed with its time', async (t) => {
  const { run, asked } = rig(t);
  const { code, stdout } = await run('operators', 'add', 'ada', '--role', 'approver', '--group', 'lawyers', '--agent', 'robot');
  assert.equal(code, EXIT.ok);
  assert.equal(stdout, `ada was added, as approver.\nOnce, until 2026-11-22 11:00 UTC:\n${LINK.url}\n`);
  const input = { name: 'ada', role: 'approver', groups: ['lawyers'], agents: ['robot'], link: true };
  assert.deepEqual(asked, [['add', input, { isDryRun: false }]]);
});

test('what is changed is what was given, and nothing else', async (t) => {
  const { run, asked } = rig(t);
  await run('operators', 'change', 'ada', '--no-groups', '--dry-run');
  await run('operators', 'change', 'ada', '--role', 'admin', '--agent', 'a', '--agent', 'b');
  assert.deepEqual(asked, [
    ['change', 'ada', { groups: [], role: undefined, agents: undefined }, { isDryRun: true }],
    ['change', 'ada', { role: 'admin', groups: undefined, agents: ['a', 'b'] }, { isDryRun: false }],
  ]);
});

test('removing, signing out and links say what was done', async (t) => {
  const { run } = rig(t);
  assert.equal((await run('operators', 'remove', 'ada')).stdout, 'ada was removed.\n');
  assert.equal((await run('operators', 'sign-out', 'ada')).stdout, 'Signed out: 2.\n');
  assert.match((await run('operators', 'link', 'ada')).stdout, /#abc\n$/);
  assert.deepEqual(JSON.parse((await run('operators', 'link', 'ada', '--output', 'json')).stdout), LINK);
});

for (const [what, argv, said] of [
  ['no role', ['add', 'ada'], /--role/],
  ['a role that there is not', ['add', 'ada', '--role', 'king'], /role/],
  ['a name that is none', ['add', 'a b', '--role', 'viewer'], /name/],
  ['nothing to change', ['change', 'ada'], /Nothing to change/],
] as const)
  test(`${what} is refused before anybody is asked`, async (t) => {
    const { run, asked } = rig(t);
    const { code, stderr } = await run('operators', ...argv);
    assert.equal(code, EXIT.usage);
    assert.match(stderr, said);
    assert.deepEqual(asked, []);
  });

test('what the gateway refuses is said in its words', async (t) => {
  const { run } = rig(t, { remove: async () => fail({ code: 'last_admin', detail: "'ada' is the only admin." }) });
  const { code, stderr } = await run('operators', 'remove', 'ada');
  assert.notEqual(code, EXIT.ok);
  assert.match(stderr, /only admin/);
});
