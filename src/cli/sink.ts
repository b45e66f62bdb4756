// Where long results go: written as fast as they are taken, and never held in memory.

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
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

/** A new file, for this user alone: an export must not be a way to write over one. Rejects when it is there already. */
export async function fileSink(path: string): Promise<Sink> {
  const stream = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  await once(stream, 'open');
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
