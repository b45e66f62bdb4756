// Starts a server of the checkout as a program of its own, the way a person would, and ends it again.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { endWithUs } from './children.ts';
import { repositoryRoot } from './gateway.ts';

/** A server that is running. */
export interface Program {
  /** What it said that it listens on. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Runs `node <file> <args>` and waits for its line `listening <url>`. */
export async function startProgram(file: string, args: readonly string[]): Promise<Program> {
  const child = spawn(process.execPath, [join(repositoryRoot, file), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  endWithUs(child);
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^listening (\S+)$/.exec(line)?.[1];
    if (url !== undefined) return { url, stop };
  }
  await stop();
  throw new Error(`${file} ended without listening`);
}
