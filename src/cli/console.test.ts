import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { test } from 'node:test';
import type { AdminPorts, OperatorsPort, OperatorView } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import { fakeAgents, fakePorts } from './admin.fixture.ts';
import { cliFixture } from './cli.fixture.ts';
import { renderConsole } from './index.ts';

const USER = userInfo().username;
const EXPIRES = '2026-11-23T10:00:00.000Z';
const operator = (name: string): OperatorView => ({
  name,
  role: 'admin',
  groups: [],
  agents: [],
  createdAt: EXPIRES,
  seenAt: null,
  sessions: 0,
  linkExpiresAt: null,
});

/** A gateway with these operators; what is done is noted down. */
function gatewayWith(names: readonly string[], done: string[], change: Partial<OperatorsPort> = {}): AdminPorts {
  const nothing = async (): Promise<never> => {
    throw new Error('not asked for in this test');
  };
  return fakePorts(fakeAgents, {
    operators: {
      list: async () => ok({ version: 1, operators: names.map(operator) }),
      add: async ({ name, role, link }) => {
        done.push(`add ${name} ${role} ${link}`);
        return ok({ operator: operator(name), link: null });
      },
      link: async (name) => {
        done.push(`link ${name}`);
        return ok({ url: `http://127.0.0.1:7630/sign-in#${name}`, expiresAt: EXPIRES });
      },
      change: nothing,
      remove: nothing,
      endSessions: nothing,
      ...change,
    },
  });
}

test('whoever is an operator gets a link', async (t) => {
  const done: string[] = [];
  const { run } = cliFixture(t, { ports: gatewayWith([USER, 'ada'], done) });
  const { code, stdout } = await run('console', '--data', '.');
  assert.equal(code, 0);
  assert.equal(stdout, `http://127.0.0.1:7630/sign-in#${USER}\n\nIt signs in ${USER}, once, until ${EXPIRES}.\n`);
  assert.deepEqual(done, [`link ${USER}`]);
});

test('the first becomes an admin, and then gets one', async (t) => {
  const done: string[] = [];
  const { run } = cliFixture(t, { ports: gatewayWith([], done) });
  const { code, stdout } = await run('console', '--data', '.', '--output', 'json');
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), { operator: USER, url: `http://127.0.0.1:7630/sign-in#${USER}`, expiresAt: EXPIRES });
  assert.deepEqual(done, [`add ${USER} admin false`, `link ${USER}`]);
});

test('another may be named, and one that there is not is no new one', async (t) => {
  const done: string[] = [];
  const { run } = cliFixture(t, { ports: gatewayWith(['ada'], done) });
  assert.match((await run('console', '--operator', 'ada', '--data', '.')).stdout, /#ada\n/);
  for (const words of [['--operator', 'eve'], []]) {
    const { code, stderr } = await run('console', ...words, '--data', '.');
    assert.equal(code, 1);
    assert.match(stderr, /There is no operator called \S+\.\s+There are: ada\. Name one with --operator/);
  }
  const none = cliFixture(t, { ports: gatewayWith([], done) });
  assert.equal((await none.run('console', '--operator', 'eve', '--data', '.')).code, 1);
  assert.deepEqual(done, ['link ada']);
});

test('where there is no console, it says so', async (t) => {
  const off = async () => fail({ code: 'console_off', detail: 'Switch it on: admin.listen.' } as const);
  const { run } = cliFixture(t, { ports: gatewayWith([USER], [], { link: off }) });
  const { code, stderr } = await run('console', '--data', '.');
  assert.equal(code, 1);
  assert.match(stderr, /Switch it on: admin\.listen\./);
});

test('what is printed at the start has the link on a line of its own, where there is one', () => {
  assert.match(
    renderConsole('http://127.0.0.1:7630', undefined),
    /^The console is at http:\/\/127\.0\.0\.1:7630\. [^\n]*\nsallyport console\n$/,
  );
  assert.match(renderConsole('http://127.0.0.1:7630', undefined, 'npx sallyport console'), /\nnpx sallyport console\n$/);
  const [, link] = renderConsole('http://127.0.0.1:7630', 'http://127.0.0.1:7630/sign-in#abc').split('\n');
  assert.equal(link, 'http://127.0.0.1:7630/sign-in#abc');
});
