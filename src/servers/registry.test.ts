import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpSecrets, StdioDoor } from './doors.ts';
import { createServers } from './registry.ts';
import type { Readiness, Servers } from './registry.ts';
import type { ServerConfig } from './types.ts';
import { listenUpstream, sayJson, until } from './upstream.fixture.ts';

const HTTP: ServerConfig = {
  kind: 'http',
  name: 'remote',
  url: 'http://127.0.0.1:9/mcp',
  headers: {},
  tls: { minVersion: 'TLSv1.2' },
  trust: 'first-use',
};
const STDIO: ServerConfig = {
  kind: 'stdio',
  name: 'local',
  command: 'x',
  args: [],
  env: {},
  cwd: '/',
  processes: 'per-agent',
  trust: 'first-use',
};

interface Bed {
  readonly servers: Servers;
  readonly opened: string[];
  nowMs: number;
}

/** A registry whose stdio servers answer initialize as a legacy server does. */
function bed(answer: (line: string) => string | undefined = legacy, secrets?: HttpSecrets): Bed {
  const opened: string[] = [];
  const stdio: StdioDoor = {
    open: (server, events) => {
      opened.push(server);
      return {
        send: (line) => {
          const said = answer(Buffer.from(line).toString());
          setImmediate(() => (said === undefined ? events.onExit('It is gone.') : events.onLine(Buffer.from(said))));
        },
        pause: () => {},
        resume: () => {},
        close: () => {},
      };
    },
  };
  const state: Bed = {
    opened,
    nowMs: 1_000,
    servers: createServers({
      stdio,
      secrets: {
        fetch: () =>
          secrets === undefined
            ? Promise.reject(new Error("The value of 'Authorization' needs the environment variable TOKEN, which is not set."))
            : Promise.resolve(secrets),
      },
      nowMs: () => state.nowMs,
      connectTimeoutMs: 500,
      maxConnections: 1,
      maxQueued: 1,
      maxHeadBytes: 1_000,
      addressPolicy: 'any',
      onChange: () => {},
    }),
  };
  return state;
}

function legacy(line: string): string {
  const { method } = JSON.parse(line);
  return method === 'initialize'
    ? '{"jsonrpc":"2.0","id":"sallyport-probe","result":{"protocolVersion":"2025-11-25"}}'
    : '{"jsonrpc":"2.0","id":"sallyport-probe","error":{"code":-32601,"message":"?"}}';
}

const ready = (servers: Servers, name: string): Promise<Readiness> => new Promise((resolve) => servers.get(name)?.prepare(resolve));

test('a server whose secret cannot be read is out, with the reason; the others are not', async () => {
  const { servers } = bed();
  servers.update([HTTP, STDIO]);
  const [remote, local] = await Promise.all([ready(servers, 'remote'), ready(servers, 'local')]);
  assert.ok(remote.kind === 'failed');
  assert.match(remote.reason, /TOKEN/);
  assert.ok(local.kind === 'ready');
  assert.deepEqual(local.verdict.revisions, ['2025-11-25']);
});

test('many who wait for one server ask it once', async () => {
  const { servers, opened } = bed();
  servers.update([STDIO]);
  await Promise.all([ready(servers, 'local'), ready(servers, 'local'), ready(servers, 'local')]);
  assert.equal(opened.length, 2, 'one process for each of the two questions');
  await ready(servers, 'local');
  assert.equal(opened.length, 2);
});

test('a server that left the config before anything was known of it is not waited for', async () => {
  const { servers } = bed();
  servers.update([STDIO]);
  const left = servers.get('local');
  servers.update([]);
  const readiness = await new Promise<Readiness>((resolve) => left?.prepare(resolve));
  assert.equal(readiness.kind, 'failed');
});

test('a failure is forgotten soon, and a server that comes up is found', async () => {
  let up = false;
  const state = bed((line) => (up ? legacy(line) : undefined));
  state.servers.update([STDIO]);
  assert.equal((await ready(state.servers, 'local')).kind, 'failed');
  up = true;
  assert.equal((await ready(state.servers, 'local')).kind, 'failed', 'still believed');
  state.nowMs += 2_000;
  assert.equal((await ready(state.servers, 'local')).kind, 'ready');
});

test('a server that was reached keeps its verdict while it is asked again, and when it then fails', async () => {
  let up = true;
  const state = bed((line) => (up ? legacy(line) : undefined));
  state.servers.update([STDIO]);
  await ready(state.servers, 'local');
  up = false;
  state.nowMs += 24 * 3_600_000;
  assert.equal((await ready(state.servers, 'local')).kind, 'ready');
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(state.servers.get('local')?.readiness?.kind, 'ready');
});

test('an update keeps what did not change and closes what is gone', async () => {
  const { servers } = bed();
  servers.update([STDIO, HTTP]);
  const before = servers.get('local');
  servers.update([STDIO]);
  assert.equal(servers.get('local'), before);
  assert.equal(servers.get('remote'), undefined);
  servers.update([{ ...STDIO, args: ['-v'] }]);
  assert.notEqual(servers.get('local'), before);
});

