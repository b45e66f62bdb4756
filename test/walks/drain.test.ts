// How a gateway ends, and what it says when it cannot begin: calls under way are finished, nothing is left behind, and whatever is in
// the way is named in a sentence with what to do about it.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import {
  callOnce,
  decisionAbout,
  isRunning,
  KeptConnection,
  LegacySession,
  modernStream,
  readRecords,
  repositoryRoot,
  sallyport,
  numbered,
  startEchoServer,
  startGateway,
  startLoad,
  testConfig,
  textAt,
  until,
  LOADED_DELAY_MS,
} from '../harness/index.ts';
import type { EchoServer, Gateway } from '../harness/index.ts';

const STDIO_SERVER = join(repositoryRoot, 'test', 'harness', 'servers', 'stdio-server.ts');

let echo: EchoServer;
before(async () => {
  echo = await startEchoServer({
    tools: [
      ...['drain', 'drain-kept', 'guarded'].flatMap((prefix) => numbered(prefix)),
      'idle',
      'hold-drain',
      'late',
      'first',
      'second',
      'still-there',
      'by-the-good-door',
      'the-good-one',
    ],
    delayMs: LOADED_DELAY_MS,
  });
});
after(() => echo?.close());

test('SIGTERM under load: what was accepted is answered, then everything is gone', async (t) => {
  const gateway = await start(t);
  const key = await gateway.addAgent('walker');
  const call = callOnce(gateway.url('echo'), key);
  const session = await LegacySession.open(gateway.url('stdio'), { key });
  const server = Number(textAt((await session.request('tools/call', { name: 'pid', arguments: {} })).result, 'content', 0, 'text'));
  // Streams live until somebody ends them: the gateway must not wait for that.
  const streams = [await session.listen(), await modernStream(gateway.url('echo'), 'subscriptions/listen', { notifications: {} }, { key })];
  const idle = new KeptConnection(gateway.url('echo'), key);
  assert.equal(await idle.call('idle'), true);
  const processes = everyProcess(gateway);
  assert.equal(processes.length, 5);

  const held = call('hold-drain').catch(String);
  await echo.called('hold-drain');
  const busy = new KeptConnection(gateway.url('echo'), key);
  const loads = [startLoad('drain', 4, call), startLoad('drain-kept', 1, busy.call)];
  t.after(() => Promise.all(loads.map((load) => load.stop())));
  await until(() => loads.every((load) => load.count > 20), 'load');
  const stopped = gateway.stop('SIGTERM');
  await until(async () => (await call('late').catch(() => 'refused')) === 'refused', 'no more calls to be accepted');
  echo.release();
  assert.equal(await held, true, 'a call under way is answered');
  assert.equal(await stopped, 0);

  for (const load of loads) {
    for (const { tool, why } of (await load.stop()).failed) {
      assert.match(why, /ECONNREFUSED|ECONNRESET|socket hang up/);
      assert(!echo.calls.has(tool), `${tool} was carried out and not answered (${why})`);
    }
  }
  for (const stream of streams) assert.equal(await lastOf(stream), undefined, 'streams have ended');
  idle.close();
  busy.close();
  await until(() => ![...processes, server].some(isRunning), 'the end of every process');
});

test('the next start in the same folder goes on where the last one ended', async (t) => {
  const folder = makeFolder(t);
  const first = await start(t, folder);
  const key = await first.addAgent('walker');
  assert.equal(await callOnce(first.url('echo'), key)('first'), true);
  assert.equal(await first.stop(), 0);
  assert.deepEqual(readdirSync(join(first.dataFolder, 'run')), [], 'no socket is left');

  const second = await start(t, folder);
  assert.equal(await callOnce(second.url('echo'), key)('second'), true);
  assert.equal(await second.stop('SIGINT'), 0);
  assert.notEqual(decisionAbout(second.dataFolder, 'first'), undefined);
  assert.notEqual(decisionAbout(second.dataFolder, 'second'), undefined);
  assert.equal((await second.cli('audit', 'verify')).code, 0);
});

test('a second gateway on the same data folder is refused, and disturbs nothing', async (t) => {
  const gateway = await start(t);
  const key = await gateway.addAgent('walker');
  const load = startLoad('guarded', 2, callOnce(gateway.url('echo'), key));
  t.after(() => load.stop());
  const before = readRecords(gateway.dataFolder).filter(({ value }) => textAt(value, 'kind') === 'start').length;
  const other = join(gateway.folder, 'other.yaml');
  writeFileSync(other, JSON.stringify(testConfig({ servers: {} })));
  const refused = await sallyport(['serve', '--config', other, '--data', gateway.dataFolder, '--output', 'json']);
  assert.equal(refused.code, 1, refused.stderr);
  assert.match(refused.stdout, /Another gateway is running on this data folder .*Stop it, or use another data folder/);
  assert.equal(await callOnce(gateway.url('echo'), key)('still-there'), true);
  const { answered, failed } = await load.stop();
  assert.deepEqual(failed, []);
  assert(answered.length > 0);
  assert.equal(readRecords(gateway.dataFolder).filter(({ value }) => textAt(value, 'kind') === 'start').length, before);
  assert.equal((await gateway.cli('status')).code, 0, 'its socket is still there');
});

