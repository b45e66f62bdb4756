// A key that is revoked ends there and then: on every worker, for the next call and for what is open. Everybody else's streams live on.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  ALLOW_ALL,
  at,
  callOnce,
  numbered,
  LegacySession,
  modernStream,
  readWorkers,
  readStatus,
  repositoryRoot,
  startEchoServer,
  startGateway,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { EchoServer, Gateway, HttpStream } from '../harness/index.ts';

const STDIO_SERVER = join(repositoryRoot, 'test', 'harness', 'servers', 'stdio-server.ts');
/** Enough that both workers are asked, whichever the kernel chooses. */
const SAMPLES = 12;

let echo: EchoServer;
let gateway: Gateway;

before(async () => {
  echo = await startEchoServer({
    tools: [
      ...['revoke-victim', 'revoke-witness', 'remove-victim', 'remove-witness', 'first-key', 'second-key', 'policy', 'removed'].flatMap(
        (what) => [1, 2, 3, 4].map((number) => `hold-${what}-${number}`),
      ),
      ...['revoke', 'remove'].flatMap((how) => [`witness-${how}`, ...numbered(`after-${how}`, SAMPLES)]),
      'first-key',
      'second-key',
      'allowed-again',
      ...numbered('first', 40),
    ],
  });
  gateway = await startGateway({ config: config([ALLOW_ALL]) });
  // Until a worker knows the server, it hands calls on; then each worker holds its own.
  const call = callOnce(gateway.url('echo'), await gateway.addAgent('first'));
  for (const tool of numbered('first', 40)) assert.equal(await call(tool), true);
});
after(async () => {
  await gateway?.stop();
  await echo?.close();
});

/** Everything an agent can have open at once, several of each, so that both workers hold some. */
interface Opened {
  readonly streams: readonly HttpStream[];
  /** Settles with what came of calls that were under way. */
  readonly calls: readonly Promise<unknown>[];
  readonly session: LegacySession;
}

for (const how of ['revoke', 'remove'] as const) {
  test(`'agents ${how}': the next call is refused everywhere and what is open is cut, for this agent only`, async () => {
    const [name, other] = [`${how}d-agent`, `${how}-witness`];
    const [key, otherKey] = [await gateway.addAgent(name), await gateway.addAgent(other)];
    const victim = await openEverything(key, `hold-${how}-victim`);
    const witness = await openEverything(otherKey, `hold-${how}-witness`);

    const done = await gateway.cli('agents', how, name);
    assert.equal(done.code, 0, done.stderr);
    // The command returns when every worker has taken it over: no wait here.
    const call = callOnce(gateway.url('echo'), key);
    for (let sample = 0; sample < SAMPLES; sample++) assert.match(String(await call(`after-${how}-${sample}`)), /^401 /);
    for (const stream of victim.streams) assert.equal(await endOf(stream), 'ended');
    for (const result of await Promise.all(victim.calls)) assert.match(String(result), /ECONNRESET|socket hang up|aborted/);
    assert.equal((await victim.session.request('ping')).http.status, 401);

    echo.release();
    for (const result of await Promise.all(witness.calls)) assert.equal(result, true, 'calls of others are answered');
    await announces(witness);
    for (const stream of witness.streams) stream.close();
    assert.equal(await callOnce(gateway.url('echo'), otherKey)(`witness-${how}`), true);
  });
}

