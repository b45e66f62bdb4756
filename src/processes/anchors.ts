// Where checkpoints are noted down outside the data folder: a file, a program, or a table. Each takes notes, and rejects with a reason that may be
// written to a log where it cannot.

import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { readNote } from '../audit/index.ts';
import type { AnchorConfig } from '../audit/index.ts';
import { createCheckpointTable } from '../cluster/index.ts';
import type { CheckpointRow } from '../cluster/index.ts';
import { diskFiles, resolveValue } from '../config/index.ts';
import { environmentOfPrograms } from './spawn.ts';

/** Takes notes: when it resolves, they are where they should be. */
export interface Anchor {
  put(notes: readonly string[]): Promise<void>;
}

const COMMAND_MS = 30_000;

/** The anchor of a config. */
export function createAnchor({ target }: AnchorConfig): Anchor {
  switch (target.kind) {
    case 'file':
      return { put: (notes) => appendTo(target.path, notes.join('\n')) };
    case 'command':
      return { put: (notes) => runWith(target.command, notes.join('\n')) };
    case 'postgres': {
      const table = createCheckpointTable(() => {
        const url = resolveValue(target.url, process.env, diskFiles);
        if (!url.ok) throw new Error(`its URL ${url.error.message}`);
        return url.value;
      });
      return { put: (notes) => table.add(notes.map(toRow)) };
    }
    default:
      return target satisfies never;
  }
}

async function appendTo(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, 'a', 0o600);
    try {
      // An empty line ends what an earlier write may have left unfinished.
      await file.appendFile(`\n${text}`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new Error(`the file cannot be written (${codeOf(error)})`, { cause: error });
  }
}

function runWith([program = '', ...args]: readonly string[], text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'], env: environmentOfPrograms() });
    const timer = setTimeout(() => child.kill('SIGKILL'), COMMAND_MS);
    const end = (fault?: string): void => {
      clearTimeout(timer);
      if (fault === undefined) resolve();
      else reject(new Error(fault));
    };
    child.once('error', (error) => end(`the program cannot be started (${codeOf(error)})`));
    child.once('exit', (code, signal) => end(code === 0 ? undefined : `the program ended with ${signal ?? `code ${String(code)}`}`));
    child.stdin.on('error', () => {}); // It may end without having read everything: its exit code says whether that is well.
    child.stdin.end(text);
  });
}

function toRow(note: string): CheckpointRow {
  const checkpoint = readNote(note);
  if (checkpoint === undefined) throw new Error('the keeper gave what is no checkpoint');
  const { origin, size, root, time } = checkpoint;
  return { origin, size, root: Buffer.from(root).toString('base64'), signedAt: new Date(time), note };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}
