// Which logs there are below a directory, for whoever reads them: verify, tail.

import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { LAST_CHECKPOINT_FILE } from './checkpoint-files.ts';
import { parseSegmentName } from './format.ts';
import { parseTombstoneName } from './tombstone.ts';

/** The files of one log. */
export interface LogDirectory {
  readonly slot: string;
  readonly directory: string;
  /** Numbers of its segments, rising. */
  readonly segments: readonly number[];
}

/** The log in the directory itself, and those one level below it, by name; none where there is no directory. */
export async function listLogs(directory: string): Promise<readonly LogDirectory[]> {
  if (!existsSync(directory)) return [];
  const entries = await readdir(directory, { withFileTypes: true });
  const below = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(directory, entry.name))
    .sort();
  const logs: LogDirectory[] = [];
  for (const path of [directory, ...below]) {
    const files = (path === directory ? entries : await readdir(path, { withFileTypes: true })).filter((entry) => entry.isFile());
    const segments = files.map(({ name }) => parseSegmentName(name)).filter((number) => number !== undefined);
    if (segments.length > 0) logs.push({ slot: basename(path), directory: path, segments: segments.sort((a, b) => a - b) });
  }
  return logs;
}

/** The files of tombstones in a log's folder, in order. */
export async function listTombstones(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && parseTombstoneName(entry.name) !== undefined)
    .map(({ name }) => name)
    .sort();
}

/** The names in a log's folder that look as if they were part of it and are not: of another number, or no file. */
export async function listStrangers(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const isPart = (name: string): boolean => parseSegmentName(name) !== undefined || parseTombstoneName(name) !== undefined;
  return entries
    .filter(({ name }) => /\.(?:log|tombstone)$/.test(name) || name === LAST_CHECKPOINT_FILE)
    .filter((entry) => !entry.isFile() || !(isPart(entry.name) || entry.name === LAST_CHECKPOINT_FILE))
    .map(({ name }) => name)
    .sort();
}
