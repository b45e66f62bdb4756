// The admin API over a real socket: what the client asks arrives at the ports and comes back, what is wrong is refused in the words of
// the table, and nobody but the owner can open the socket.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync, readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { compileAgents, DEFAULT_TENANT } from '../agents/index.ts';
import { fail, GatewayError, ok } from '../base/index.ts';
import { openStore } from '../cluster/index.ts';
import type { Store } from '../cluster/index.ts';
import type { Log } from '../telemetry/index.ts';
import { fakeKeeper } from './acts.fixture.ts';
import { createAdminClient, createAgentPagesPort, createAdminServer, createAgentsPort } from './index.ts';
import type { AdminPorts, AgentsPort, ConfigStatus, GatewayPorts, GatewayStatus, PolicyPages, RecordPages, ServerStatus } from './index.ts';

const NOW = new Date('2026-11-22T10:00:00.000Z');

const CONFIG: ConfigStatus = {
  file: '/etc/sallyport.yaml',
  revision: 7,
  digest: 'ab'.repeat(32),
  loadedAt: NOW.toISOString(),
  refusal: null,
  warnings: [],
};

const STATUS: GatewayStatus = {
  version: '0.1.0',
  pid: 4711,
  startedAt: NOW.toISOString(),
  dataFolder: '/var/lib/sallyport',
  ready: true,
  listeners: [{ name: 'main', url: 'http://127.0.0.1:7625' }],
  agents: 2,
  servers: 1,
  config: CONFIG,
  workers: [{ slot: 0, pid: 4712, state: 'serving', startedAt: NOW.toISOString(), revision: 7 }],
};

const SERVER: ServerStatus = {
  name: 'files',
  kind: 'stdio',
  target: 'node server.js',
  state: 'failed',
  eras: [],
  revisions: [],
  transport: null,
  problem: 'It ended with code 1. Check the command.',
  checkedAt: NOW.toISOString(),
  holds: { sessions: 0, bridgeSessions: 0, parkedRounds: 0, processes: 0 },
};

/** What no test here asks for. */
const UNASKED = {} as PolicyPages & RecordPages;

