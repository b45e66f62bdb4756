// `npm start`: the gateway with its quickstart config in front of real MCP servers, from a clean clone on. Plain JavaScript, because
// it runs on the system's Node before anything is installed. It starts three processes, the two example servers that speak over HTTP and the
// gateway (which starts the other servers itself), and leaves none behind.

import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { ensureInstalled, environmentWith, exitCode, findNode, launch, LaunchError } from './launch.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The example servers, and where they listen unless told otherwise. */
const EXAMPLES = { tickets: 7627, weather: 7628 };
const EXAMPLE_START_MS = 10_000;
/** Signals nearer to each other than this are one: a Ctrl-C arrives from the terminal and from npm. */
const SAME_SIGNAL_MS = 1_000;

await launch(async () => {
  const options = readOptions();
  ensureInstalled(root);
  const node = findNode(root);
  buildConsole(node);
  const ports = Object.entries(options.ports);
  const env = environmentWith(
    node,
    Object.fromEntries(ports.map(([name, port]) => [`SALLYPORT_${name.toUpperCase()}_PORT`, String(port)])),
  );
  const examples = await Promise.all(ports.map(([name, port]) => startExample(node, env, name, port)));
  return runGateway(
    node,
    env,
    options,
    examples.filter((example) => example !== undefined),
  );
});

function readOptions() {
  const known = {
    listen: { type: 'string' },
    console: { type: 'string' },
    data: { type: 'string' },
    'tickets-port': { type: 'string' },
    'weather-port': { type: 'string' },
  };
  let values;
  try {
    ({ values } = parseArgs({ options: known }));
  } catch (error) {
    throw new LaunchError(
      `${error.message}\nusage: npm start -- [--listen HOST:PORT] [--console HOST:PORT] [--data FOLDER] [--tickets-port PORT] [--weather-port PORT]`,
    );
  }
  const ports = {};
  for (const [name, usual] of Object.entries(EXAMPLES)) {
    const port = Number(values[`${name}-port`] ?? usual);
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      throw new LaunchError(`'${values[`${name}-port`]}' is not a port: give --${name}-port a number from 1 to 65535.`);
    }
    ports[name] = port;
  }
  return { listen: values.listen, console: values.console, data: resolve(values.data ?? join(root, '.sallyport')), ports };
}

/** Without a console the gateway does the rest; whoever changes its pages reads here what is wrong with them. */
function buildConsole(node) {
  const { status } = spawnSync(node, [join(root, 'scripts', 'build-console.ts')], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) say('The console could not be built, and is served as it was built last, if it was; the rest runs.');
}

/** Starts an example server and waits until it listens; without it the gateway still serves the others. */
async function startExample(node, env, name, port) {
  if (await isTaken(port)) {
    say(
      `Port ${port} is taken, so the example server '${name}' is not started; the rest runs. Free the port, or choose another: npm start -- --${name}-port PORT`,
    );
    return undefined;
  }
  const child = spawn(node, [join(root, 'examples', `${name}-server`, 'main.ts'), '--port', String(port)], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((done) => {
    const timer = setTimeout(done, EXAMPLE_START_MS);
    const settle = () => {
      clearTimeout(timer);
      done();
    };
    child.stdout.once('data', settle);
    child.once('exit', settle);
    child.once('error', settle);
  });
  child.stdout.resume();
  return { name, child };
}

function isTaken(port) {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', (error) => done(error.code === 'EADDRINUSE'));
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(false)));
  });
}

function runGateway(node, env, options, examples) {
  const config = join(root, 'examples', 'quickstart', 'sallyport.yaml');
  const args = [join(root, 'bin', 'sallyport.mjs'), 'serve', '--quickstart', '--config', config, '--data', options.data];
  for (const name of ['listen', 'console']) if (options[name] !== undefined) args.push(`--${name}`, options[name]);
  const gateway = spawn(node, args, { env, stdio: 'inherit' });
  const children = [gateway, ...examples.map(({ child }) => child)];

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

  for (const { name, child } of examples) {
    child.once('exit', () => {
      // A Ctrl-C ends all at once; only an end that nobody asked for is worth a word.
      setTimeout(() => {
        if (signals === 0 && gateway.exitCode === null)
          say(`The example server '${name}' has ended; the rest runs. Start again to have it back.`);
      }, 500).unref();
    });
  }

  return new Promise((done, failed) => {
    gateway.once('error', (error) => failed(new LaunchError(`The gateway could not be started: ${error.message}`)));
    gateway.once('exit', async (code, signal) => {
      await Promise.all(examples.map(({ child }) => ended(child)));
      done(exitCode(code, signal));
    });
  });
}

/** Ends an example server, which has nothing to lose, and waits until it is gone. */
function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
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
