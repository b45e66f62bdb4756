// Which logs there are below a directory, for whoever reads them: verify, tail.

import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { parseSegmentName } from './format.ts';

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
    const names = path === directory ? entries.map((entry) => entry.name) : await readdir(path);
    const segments = names.map(parseSegmentName).filter((number) => number !== undefined);
    if (segments.length > 0) logs.push({ slot: basename(path), directory: path, segments: segments.sort((a, b) => a - b) });
  }
  return logs;
}
