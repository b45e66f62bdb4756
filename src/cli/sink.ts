// Where long results go: written as fast as they are taken, and never held in memory.

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { CliDeps } from './command.ts';

/** Takes text. */
export interface Sink {
  /** Resolves when more may come. */
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Standard output. What is written must be inert in a terminal by itself. */
export function outputSink({ stdout }: CliDeps): Sink {
  return {
    write: async (text) => {
      const isTaken = stdout.write(text);
      if (isTaken === false && stdout instanceof Writable) await once(stdout, 'drain');
    },
    close: async () => undefined,
  };
}

/** Somebody named a place at which nothing new can be made: theirs to correct. Its message is for people. */
export class UnwritableError extends Error {}

/** A new file, for this user alone: an export must not be a way to write over one. Rejects with an UnwritableError when it cannot be made. */
export async function fileSink(path: string): Promise<Sink> {
  const stream = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  await once(stream, 'open').catch((error: unknown) => {
    throw toUnwritable(error, path);
  });
  return {
    write: async (text) => {
      if (!stream.write(text)) await once(stream, 'drain');
    },
    close: async () => {
      stream.end();
      await finished(stream);
    },
  };
}

/** What making a file or folder at `path` failed with, as far as that is for who named it to correct; else the error as it is. */
export function toUnwritable(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EEXIST':
      return new UnwritableError(`${path} is there already: name a new one.`);
    case 'ENOENT':
    case 'ENOTDIR':
      return new UnwritableError(`${path} cannot be written: ${dirname(path)} is not a folder.`);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new UnwritableError(`${path} cannot be written by this user.`);
    default:
      return error;
  }
}
