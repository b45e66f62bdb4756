// What is shipped is what was tested: the build, laid out as a release is (no sources, only the libraries that run needs), carries a
// modern call and a legacy session with a child process.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  at,
  callOnce,
  LegacySession,
  repositoryRoot,
  startEchoServer,
  startGateway,
  testConfig,
  textAt,
  WITH_CONSOLE,
} from '../harness/index.ts';

const STDIO_SERVER = join(repositoryRoot, 'test', 'harness', 'servers', 'stdio-server.ts');

test('the build serves', async (t) => {
  mkdirSync(join(repositoryRoot, '.sallyport'), { recursive: true });
  const release = mkdtempSync(join(repositoryRoot, '.sallyport', 'test-'));
  t.after(() => rmSync(release, { recursive: true, force: true }));
  const built = spawnSync(process.execPath, [join(repositoryRoot, 'scripts', 'build.ts'), join(release, 'dist')], { encoding: 'utf8' });
  assert.equal(built.status, 0, built.stdout + built.stderr);
  assert(!existsSync(join(release, 'dist', 'main.ts')));

  const manifest: unknown = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8'));
  const libraries = Object.keys(at(manifest, 'dependencies') ?? {}).map((name) => join('node_modules', name));
  assert(libraries.length > 0);
  for (const part of ['package.json', 'bin', join('scripts', 'launch.mjs'), ...libraries]) {
    cpSync(join(repositoryRoot, part), join(release, part), { recursive: true });
  }

  const echo = await startEchoServer({ tools: ['one', 'two', 'three'] });
  t.after(() => echo.close());
  const gateway = await startGateway({
    program: join(release, 'bin', 'sallyport.mjs'),
    config: testConfig({
      extra: WITH_CONSOLE,
      servers: { echo: { url: echo.url }, stdio: { command: process.execPath, args: [STDIO_SERVER] } },
    }),
  });
  t.after(() => gateway.stop());
  const key = await gateway.addAgent('walker');
  for (const tool of ['one', 'two', 'three']) assert.equal(await callOnce(gateway.url('echo'), key)(tool), true);
  const session = await LegacySession.open(gateway.url('stdio'), { key });
  const { result } = await session.request('tools/call', { name: 'pid', arguments: {} });
  assert.match(textAt(result, 'content', 0, 'text'), /^\d+$/);
  await session.end();
  const page = await fetch(await gateway.consoleUrl(), { headers: { accept: 'text/html' } });
  assert.match(await page.text(), /^<!doctype html>/i);
  const [asset] = readdirSync(join(release, 'dist', 'console', 'assets')).filter((name) => name.endsWith('.js'));
  assert.equal((await fetch(`${await gateway.consoleUrl()}/assets/${asset}`)).status, 200);
  const verify = spawnSync(process.execPath, [join(release, 'bin', 'sallyport-verify.mjs'), join(gateway.dataFolder, 'audit')], {
    encoding: 'utf8',
  });
  assert.equal(verify.status, 0, verify.stdout + verify.stderr);
  assert.match(verify.stdout, /^Good: /m);
  assert.equal(await gateway.stop(), 0);
});
