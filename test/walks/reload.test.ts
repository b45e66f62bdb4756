// A changed config is put in force under load: no call fails, the next request is judged by the new policy, and a config that is wrong
// changes nothing but says so everywhere.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import {
  ALLOW_ALL,
  at,
  callOnce,
  numbered,
  KeptConnection,
  readStatus,
  readWorkers,
  send,
  servingWorkers,
  startEchoServer,
  startGateway,
  startLoad,
  testConfig,
  textAt,
  until,
  LOADED_DELAY_MS,
} from '../harness/index.ts';
import type { EchoServer, Gateway, Load } from '../harness/index.ts';

const RELOADS = 10;
/** Enough that both workers take part, whichever the kernel chooses. */
const SAMPLES = 8;
const NO_SECRETS = { name: 'no-secrets', effect: 'deny', agents: ['*'], servers: ['*'], tools: ['secret*'] } as const;

/** Calls of a load on few connections: each has a tool of its own, and every worker that starts is told of all of them. */
const FEW = 700;
let echo: EchoServer;
let gateway: Gateway;
let key: string;

before(async () => {
  echo = await startEchoServer({
    tools: [
      ...numbered('single'),
      ...['kept-0', 'kept-1', 'kept-2', 'wrong'].flatMap((prefix) => numbered(prefix, FEW)),
      ...numbered('unbound', SAMPLES),
      ...numbered('secret', RELOADS).flatMap((prefix) => numbered(prefix, SAMPLES)),
      ...numbered('extra', RELOADS).flatMap((prefix) => numbered(prefix, SAMPLES)),
      ...numbered('long', SAMPLES).map(lengthen),
      'hold-30000',
      'after-30000',
      'hold-40000',
      'after-40000',
      'hold-staying',
      'hold-leaving',
      'by-the-second-door',
      'tls',
      'no-tls',
      'secret',
    ],
    delayMs: LOADED_DELAY_MS,
  });
  gateway = await startGateway({ config: config() });
  key = await gateway.addAgent('walker');
});
after(async () => {
  await gateway?.stop();
  await echo?.close();
});

test(`${RELOADS} reloads under load: no call fails, and each change is in force for the next request`, async (t) => {
  const loads = startLoads(t);
  for (let round = 0; round < RELOADS; round++) {
    const strict = round % 2 === 0;
    await reload(config({ rules: strict ? [ALLOW_ALL, NO_SECRETS] : [ALLOW_ALL], servers: strict ? { extra: { url: echo.url } } : {} }));
    const secret = callOnce(gateway.url('echo'), key);
    const extra = callOnce(gateway.url('extra'), key);
    for (let sample = 0; sample < SAMPLES; sample++) {
      const answer = await secret(`secret-${round}-${sample}`);
      if (strict) assert.match(String(answer), /no-secrets/);
      else assert.equal(answer, true);
      const reached = await extra(`extra-${round}-${sample}`);
      if (strict) assert.equal(reached, true);
      else assert.match(String(reached), /^404 /);
    }
  }
  await unharmed(loads);
});

test('a wrong config: the one before stays, and everybody says so until it is right again', async (t) => {
  const load = startLoad('wrong', 2, callOnce(gateway.url('echo'), key), FEW);
  t.after(() => load.stop());
  const workers = gateway.workers();
  const revision = at(await readStatus(gateway.dataFolder), 'config', 'revision');
  gateway.reload('version: 1\nserverz: {}\n');
  await until(() => /serverz/.test(gateway.logs()), 'a word in the log');
  await until(async () => (await readyz()).body.includes('refused'), 'a word in /readyz');
  const ready = await readyz();
  assert.equal(ready.status, 200, 'it serves, on the config before');
  assert.match(gateway.logs(), /sallyport\.yaml:2:1/, 'the log names the place');

  const status = await gateway.cli('status');
  assert.equal(status.code, 3);
  assert.match(status.stderr, /sallyport\.yaml:2:1.*serverz/);
  const reloaded = await gateway.cli('reload');
  assert.equal(reloaded.code, 3);
  assert.match(reloaded.stderr, /sallyport\.yaml:2:1.*serverz/);
  assert.equal(at(await readStatus(gateway.dataFolder), 'config', 'revision'), revision);

  // A worker that starts now starts on the config that is in force, and knows of the refusal.
  const [victim = -1] = gateway.workers();
  process.kill(victim, 'SIGKILL');
  await until(
    async () => (await servingWorkers(gateway.dataFolder)).every((row) => row.pid !== victim) && gateway.workers().length === 2,
    'another worker',
  );
  await until(async () => (await servingWorkers(gateway.dataFolder)).length === 2, 'two workers');
  for (let sample = 0; sample < SAMPLES; sample++)
    await until(async () => (await readyz()).body.includes('refused'), 'a word from every worker');

  await reload(config({ rules: [ALLOW_ALL, NO_SECRETS] }));
  await until(async () => !(await readyz()).body.includes('refused'), 'no more fault in /readyz');
  assert.equal((await gateway.cli('status')).code, 0);
  const { failed } = await load.stop();
  for (const { why } of failed) assert.match(why, /socket hang up|ECONNRESET/, 'only the kill may be felt');
  assert.notDeepEqual(gateway.workers(), workers);
});

