// Starts the real gateway for a test: `sallyport serve` as its own process, on a free port, with its own data folder on the
// checkout's disk. Ends only what it started, by process id, and removes the folder afterwards.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { endWithUs } from './children.ts';
import { toConfigText } from './config.ts';
import { at, textAt } from './mcp.ts';
import { childProcesses } from './processes.ts';

/** The checkout. */
export const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));

const PROGRAM = join(repositoryRoot, 'bin', 'sallyport.mjs');
const READY_MS = 60_000;
const STOP_MS = 20_000;
const STALE_MS = 24 * 3_600_000;
const LOG_TAIL = 4_000;

/** How to start a gateway. */
export interface GatewayOptions {
  /** The config file: its text, or a value that is written as JSON (which is YAML). `listen` should name port 0; without `admin` there is no console. */
  readonly config: string | object;
  /** An existing folder to start in again; it is then not removed. */
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The program to start in place of the checkout's. */
  readonly program?: string;
  /** Further arguments of `serve`. */
  readonly args?: readonly string[];
}

/** What a command printed and how it ended. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running gateway. */
export interface Gateway {
  /** Process id of the supervisor. */
  readonly pid: number;
  readonly folder: string;
  readonly configFile: string;
  readonly dataFolder: string;
  /** Base URL of the first listener, without a slash at the end. */
  readonly origin: string;
  readonly port: number;
  /** Lines of JSON from its standard output, parsed: ready, notices. */
  readonly events: readonly unknown[];
  /** Base URL of the console, once it serves; later ones where it has moved. */
  consoleUrl(): Promise<string>;
  /** Where an agent reaches a server. */
  url(server: string): string;
  /** Everything it has logged so far. */
  logs(): string;
  /** Creates an agent and returns its key. */
  addAgent(name: string, groups?: readonly string[]): Promise<string>;
  /** Runs the CLI against this gateway's data folder. */
  cli(...args: readonly string[]): Promise<CommandResult>;
  /** Process ids of its live children of one kind. */
  processes(role: 'worker' | 'inspector' | 'runner' | 'keeper' | 'control' | 'console'): readonly number[];
  /** Process ids of its live workers. */
  workers(): readonly number[];
  /** Writes another config if one is given, and asks for a reload. It does not wait: see `until`. */
  reload(config?: string | object): void;
  /** Ends it and waits; returns its exit code (128 + n when a signal ended it). */
  stop(signal?: NodeJS.Signals): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a gateway and waits until it serves. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const folder = options.folder ?? makeFolder();
  const configFile = join(folder, 'sallyport.yaml');
  const dataFolder = join(folder, '.sallyport');
  const writeConfig = (config: string | object): void => writeFileSync(configFile, toConfigText(config));
  writeConfig(options.config);

  const child = spawn(
    process.execPath,
    [options.program ?? PROGRAM, 'serve', '--config', configFile, '--output', 'json', ...(options.args ?? [])],
    {
      cwd: folder,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  endWithUs(child);
  const ended = once(child, 'exit');
  const events: unknown[] = [];
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  createInterface({ input: child.stdout }).on('line', (line) => events.push(parseEvent(line)));

  // Notices about servers may come before it.
  const readyEvent = (): unknown => events.find((event) => at(event, 'event') === 'ready');
  const remove = (): void => {
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
    if (isAlive(child)) {
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
    }
    remove();
    return child.exitCode ?? 137;
  }

  try {
    await until(() => readyEvent() !== undefined || !isAlive(child), 'the ready event', READY_MS);
    if (readyEvent() === undefined) throw new Error(`instead of being ready it said ${JSON.stringify(events)}`);
  } catch (error) {
    await stop('SIGKILL');
    throw new Error(`the gateway did not start. The end of its log:\n${log.slice(-LOG_TAIL)}`, { cause: error });
  }

  const origin = textAt(readyEvent(), 'listeners', 0, 'url').replace(/\/+(mcp\/*)?$/, '');
  const cli = (...args: readonly string[]): Promise<CommandResult> => sallyport([...args, '--data', dataFolder], { cwd: folder });
  const processes: Gateway['processes'] = (role) => (child.pid === undefined ? [] : childProcesses(child.pid, role));
  return {
    pid: child.pid ?? -1,
    folder,
    configFile,
    dataFolder,
    origin,
    port: Number(new URL(origin).port),
    events,
    consoleUrl: async () => {
      const urls = (): readonly string[] => events.flatMap((event) => (at(event, 'event') === 'console' ? [textAt(event, 'url')] : []));
      await until(() => urls().length > 0, 'the console');
      return urls().at(-1) ?? '';
    },
    url: (server) => `${origin}/mcp/${server}`,
    logs: () => log,
    cli,
    async addAgent(name, groups = []) {
      const added = await cli('agents', 'add', name, ...groups.flatMap((group) => ['--group', group]), '--output', 'json');
      const key = added.code === 0 ? at(parseEvent(added.stdout), 'key') : undefined;
      if (typeof key !== 'string') throw new Error(`agents add ended with ${added.code}: ${added.stdout}${added.stderr}`);
      return key;
    },
    processes,
    workers: () => processes('worker'),
    reload(config) {
      if (config !== undefined) writeConfig(config);
      child.kill('SIGHUP');
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

/** Runs one CLI command to its end. */
export async function sallyport(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>>; readonly input?: string } = {},
): Promise<CommandResult> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: options.cwd ?? repositoryRoot,
    env: { ...process.env, ...options.env },
    stdio: 'pipe',
  });
  endWithUs(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined).end(options.input ?? '');
  await once(child, 'close');
  return { code: child.exitCode ?? 137, stdout, stderr };
}

/** Waits until something is true; the wait is long, because only a failure uses it up. */
export async function until(condition: () => boolean | Promise<boolean>, what: string, timeoutMs = 45_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await sleep(20);
  }
}

function makeFolder(): string {
  const parent = join(repositoryRoot, '.sallyport');
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    // What tests that were killed have left.
    if (!name.startsWith('test-')) continue;
    const path = join(parent, name);
    const madeAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - madeAt > STALE_MS) rmSync(path, { recursive: true, force: true });
  }
  return mkdtempSync(join(parent, 'test-'));
}

function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

function parseEvent(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
