// Somebody has taken over a worker. They have its memory and its sockets; they must have nothing else.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeFlags } from '../../src/processes/index.ts';
import { repositoryRoot, startGateway, testConfig, until } from '../harness/index.ts';
import type { Gateway } from '../harness/index.ts';

const SCRIPT = join(repositoryRoot, 'test', 'attacks', 'worker-powers.fixture.ts');

test('with the flags of a worker, only its own records can be written and no secret read', async (t) => {
  const folder = mkdtempSync(join(repositoryRoot, '.sallyport-powers-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const dataFolder = join(folder, 'data');
  const audit = join(dataFolder, 'audit', 'worker-0');
  mkdirSync(audit, { recursive: true });
  mkdirSync(join(dataFolder, 'keys'));
  for (const file of ['keys/seal-keys.json', 'state.sqlite', '../sallyport.yaml']) writeFileSync(join(dataFolder, file), 'secret');
  const flags = nodeFlags({ role: 'worker', slot: 0, entry: join(repositoryRoot, 'src', 'main.ts'), dataFolder });
  const child = spawn(process.execPath, [...flags, `--allow-fs-read=${SCRIPT}`, SCRIPT, dataFolder, audit], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [text]: unknown[] = await once(child.stdout, 'data');
  assert.deepEqual(JSON.parse(String(text)), {
    'read the sealing keys': 'ERR_ACCESS_DENIED',
    'read the store': 'ERR_ACCESS_DENIED',
    'read the config': 'ERR_ACCESS_DENIED',
    'read the users of the machine': 'ERR_ACCESS_DENIED',
    "read another worker's records": 'ERR_ACCESS_DENIED',
    "read another worker's envelopes": 'ERR_ACCESS_DENIED',
    'write beside its folder': 'ERR_ACCESS_DENIED',
    'write a program': 'ERR_ACCESS_DENIED',
    'start a program': 'ERR_ACCESS_DENIED',
    'start a thread': 'ERR_ACCESS_DENIED',
    'open a database': 'ERR_UNKNOWN_BUILTIN_MODULE',
    'load native code': 'ERR_DLOPEN_DISABLED',
    'open the inspector': 'ERR_ACCESS_DENIED',
    'write its own records': 'done',
  });
});

test(
  'the workers that run have no secret in their environment, and open no inspector when asked to',
  { skip: process.platform !== 'linux' && '/proc is Linux only' },
  async (t) => {
    process.env['POWERS_TOKEN'] = 'canary-in-the-environment';
    const gateway = await startGateway({
      config: testConfig({ servers: { one: { url: 'http://127.0.0.1:9/mcp', headers: { Authorization: { env: 'POWERS_TOKEN' } } } } }),
      env: { POWERS_TOKEN: 'canary-in-the-environment' },
    });
    t.after(async () => {
      delete process.env['POWERS_TOKEN'];
      await gateway.stop();
    });
    const workers = gateway.workers();
    assert.equal(workers.length, 2);
    for (const pid of workers) {
      assert.doesNotMatch(readFileSync(`/proc/${pid}/environ`, 'utf8'), /canary/);
      process.kill(pid, 'SIGUSR1');
    }
    await assert.rejects(
      new Promise((resolve, reject) => {
        connect(9229, '127.0.0.1').once('connect', resolve).once('error', reject);
      }),
      { code: 'ECONNREFUSED' },
    );
    assert.deepEqual(gateway.workers(), workers, 'the signal ended a worker');
  },
);

test(
  'those that may write nothing do not write compiled code either: they read what others left',
  { skip: process.platform !== 'linux' && '/proc is Linux only' },
  async (t) => {
    const gateway = await startGateway({ config: testConfig({ servers: { one: { url: 'http://127.0.0.1:9/mcp' } } }) });
    t.after(async () => void (await gateway.stop()));
    const settings = (role: 'worker' | 'keeper' | 'control'): readonly (readonly string[])[] =>
      gateway.processes(role).map((pid) =>
        readFileSync(`/proc/${pid}/environ`, 'utf8')
          .split('\0')
          .filter((entry) => entry.startsWith('NODE_COMPILE_CACHE')),
      );
    const FOLDER = `NODE_COMPILE_CACHE=${join(repositoryRoot, 'node_modules', '.cache', 'sallyport')}`;
    const held = [FOLDER, 'NODE_COMPILE_CACHE_READONLY=1'];
    assert.deepEqual([settings('worker'), settings('keeper')], [[held, held], [held]]);
    assert.deepEqual(settings('control'), [[FOLDER]]);
  },
);

test(
  'a worker gets these flags and no others, also one that replaces another',
  { skip: process.platform !== 'linux' && '/proc is Linux only' },
  async (t) => {
    const gateway = await startGateway({ config: testConfig({ servers: { one: { url: 'http://127.0.0.1:9/mcp' } } }) });
    t.after(() => gateway.stop());
    // A worker replaces its command line by its name as soon as it runs, so it has to be caught at its birth.
    const born = new Map<number, readonly string[]>();
    const before = new Set(childrenOf(gateway.pid));
    const [victim] = gateway.workers();
    assert(victim !== undefined);
    process.kill(victim, 'SIGKILL');
    await until(() => {
      for (const pid of childrenOf(gateway.pid)) {
        const line = before.has(pid) || born.has(pid) ? undefined : commandLine(pid);
        if (line?.includes('--process') === true && line.at(-1) === 'worker') born.set(pid, line);
      }
      return born.size > 0;
    }, 'the birth of the replacement');
    const [words] = [...born.values()];
    assert(words !== undefined && words.at(-1) === 'worker', String(words));
    const slot = words.some((word) => word.endsWith('worker-0')) ? 0 : 1;
    const entry = words.at(-3) ?? '';
    assert.deepEqual(words.slice(1, -3), nodeFlags({ role: 'worker', slot, entry, dataFolder: gateway.dataFolder }));
    for (const flag of ['--permission', '--disable-sigusr1']) assert(words.includes(flag), flag);
    for (const flag of [
      '--allow-child-process',
      '--allow-worker',
      '--allow-addons',
      '--allow-ffi',
      '--allow-wasi',
      '--allow-inspector',
      '--inspect',
    ]) {
      assert(!words.some((word) => word.startsWith(flag)), flag);
    }
    // No path that may be read holds a secret, and only its own records and envelopes may be written.
    const paths = (flag: string): readonly string[] =>
      words.flatMap((word) => (word.startsWith(`${flag}=`) ? [word.slice(flag.length + 1)] : []));
    const secrets = ['keys/seal-keys.json', 'state.sqlite', 'run', `audit/worker-${1 - slot}`, `vault/worker-${1 - slot}`].map((name) =>
      join(gateway.dataFolder, name),
    );
    for (const path of paths('--allow-fs-read')) {
      for (const secret of [...secrets, gateway.configFile, '/etc/passwd'])
        assert(secret !== path && !secret.startsWith(`${path}/`) && path !== '*', `${path} opens ${secret}`);
    }
    assert.deepEqual(
      paths('--allow-fs-write'),
      ['audit', 'vault'].map((name) => join(gateway.dataFolder, name, `worker-${slot}`)),
    );
    await until(() => gateway.workers().length === 2, 'the replacement');
  },
);

// The network of a worker includes unix sockets, so the path of the admin socket must not be all that it takes.
test('a worker cannot use the admin socket', async (t) => {
  const gateway = await startGateway({ config: testConfig({ servers: { one: { url: 'http://127.0.0.1:9/mcp' } } }) });
  t.after(() => gateway.stop());
  assert.equal(
    await asWorker(
      gateway,
      'POST /api/v1/agents HTTP/1.1\\r\\nHost: x\\r\\nContent-Type: application/json\\r\\nContent-Length: 15\\r\\n\\r\\n{\\"name\\":\\"evil\\"}',
    ),
    'no answer that helps',
  );
});

/** What the admin socket answers somebody who has a worker's powers and its folder. */
async function asWorker(gateway: Gateway, request: string): Promise<string> {
  const script = `const c = require('node:net').connect('run/admin.sock', () => c.write("${request}"));
    c.on('data', (d) => { console.log(/ 2\\d\\d /.test(String(d).split('\\r\\n')[0]) ? String(d) : 'no answer that helps'); process.exit(); });
    c.on('error', () => console.log('no answer that helps'));`;
  const flags = nodeFlags({ role: 'worker', slot: 0, entry: join(repositoryRoot, 'src', 'main.ts'), dataFolder: gateway.dataFolder });
  const child = spawn(process.execPath, [...flags, '-e', script], { cwd: gateway.dataFolder, stdio: ['ignore', 'pipe', 'inherit'] });
  const [text]: unknown[] = await once(child.stdout, 'data');
  return String(text).trim();
}

function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined; // It ended while we looked.
  }
}

function commandLine(pid: number): readonly string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return undefined;
  }
}