test('a program that cannot be started is tried again after a growing pause, and says so', async () => {
  const state = bed(() => undefined);
  state.servers.update([STDIO]);
  const starts: number[] = [];
  for (const afterMs of [0, 1_000, 1_000, 1_000, 2_000, 3_000]) {
    state.nowMs += afterMs;
    await ready(state.servers, 'local');
    starts.push(state.opened.length / 2);
  }
  assert.deepEqual(starts, [1, 2, 2, 3, 3, 4]);
  const { readiness } = state.servers.get('local') ?? {};
  assert.ok(readiness?.kind === 'failed');
  assert.equal(readiness.reason, 'It is gone. (It failed 4 times in a row, and is tried again after 8 s.)');
});

test('a program that ends in silence is asked again behind the calls, and is out while that fails', async () => {
  let up = true;
  const state = bed((line) => (up ? legacy(line) : undefined));
  const now = (): Readiness | undefined => state.servers.get('local')?.readiness;
  state.servers.update([STDIO]);
  await ready(state.servers, 'local');
  up = false;
  state.servers.get('local')?.doubt();
  assert.equal(state.opened.length, 2, 'it has just been asked');
  state.nowMs += 10_000;
  state.servers.get('local')?.doubt();
  assert.equal((await ready(state.servers, 'local')).kind, 'ready', 'calls go on meanwhile');
  while (now()?.kind === 'ready') await new Promise((resolve) => setTimeout(resolve, 2));
  up = true;
  state.nowMs += 1_000;
  assert.equal((await ready(state.servers, 'local')).kind, 'ready');
});

test('a doubt that is not confirmed changes nothing', async () => {
  const state = bed();
  state.servers.update([STDIO]);
  await ready(state.servers, 'local');
  state.nowMs += 10_000;
  state.servers.get('local')?.doubt();
  while (state.opened.length < 4) await new Promise((resolve) => setTimeout(resolve, 2));
  assert.equal((await ready(state.servers, 'local')).kind, 'ready');
});

test('a legacy server that was upgraded is found when its verdict is old, or as soon as it contradicts it', async (t) => {
  let modern = false;
  const target = await listenUpstream(t, ({ body, response }) => {
    const { method } = JSON.parse(body === '' ? '{}' : body);
    const id = 'sallyport-probe';
    if (method === 'initialize' && !modern)
      return sayJson(response, 200, { jsonrpc: '2.0', id, result: { protocolVersion: '2025-11-25' } });
    if (method === 'server/discover' && modern)
      return sayJson(response, 200, { jsonrpc: '2.0', id, result: { supportedVersions: ['2026-07-28'] } });
    response.writeHead(400).end();
  });
  const state = bed(legacy, { headers: [], ca: undefined });
  t.after(() => state.servers.close());
  const revisions = async (): Promise<readonly string[]> => {
    const known = await ready(state.servers, 'remote');
    return known.kind === 'ready' ? known.verdict.revisions : [];
  };
  const becomes = async (revision: string): Promise<void> => {
    while (!(await revisions()).includes(revision)) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  state.servers.update([{ ...HTTP, url: `${target.origin}/mcp` }]);
  assert.deepEqual(await revisions(), ['2025-11-25']);
  modern = true;
  assert.deepEqual(await revisions(), ['2025-11-25'], 'still believed');
  state.nowMs += 5 * 60_000;
  await becomes('2026-07-28');
  modern = false;
  state.nowMs += 10_000;
  state.servers.get('remote')?.doubt();
  await becomes('2025-11-25');
});

test('who calls a server that has just come back is not refused by what was heard of it behind the calls', async (t) => {
  let isUp = false;
  let asked = 0;
  const held: (() => void)[] = [];
  let isHeld = false;
  const target = await listenUpstream(t, ({ body, response }) => {
    const { method } = JSON.parse(body === '' ? '{}' : body);
    asked += 1;
    const answer = (up: boolean): void =>
      up && method === 'server/discover'
        ? sayJson(response, 200, { jsonrpc: '2.0', id: 'sallyport-probe', result: { supportedVersions: ['2026-07-28'] } })
        : void response.writeHead(502).end();
    const wasUp = isUp;
    if (isHeld) held.push(() => answer(wasUp));
    else answer(isUp);
  });
  const state = bed(legacy, { headers: [], ca: undefined });
  t.after(() => state.servers.close());
  state.servers.update([{ ...HTTP, url: `${target.origin}/mcp` }]);
  assert.equal((await ready(state.servers, 'remote')).kind, 'failed');
  const remote = state.servers.get('remote');

  // It was asked, and has said no; nothing is believed of that when somebody calls at once.
  state.nowMs += 10_000;
  const before = asked;
  const failed = remote?.readiness;
  remote?.doubt();
  await until(() => remote?.readiness !== failed);
  assert.ok(asked > before);
  isUp = true;
  assert.equal((await ready(state.servers, 'remote')).kind, 'ready');

  // And the same while it is being asked.
  isUp = false;
  state.servers.update([]);
  state.servers.update([{ ...HTTP, url: `${target.origin}/mcp` }]);
  assert.equal((await ready(state.servers, 'remote')).kind, 'failed');
  state.nowMs += 10_000;
  isHeld = true;
  state.servers.get('remote')?.doubt();
  await until(() => held.length > 0);
  isUp = true;
  isHeld = false;
  const waited = ready(state.servers, 'remote');
  for (const say of held.splice(0)) say();
  assert.equal((await waited).kind, 'ready');
});
