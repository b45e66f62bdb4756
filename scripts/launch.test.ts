// The launcher that everything starts through: it sees when an install is missing or out of date, hands arguments, signals and exit codes
// through, and leaves no child behind.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const OWN_NODE = fileURLToPath(new URL('own-node.mjs', import.meta.url));
const LAUNCH = new URL('launch.mjs', import.meta.url).href;

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-launch-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[]): {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly until: (text: string) => Promise<void>;
} {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, signal: child.signalCode, stdout, stderr }));
  const until = async (text: string): Promise<void> => {
    while (!stdout.includes(text) && child.exitCode === null) await sleep(10);
  };
  return { child, ended, until };
}

const LOCKED = {
  '': { name: 'it' },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/b': { version: '2.0.0', integrity: 'sha512-b', optional: true },
};
const installs: readonly { readonly name: string; readonly note: object | undefined; readonly unlocked?: true; readonly good: boolean }[] =
  [
    { name: 'exactly what is locked', note: LOCKED, good: true },
    { name: 'everything but an optional package', note: { 'node_modules/a': LOCKED['node_modules/a'] }, good: true },
    { name: 'more than is locked', note: { ...LOCKED, 'node_modules/c': { version: '3.0.0' } }, good: true },
    { name: 'no lock to compare with', note: LOCKED, unlocked: true, good: true },
    { name: 'nothing', note: undefined, good: false },
    { name: 'a package less', note: { 'node_modules/b': LOCKED['node_modules/b'] }, good: false },
    { name: 'another version', note: { ...LOCKED, 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } }, good: false },
    { name: 'another content', note: { ...LOCKED, 'node_modules/a': { version: '1.0.0', integrity: 'sha512-x' } }, good: false },
    {
      name: 'another version of an optional package',
      note: { ...LOCKED, 'node_modules/b': { version: '2.1.0', integrity: 'sha512-b' } },
      good: false,
    },
  ];
for (const { name, note, good, unlocked } of installs) {
  test(`a folder with ${name} installed ${good ? 'is' : 'is not'} up to date`, async (t) => {
    const folder = folderFor(t);
    mkdirSync(join(folder, 'node_modules'));
    if (unlocked !== true) writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: LOCKED }));
    if (note !== undefined) writeFileSync(join(folder, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: note }));
    const script = `const { isInstalled } = await import(${JSON.stringify(LAUNCH)}); console.log(isInstalled(${JSON.stringify(folder)}))`;
    const { stdout, stderr } = await start(['--input-type=module', '-e', script]).ended;
    assert.equal(stdout, `${good}\n`, stderr);
  });
}

test('arguments and the exit code go through', async (t) => {
  const script = join(folderFor(t), 'script.mjs');
  writeFileSync(script, 'console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 7;');
  const { code, stdout } = await start([OWN_NODE, script, '--a', 'b c', '']).ended;
  assert.deepEqual(JSON.parse(stdout), ['--a', 'b c', '']);
  assert.equal(code, 7);
});

test('without a script it says how it is used', async () => {
  const { code, stderr } = await start([OWN_NODE]).ended;
  assert.equal(code, 1);
  assert.match(stderr, /^usage: /);
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} reaches the script, whose way of ending counts`, async (t) => {
    const script = join(folderFor(t), 'script.mjs');
    writeFileSync(script, `process.on('${signal}', () => process.exit(5)); setInterval(() => {}, 1000); console.log('up');`);
    const { child, ended, until } = start([OWN_NODE, script]);
    await until('up');
    child.kill(signal);
    assert.equal((await ended).code, 5);
  });
}

test('a script that a signal ends is reported as a shell would', async (t) => {
  const script = join(folderFor(t), 'script.mjs');
  writeFileSync(script, "process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000);");
  assert.equal((await start([OWN_NODE, script]).ended).code, 128 + 9);
});