test('the only address is taken: a sentence, and exit code 1', async (t) => {
  const taken = await takePort(t);
  const folder = makeFolder(t);
  const run = await serve(folder, testConfig({ servers: {}, listener: { address: taken } }));
  assert.equal(run.code, 1);
  assert.match(run.stdout, new RegExp(`${taken} is taken by another program\\. Stop that program, or choose another address`));
});

test('one of two addresses is taken: it is named, the other is served', async (t) => {
  const taken = await takePort(t);
  const config = testConfig({
    servers: { echo: { url: echo.url } },
    extra: {
      listen: [
        { name: 'bad', address: taken },
        { name: 'good', address: '127.0.0.1:0' },
      ],
    },
  });
  const gateway = await startGateway({ config });
  t.after(() => gateway.stop());
  assert(gateway.events.some((event) => textAt(event, 'text').startsWith(`${taken} is taken`)));
  assert.equal(await callOnce(gateway.url('echo'), await gateway.addAgent('walker'))('by-the-good-door'), true);
});

test('an address of another machine is named', async (t) => {
  // RFC 5737: documentation addresses are nobody's.
  const run = await serve(makeFolder(t), testConfig({ servers: {}, listener: { address: '192.0.2.1:0', tls: 'self-signed' } }));
  assert.equal(run.code, 1);
  assert.match(run.stdout, /192\.0\.2\.1:0 is not an address of this machine/);
});

test('a data folder that cannot be made or written is named', async (t) => {
  const folder = makeFolder(t);
  writeFileSync(join(folder, 'file'), 'not a folder');
  const inFile = await serve(folder, testConfig({ servers: {} }), ['--data', join(folder, 'file', 'data')]);
  assert.equal(inFile.code, 1);
  assert.match(inFile.stderr, /The data folder .*file\/data cannot be made .*--data/);

  if (process.getuid?.() === 0) return t.diagnostic('permissions mean nothing to root: the rest is not tried');
  const locked = join(folder, 'locked');
  mkdirSync(locked);
  chmodSync(locked, 0o500);
  t.after(() => chmodSync(locked, 0o700));
  const run = await serve(folder, testConfig({ servers: {} }), ['--data', locked]);
  assert.equal(run.code, 1);
  assert.match(run.stdout + run.stderr, /locked/);
});

test('a server that does not start is named, and the others serve', async (t) => {
  const gateway = await startGateway({
    config: testConfig({
      servers: {
        echo: { url: echo.url },
        missing: { command: 'sallyport-no-such-program', args: [] },
        quitting: { command: process.execPath, args: ['-e', 'console.error("no licence"); process.exit(7)'] },
      },
    }),
  });
  t.after(() => gateway.stop());
  const said = (pattern: RegExp): boolean => gateway.events.some((event) => pattern.test(textAt(event, 'text')));
  await until(
    () => said(/'missing' cannot be used: The program 'sallyport-no-such-program' was not found\. Install it/),
    'a sentence about the missing one',
  );
  await until(() => said(/'quitting' cannot be used: .*ended with code 7.*no licence/), 'a sentence about the one that quits');
  assert.equal(await callOnce(gateway.url('echo'), await gateway.addAgent('walker'))('the-good-one'), true);
});

function start(t: TestContext, folder?: string): Promise<Gateway> {
  const config = testConfig({ servers: { echo: { url: echo.url }, stdio: { command: process.execPath, args: [STDIO_SERVER] } } });
  return startGateway({ config, ...(folder !== undefined && { folder }) }).then((gateway) => {
    t.after(() => gateway.stop());
    return gateway;
  });
}

function serve(folder: string, config: object, args: readonly string[] = []): ReturnType<typeof sallyport> {
  writeFileSync(join(folder, 'sallyport.yaml'), JSON.stringify(config));
  return sallyport(['serve', '--output', 'json', ...args], { cwd: folder });
}

function everyProcess(gateway: Gateway): readonly number[] {
  return [...gateway.workers(), ...gateway.processes('runner'), ...gateway.processes('keeper'), ...gateway.processes('control')];
}

function makeFolder(t: TestContext): string {
  const parent = join(repositoryRoot, '.sallyport');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An address on which somebody else listens. */
async function takePort(t: TestContext): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

async function lastOf(stream: { next(): Promise<unknown> }): Promise<unknown> {
  for (let index = 0; index < 100; index++) if ((await stream.next()) === undefined) return undefined;
  return 'more';
}
