// The composition root of `serve`, the supervisor's own. It starts the other processes, which wait for nothing else, so it is loaded with what that takes; what
// other commands use is loaded where one of them is asked for.

import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { AdminPorts } from './admin/index.ts';
import { nodeName } from './audit/places.ts';
import type { CliDeps, ServeOptions } from './cli/command.ts';
import { EXIT } from './cli/exit-codes.ts';
import { checkoutCommand, renderQuickstart } from './cli/quickstart.ts';
import { runGuarded, runOne } from './cli/run-one.ts';
import { serveCommand } from './cli/serve.ts';
import { openTerminal } from './cli/terminal.ts';
import { userName } from './cli/who.ts';
import { ensureLockdownFolder, lockdownFolder, readDataFolder } from './config/places.ts';
import { startSupervisor } from './processes/index.ts';
import type { ListenSocket } from './processes/index.ts';
import { createLog } from './telemetry/index.ts';

const DATA_FOLDER = '.sallyport';
const CONSOLE_WAIT_MS = 10_000;
const QUICKSTART_AGENT = 'quickstart';
const QUICKSTART_KEY_LIFE_MS = 7 * 24 * 3_600_000;

export interface Program {
  /** The file that starts a process of the gateway. */
  readonly entry: string;
  readonly version: string;
}

/** Runs one command; resolves with its exit code. */
export async function runCommand(argv: readonly string[], program: Program): Promise<number> {
  const interrupt = new AbortController();
  const cwd = process.cwd();
  if (argv[0] !== 'serve') process.once('SIGINT', () => interrupt.abort());
  const outside = {
    version: program.version,
    cwd,
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    readStdin,
    openTerminal: () => openTerminal(process),
    now: () => new Date(),
    interrupted: interrupt.signal,
    serve: (options: ServeOptions) => serve(options, program, cwd),
  };
  if (argv[0] === serveCommand.name) {
    const deps: CliDeps = { ...outside, admin: notHere, openActs: notHere, openAgents: notHere, openLockdown: notHere };
    return runGuarded(argv, deps, (guarded) => runOne(serveCommand, argv.slice(1), guarded));
  }
  const { runWithPorts } = await import('./commands.ts');
  return runWithPorts(argv, outside);
}

/** `serve` asks no gateway for anything, and opens nothing that one runs on: it is the gateway. */
function notHere(): never {
  throw new Error('serve uses no port');
}

async function adminOf(dataFolder: string): Promise<AdminPorts> {
  const { createAdminClient } = await import('./admin/index.ts');
  return createAdminClient(join(dataFolder, 'run', 'admin.sock'), { actor: userName(process.env), via: 'cli' });
}

async function serve(options: ServeOptions, program: Program, cwd: string): Promise<number> {
  const dataFolder = options.dataFolder ?? configuredFolder(options.configFile) ?? resolve(cwd, DATA_FOLDER);
  let node: string;
  try {
    makeFolder(dataFolder);
    accessSync(dataFolder, constants.R_OK | constants.W_OK | constants.X_OK);
    node = nodeName(dataFolder);
    // Made here and not where it is read: to a worker, a folder that is gone locks everything.
    await ensureLockdownFolder(lockdownFolder(dataFolder));
  } catch (error) {
    const message = `The data folder ${dataFolder} cannot be made or written (${error instanceof Error ? error.message : 'unknown'}). Choose another: --data FOLDER, or data in the config.`;
    process.stderr.write(
      options.output === 'json' ? `${JSON.stringify({ error: { exitCode: EXIT.failed, message } })}\n` : `sallyport: ${message}\n`,
    );
    return EXIT.failed;
  }
  const json = options.output === 'json';
  const logFormat = json || !process.stderr.isTTY ? 'json' : 'text';
  const log = createLog({
    process: 'supervisor',
    level: 'info',
    write: (line) => process.stderr.write(line),
    clock: () => Date.now(),
    format: logFormat,
  });
  const checkout = resolve(dirname(program.entry), '..');
  const usualFolder = configuredFolder(join(checkout, 'sallyport.yaml'));
  const namedFolder = usualFolder === dataFolder ? undefined : dataFolder;
  const linkCommand = options.quickstart ? checkoutCommand(namedFolder, 'console') : undefined;
  const consoleLine = createConsoleLine((text) => process.stdout.write(text));
  const supervisor = startSupervisor({
    entry: program.entry,
    dataFolder,
    node,
    configFile: options.configFile,
    listenOverride: options.listen,
    consoleOverride: options.console,
    // What is printed for no person may be kept where others read it.
    offersLink: !json && process.stdout.isTTY,
    logFormat,
    log,
    onNotice: (text) => (json ? event({ event: 'notice', text }) : process.stderr.write(`${text}\n`)),
    onConsole: (url, link) => {
      if (json) event({ event: 'console', url });
      else void import('./cli/console.ts').then(({ renderConsole }) => consoleLine.tell(renderConsole(url, link, linkCommand)));
    },
    onReady: (sockets, hasConsole, tls) =>
      void announce(sockets, {
        tls,
        options,
        dataFolder,
        namedFolder,
        checkout,
        consoleText: () => consoleLine.first(hasConsole),
      }),
  });
  watchSignals(supervisor);
  return supervisor.ended;
}

