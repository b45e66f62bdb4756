// Programs of stdio servers, from start to end: who shares one and who never does, how many may run, when they end by themselves, and what
// becomes of one that cannot start. Two workers, a connection for each request.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isRunning, LegacySession, modernCall, repositoryRoot, startGateway, testConfig, textAt, until } from '../harness/index.ts';
import type { Gateway } from '../harness/index.ts';

const LEGACY = { command: process.execPath, args: [join(repositoryRoot, 'test', 'harness', 'servers', 'stdio-server.ts')] };
const MODERN = { command: process.execPath, args: [join(repositoryRoot, 'test', 'attacks', 'hostile-stdio.fixture.ts')] };
const PID = { name: 'pid', arguments: {} };

const pidOf = (result: unknown): number => Number(textAt(result, 'content', 0, 'text'));

async function modernPid(gateway: Gateway, server: string, key: string): Promise<number> {
  return pidOf((await modernCall(gateway.url(server), 'tools/call', PID, { key })).result);
}

test('agents share the process of a modern server where the config says so, and never one of an older server', async () => {
  const servers = {
    modern: { ...MODERN, processes: 'shared' },
    apart: MODERN,
    legacy: { ...LEGACY, processes: 'shared' },
  };
  await using gateway = await startGateway({ config: testConfig({ servers }) });
  const keys = await Promise.all(['ann', 'bob', 'cid', 'dan', 'eve', 'fay'].map((name) => gateway.addAgent(name)));
  const pids = async (server: string): Promise<number> =>
    new Set(await Promise.all(keys.map((key) => modernPid(gateway, server, key)))).size;
  assert.ok((await pids('modern')) <= 2, 'one for each worker at most');
  assert.equal(await pids('apart'), keys.length);
  assert.equal(await pids('legacy'), keys.length);
});

test('one agent, one server and one worker have caps, with their reasons; what ends makes room', async () => {
  const limits = { maxProcessesPerAgent: 2, maxProcessesPerServer: 3, maxProcesses: 4 };
  const extra = { workers: 1 };
  await using gateway = await startGateway({ config: testConfig({ servers: { one: LEGACY, two: LEGACY }, limits, extra }) });
  const [ann, bob, cid] = await Promise.all(['ann', 'bob', 'cid'].map((name) => gateway.addAgent(name)));
  const open = (server: string, key: string | undefined): Promise<LegacySession> =>
    LegacySession.open(gateway.url(server), key === undefined ? {} : { key });
  const first = await open('one', ann);
  await open('one', ann);
  await assert.rejects(
    open('two', ann),
    /429.*This agent has 2 programs running already; end a session with DELETE, or wait.*maxProcessesPerAgent/,
  );
  await open('one', bob);
  await assert.rejects(open('one', bob), /503.*'one' runs 3 times already/);
  await open('two', cid);
  await assert.rejects(open('two', cid), /503.*The gateway runs 4 programs already/);
  await first.end();
  await open('two', ann);
});

test('a modern agent with as many programs as it may have: the one it has not used for longest makes room', async () => {
  const servers = { one: MODERN, two: MODERN, three: LEGACY };
  await using gateway = await startGateway({ config: testConfig({ servers, limits: { maxProcessesPerAgent: 1 } }) });
  const key = await gateway.addAgent('ann');
  const pids = [await modernPid(gateway, 'one', key), await modernPid(gateway, 'two', key)];
  assert.ok(pids.every((pid) => pid > 0));
  await until(() => !isRunning(pids[0] ?? 0), 'the end of the first');
});

test('a program that nobody uses ends, and is there again when somebody does', async () => {
  const limits = { sessionIdleMs: 1_000 };
  await using gateway = await startGateway({ config: testConfig({ servers: { modern: MODERN, legacy: LEGACY }, limits }) });
  const key = await gateway.addAgent('ann');
  const session = await LegacySession.open(gateway.url('legacy'), { key });
  const before = [
    await modernPid(gateway, 'modern', key),
    await modernPid(gateway, 'legacy', key),
    pidOf((await session.request('tools/call', PID)).result),
  ];
  await until(() => before.every((pid) => !isRunning(pid)), 'the end of all three');
  assert.equal((await session.request('ping')).http.status, 404);
  const after = [await modernPid(gateway, 'modern', key), await modernPid(gateway, 'legacy', key)];
  assert.ok(after.every((pid) => pid > 0 && !before.includes(pid)));
});

test('a program that cannot start is not started in a loop; whoever runs the gateway reads how it ended and when it is tried again', async () => {
  const broken = { command: 'sh', args: ['-c', 'echo start >> starts; echo "no token" >&2; exit 3'] };
  await using gateway = await startGateway({ config: testConfig({ servers: { broken, fine: LEGACY } }) });
  const key = await gateway.addAgent('ann');
  const starts = (): number => readFileSync(join(gateway.folder, 'starts'), 'utf8').trim().split('\n').length;
  const ask = async (): Promise<number> => (await modernCall(gateway.url('broken'), 'tools/list', {}, { key })).http.status;
  await until(async () => {
    assert.equal(await ask(), 502);
    const { stdout } = await gateway.cli('servers');
    return /ended with code 3\. It said: «no token» \(It failed \d+ times in a row, and is tried again after \d+ s/.test(stdout);
  }, 'the reason in `sallyport servers`');
  const before = starts();
  const calls = Array.from({ length: 100 }, ask);
  assert.ok((await Promise.all(calls)).every((status) => status === 502));
  // Each worker probes once at most, with two processes.
  assert.ok(starts() - before <= 4, `${starts() - before} starts for 100 calls`);
  assert.ok((await modernPid(gateway, 'fine', key)) > 0);
});
