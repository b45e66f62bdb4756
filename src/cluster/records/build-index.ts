// Makes the index of the record from nothing, beside the one there is: whoever asks meanwhile has the old one. Without indexes to keep in order, rows go in as
// fast as they can be read, and the indexes are made at the end.

import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { CatchUpOptions, IndexReport } from '../../audit/index.ts';
import { nextIndex, removeOldIndexes } from './index-files.ts';
import { Indexer } from './indexer.ts';
import { createIndexes, createTables } from './schema.ts';
import { createWords } from './words.ts';

/** Memory for pages. */
export const CACHE_KIB = 131_072;

/** Makes the index anew. Undefined: it was told to stop, and nothing has changed. */
export async function buildIndex(dataFolder: string, options: CatchUpOptions = {}): Promise<IndexReport | undefined> {
  const { unfinished, finished } = nextIndex(dataFolder);
  closeSync(openSync(unfinished, 'wx', 0o600));
  try {
    const report = await fill(unfinished, join(dataFolder, 'audit'), options);
    if (options.signal?.aborted === true) return undefined;
    flush(unfinished);
    renameSync(unfinished, finished);
    removeOldIndexes(dataFolder);
    return report;
  } finally {
    rmSync(unfinished, { force: true });
  }
}

async function fill(path: string, directory: string, options: CatchUpOptions): Promise<IndexReport> {
  const database = new DatabaseSync(path);
  try {
    // Nobody else sees the file, and if this ends early it is thrown away: nothing has to be undone, and nothing to be durable before the end.
    database.exec(
      `PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -${CACHE_KIB};`,
    );
    createTables(database);
    const report = await new Indexer(database, createWords(database), true).catchUp(directory, options);
    createIndexes(database);
    return report;
  } finally {
    database.close();
  }
}

function flush(path: string): void {
  const fd = openSync(path, 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