test('a call is under way while the settings of its server change', async () => {
  const url = gateway.url('changing');
  for (const timeoutMs of [30_000, 40_000]) {
    await reload(config({ servers: { changing: { url: echo.url, timeoutMs } } }));
    const tool = `hold-${timeoutMs}`;
    const call = callOnce(url, key)(tool);
    await echo.called(tool);
    await reload(config({ servers: { changing: { url: echo.url, timeoutMs: timeoutMs + 1 } } }));
    assert.equal(await callOnce(url, key)(`after-${timeoutMs}`), true);
    echo.release();
    assert.equal(await call, true);
  }
});

test('a call is under way while its server is removed: it is cut, what came of it is unknown, and others go on', async () => {
  const url = (name: string): string => gateway.url(name);
  await reload(config({ servers: { staying: { url: echo.url }, leaving: { url: echo.url } } }));
  const tools = ['hold-staying', 'hold-leaving'];
  const stays = callOnce(url('staying'), key)('hold-staying');
  const leaves = callOnce(url('leaving'), key)('hold-leaving').catch(String);
  for (const tool of tools) await echo.called(tool);
  await reload(config({ servers: { staying: { url: echo.url } } }));
  // The worker that it came to cuts the connection; one that had handed it on says what it lost.
  assert.match(String(await leaves), /^502 .*1506|socket hang up|ECONNRESET/);
  echo.release();
  assert.equal(await stays, true);
});

test('a server that is added and does not start is named', async () => {
  await reload(config({ servers: { broken: { command: 'sallyport-no-such-program', args: [] } } }));
  await until(() => gateway.events.some((event) => /'broken'.*sallyport-no-such-program/.test(textAt(event, 'text'))), 'a notice about it');
  await reload(config());
});

test('more and fewer workers: no call fails', async (t) => {
  const loads = startLoads(t);
  for (const workers of [3, 1, 2]) {
    await reload(config({ extra: { workers } }));
    await until(async () => (await servingWorkers(gateway.dataFolder)).length === workers, `${workers} workers`);
    await until(() => gateway.workers().length === workers, 'the end of those that are too many');
  }
  await unharmed(loads);
});

test('a listener is added, renamed and removed: the others do not notice', async (t) => {
  const loads = startLoads(t);
  const main = { name: 'main', address: `127.0.0.1:${gateway.port}` };
  await rolled({ listen: [main, { name: 'second', address: '127.0.0.1:0' }] });
  const second = await urlOf('second');
  assert.equal(await callOnce(`${second}/mcp/echo`, key)('by-the-second-door'), true);
  await rolled({
    listen: [
      { ...main, name: 'front' },
      { name: 'second', address: '127.0.0.1:0' },
    ],
  });
  assert.equal(await urlOf('second'), second, 'a free port stays the one that was found');
  await rolled({ listen: [{ ...main, name: 'front' }] });
  await assert.rejects(callOnce(`${second}/mcp/echo`, key)('by-a-door-that-is-gone'), /ECONNREFUSED/);
  await rolled({ listen: [main] });
  await unharmed(loads);
});

test('none of the new addresses can be bound: the gateway goes on with those it has', async (t) => {
  const loads = startLoads(t);
  const taken = echo.url.slice('http://'.length, -'/mcp'.length);
  await reload(config({ extra: { listen: taken } }));
  await until(() => gateway.events.some((event) => textAt(event, 'text').includes('goes on with those it has')), 'a notice');
  assert(gateway.events.some((event) => textAt(event, 'text').startsWith(`${taken} is taken by another program.`)));
  for (let sample = 0; sample < SAMPLES; sample++) assert.equal(await callOnce(gateway.url('echo'), key)(`unbound-${sample}`), true);
  await unharmed(loads);
  await reload(config({ extra: { listen: `127.0.0.1:${gateway.port}` } }));
});

