// What a machine asks about the gateway: whether it lives, whether it is ready, and its numbers, which are sums over all workers and
// never go down, not even when a worker is killed.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { at, callOnce, numbered, send, servingWorkers, startEchoServer, startGateway, testConfig, until } from '../harness/index.ts';
import type { EchoServer, Gateway } from '../harness/index.ts';

const CALLS = 40;

let echo: EchoServer;
let gateway: Gateway;
let metricsUrl: string;
let key: string;

before(async () => {
  echo = await startEchoServer({ tools: ['counted', 'counted-0', 'counted-1'].flatMap((prefix) => numbered(prefix, CALLS)) });
  const address = `127.0.0.1:${await freePort()}`;
  metricsUrl = `http://${address}/metrics`;
  gateway = await startGateway({ config: testConfig({ servers: { echo: { url: echo.url } }, extra: { metrics: { listen: address } } }) });
  key = await gateway.addAgent('walker');
});
after(async () => {
  await gateway?.stop();
  await echo?.close();
});

const get = (url: string): ReturnType<typeof send> => send(url, { method: 'GET' });

test('/livez and /readyz need no key and say little', async () => {
  const live = await get(`${gateway.origin}/livez`);
  assert.equal(live.status, 200);
  assert.deepEqual(live.json, { status: 'alive' });
  const ready = await get(`${gateway.origin}/readyz`);
  assert.equal(ready.status, 200);
  assert.equal(at(ready.json, 'status'), 'ready');
  assert.deepEqual(at(ready.json, 'faults'), []);
  assert.doesNotMatch(ready.body, /echo|walker|\.sallyport/);
});

test('a rebound browser is told nothing', async () => {
  const answer = await send(`${gateway.origin}/readyz`, { method: 'GET', headers: { host: 'evil.example' } });
  assert.equal(answer.status, 403);
});

test('the metrics are not on the address of the agents', async () => {
  assert.equal((await get(`${gateway.origin}/metrics`)).status >= 400, true);
});

test('the numbers are sums over the workers, and never go down when one is killed', async () => {
  const call = callOnce(gateway.url('echo'), key);
  const before = await served();
  for (let index = 0; index < CALLS; index++) assert.equal(await call(`counted-${index}`), true);
  await until(async () => (await served()) === before + CALLS, 'every call to be counted');

  let seen = await readAll();
  for (let round = 0; round < 2; round++) {
    const [victim] = await servingWorkers(gateway.dataFolder);
    assert(victim !== undefined);
    process.kill(victim.pid, 'SIGKILL');
    await until(async () => {
      const now = await readAll();
      neverLess(seen, now);
      seen = now;
      const workers = await servingWorkers(gateway.dataFolder);
      return workers.length === 2 && workers.every((row) => row.pid !== victim.pid);
    }, 'another worker');
    for (let index = 0; index < CALLS; index++) assert.equal(await call(`counted-${round}-${index}`), true);
    await until(async () => (await served()) === before + CALLS * (round + 2), 'the calls after the kill');
    const now = await readAll();
    neverLess(seen, now);
    seen = now;
  }
});

test('what strangers say does not become a label', async () => {
  await send(`${gateway.origin}/mcp/no-such-server-name`, { headers: { 'user-agent': 'secret-browser' } });
  const text = (await get(metricsUrl)).body;
  assert.doesNotMatch(text, /no-such-server-name|secret-browser|spk_/);
});

/** The samples of every counter and every bucket, by name and labels. */
async function readAll(): Promise<ReadonlyMap<string, number>> {
  const { status, body } = await get(metricsUrl);
  assert.equal(status, 200);
  const counters = new Set([...body.matchAll(/^# TYPE (\S+) (counter|histogram)$/gm)].map((match) => match[1]));
  const samples = new Map<string, number>();
  for (const line of body.split('\n')) {
    const [, name = '', labels = '', value = ''] = /^([a-zA-Z_:][\w:]*)(\{.*\})? (\S+)$/.exec(line) ?? [];
    const family = name.replace(/_(bucket|sum|count)$/, '');
    if (counters.has(name) || counters.has(family)) samples.set(name + labels, Number(value));
  }
  assert(samples.size > 0, 'there are counters');
  return samples;
}

/** Tool calls that were allowed, as the gateway counts them. */
async function served(): Promise<number> {
  let sum = 0;
  for (const [sample, value] of await readAll()) if (/^sallyport_calls_total\{.*"tools\/call"/.test(sample)) sum += value;
  return sum;
}

function neverLess(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): void {
  for (const [sample, value] of before) assert((now.get(sample) ?? 0) >= value, `${sample} went from ${value} to ${now.get(sample)}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
