// Loads a config: parse, check, run its policy cases, and either a shard that may be used or everything that is wrong with it. Never half
// of it.

import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { problemOf, testCases } from './case-files.ts';
import type { NamedCases, TestedCases } from './case-files.ts';
import { checkConfig } from './check.ts';
import { diskFiles } from './files.ts';
import type { Files } from './files.ts';
import { parseConfig } from './parse.ts';
import type { ConfigSource } from './parse.ts';
import type { Env } from './template.ts';
import type { ConfigProblem, ConfigShard } from './types.ts';
import type { Path } from './yaml.ts';

/** A config that may be used. */
export interface LoadedConfig {
  readonly shard: ConfigShard;
  readonly warnings: readonly ConfigProblem[];
  /** Absolute paths of the files it was read from. */
  readonly files: readonly string[];
  /** Says something about a place of the policy, where it is written. By default a warning. */
  readonly placed: Placed;
  /** What came of its cases; undefined: they were not run. */
  readonly tested?: TestedCases;
}

/** Says something about a place of the policy, where it is written. */
export type Placed = (path: Path, message: string, fix: string | undefined, severity?: ConfigProblem['severity']) => ConfigProblem;

/** A config whose policy cases have not been run. */
export interface UntestedConfig extends LoadedConfig {
  readonly cases: readonly NamedCases[];
}

/** More failures than a person reads at once only hide the first. */
const MAX_FAILURES = 20;

/** Loads a text; fails with all problems, warnings among them, if one is an error. */
export function loadConfig(text: string, source: ConfigSource): Result<LoadedConfig, readonly ConfigProblem[]> {
  const loaded = loadUntested(text, source);
  return loaded.ok ? gate(loaded.value, source.files) : loaded;
}

/** The cases of a policy are a part of it: where one does not hold, the config is wrong. */
function gate({ cases, ...config }: UntestedConfig, files: Files): Result<LoadedConfig, readonly ConfigProblem[]> {
  const tested = testCases(config.shard, cases, files);
  const problems = problemsOfCases(tested);
  return problems.length > 0
    ? fail([...config.warnings, ...problems])
    : ok({ ...config, files: [...config.files, ...tested.files], tested });
}

/** What is wrong with a config whose cases came out like this. */
export function problemsOfCases({ mistakes, failures }: TestedCases): readonly ConfigProblem[] {
  return [...mistakes, ...failures.slice(0, MAX_FAILURES).map(problemOf)];
}

function loadUntested(text: string, source: ConfigSource): Result<UntestedConfig, readonly ConfigProblem[]> {
  const { shard: written, problems, files, cases, locate } = parseConfig(text, source);
  const shard = written === undefined ? undefined : { ...written, dataFolder: source.dataFolder ?? written.dataFolder };
  const found = shard === undefined ? [] : checkConfig(shard, source.env, source.files, dirname(resolve(source.file)));
  const doubts = found.map((doubt) => locate(doubt, doubt.severity));
  const all = [...problems, ...doubts].sort(byPlace);
  if (shard === undefined || all.some(({ severity }) => severity === 'error')) return fail(all);
  const placed: Placed = (path, message, fix, severity = 'warning') =>
    locate({ path: ['policy', ...path], part: 'value', message, fix }, severity);
  return ok({ shard, warnings: all, files, cases, placed });
}

/** Loads a file from the disk. A data folder that is named elsewhere, absolute, stands in place of its own. */
export function loadConfigFile(
  file: string,
  env: Env,
  dataFolder?: string,
  files: Files = diskFiles,
): Result<LoadedConfig, readonly ConfigProblem[]> {
  const loaded = loadUntestedConfigFile(file, env, dataFolder, files);
  return loaded.ok ? gate(loaded.value, files) : loaded;
}

/** The same without running its cases: for whoever asks what a policy would say, also where that is not yet what it should. */
export function loadUntestedConfigFile(
  file: string,
  env: Env,
  dataFolder?: string,
  files: Files = diskFiles,
): Result<UntestedConfig, readonly ConfigProblem[]> {
  const text = files.read(file);
  if (!text.ok) {
    const fix = text.error === 'does not exist' ? 'Write one with `sallyport init`, or name another with --config.' : undefined;
    return fail([{ severity: 'error', file, line: 1, column: 1, path: '', message: text.error, fix }]);
  }
  return loadUntested(text.value, { file, env, files, cores: availableParallelism(), dataFolder });
}

function byPlace(a: ConfigProblem, b: ConfigProblem): number {
  return a.file === b.file ? a.line - b.line || a.column - b.column : 0;
}
