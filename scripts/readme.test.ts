// The quick start of the README, as printed: `npm start`, then every command of its blocks in the order in which they stand there, in a shell. What
// they print is what the README says, where `…` stands for anything.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const READY_MS = 60_000;
const WAITS_MS = 30_000;

const README = readFileSync(join(root, 'README.md'), 'utf8');
const START = README.slice(README.indexOf('## Five minutes'), README.indexOf('## Your own servers'));

/** A command and what it prints; without any, it waits for what comes further down. */
interface Step {
  readonly command: string;
  readonly prints: string;
}
const steps: readonly Step[] = Array.from(START.matchAll(/^```console\n([^]*?)^```$/gm), ([, text = '']) => text).flatMap((block) =>
  block
    .split(/^\$ /m)
    .filter((part) => part !== '')
    .map((part) => ({ command: part.slice(0, part.indexOf('\n')), prints: part.slice(part.indexOf('\n') + 1).trimEnd() })),
);

test('the commands of the quick start do what the README says', async (t) => {
  assert.ok(steps.length >= 10);
  const env = await startAll(t);
  const waiting: Promise<string>[] = [];
  let approval = '';
  for (const { command, prints } of steps) {
    if (command.startsWith('export ')) continue;
    const line = command.replace('apr_…', approval);
    if (prints === '') {
      waiting.push(run(line, env));
      continue;
    }
    // What the call above waits for comes a moment later.
    const isMeant = patternOf(prints);
    const deadline = Date.now() + WAITS_MS;
    let printed = await run(line, env);
    while (!isMeant.test(printed) && line.endsWith('approvals list') && Date.now() < deadline) {
      await sleep(200);
      printed = await run(line, env);
    }
    assert.match(printed, isMeant, line);
    approval = /apr_[0-9a-f]+/.exec(printed)?.[0] ?? approval;
  }
  assert.equal(waiting.length, 1);
  assert.match((await waiting[0]) ?? '', /^Closed #1 /);
});

/** A text in which `…` stands for anything, and runs of spaces for one another, as columns are as wide as what is in them. */
function patternOf(text: string): RegExp {
  const escaped = text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`).replace(/ {2,}/g, ' +');
  return new RegExp(`^${escaped.replaceAll('…', '[^]*')}$`);
}

async function startAll(t: TestContext): Promise<NodeJS.ProcessEnv> {
  mkdirSync(join(root, '.sallyport'), { recursive: true });
  const data = mkdtempSync(join(root, '.sallyport', 'readme-'));
  const ports = ['--tickets-port', String(await freePort()), '--weather-port', String(await freePort())];
  const child = spawn(
    process.execPath,
    ['scripts/start.mjs', '--listen', '127.0.0.1:0', '--console', '127.0.0.1:0', '--data', data, ...ports],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  t.after(async () => {
    if (child.exitCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    rmSync(data, { recursive: true, force: true, maxRetries: 5 });
  });
  const deadline = Date.now() + READY_MS;
  while (!output.includes('Ctrl-C stops everything.')) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`it did not start:\n${output}`);
    await sleep(50);
  }
  return { ...process.env, SALLYPORT_DATA: data, SALLYPORT_KEY: /^export SALLYPORT_KEY=(\S+)$/m.exec(output)?.[1] ?? '' };
}

/** Everything that a command prints, as a shell runs it in the checkout. */
async function run(command: string, env: NodeJS.ProcessEnv): Promise<string> {
  const quiet = { ...env, npm_config_loglevel: 'error' };
  const child = spawn('sh', ['-c', command], { cwd: root, env: quiet, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  await once(child, 'close');
  return printed.trimEnd();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
