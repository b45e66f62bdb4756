// The process of the console beside the others: it comes and goes without a call noticing, and whoever is signed in stays so whichever process dies.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  at,
  callOnce,
  readStatus,
  sallyport,
  signIn,
  startEchoServer,
  startGateway,
  testConfig,
  textAt,
  until,
  WITH_CONSOLE,
} from '../harness/index.ts';
import type { Gateway, Visitor } from '../harness/index.ts';
import { freePort } from '../attacks/gateway-target.fixture.ts';

test('the console comes, moves and goes; calls go on, and so do sessions', async (t) => {
  const echo = await startEchoServer({ tools: ['one'] });
  t.after(() => echo.close());
  const configWith = (admin: object): object => testConfig({ servers: { echo: { url: echo.url } }, extra: { admin } });
  const gateway = await startGateway({ config: configWith(WITH_CONSOLE.admin) });
  t.after(() => gateway.stop());
  const key = await gateway.addAgent('walker');
  const calls = async (): Promise<void> => assert.equal(await callOnce(gateway.url('echo'), key)('one'), true);
  const visitor = await signIn(gateway);
  const readsAgents = async (url = visitor.url): Promise<boolean> => (await statusOf(visitor, `${url}/api/v1/agents`)) === 200;
  assert.equal(await readsAgents(), true);
  assert.equal(textAt(await readStatus(gateway.dataFolder), 'console'), visitor.url);

  await t.test('a stream of events comes over it', async () => {
    const events = request(`${visitor.url}/api/v1/events?topics=changes`, { headers: { cookie: visitor.cookie }, agent: false });
    let heard = '';
    events.on('response', (response) =>
      response
        .setEncoding('utf8')
        .on('data', (text: string) => (heard += text))
        .on('error', () => undefined),
    );
    events.on('error', () => undefined).end();
    await until(() => heard.startsWith(':\n\n'), 'the beginning of the stream');
    events.destroy();
  });

  await t.test('its process is killed, and replaced', async () => {
    await replaced(gateway, 'console');
    await until(readsAgents, 'the console at its old place');
    await calls();
  });

  await t.test('control is killed: meanwhile it says so, and then goes on', async () => {
    await replaced(gateway, 'control');
    await until(readsAgents, 'the session of before');
    await calls();
  });

  await t.test('it moves to another address', async () => {
    const port = await freePort();
    gateway.reload(configWith({ listen: `127.0.0.1:${port}` }));
    const moved = `http://127.0.0.1:${port}`;
    await until(async () => (await gateway.consoleUrl()) === moved, 'the new place');
    await until(() => readsAgents(moved), 'the session there');
    await until(async () => (await statusOf(visitor, `${visitor.url}/livez`)) === undefined, 'nobody at the old place');
    await calls();
  });

  await t.test('it cannot move to an address that is taken, and stays', async () => {
    const before = await gateway.consoleUrl();
    gateway.reload(configWith({ listen: `127.0.0.1:${gateway.port}` }));
    await until(() => said(gateway, new RegExp(`${gateway.port} is taken by another program.*admin\\.listen`)), 'the notice');
    assert.equal(await readsAgents(before), true);
  });

  await t.test('a certificate that cannot be used is refused with its place, and the console stays', async () => {
    const file = join(gateway.folder, 'none.pem');
    writeFileSync(file, 'no certificate', { mode: 0o600 });
    gateway.reload(configWith({ ...WITH_CONSOLE.admin, tls: { certificate: file, key: file } }));
    const refusal = async (): Promise<unknown> => at(await readStatus(gateway.dataFolder), 'config', 'refusal', 'problems', 0, 'path');
    await until(async () => (await refusal()) === 'admin.tls', 'the refusal');
    assert.equal(await readsAgents(await gateway.consoleUrl()), true);
  });

  await t.test('it is switched off and on again', async () => {
    const before = await gateway.consoleUrl();
    gateway.reload(configWith({ listen: 'off' }));
    await until(() => gateway.processes('console').length === 0, 'its end');
    assert.equal(await statusOf(visitor, `${before}/livez`), undefined);
    assert.equal(at(await readStatus(gateway.dataFolder), 'console'), undefined);
    assert.equal((await gateway.cli('console')).code, 1);
    await calls();
    gateway.reload(configWith(WITH_CONSOLE.admin));
    await until(() => gateway.processes('console').length === 1, 'its return');
    await until(async () => at(await readStatus(gateway.dataFolder), 'console') !== undefined, 'its new place');
    assert.equal(await readsAgents(textAt(await readStatus(gateway.dataFolder), 'console')), true);
  });

  await t.test('a gateway whose console has no place, here one that the command line says, serves all the same', async () => {
    const { host } = new URL(textAt(await readStatus(gateway.dataFolder), 'console'));
    const second = await startGateway({ config: { ...configWith({ listen: 'off' }), workers: 1 }, args: ['--console', host] });
    t.after(() => second.stop());
    assert.ok(said(second, /is taken by another program.*There is no console until then/));
    assert.equal(await callOnce(second.url('echo'), await second.addAgent('walker'))('one'), true);
  });

  await t.test('what is no address is refused', async () => {
    const { code, stdout, stderr } = await sallyport([
      'serve',
      '--config',
      gateway.configFile,
      '--data',
      `${gateway.folder}/other`,
      '--console',
      'here',
    ]);
    assert.equal(code, 3);
    assert.match(stdout + stderr, /--console/);
  });

  assert.equal(await gateway.stop(), 0);
});

/** Status of an answer; undefined: nobody is there, or who was has hung up. */
function statusOf({ cookie }: Visitor, url: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    request(url, { headers: { cookie }, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once('error', () => resolve(undefined))
      .end();
  });
}

/** Kills the one process of a role and waits for the next. */
async function replaced(gateway: Gateway, role: 'console' | 'control'): Promise<void> {
  const [pid] = gateway.processes(role);
  assert(pid !== undefined);
  process.kill(pid, 'SIGKILL');
  await until(() => gateway.processes(role).some((other) => other !== pid), 'its successor');
}

function said(gateway: Gateway, text: RegExp): boolean {
  return gateway.events.some((event) => at(event, 'event') === 'notice' && text.test(textAt(event, 'text')));
}