test('a listener gets TLS, and loses it again', async () => {
  const address = `127.0.0.1:${gateway.port}`;
  await rolled({ listen: [{ name: 'main', address, tls: 'self-signed' }] });
  assert.equal(await urlOf('main'), `https://${address}`);
  await assert.rejects(callOnce(`https://${address}/mcp/echo`, key)('tls'), /self-signed|unable to verify/);
  await rolled({ listen: [{ name: 'main', address }] });
  assert.equal(await callOnce(gateway.url('echo'), key)('no-tls'), true);
});

test('a limit is raised', async () => {
  const call = callOnce(gateway.url('echo'), key);
  await rolled({ limits: { maxBodyBytes: 1_200 } });
  assert.match(String(await call(lengthen('long-0'))), /^413 /);
  await rolled({});
  for (const name of numbered('long', SAMPLES)) assert.equal(await call(lengthen(name)), true);
});

test('a reload overtakes the replacement of the workers: what it changes and what they were replaced for are both in force', async (t) => {
  const loads = startLoads(t);
  const before = new Set(gateway.workers());
  const limits = { maxBodyBytes: 2_000 };
  gateway.reload(config({ extra: { limits } }));
  // The new workers have been started and are not ready yet.
  await until(() => gateway.workers().length > 2, 'new workers to start');
  await reload(config({ rules: [ALLOW_ALL, NO_SECRETS], extra: { limits } }));
  await until(() => !gateway.workers().some((pid) => before.has(pid)), 'the end of the workers before');
  await until(async () => (await servingWorkers(gateway.dataFolder)).length === 2, 'two workers');
  const call = callOnce(gateway.url('echo'), key);
  for (let sample = 0; sample < SAMPLES; sample++) {
    assert.match(String(await call('x'.repeat(3_000))), /^413 /);
    assert.match(String(await call('secret')), /no-secrets/);
  }
  await rolled({});
  await unharmed(loads);
});

/** A name that is too long for a small body, and no longer than names may be. */
function lengthen(name: string): string {
  return name.padEnd(1_000, 'x');
}

interface Change {
  readonly rules?: readonly object[];
  readonly servers?: Readonly<Record<string, object>>;
  readonly extra?: object;
}

function config({ rules = [ALLOW_ALL], servers = {}, extra = {} }: Change = {}): object {
  return testConfig({ servers: { echo: { url: echo.url }, ...servers }, rules, extra });
}

/** Asks for a reload and waits until every worker is on the new revision. */
async function reload(changed: object): Promise<void> {
  const before = Number(at(await readStatus(gateway.dataFolder), 'config', 'revision'));
  gateway.reload(changed);
  await until(async () => {
    const revision = Number(at(await readStatus(gateway.dataFolder), 'config', 'revision'));
    const rows = await readWorkers(gateway.dataFolder);
    return revision > before && rows.length > 0 && rows.every((row) => row.state !== 'serving' || row.revision === revision);
  }, 'the new revision');
}

/** The same, for a change that only a new worker can carry: waits until all are new. */
async function rolled(extra: object): Promise<void> {
  const before = new Set(gateway.workers());
  await reload(config({ extra }));
  await until(async () => {
    const rows = await servingWorkers(gateway.dataFolder);
    return rows.length === 2 && rows.every((row) => !before.has(row.pid));
  }, 'new workers');
  await until(() => !gateway.workers().some((pid) => before.has(pid)), 'the end of the workers before');
}

/** Calls in every way that a change could disturb: each on its own connection, and on kept ones. */
function startLoads(t: TestContext): readonly Load[] {
  const kept = [1, 2, 3].map(() => new KeptConnection(gateway.url('echo'), key));
  const loads = [
    startLoad('single', 4, callOnce(gateway.url('echo'), key)),
    ...kept.map((connection, index) => startLoad(`kept-${index}`, 1, connection.call, FEW)),
  ];
  t.after(async () => {
    await Promise.all(loads.map((load) => load.stop()));
    for (const connection of kept) connection.close();
  });
  return loads;
}

async function unharmed(loads: readonly Load[]): Promise<void> {
  for (const load of loads) {
    const { answered, failed } = await load.stop();
    assert(answered.length >= 5, `only ${answered.length} calls were answered`);
    assert.deepEqual(failed, []);
  }
}

function readyz(): Promise<{ readonly status: number; readonly body: string }> {
  return send(`${gateway.origin}/readyz`, { method: 'GET' });
}

async function urlOf(listener: string): Promise<string> {
  const listeners = at(await readStatus(gateway.dataFolder), 'listeners');
  const found: unknown = Array.isArray(listeners) ? listeners.find((one: unknown) => at(one, 'name') === listener) : undefined;
  return String(at(found, 'url'));
}