/** One folder after the other: asked to make several at once where none can be made (/proc), Node does not come back. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}

interface Announcement {
  /** Names of the listeners that end TLS. */
  readonly tls: ReadonlySet<string>;
  readonly options: ServeOptions;
  readonly dataFolder: string;
  /** The same, where commands in the checkout do not look in it anyway. */
  readonly namedFolder: string | undefined;
  /** Folder of the program, where `npx sallyport` finds it. */
  readonly checkout: string;
  /** Where the console is, in words; undefined: there is none, or not soon. */
  readonly consoleText: () => Promise<string | undefined>;
}

interface ConsoleLine {
  /** Keeps the first text for whoever waits for it, and writes every later one. */
  tell(text: string): void;
  /** The first, which is waited for as long as one is to be expected. */
  first(isExpected: boolean): Promise<string | undefined>;
}

/** The console is there a moment before the workers or after them; what is said of it stands in one place all the same. */
function createConsoleLine(write: (text: string) => void): ConsoleLine {
  const { promise, resolve: settle } = Promise.withResolvers<string | undefined>();
  let isWaited = true;
  return {
    tell: (text) => (isWaited ? settle(text) : write(text)),
    first: async (isExpected) => {
      const timer = setTimeout(() => settle(undefined), isExpected ? CONSOLE_WAIT_MS : 0);
      const text = await promise;
      clearTimeout(timer);
      isWaited = false;
      return text;
    },
  };
}

async function announce(sockets: readonly ListenSocket[], announcement: Announcement): Promise<void> {
  const { tls, options, dataFolder, namedFolder, checkout, consoleText } = announcement;
  const listeners = sockets.map(({ name, host, port }) => ({
    name,
    url: `${tls.has(name) ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
  }));
  if (options.output === 'json') event({ event: 'ready', listeners, pid: process.pid, dataFolder });
  const url = listeners[0]?.url ?? '';
  if (!options.quickstart) {
    if (options.output === 'json') return;
    process.stdout.write(`Sallyport is running at ${listeners.map((listener) => listener.url).join(', ')}\n`);
    process.stdout.write((await consoleText()) ?? '');
    return;
  }
  const admin = await adminOf(dataFolder);
  const status = await admin.status();
  const key = await issueQuickstartKey(admin);
  const known = await admin.servers();
  const servers = known.ok ? known.value.map((server) => server.name) : [];
  const everything = servers.includes('everything');
  process.stdout.write(
    typeof key === 'string'
      ? `${key}\n`
      : renderQuickstart({
          url,
          console: await consoleText(),
          servers,
          together: status.ok ? status.value.routes?.find((route) => route.servers.length === servers.length)?.path : undefined,
          key,
          checkout,
          dataFolder: namedFolder,
          call: everything ? { server: 'everything', tool: 'echo', words: ['message=hello'] } : undefined,
        }),
  );
}

async function issueQuickstartKey(admin: AdminPorts): Promise<{ agent: string; text: string; expiresAt: string | null } | string> {
  const input = { label: 'quickstart', expiresAt: new Date(Date.now() + QUICKSTART_KEY_LIFE_MS).toISOString() };
  const added = await admin.agents.add({ name: QUICKSTART_AGENT, groups: [], attributes: {}, priority: 'interactive', key: input });
  if (added.ok && added.value.key !== null)
    return { agent: QUICKSTART_AGENT, text: added.value.key.text, expiresAt: added.value.key.expiresAt };
  const issued = await admin.agents.addKey(QUICKSTART_AGENT, input);
  return issued.ok
    ? { agent: QUICKSTART_AGENT, text: issued.value.text, expiresAt: issued.value.expiresAt }
    : `No key could be issued: ${issued.error.detail}`;
}

function watchSignals(supervisor: { reload(): void; stop(): void; kill(): void }): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    supervisor.stop();
    // A second Ctrl-C means now. The terminal, npm and the shell may each pass the first one on, so a moment must have gone by.
    setTimeout(() => {
      process.on('SIGINT', () => supervisor.kill());
      process.on('SIGTERM', () => supervisor.kill());
    }, 1_000).unref();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', () => supervisor.reload());
}

/** Where the config wants its data; a config that cannot be read is control's to explain. */
function configuredFolder(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  const read = readDataFolder(file, process.env);
  return read.ok ? read.value : undefined;
}

function event(fields: object): void {
  process.stdout.write(`${JSON.stringify(fields)}\n`);
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