test('one of two keys is revoked: only what was opened with it ends', async () => {
  const first = await gateway.addAgent('two-keys');
  const added = await gateway.cli('agents', 'key', 'two-keys', '--output', 'json');
  const second = textAt(JSON.parse(added.stdout || 'null'), 'text') || textAt(JSON.parse(added.stdout || 'null'), 'key');
  assert.match(second, /^spk_/, added.stdout + added.stderr);
  const opened = await openEverything(first, 'hold-first-key');
  const kept = await openEverything(second, 'hold-second-key');
  const listed = JSON.parse((await gateway.cli('agents', 'list', '--output', 'json')).stdout);
  const agents: unknown = Array.isArray(listed) ? listed : at(listed, 'agents');
  const agent: unknown = Array.isArray(agents) ? agents.find((one: unknown) => at(one, 'name') === 'two-keys') : undefined;
  const revoked = await gateway.cli('agents', 'revoke', 'two-keys', '--key', textAt(agent, 'keys', 0, 'id'));
  assert.equal(revoked.code, 0, revoked.stderr);
  for (const stream of opened.streams) assert.equal(await endOf(stream), 'ended');
  await Promise.all(opened.calls);
  echo.release();
  for (const result of await Promise.all(kept.calls)) assert.equal(result, true);
  await announces(kept);
  for (const stream of kept.streams) stream.close();
  assert.match(String(await callOnce(gateway.url('echo'), first)('first-key')), /^401 /);
  assert.equal(await callOnce(gateway.url('echo'), second)('second-key'), true);
});

test('a policy that takes access away closes what is open, and leaves what it still allows', async () => {
  const key = await gateway.addAgent('walker');
  const opened = await openEverything(key, 'hold-policy');
  await reload([{ name: 'stdio-only', effect: 'allow', agents: ['*'], servers: ['stdio'] }]);
  const [listen, legacy] = [opened.streams.slice(0, -1), opened.streams.slice(-1)];
  for (const stream of listen) assert.equal(await endOf(stream), 'ended');
  for (const result of await Promise.all(opened.calls)) assert.notEqual(result, true);
  await announces({ ...opened, streams: legacy });
  for (const stream of legacy) stream.close();
  await reload([ALLOW_ALL]);
  assert.equal(await callOnce(gateway.url('echo'), key)('allowed-again'), true);
});

test('a server that is taken out of the config: its streams end, its process too', async () => {
  const key = await gateway.addAgent('last');
  const opened = await openEverything(key, 'hold-removed');
  await reload([ALLOW_ALL], { echo: { url: echo.url } });
  assert.equal(await endOf(opened.streams.at(-1)), 'ended');
  assert.equal((await opened.session.request('ping')).http.status, 404);
  echo.release();
  for (const result of await Promise.all(opened.calls)) assert.equal(result, true, 'calls to the others are answered');
  for (const stream of opened.streams) stream.close();
});

async function openEverything(key: string, tool: string): Promise<Opened> {
  const call = callOnce(gateway.url('echo'), key);
  const calls = [1, 2, 3, 4].map((number) => call(`${tool}-${number}`).catch(String));
  for (const number of [1, 2, 3, 4]) await echo.called(`${tool}-${number}`);
  const listens = await Promise.all(
    [1, 2, 3].map(() => modernStream(gateway.url('echo'), 'subscriptions/listen', { notifications: {} }, { key })),
  );
  for (const stream of listens) assert.notEqual(await stream.next(), undefined, 'the stream is open');
  const session = await LegacySession.open(gateway.url('stdio'), { key });
  const legacy = await session.listen();
  assert.equal(legacy.status, 200);
  return { streams: [...listens, legacy], calls, session };
}

/** The last stream is a session's: what its server says still arrives there. */
async function announces({ streams, session }: Opened): Promise<void> {
  await session.request('tools/call', { name: 'announce', arguments: {} });
  const event = await streams.at(-1)?.next();
  assert.equal(at(event?.json, 'method'), 'notifications/tools/list_changed');
}

/** Reads to the end, however it comes; the stream gives up by itself long before the test does. */
async function endOf(stream: HttpStream | undefined): Promise<string> {
  for (let events = 0; events < 100; events++) if ((await stream?.next()) === undefined) return 'ended';
  return 'went on';
}

function config(
  rules: readonly object[],
  servers: Readonly<Record<string, object>> = { echo: { url: echo.url }, stdio: { command: process.execPath, args: [STDIO_SERVER] } },
): object {
  return testConfig({ servers, rules });
}

async function reload(rules: readonly object[], servers?: Readonly<Record<string, object>>): Promise<void> {
  const before = Number(at(await readStatus(gateway.dataFolder), 'config', 'revision'));
  gateway.reload(config(rules, servers));
  await until(async () => (await readWorkers(gateway.dataFolder)).every((row) => row.revision > before), 'the new policy in every worker');
}
