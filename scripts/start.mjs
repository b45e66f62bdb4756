// `npm start`: the gateway with its quickstart config in front of three real MCP servers, from a clean clone on. Plain JavaScript, because
// it runs on the system's Node before anything is installed. It starts two processes, the example server that speaks over HTTP and the
// gateway (which starts the other servers itself), and leaves none behind.

import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { ensureInstalled, environmentWith, exitCode, findNode, launch, LaunchError } from './launch.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const DEFAULT_TICKETS_PORT = 7627;
const TICKETS_START_MS = 10_000;
/** Signals nearer to each other than this are one: a Ctrl-C arrives from the terminal and from npm. */
const SAME_SIGNAL_MS = 1_000;

await launch(async () => {
  const options = readOptions();
  ensureInstalled(root);
  const node = findNode(root);
  const env = environmentWith(node, { SALLYPORT_TICKETS_PORT: String(options.ticketsPort) });
  const tickets = await startTickets(node, env, options.ticketsPort);
  return runGateway(node, env, options, tickets);
});

function readOptions() {
  const known = { listen: { type: 'string' }, data: { type: 'string' }, 'tickets-port': { type: 'string' } };
  let values;
  try {
    ({ values } = parseArgs({ options: known }));
  } catch (error) {
    throw new LaunchError(`${error.message}\nusage: npm start -- [--listen HOST:PORT] [--data FOLDER] [--tickets-port PORT]`);
  }
  const ticketsPort = Number(values['tickets-port'] ?? DEFAULT_TICKETS_PORT);
  if (!Number.isInteger(ticketsPort) || ticketsPort < 1 || ticketsPort > 65535) {
    throw new LaunchError(`'${values['tickets-port']}' is not a port: give --tickets-port a number from 1 to 65535.`);
  }
  return { listen: values.listen, data: resolve(values.data ?? join(root, '.sallyport')), ticketsPort };
}

/** Starts the example server and waits until it listens; without it the gateway still serves the others. */
async function startTickets(node, env, port) {
  if (await isTaken(port)) {
    say(
      `Port ${port} is taken, so the example server 'tickets' is not started; the rest runs. Free the port, or choose another: npm start -- --tickets-port PORT`,
    );
    return undefined;
  }
  const child = spawn(node, [join(root, 'examples', 'tickets-server', 'main.ts'), '--port', String(port)], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((done) => {
    const timer = setTimeout(done, TICKETS_START_MS);
    const settle = () => {
      clearTimeout(timer);
      done();
    };
    child.stdout.once('data', settle);
    child.once('exit', settle);
    child.once('error', settle);
  });
  child.stdout.resume();
  return child;
}

function isTaken(port) {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', (error) => done(error.code === 'EADDRINUSE'));
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(false)));
  });
}

function runGateway(node, env, { listen, data }, tickets) {
  const config = join(root, 'examples', 'quickstart', 'sallyport.yaml');
  const args = [join(root, 'bin', 'sallyport.mjs'), 'serve', '--quickstart', '--config', config, '--data', data];
  if (listen !== undefined) args.push('--listen', listen);
  const gateway = spawn(node, args, { env, stdio: 'inherit' });
  const children = [gateway, tickets].filter((child) => child !== undefined);

  let lastSignalAt = 0;
  let signals = 0;
  const stop = () => {
    const now = Date.now();
    const repeated = now - lastSignalAt < SAME_SIGNAL_MS;
    lastSignalAt = now;
    if (repeated) return;
    signals += 1;
    // The third time somebody asks, they mean it.
    if (signals > 2) for (const child of children) child.kill('SIGKILL');
    else gateway.kill('SIGTERM');
  };
  // A closed terminal hangs up: without this, a hang-up would only make the gateway read its config again.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  process.on('exit', () => children.forEach((child) => child.kill('SIGTERM')));

  tickets?.once('exit', () => {
    // A Ctrl-C ends both at once; only an end that nobody asked for is worth a word.
    setTimeout(() => {
      if (signals === 0 && gateway.exitCode === null)
        say("The example server 'tickets' has ended; the rest runs. Start again to have it back.");
    }, 500).unref();
  });

  return new Promise((done, failed) => {
    gateway.once('error', (error) => failed(new LaunchError(`The gateway could not be started: ${error.message}`)));
    gateway.once('exit', async (code, signal) => {
      await ended(tickets);
      done(exitCode(code, signal));
    });
  });
}

/** Ends the example server, which has nothing to lose, and waits until it is gone. */
function ended(child) {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
    child.once('exit', () => {
      clearTimeout(timer);
      done();
    });
    child.kill('SIGTERM');
  });
}

function say(sentence) {
  process.stderr.write(`${sentence}\n`);
}
