// A route that offers search: one tool on the list, which finds the others by words; what it finds can be called. Both eras, a route with one server
// and one with several, two workers, a connection per request. It finds nothing that the agent could not call.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  at,
  LegacySession,
  lastDecision,
  modernCall,
  readRecords,
  repositoryRoot,
  startEchoServer,
  startGateway,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { EchoServer, Gateway, RpcAnswer } from '../harness/index.ts';

const STDIO_SERVER = join(repositoryRoot, 'test', 'harness', 'servers', 'stdio-server.ts');
const SAMPLES = 8;

const RULES = [
  { name: 'all', effect: 'allow', agents: ['*'], servers: ['tickets', 'taken', 'reviewed', 'stdio'] },
  { name: 'nothing-is-deleted', effect: 'deny', agents: ['*'], servers: ['*'], tools: ['delete_*'] },
];

let tickets: EchoServer;
let taken: EchoServer;
let reviewed: EchoServer;
let gateway: Gateway;
let key: string;

before(async () => {
  tickets = await startEchoServer({ tools: ['create_ticket', 'close_ticket', 'delete_ticket', 'list_users'] });
  taken = await startEchoServer({ tools: ['find_tools', 'paint_fence'] });
  reviewed = await startEchoServer({ tools: ['launch_rocket'] });
  gateway = await startGateway({
    config: testConfig({
      servers: {
        tickets: { url: tickets.url, discovery: 'search' },
        taken: { url: taken.url, discovery: 'search' },
        reviewed: { url: reviewed.url, trust: 'review', discovery: 'search' },
        stdio: { command: process.execPath, args: [STDIO_SERVER], discovery: 'search' },
        hidden: { url: tickets.url },
      },
      extra: {
        routes: { '/mcp': { discovery: 'search', waitMs: 30_000 } },
        policy: {
          rules: RULES,
          limits: { searches: { agents: ['limited-*'], counts: 'requests', rate: { calls: 6, periodMs: 86_400_000 } } },
        },
      },
    }),
  });
  key = await gateway.addAgent('ada');
});
after(async () => {
  await gateway?.stop();
  for (const server of [tickets, taken, reviewed]) await server?.close();
});

const all = (): string => `${gateway.origin}/mcp`;
const find = (url: string, query: string, tool = 'find_tools', more: object = {}): Promise<RpcAnswer> =>
  modernCall(url, 'tools/call', { name: tool, arguments: { query, ...more } }, { key });
/** Names of what was found, the best match first; the text says the same as the structure. */
function foundIn({ result, http }: RpcAnswer): readonly string[] {
  const structured = at(result, 'structuredContent');
  const tools = at(structured, 'tools');
  assert.ok(Array.isArray(tools), http.body);
  assert.deepEqual(JSON.parse(textAt(result, 'content', 0, 'text')), structured);
  for (const tool of tools) assert.equal(at(tool, 'inputSchema', 'type'), 'object', 'the whole definition is there');
  return tools.map((tool: unknown) => textAt(tool, 'name'));
}
const listed = (answer: RpcAnswer): readonly string[] => {
  const tools = at(answer.result, 'tools');
  return Array.isArray(tools) ? tools.map((tool: unknown) => textAt(tool, 'name')) : [];
};

test('one server: only the search is listed; it finds by words, and what it found is called by its name', async () => {
  const url = gateway.url('tickets');
  for (let sample = 0; sample < SAMPLES; sample++) {
    assert.deepEqual(listed(await modernCall(url, 'tools/list', {}, { key })), ['find_tools']);
    assert.deepEqual(foundIn(await find(url, 'create a ticket')).slice(0, 1), ['create_ticket']);
    const called = await modernCall(url, 'tools/call', { name: 'create_ticket', arguments: {} }, { key });
    assert.equal(textAt(called.result, 'content', 0, 'text'), 'create_ticket', called.http.body);
  }
  assert.deepEqual(foundIn(await find(url, 'ticket', 'find_tools', { limit: 1 })).length, 1);
  assert.deepEqual(foundIn(await find(url, 'nothing like it')), []);
});

test('several servers: names are those of the route', async () => {
  assert.deepEqual(listed(await modernCall(all(), 'tools/list', {}, { key })), ['find_tools']);
  for (let sample = 0; sample < SAMPLES; sample++) {
    assert.deepEqual(foundIn(await find(all(), 'users')).slice(0, 1), ['tickets__list_users']);
    assert.deepEqual(foundIn(await find(all(), 'fence')), ['taken__paint_fence']);
  }
  const called = await modernCall(all(), 'tools/call', { name: 'tickets__list_users', arguments: {} }, { key });
  assert.equal(textAt(called.result, 'content', 0, 'text'), 'list_users', called.http.body);
  assert.deepEqual(foundIn(await find(all(), 'pid process')).slice(0, 1), ['stdio__pid'], 'a server of the older era is searched too');
});

