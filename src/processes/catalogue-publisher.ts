// Hands out what is approved, one server at a time: a change of one server moves one server's pins, however many there are. Also to disk, a file
// each, where a worker finds them when control is away. The files need no protection: what is in them is signed.

import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../telemetry/index.ts';
import { isServerCatalogue } from '../tools/index.ts';
import type { ServerCatalogue } from '../tools/index.ts';
import type { Channel } from './channel.ts';
import type { Links } from './child.ts';

export interface CataloguePublisher {
  /** Resolves when every worker that can answer has taken it over. */
  publish(catalogue: ServerCatalogue): Promise<void>;
  /** Gives a worker everything. */
  greet(worker: Channel, catalogues: readonly ServerCatalogue[]): void;
}

/** A worker that does not take it over in this time is stuck; it is named, and not waited for. */
const ACKNOWLEDGE_MS = 3_000;
/** In one message, which is one stop of the worker's loop. */
const SERVERS_AT_ONCE = 20;

/** Where the last catalogues are. */
export function catalogueFolder(dataFolder: string): string {
  return join(dataFolder, 'catalogue');
}

export function createCataloguePublisher(options: {
  readonly dataFolder: string;
  readonly links: Links;
  readonly log: Log;
}): CataloguePublisher {
  const { links, log } = options;
  const folder = catalogueFolder(options.dataFolder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });

  const send = async (worker: Channel, catalogues: readonly ServerCatalogue[]): Promise<void> => {
    try {
      const { fields } = await worker.request('catalogue', { catalogues }, ACKNOWLEDGE_MS);
      if (fields['error'] !== undefined) log.error('a worker does not believe the pins of a server', { error: fields['error'] });
    } catch (error) {
      log.warn('a worker did not take over the pins of a server', { error: error instanceof Error ? error : new Error(String(error)) });
    }
  };

  return {
    publish: async (catalogue) => {
      writeDurably(join(folder, `${catalogue.server}.json`), JSON.stringify(catalogue));
      await Promise.all(links.all('worker').map((worker) => send(worker, [catalogue])));
    },
    greet: (worker, catalogues) => {
      for (let at = 0; at < catalogues.length; at += SERVERS_AT_ONCE) void send(worker, catalogues.slice(at, at + SERVERS_AT_ONCE));
    },
  };
}

/** The catalogues as they were handed out last; what cannot be read is left out, and that server counts as one of which nothing is approved. */
export function lastCatalogues(dataFolder: string): readonly ServerCatalogue[] {
  const folder = catalogueFolder(dataFolder);
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => readLast(join(folder, name), name.slice(0, -'.json'.length)));
  } catch {
    return [];
  }
}

function readLast(file: string, server: string): ServerCatalogue {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (isServerCatalogue(value) && value.server === server) return value;
  } catch {
    // Said below.
  }
  return { server, pins: undefined, withheld: [], guesses: [], fault: 'their last copy cannot be read' };
}

/** All or nothing, also across a power cut. */
function writeDurably(file: string, text: string): void {
  const fd = openSync(`${file}.new`, 'w', 0o600);
  try {
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(`${file}.new`, file);
}
