// Loads a config: parse, check, and either a shard that may be used or everything that is wrong with it. Never half of it.

import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { checkConfig } from './check.ts';
import { diskFiles } from './files.ts';
import { parseConfig } from './parse.ts';
import type { ConfigSource } from './parse.ts';
import type { Env } from './template.ts';
import type { ConfigProblem, ConfigShard } from './types.ts';

/** A config that may be used. */
export interface LoadedConfig {
  readonly shard: ConfigShard;
  readonly warnings: readonly ConfigProblem[];
  /** Absolute paths of the files it was read from. */
  readonly files: readonly string[];
}

/** Loads a text; fails with all problems, warnings among them, if one is an error. */
export function loadConfig(text: string, source: ConfigSource): Result<LoadedConfig, readonly ConfigProblem[]> {
  const { shard, problems, files, locate } = parseConfig(text, source);
  const found = shard === undefined ? [] : checkConfig(shard, source.env, source.files, dirname(resolve(source.file)));
  const doubts = found.map((doubt) => locate(doubt, doubt.severity));
  const all = [...problems, ...doubts].sort(byPlace);
  if (shard === undefined || all.some(({ severity }) => severity === 'error')) return fail(all);
  return ok({ shard, warnings: all, files });
}

/** Loads a file from the disk. */
export function loadConfigFile(file: string, env: Env): Result<LoadedConfig, readonly ConfigProblem[]> {
  const text = diskFiles.read(file);
  if (!text.ok) {
    const fix = text.error === 'does not exist' ? 'Write one with `sallyport init`, or name another with --config.' : undefined;
    return fail([{ severity: 'error', file, line: 1, column: 1, path: '', message: text.error, fix }]);
  }
  return loadConfig(text.value, { file, env, files: diskFiles, cores: availableParallelism() });
}

function byPlace(a: ConfigProblem, b: ConfigProblem): number {
  return a.file === b.file ? a.line - b.line || a.column - b.column : 0;
}
