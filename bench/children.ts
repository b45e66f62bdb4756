// The processes of a bench: started here, pinned here, and all ended here, on every way out. Only processes started by
// this run (and what they started in turn) are ever signalled, by their id.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { type ProcessStat, readStat, readTree } from './procfs.ts';

const STOP_GRACE_MS = 10_000;
const CHECK_EVERY_MS = 50;

/** How to start one process. */
export interface ChildOptions {
  /** Name in messages and of its log file. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Cores to pin it to, `all` for every one; undefined: those of whoever starts it. */
  readonly cores: string | undefined;
  /** Further variables of its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A running process that speaks lines of JSON on its standard output. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly process: ChildProcess;
  /** The next line of its output; rejects when it ends or says nothing for `timeoutMs`. */
  nextLine(timeoutMs: number): Promise<string>;
}

/** Everything that was started and has not been seen to end. */
export class Children {
  readonly #logFolder: string;
  readonly #taskset: string | undefined;
  readonly #running = new Set<Child>();

  constructor(logFolder: string, taskset: string | undefined) {
    this.#logFolder = logFolder;
    this.#taskset = taskset;
  }

  start(options: ChildOptions): Child {
    const pinned = options.cores !== undefined && this.#taskset !== undefined;
    const command = pinned && this.#taskset !== undefined ? this.#taskset : options.command;
    const cores = options.cores === 'all' ? `0-${cpus().length - 1}` : (options.cores ?? '');
    const args = pinned ? ['-c', cores, options.command, ...options.args] : options.args;
    const logFile = join(this.#logFolder, `${options.name}.log`);
    const log = openSync(logFile, 'w');
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', log], detached: true, env: { ...process.env, ...options.env } });
    closeSync(log);
    // A child that ends before it was told everything: its exit is what gets reported.
    child.stdin?.on('error', () => undefined);
    const running: Child = {
      name: options.name,
      pid: child.pid ?? -1,
      process: child,
      nextLine: lineReader(child, options.name, logFile),
    };
    this.#running.add(running);
    child.once('exit', () => {
      this.#running.delete(running);
      // Workers outlive a supervisor that was killed: whatever of the group is left ends with its leader.
      for (const orphan of readTree(running.pid)) signal(orphan, 'SIGTERM');
    });
    return running;
  }

  /** Ends one process and all below it: asked first, then killed. */
  async stop(child: Child): Promise<void> {
    if (child.process.exitCode !== null || child.process.signalCode !== null || child.pid < 0) return;
    const tree = readTree(child.pid);
    child.process.kill('SIGTERM');
    const deadline = Date.now() + STOP_GRACE_MS;
    while (tree.some(isAlive) && Date.now() < deadline) await sleep(CHECK_EVERY_MS);
    for (const stat of tree) signal(stat, 'SIGKILL');
  }

  /** Ends everything. */
  async close(): Promise<void> {
    await Promise.all([...this.#running].map((child) => this.stop(child)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Whether this very process still runs: a pid alone may have been given to somebody else. */
function isAlive(was: ProcessStat): boolean {
  const now = readStat(was.pid);
  return now !== undefined && now.startTicks === was.startTicks && now.state !== 'Z';
}

function signal(to: ProcessStat, name: 'SIGTERM' | 'SIGKILL'): void {
  if (!isAlive(to)) return;
  try {
    process.kill(to.pid, name);
  } catch {
    // It ended in between.
  }
}

function lineReader(child: ChildProcess, name: string, logFile: string): Child['nextLine'] {
  const lines: string[] = [];
  let wake: (() => void) | undefined;
  let ended: string | undefined;
  if (child.stdout === null) throw new Error(`${name} has no output`);
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => {
    lines.push(line);
    wake?.();
  });
  child.once('error', (error) => {
    ended = `${name} could not be started: ${error.message}`;
    wake?.();
  });
  child.once('close', (code, signal) => {
    ended ??= `${name} ended (${signal ?? `exit code ${code}`}): ${tail(logFile)}`;
    wake?.();
  });
  return async (timeoutMs) => {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const line = lines.shift();
      if (line !== undefined) return line;
      if (ended !== undefined) throw new Error(ended);
      const leftMs = deadline - Date.now();
      if (leftMs <= 0) throw new Error(`${name} said nothing for ${timeoutMs} ms: ${tail(logFile)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
}

function tail(logFile: string): string {
  // Whoever has what it wanted may have removed the folder by the time that the last process has ended.
  const text = existsSync(logFile) ? readFileSync(logFile, 'utf8').trim() : '';
  return text === '' ? 'it said nothing on its error output' : text.slice(-1500);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