function fakePorts(agents: AgentsPort, change: Partial<GatewayPorts> = {}): GatewayPorts {
  return {
    ...UNASKED,
    acts: { record: nothing },
    agents,
    agentPages: { list: nothing, read: nothing },
    operators: { list: nothing, add: nothing, change: nothing, remove: nothing, link: nothing, endSessions: nothing },
    sessions: { identify: nothing, signIn: nothing, read: nothing, signOut: nothing },
    status: async () => ok(STATUS),
    servers: async () => ok([SERVER]),
    reload: async () => ok(CONFIG),
    limits: async () => ok({ limits: [] }),
    policy: { explain: nothing, argumentTypes: nothing, world: nothing },
    approvals: { list: async () => ok([]), read: nothing, decide: nothing },
    holds: { list: async () => ok([]), add: nothing, lift: nothing },
    vault: { list: async () => ok([]), request: nothing, decide: nothing, open: nothing },
    checkpoints: { read: nothing, accept: nothing },
    removeOld: nothing,
    lockdown: { read: nothing, lock: nothing, lift: nothing },
    overview: { read: nothing, capacity: nothing, server: nothing, probe: nothing },
    subjects: {
      find: async () => ok({ pseudonym: null }),
      whois: async () => ok({ tenant: 'default', kind: 'agent', name: 'builder' }),
      erase: async () => ok({ pseudonym: `sub_${'0'.repeat(24)}`, months: 1, workers: 1, confirmed: 1, silent: [] }),
      match: async () => ok({ macs: [] }),
    },
    flow: { read: async () => ok({ fault: null, hidden: false, agents: [] }), clear: async () => ok({ cleared: false }) },
    catalogue: {
      withheld: async () => ok({ faults: [], counts: [], withheld: [], omitted: 0 }),
      approved: async (server) => ok({ server, fault: null, approved: [] }),
      lookAlikes: async () => ok({ lookAlikes: [], packages: [] }),
      decide: async () => ok({ decided: [] }),
    },
    ...change,
  };
}

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, with: () => silent, enabled: () => false };

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-admin-'));
  t.after(() => {
    process.seteuid?.(process.getuid?.() ?? 0);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

function countingBytes(): (count: number) => Uint8Array {
  let next = 0;
  return (count) => new Uint8Array(count).fill(++next);
}

function agentsOn(store: Store, changed: () => Promise<void> = async () => {}): AgentsPort {
  return createAgentsPort({ store, tenant: DEFAULT_TENANT, randomBytes: countingBytes(), now: () => NOW, changed });
}

interface Started {
  readonly client: AdminPorts;
  readonly store: Store;
  readonly socketPath: string;
}

async function start(t: TestContext, change: Partial<GatewayPorts> = {}, changed?: () => Promise<void>): Promise<Started> {
  const folder = folderFor(t);
  const store = openStore(folder);
  const socketPath = join(folder, 'run', 'admin.sock');
  const server = await createAdminServer({
    socketPath,
    ports: fakePorts(agentsOn(store, changed), { agentPages: createAgentPagesPort(() => store, DEFAULT_TENANT), ...change }),
    keeper: fakeKeeper(),
    log: silent,
  });
  t.after(async () => {
    await server.close();
    await store.close();
  });
  return { client: createAdminClient(socketPath), store, socketPath };
}

test('an agent added through the API has a key that authenticates it, shown once and stored only as a digest', async (t) => {
  const { client, store } = await start(t);
  const added = await client.agents.add({
    name: 'billing',
    groups: ['eu'],
    attributes: { team: 'a' },
    priority: 'interactive',
    key: { label: 'laptop', expiresAt: null },
  });
  assert.ok(added.ok);
  const text = added.value.key?.text ?? '';
  const { agents } = await store.agentsShard();
  assert.equal(compileAgents(agents).authenticate(`Bearer ${text}`, NOW.getTime())?.agent, 'billing');
  assert.ok(!JSON.stringify([agents, await client.agents.list()]).includes(text.slice(4)));
  assert.deepEqual(await client.agents.list(), {
    ok: true,
    value: {
      version: 1,
      agents: [
        {
          name: 'billing',
          groups: ['eu'],
          attributes: { team: 'a' },
          priority: 'interactive',
          keys: [{ id: added.value.key?.id, label: 'laptop', createdAt: NOW.toISOString(), expiresAt: null }],
        },
      ],
    },
  });
});

test('agents are changed, given further keys, revoked and removed', async (t) => {
  const { client } = await start(t);
  await client.agents.add({ name: 'a', groups: [], attributes: {}, priority: 'interactive', key: null });
  assert.deepEqual(await client.agents.change('a', { groups: ['g'] }), {
    ok: true,
    value: { name: 'a', groups: ['g'], attributes: {}, priority: 'interactive', keys: [] },
  });
  const first = await client.agents.addKey('a', { label: '1', expiresAt: null });
  const second = await client.agents.addKey('a', { label: '2', expiresAt: '2026-12-01T00:00:00.000Z' });
  assert.ok(first.ok && second.ok);
  assert.notEqual(first.value.text, second.value.text);
  assert.deepEqual(await client.agents.revokeKeys('a', first.value.id), { ok: true, value: [first.value.id] });
  assert.deepEqual(await client.agents.revokeKeys('a', undefined), { ok: true, value: [second.value.id] });
  assert.equal((await client.agents.remove('a')).ok, true);
  assert.deepEqual(await client.agents.list(), { ok: true, value: { version: 7, agents: [] } });
});

test('a change is answered only after everyone who must know of it knows', async (t) => {
  const order: string[] = [];
  const { client } = await start(t, {}, async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    order.push('published');
  });
  await client.agents.add({ name: 'a', groups: [], attributes: {}, priority: 'interactive', key: null });
  order.push('answered');
  assert.deepEqual(order, ['published', 'answered']);
});

test('a stale version is refused and nothing changes', async (t) => {
  const { client } = await start(t);
  await client.agents.add({ name: 'a', groups: [], attributes: {}, priority: 'interactive', key: null }, { expectedVersion: 0 });
  const stale = await client.agents.remove('a', { expectedVersion: 0 });
  assert.equal(!stale.ok && stale.error.code, 'version_changed');
  assert.equal((await client.agents.remove('a', { expectedVersion: 1 })).ok, true);
});

test('status, servers and reload come as the gateway gives them', async (t) => {
  const { client } = await start(t);
  assert.deepEqual(await client.status(), { ok: true, value: STATUS });
  assert.deepEqual(await client.servers(), { ok: true, value: [SERVER] });
  assert.deepEqual(await client.reload(), { ok: true, value: CONFIG });
});

test('a refused config arrives with its places', async (t) => {
  const problems = [
    { severity: 'error', file: 'sallyport.yaml', line: 3, column: 5, path: 'servers', message: 'No.', fix: 'Yes.' },
  ] as const;
  const { client } = await start(t, { reload: async () => fail({ code: 'config_refused', detail: 'One problem.', problems }) });
  assert.deepEqual(await client.reload(), { ok: false, error: { code: 'config_refused', detail: 'One problem.', problems } });
});

test('the text of an unexpected fault stays inside', async (t) => {
  const { client } = await start(t, {
    status: async () => {
      throw new Error('/secret/path is broken');
    },
  });
  const answer = await client.status();
  assert.ok(!answer.ok && answer.error.code === 'internal');
  assert.ok(!answer.error.detail.includes('secret'));
});

test('keys that have expired give up their place to new ones', async (t) => {
  const store = openStore(folderFor(t));
  t.after(() => store.close());
  let now = NOW;
  const agents = createAgentsPort({ store, tenant: DEFAULT_TENANT, randomBytes: countingBytes(), now: () => now, changed: async () => {} });
  await agents.add({ name: 'a', groups: [], attributes: {}, priority: 'interactive', key: null });
  for (let i = 0; i < 64; i++) await agents.addKey('a', { label: '', expiresAt: i < 3 ? '2026-11-23T00:00:00.000Z' : null });
  assert.equal((await agents.addKey('a', { label: '', expiresAt: null })).ok, false);
  now = new Date('2026-11-24T00:00:00.000Z');
  assert.equal((await agents.addKey('a', { label: '', expiresAt: null })).ok, true);
  const listed = await agents.list();
  assert.equal(listed.ok && listed.value.agents[0]?.keys.length, 62);
});

const refusals: readonly { name: string; act: (agents: AgentsPort) => Promise<unknown>; code: string }[] = [
  {
    name: 'a second agent of one name',
    act: (agents) => agents.add({ name: 'a', groups: [], attributes: {}, priority: 'interactive', key: null }),
    code: 'agent_exists',
  },
  { name: 'an unknown agent', act: (agents) => agents.addKey('b', { label: '', expiresAt: null }), code: 'agent_unknown' },
  { name: 'an unknown key', act: (agents) => agents.revokeKeys('a', 'key_0000000000000000'), code: 'key_unknown' },
  {
    name: 'a key that has expired before it begins',
    act: (agents) => agents.addKey('a', { label: '', expiresAt: NOW.toISOString() }),
    code: 'malformed',
  },
  { name: 'a name with a slash', act: (agents) => agents.remove('a/keys'), code: 'malformed' },
  { name: 'a name that climbs', act: (agents) => agents.remove('..'), code: 'malformed' },
  { name: 'an empty name', act: (agents) => agents.remove(''), code: 'malformed' },
  {
    name: 'a new name with a glob in it',
    act: (agents) => agents.add({ name: 'a*', groups: [], attributes: {}, priority: 'interactive', key: null }),
    code: 'malformed',
  },
  {
    name: 'a key too many',
    act: async (agents) => {
      for (let i = 0; i < 64; i++) await agents.addKey('a', { label: '', expiresAt: null });
      return agents.addKey('a', { label: '', expiresAt: null });
    },
    code: 'too_many_keys',
  },
];
for (const { name, act, code } of refusals) {
  test(`refuses ${name}`, async (t) => {
    const { client } = await start(t);
    await client.agents.add({ name: 'a', groups: [], attributes: {}, priority: 'interactive', key: null });
    const answer = (await act(client.agents)) as { ok: boolean; error?: { code: string } };
    assert.equal(answer.ok, false);
    assert.equal(answer.error?.code, code);
  });
}

interface Raw {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

async function raw(
  socketPath: string,
  { method = 'GET', path, headers, body }: Raw,
): Promise<{ status: number; type: string; body: unknown }> {
  const authorization = `Bearer ${readFileSync(`${socketPath}.token`, 'utf8')}`;
  const sent = request({ socketPath, method, path, headers: { authorization, ...headers }, agent: false });
  sent.on('error', () => {}); // An oversized body may be cut while it is still being sent.
  sent.end(body);
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, type: response.headers['content-type'], body: JSON.parse(text) };
}

const json = { 'content-type': 'application/json' };
const rawRefusals: readonly (Raw & { name: string; status: number; code: string })[] = [
  { name: 'a wrong token', path: '/api/v1/status', headers: { authorization: 'Bearer x' }, status: 401, code: 'unauthorized' },
  { name: 'no token', path: '/api/v1/status', headers: { authorization: '' }, status: 401, code: 'unauthorized' },
  { name: 'a path outside the prefix', path: '/status', status: 404, code: 'endpoint_unknown' },
  { name: 'another version of the API', path: '/api/v2/status', status: 404, code: 'endpoint_unknown' },
  { name: 'a path below an endpoint', path: '/api/v1/status/x', status: 404, code: 'endpoint_unknown' },
  { name: 'a method the endpoint lacks', method: 'PUT', path: '/api/v1/agents', status: 405, code: 'method_not_allowed' },
  { name: 'a body that is not JSON', method: 'POST', path: '/api/v1/agents', headers: json, body: '{', status: 400, code: 'malformed' },
  {
    name: 'a body of another type',
    method: 'POST',
    path: '/api/v1/agents',
    headers: { 'content-type': 'text/plain' },
    body: '{}',
    status: 415,
    code: 'media_type',
  },
  {
    name: 'an unknown member',
    method: 'POST',
    path: '/api/v1/agents',
    headers: json,
    body: '{"name":"x","admin":true}',
    status: 400,
    code: 'malformed',
  },
  { name: 'a body where none belongs', method: 'POST', path: '/api/v1/reload', headers: json, body: '{}', status: 400, code: 'malformed' },
  {
    name: 'a huge body',
    method: 'POST',
    path: '/api/v1/agents',
    headers: json,
    body: 'x'.repeat(1024 * 1024 + 1),
    status: 413,
    code: 'body_too_large',
  },
  {
    name: 'an ETag that is none',
    method: 'DELETE',
    path: '/api/v1/agents/a',
    headers: { 'if-match': 'W/"1"' },
    status: 400,
    code: 'malformed',
  },
  { name: 'an escaped name', method: 'DELETE', path: '/api/v1/agents/%2e%2e', status: 400, code: 'malformed' },
];
for (const { name, status, code, ...sent } of rawRefusals) {
  test(`refuses ${name} with ${status}`, async (t) => {
    const { socketPath } = await start(t);
    const answer = await raw(socketPath, sent);
    assert.equal(answer.status, status);
    assert.equal(answer.type, 'application/problem+json');
    assert.equal((answer.body as { code: string }).code, code);
    assert.equal((answer.body as { type: string }).type, `urn:sallyport:problem:${code}`);
  });
}

test('an answer that is not as the contract says is refused, not guessed at', async (t) => {
  const { client } = await start(t, { status: async () => ({ ok: true, value: { ...STATUS, pid: 'four' } as never }) });
  const answer = await client.status();
  assert.ok(!answer.ok && answer.error.code === 'gateway_unreadable');
});

test('what was given up before it was read is not done', async (t) => {
  let done = 0;
  const { socketPath } = await start(t, {
    reload: async () => {
      done++;
      return ok(CONFIG);
    },
  });
  const head = `POST /api/v1/reload HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${readFileSync(`${socketPath}.token`, 'utf8')}\r\ncontent-length: 0\r\n\r\n`;
  // Written, and closed, before the server has had a turn to read it.
  const socket = connect(socketPath, () => socket.write(head, () => socket.destroy()));
  await once(socket, 'close');
  assert.equal((await raw(socketPath, { path: '/api/v1/status' })).status, 200, 'others are answered');
  assert.equal(done, 0);
  assert.equal((await raw(socketPath, { method: 'POST', path: '/api/v1/reload' })).status, 200);
  assert.equal(done, 1, 'one that waits is done');
});

test('a change to which no answer comes may have been done, and is not called a gateway that is away', async (t) => {
  const socketPath = join(folderFor(t), 'run', 'admin.sock');
  mkdirSync(join(socketPath, '..'), { mode: 0o700 });
  writeFileSync(`${socketPath}.token`, 'x');
  const server = createServer((asked) => asked.socket.destroy());
  server.listen(socketPath);
  await once(server, 'listening');
  t.after(() => server.close());
  const client = createAdminClient(socketPath);
  const change = await client.agents.remove('ada', undefined);
  assert.ok(!change.ok && change.error.code === 'outcome_unknown');
  assert.match(change.error.detail, /It may have been done: .* Look with 'sallyport agents list' before/);
  const question = await client.status();
  assert.ok(!question.ok && question.error.code === 'gateway_unreadable');
});

test('only the owner can reach the socket', async (t) => {
  const { socketPath } = await start(t);
  assert.equal(statSync(socketPath).mode & 0o777, 0o600);
  assert.equal(statSync(join(socketPath, '..')).mode & 0o777, 0o700);
});

test('a folder that others can enter is refused', async (t) => {
  const folder = join(folderFor(t), 'run');
  mkdirSync(folder, { mode: 0o755 });
  const starting = createAdminServer({
    socketPath: join(folder, 'admin.sock'),
    ports: fakePorts(noAgents),
    keeper: fakeKeeper(),
    log: silent,
  });
  await assert.rejects(starting, (error) => error instanceof GatewayError && /chmod 700/.test(error.message));
});

test('the socket of a process that was killed is replaced', async (t) => {
  const socketPath = join(folderFor(t), 'run', 'admin.sock');
  mkdirSync(join(socketPath, '..'), { mode: 0o700 });
  const script = `require('net').createServer().listen(${JSON.stringify(socketPath)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', script]), 'exit');
  assert.ok(existsSync(socketPath));
  const server = await createAdminServer({ socketPath, ports: fakePorts(noAgents), keeper: fakeKeeper(), log: silent });
  assert.equal((await createAdminClient(socketPath).status()).ok, true);
  await server.close();
  assert.ok(!existsSync(socketPath));
});

test('the socket of a running gateway is left alone', async (t) => {
  const { socketPath, client } = await start(t);
  const second = createAdminServer({ socketPath, ports: fakePorts(noAgents), keeper: fakeKeeper(), log: silent });
  await assert.rejects(second, (error) => error instanceof GatewayError && /Another gateway is running/.test(error.message));
  assert.equal((await client.status()).ok, true);
});

test('a file that is no socket is left alone', async (t) => {
  const socketPath = join(folderFor(t), 'run', 'admin.sock');
  mkdirSync(join(socketPath, '..'), { mode: 0o700 });
  writeFileSync(socketPath, 'precious');
  await assert.rejects(createAdminServer({ socketPath, ports: fakePorts(noAgents), keeper: fakeKeeper(), log: silent }), /is not a socket/);
  assert.ok(existsSync(socketPath));
});

for (const depth of [2, 12]) {
  test(`a data folder ${depth} long names deep works, and its socket is removed at the end`, async (t) => {
    const folder = join(folderFor(t), ...Array.from({ length: depth }, () => 'a-folder-with-a-rather-long-name'));
    const socketPath = join(folder, 'run', 'admin.sock');
    const client = createAdminClient(socketPath);
    const before = await client.status();
    assert.ok(!before.ok && before.error.code === 'gateway_not_running');
    const server = await createAdminServer({ socketPath, ports: fakePorts(noAgents), keeper: fakeKeeper(), log: silent });
    assert.deepEqual(await client.status(), { ok: true, value: STATUS });
    assert.ok(statSync(socketPath).isSocket());
    await server.close();
    assert.ok(!existsSync(socketPath));
    const after = await client.status();
    assert.ok(!after.ok && after.error.code === 'gateway_not_running');
  });
}

test('a socket that this user may not open is not taken for a gateway that does not run', async (t) => {
  const { client, socketPath } = await start(t);
  chmodSync(join(socketPath, '..'), 0o000);
  actAsNobody(t);
  const answer = await client.status();
  assert.ok(!answer.ok && answer.error.code === 'data_forbidden');
  assert.match(answer.error.detail, /may not be opened by this user/);
});

/** Root may open everything: it takes off its rights until the test ends. */
function actAsNobody(t: TestContext): void {
  if (process.geteuid?.() !== 0) return;
  process.seteuid?.(65_534);
  t.after(() => process.seteuid?.(0));
}

const nothing = async (): Promise<never> => {
  throw new Error('not asked for in this test');
};
const noAgents: AgentsPort = { list: nothing, add: nothing, change: nothing, remove: nothing, addKey: nothing, revokeKeys: nothing };
