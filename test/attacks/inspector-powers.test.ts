// Somebody has taken over an inspector, by what it was given to look into. They have the messages that go through it; they must have nothing else, and no
// way to tell anybody.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeFlags } from '../../src/processes/index.ts';
import { at, isRunning, repositoryRoot, startGateway, testConfig, until } from '../harness/index.ts';

const SCRIPT = join(repositoryRoot, 'test', 'attacks', 'inspector-powers.fixture.ts');
const MAIN = join(repositoryRoot, 'src', 'main.ts');
const SECRETS = ['keys/seal-keys.json', 'audit/worker-0/claim', 'snapshot.json', 'state.sqlite'];

test('with the flags of an inspector, nothing can be read but the program, and nobody be reached', async (t) => {
  const folder = mkdtempSync(join(repositoryRoot, '.sallyport-powers-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const name of ['keys', 'run', 'audit/worker-0']) mkdirSync(join(folder, name), { recursive: true });
  for (const file of SECRETS) writeFileSync(join(folder, file), 'secret');
  let visitors = 0;
  const listening = createServer(() => visitors++).listen(0, '127.0.0.1');
  const admin = createServer(() => visitors++).listen(join(folder, 'run', 'admin.sock'));
  await Promise.all([once(listening, 'listening'), once(admin, 'listening')]);
  t.after(() => {
    listening.close();
    admin.close();
  });
  const flags = nodeFlags({ role: 'inspector', slot: 0, entry: MAIN, dataFolder: folder });
  const port = at(listening.address(), 'port');
  const child = spawn(process.execPath, [...flags, `--allow-fs-read=${SCRIPT}`, SCRIPT, folder, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [text]: unknown[] = await once(child.stdout, 'data');
  assert.deepEqual(JSON.parse(String(text)), {
    'read the sealing keys': 'ERR_ACCESS_DENIED',
    'read the records': 'ERR_ACCESS_DENIED',
    'read the snapshot': 'ERR_ACCESS_DENIED',
    'read the users of the machine': 'ERR_ACCESS_DENIED',
    'list the data folder': 'ERR_ACCESS_DENIED',
    'write into the data folder': 'ERR_ACCESS_DENIED',
    'write beside the program': 'ERR_ACCESS_DENIED',
    'start a program': 'ERR_ACCESS_DENIED',
    'start a thread': 'ERR_ACCESS_DENIED',
    'start a thread without limits': 'ERR_ACCESS_DENIED',
    'open a database': 'ERR_UNKNOWN_BUILTIN_MODULE',
    'load native code': 'ERR_DLOPEN_DISABLED',
    'open the debugger': 'ERR_ACCESS_DENIED',
    'call somebody': 'ERR_ACCESS_DENIED',
    'use the admin socket': 'ERR_ACCESS_DENIED',
    listen: 'ERR_ACCESS_DENIED',
    'send a datagram': 'ERR_ACCESS_DENIED',
    'ask for a name': 'ERR_ACCESS_DENIED',
  });
  assert.equal(visitors, 0);
});

// Why it is a process and not a thread of the worker (docs/decisions/0011). When this fails, Node has closed the gap, and the decision may be looked at again.
test('a thread that is started without flags has every power that its process was denied', async (t) => {
  const script = `
    const { Worker } = require('node:worker_threads');
    const inside = \`
      const outcomes = {};
      const attempt = (name, step) => { try { step(); outcomes[name] = 'done'; } catch (error) { outcomes[name] = error.code; } };
      attempt('read a file', () => require('node:fs').readFileSync(process.execPath).length);
      attempt('start a program', () => require('node:child_process').execFileSync(process.execPath, ['--version']));
      attempt('listen', () => require('node:net').createServer().listen(0).close());
      require('node:worker_threads').parentPort.postMessage(outcomes);\`;
    const run = (options) => new Promise((resolve) => new Worker(inside, { eval: true, ...options }).once('message', resolve));
    void Promise.all([run({}), run({ execArgv: [] })]).then((both) => console.log(JSON.stringify(both)));`;
  const flags = ['--permission', '--allow-worker', '--disable-warning=SecurityWarning'];
  const child = spawn(process.execPath, [...flags, '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const [text]: unknown[] = await once(child.stdout, 'data');
  const denied = 'ERR_ACCESS_DENIED';
  assert.deepEqual(JSON.parse(String(text)), [
    { 'read a file': denied, 'start a program': denied, listen: denied },
    { 'read a file': 'done', 'start a program': 'done', listen: 'done' },
  ]);
});

test(
  'the inspectors that run have no secret in their environment, one beside each worker',
  { skip: process.platform !== 'linux' && '/proc is Linux only' },
  async (t) => {
    const gateway = await startGateway({
      config: testConfig({ servers: { one: { url: 'http://127.0.0.1:9/mcp' } } }),
      env: { POWERS_TOKEN: 'canary-in-the-environment', NODE_EXTRA_CA_CERTS: '' },
    });
    t.after(() => gateway.stop());
    await until(() => gateway.processes('inspector').length === 2, 'an inspector for each worker');
    for (const pid of gateway.processes('inspector')) {
      const names = readFileSync(`/proc/${pid}/environ`, 'utf8')
        .split('\0')
        .flatMap((line) => line.match(/^[^=]+/)?.[0] ?? []);
      const known = ['LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE'];
      assert.deepEqual(
        names.filter((name) => !known.includes(name)),
        [],
      );
      process.kill(pid, 'SIGUSR1');
      assert(isRunning(pid), 'the signal ended an inspector');
    }
  },
);
