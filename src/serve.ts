// The command line's half of the composition root: hands the commands what they may use, and runs the supervisor for `serve`.

import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createAdminClient, createAgentsPort, createLockdownPort } from './admin/index.ts';
import type { AdminPorts } from './admin/index.ts';
import { nodeName, openActLog } from './audit/index.ts';
import type { ActLog } from './audit/index.ts';
import { EXIT, openTerminal, checkoutCommand, renderConsole, renderQuickstart, runCli, userName } from './cli/index.ts';
import type { ServeOptions } from './cli/index.ts';
import { openStore } from './cluster/index.ts';
import { ensureLockdownFolder, lockdownFolder, readDataFolder } from './config/index.ts';
import { startSupervisor } from './processes/index.ts';
import type { ListenSocket } from './processes/index.ts';
import { createLog } from './telemetry/index.ts';

const TENANT = 'default';
const DATA_FOLDER = '.sallyport';
/** Each waits some seconds for another command to end. */
const COMMAND_LOG_ATTEMPTS = 4;
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
  return runCli(argv, {
    version: program.version,
    cwd,
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    readStdin,
    openTerminal: () => openTerminal(process),
    now: () => new Date(),
    interrupted: interrupt.signal,
    serve: (options) => serve(options, program, cwd),
    admin: (dataFolder) => adminOf(dataFolder),
    openActs: openCommandLog,
    openAgents: (dataFolder) => {
      const store = openStore(dataFolder);
      return {
        agents: createAgentsPort({
          store,
          tenant: TENANT,
          randomBytes: (count) => randomBytes(count),
          now: () => new Date(),
          changed: () => Promise.resolve(),
        }),
        close: () => store.close(),
      };
    },
    openLockdown: (dataFolder) =>
      createLockdownPort({
        dataFolder,
        tenant: TENANT,
        now: () => new Date(),
        enforce: () => Promise.resolve({ workers: 0, confirmed: 0, silent: [] }),
        isKnown: () => Promise.resolve(null),
      }),
  });
}

function adminOf(dataFolder: string): AdminPorts {
  return createAdminClient(join(dataFolder, 'run', 'admin.sock'), { actor: userName(process.env), via: 'cli' });
}

/** One command at a time writes it: another one waits its turn. */
async function openCommandLog(dataFolder: string): Promise<ActLog> {
  const options = {
    directory: join(dataFolder, 'audit', 'cli'),
    node: nodeName(dataFolder),
    writer: `command pid ${process.pid}`,
    nowMs: () => Date.now(),
    onFault: () => {},
  };
  for (let left = COMMAND_LOG_ATTEMPTS; ; left--) {
    try {
      return await openActLog(options);
    } catch (error) {
      if (left <= 1) throw error;
    }
  }
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
    onConsole: (url, link) => (json ? event({ event: 'console', url }) : consoleLine.tell(renderConsole(url, link, linkCommand))),
    onReady: (sockets, hasConsole) =>
      void announce(sockets, {
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
  const { options, dataFolder, namedFolder, checkout, consoleText } = announcement;
  const admin = adminOf(dataFolder);
  const status = await admin.status();
  const tls = new Set(
    status.ok ? status.value.listeners.filter((listener) => listener.url.startsWith('https:')).map((listener) => listener.name) : [],
  );
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