test('what may not be called is not found: by policy, unapproved, of a server that is not the agent’s, locked', async () => {
  assert.ok(!foundIn(await find(gateway.url('tickets'), 'delete ticket', 'find_tools', { limit: 50 })).includes('delete_ticket'));
  assert.deepEqual(foundIn(await find(gateway.url('reviewed'), 'launch rocket')), []);
  const everywhere = foundIn(await find(all(), 'ticket rocket', 'find_tools', { limit: 50 }));
  assert.deepEqual(
    everywhere.filter((name) => name.startsWith('hidden__') || name.includes('delete') || name.includes('rocket')),
    [],
  );
  assert.equal((await gateway.cli('tools', 'approve', 'reviewed', '--all')).code, 0);
  await until(async () => foundIn(await find(gateway.url('reviewed'), 'launch rocket')).length === 1, 'the approved tool to be found');
  assert.equal((await gateway.cli('lockdown', 'tool', 'tickets/create_ticket')).code, 0);
  for (let sample = 0; sample < SAMPLES; sample++)
    assert.ok(!foundIn(await find(gateway.url('tickets'), 'create ticket')).includes('create_ticket'));
  assert.equal((await gateway.cli('lockdown', 'lift', '--every')).code, 0);
  assert.ok(foundIn(await find(gateway.url('tickets'), 'create ticket')).includes('create_ticket'));
});

test('a server that has a tool of the same name keeps it', async () => {
  const url = gateway.url('taken');
  // Until its list has been read, nobody knows.
  await find(url, 'fence').catch(() => undefined);
  await until(async () => listed(await modernCall(url, 'tools/list', {}, { key }))[0] === 'sallyport__find_tools', 'the other name');
  assert.deepEqual(foundIn(await find(url, 'find', 'sallyport__find_tools')), ['find_tools']);
  const own = await modernCall(url, 'tools/call', { name: 'find_tools', arguments: {} }, { key });
  assert.equal(textAt(own.result, 'content', 0, 'text'), 'find_tools');
  assert.equal(taken.calls.get('find_tools'), 1);
});

for (const server of ['stdio', 'tickets'] as const)
  test(`in a session of an older revision, at a server of ${server === 'stdio' ? 'the same' : 'the newest'}`, async () => {
    const session = await LegacySession.open(gateway.url(server), { key });
    const list = await session.request('tools/list');
    assert.deepEqual(listed(list), ['find_tools']);
    assert.equal(at(list.result, 'resultType'), undefined);
    const name = server === 'stdio' ? 'pid' : 'close_ticket';
    const found = await session.request('tools/call', { name: 'find_tools', arguments: { query: name.replace('_', ' ') } });
    assert.deepEqual(foundIn(found).slice(0, 1), [name]);
    const called = await session.request('tools/call', { name, arguments: {} });
    assert.match(textAt(called.result, 'content', 0, 'text'), server === 'stdio' ? /^\d+$/ : /^close_ticket$/);
    const older = await LegacySession.open(gateway.url(server), { key, version: '2025-03-26' });
    if (older.version === '2025-03-26') {
      assert.equal(at((await older.request('tools/list')).result, 'tools', 0, 'outputSchema'), undefined);
      const plain = await older.request('tools/call', { name: 'find_tools', arguments: { query: name } });
      assert.equal(at(plain.result, 'structuredContent'), undefined);
      assert.match(textAt(plain.result, 'content', 0, 'text'), new RegExp(name));
    }
    await session.end();
    const ended = await session.request('tools/call', { name: 'find_tools', arguments: { query: name } });
    assert.equal(ended.http.status, 404);
  });

test('wrong arguments are told to the model; nothing is searched', async () => {
  const wrong: readonly object[] = [
    {},
    { query: '' },
    { query: 7 },
    { query: 'x', limit: 0 },
    { query: 'x', limit: 51 },
    { query: 'x', sort: 'a' },
  ];
  for (const args of wrong) {
    const { result, http } = await modernCall(gateway.url('tickets'), 'tools/call', { name: 'find_tools', arguments: args }, { key });
    assert.equal(at(result, 'isError'), true, http.body);
  }
});

test('a search is on record, and its words are not', async () => {
  await find(gateway.url('tickets'), 'zanzibar-canary ticket');
  const decision = lastDecision(gateway.dataFolder, 'ada', 'tickets');
  assert.equal(textAt(decision?.value, 'tool'), 'find_tools');
  assert.equal(textAt(decision?.value, 'verdict'), 'allow');
  assert.doesNotMatch(JSON.stringify(readRecords(gateway.dataFolder)), /zanzibar/);
  assert.doesNotMatch(gateway.logs(), /zanzibar/);
});

test('an agent without any right to a server finds nothing there, and is told so', async () => {
  const { http } = await modernCall(gateway.url('hidden'), 'tools/call', { name: 'find_tools', arguments: { query: 'ticket' } }, { key });
  assert.match(http.body, /isError|error/);
  assert.doesNotMatch(http.body, /create_ticket/);
});

test('limits count it, and the list that has it, on a route with several servers as on one', async () => {
  for (const [i, url] of [all(), gateway.url('tickets')].entries()) {
    const limited = await gateway.addAgent(`limited-${i}`);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        n % 2 === 0
          ? modernCall(url, 'tools/list', {}, { key: limited })
          : modernCall(url, 'tools/call', { name: 'find_tools', arguments: { query: 'ticket' } }, { key: limited }),
      ),
    );
    const refused = answers.filter(({ result, error }) => error !== undefined || at(result, 'isError') === true);
    assert.equal(refused.length, 6, url);
  }
});
