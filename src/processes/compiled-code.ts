// Compiled code of the program, which spares a start most of its work. Node keeps it beside the libraries for whoever may write there: commands, supervisor, control
// and runner. The others only read it, and what nobody else loads would never be there, so a process that is told nothing compiles it for them: once after
// each change of the program, when the gateway serves.

import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import type { Role } from './messages.ts';

/** What serves is not held up by it. */
const AFTER_MS = 500;

/** One process for those with the same engine. */
const COMPILED: readonly (readonly Role[])[] = [['worker'], ['keeper', 'console']];

export interface CompiledCodeOptions {
  /** The entry file: src/main.ts or dist/main.js. */
  readonly entry: string;
  readonly spawn: (roles: readonly Role[]) => ChildProcess;
  readonly afterMs?: number;
}

export interface CompileAhead {
  /** Nothing is compiled any more. */
  readonly done: Promise<void>;
  /** Ends what still compiles. */
  close(): void;
}

/** Where compiled code is kept; undefined: nowhere, since the program has no libraries beside it. */
export function compiledCodeFolder(entry: string): string | undefined {
  const libraries = join(dirname(dirname(entry)), 'node_modules');
  return existsSync(libraries) ? join(libraries, '.cache', 'sallyport') : undefined;
}

/** Compiles what has changed, in a while. What goes wrong costs time at the next start, and nothing else. */
export function compileAhead({ entry, spawn, afterMs = AFTER_MS }: CompiledCodeOptions): CompileAhead {
  const folder = compiledCodeFolder(entry);
  let running: ChildProcess | undefined;
  let isClosed = false;

  const compile = async (roles: readonly Role[], kept: string): Promise<void> => {
    const mark = join(kept, `compiled-${roles.join('-')}-${process.version}`);
    if (isClosed || (await isNewer(mark, dirname(entry)))) return;
    const begunMs = Date.now();
    const child = spawn(roles);
    running = child;
    const code = await new Promise<number | null>((resolve) => {
      child.once('error', () => resolve(null));
      child.once('exit', resolve);
      if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    });
    running = undefined;
    if (code === 0 && !isClosed) await writeFile(mark, `${begunMs}\n`);
  };
  const { promise: done, resolve: settle } = Promise.withResolvers<void>();
  const compileAll = async (): Promise<void> => {
    if (folder !== undefined) for (const roles of COMPILED) await compile(roles, folder);
  };

  const timer = setTimeout(
    () =>
      void compileAll()
        .catch(() => {})
        .then(settle),
    afterMs,
  ).unref();
  return {
    done,
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      running?.kill('SIGKILL');
    },
  };
}

/** Whether the file was written after everything in the folder. */
async function isNewer(mark: string, program: string): Promise<boolean> {
  if (!existsSync(mark)) return false;
  const { mtimeMs } = await stat(mark);
  const files = await readdir(program, { recursive: true, withFileTypes: true });
  for (const file of files) if (file.isFile() && (await stat(join(file.parentPath, file.name))).mtimeMs >= mtimeMs) return false;
  return true;
}
