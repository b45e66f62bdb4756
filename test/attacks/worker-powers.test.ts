// Somebody has taken over a worker. They have its memory and its sockets; they must have nothing else.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeFlags } from '../../src/processes/index.ts';
import { repositoryRoot, startGateway, testConfig } from '../harness/index.ts';

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
  const child = spawn(process.execPath, [...flags, `--allow-fs-read=${SCRIPT}`, SCRIPT, dataFolder, audit], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const [text]: unknown[] = await once(child.stdout, 'data');
  assert.deepEqual(JSON.parse(String(text)), {
    'read the sealing keys': 'ERR_ACCESS_DENIED',
    'read the store': 'ERR_ACCESS_DENIED',
    'read the config': 'ERR_ACCESS_DENIED',
    'read the users of the machine': 'ERR_ACCESS_DENIED',
    "read another worker's records": 'ERR_ACCESS_DENIED',
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

test('the workers that run have no secret in their environment, and open no inspector when asked to', { skip: process.platform !== 'linux' && '/proc is Linux only' }, async (t) => {
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
});
