// `npm start` as a stranger meets it: what it prints works as printed, a taken port is no end of the world, and Ctrl-C leaves nothing
// behind.

import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const READY_MS = 60_000;

/** A start that is under way. */
interface Started {
  readonly child: ChildProcess;
  output(): string;
  until(text: string): Promise<void>;
  /** All processes below it. */
  descendants(): readonly number[];
}

function start(t: TestContext, ticketsPort: number, weatherPort: number): Started {
  // On the checkout's disk, like a real one.
  mkdirSync(join(root, '.sallyport'), { recursive: true });
  const data = mkdtempSync(join(root, '.sallyport', 'start-'));
  const args = [
    'scripts/start.mjs',
    '--listen',
    '127.0.0.1:0',
    '--console',
    '127.0.0.1:0',
    '--data',
    data,
    '--tickets-port',
    String(ticketsPort),
    '--weather-port',
    String(weatherPort),
  ];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  t.after(async () => {
    if (child.exitCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    rmSync(data, { recursive: true, force: true, maxRetries: 5 });
  });
  return {
    child,
    output: () => output,
    until: async (text) => {
      const deadline = Date.now() + READY_MS;
      while (!output.includes(text)) {
        if (child.exitCode !== null || Date.now() > deadline) throw new Error(`it never said '${text}':\n${output}`);
        await sleep(50);
      }
    },
    descendants: () => descendantsOf(child.pid ?? -1),
  };
}

function descendantsOf(pid: number): readonly number[] {
  const pairs = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = [pid];
  for (const parent of found) for (const [child = -1, above] of pairs) if (above === parent) found.push(child);
  return found.slice(1);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function listenAnywhere(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { server, port: typeof address === 'object' ? (address?.port ?? 0) : 0 };
}

test('what is printed works as printed, and Ctrl-C leaves no process behind', async (t) => {
  const [tickets, weather] = [await listenAnywhere(), await listenAnywhere()];
  tickets.server.close();
  weather.server.close();
  const started = start(t, tickets.port, weather.port);
  await started.until('Ctrl-C stops everything.');

  const command = /^npx sallyport tools call .*$/m.exec(started.output())?.[0] ?? '';
  const called = await promisify(execFile)('sh', ['-c', command], { cwd: root });
  assert.equal(called.stdout, 'Echo: hello\n');

  // Nobody is at this end of a pipe: in place of a link there is the command that makes one.
  await started.until('npx sallyport console --data');
  assert.doesNotMatch(started.output(), /sign-in#/);
  const signIn = /^npx sallyport console --data .*$/m.exec(started.output())?.[0] ?? '';
  const { stdout: printed } = await promisify(execFile)('sh', ['-c', signIn], { cwd: root });
  const link = new URL(/^http:\/\/127\.0\.0\.1:\d+\/sign-in#\S+$/m.exec(printed)?.[0] ?? '');
  assert.match(await (await fetch(link, { headers: { accept: 'text/html' } })).text(), /^<!doctype html>/i);
  const signedIn = await fetch(new URL('/api/v1/session', link), {
    method: 'POST',
    headers: { origin: link.origin, 'content-type': 'application/json' },
    body: JSON.stringify({ link: link.hash.slice(1) }),
  });
  assert.equal(signedIn.status, 201);

  const text = started.output();
  assert.equal(
    text.slice(text.indexOf('Ctrl-C stops everything.')).trimEnd().split('\n').at(-1),
    signIn,
    'what has to be found is the last thing',
  );
  const snippet = JSON.parse(text.slice(text.indexOf('{\n'), text.indexOf('\n}\n') + 2));
  assert.deepEqual(Object.keys(snippet.mcpServers), ['everything', 'files', 'tickets', 'weather']);
  assert.ok(command.includes(snippet.mcpServers.everything.url));

  const below = started.descendants();
  assert.ok(below.length >= 6, `${below.length} processes`);
  // From the terminal a Ctrl-C reaches the whole group; whoever is told twice must still end once.
  started.child.kill('SIGINT');
  started.child.kill('SIGINT');
  await once(started.child, 'exit');
  assert.equal(started.child.exitCode, 0, started.output());
  for (let waits = 0; below.some(isAlive) && waits < 100; waits++) await sleep(50);
  assert.deepEqual(below.filter(isAlive), []);
});

test('a taken port of the example server is said with the remedy, and the rest runs', async (t) => {
  const { server, port } = await listenAnywhere();
  t.after(() => server.close());
  const started = start(t, port, port);
  await started.until('Ctrl-C stops everything.');
  assert.match(started.output(), new RegExp(`^Port ${port} is taken, .*npm start -- --tickets-port PORT$`, 'm'));
  assert.match(started.output(), new RegExp(`^Port ${port} is taken, .*npm start -- --weather-port PORT$`, 'm'));
});

test('an option that does not exist is refused', async () => {
  const child = spawn(process.execPath, ['scripts/start.mjs', '--frobnicate'], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child, 'close');
  assert.equal(child.exitCode, 1);
  assert.match(stderr, /^usage: npm start -- /m);
});
