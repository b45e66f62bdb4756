// Parses a config file, and the policy file it may name, to the config shard. Says nothing about what the shard refers to: check.ts does.

import { dirname, resolve } from 'node:path';
import type * as z from 'zod';
import { policySchema } from '../policies/index.ts';
import type { PolicyDocument } from '../policies/index.ts';
import type { NamedCases } from './case-files.ts';
import { readDocument } from './document.ts';
import type { ReadDocument } from './document.ts';
import type { Mistake } from './explain.ts';
import type { Files } from './files.ts';
import { listenersOf, normalize } from './normalize.ts';
import { policyFileOf } from './policy-source.ts';
import { configSchema } from './schema.ts';
import type { ConfigDocument } from './schema.ts';
import type { Env } from './template.ts';
import type { ConfigProblem, ConfigShard } from './types.ts';
import type { Path } from './yaml.ts';

/** Where a config comes from. */
export interface ConfigSource {
  /** Path of the file; relative paths in it are relative to its folder. Shown in problems as it stands here. */
  readonly file: string;
  readonly env: Env;
  readonly files: Files;
  /** Processor cores, for the default number of workers. */
  readonly cores: number;
  /** The data folder that is named elsewhere, and is used in place of the config's: what is checked about a data folder is checked there. Absolute. */
  readonly dataFolder?: string | undefined;
}

/** A config that is well-formed. */
export interface ParsedConfig {
  /** Undefined if there are errors among the problems. */
  readonly shard: ConfigShard | undefined;
  readonly problems: readonly ConfigProblem[];
  /** Absolute paths of the files it was read from. */
  readonly files: readonly string[];
  /** Where it says that policy cases are. */
  readonly cases: readonly NamedCases[];
  /** Places a mistake about the shard, whose path is one into the shard's own form: `listeners`, `servers.<name>`, `policy`. */
  readonly locate: (mistake: Mistake, severity: ConfigProblem['severity']) => ConfigProblem;
}

/** Environment and header values of servers, and headers for the collector, may be secrets: only the reference is kept. */
export const isSecretPlace = ([root, of, member, ...rest]: Path): boolean => {
  const isOfServer = root === 'servers' && (member === 'env' || member === 'headers');
  return (isOfServer || (root === 'telemetry' && of === 'otlp' && member === 'headers')) && rest.length === 1;
};

/** Canaries are made to be read by whoever should not, and open nothing. Workers look for them, so they have to know them. */
export const isDecoyPlace = ([root, member]: Path): boolean => root === 'inspection' && member === 'canaries';

const keepNothing = (): boolean => false;

/** Parses a text. */
export function parseConfig(text: string, source: ConfigSource): ParsedConfig {
  const folder = dirname(resolve(source.file));
  const main = readDocument(text, { file: source.file, schema: configSchema, env: source.env, keep: isSecretPlace, isOpen: isDecoyPlace });
  const policyPath = policyFileOf(main.raw);
  const files = [resolve(source.file)];
  const problems = [...main.problems];

  let policyFile: ReadDocument<WrittenPolicy> | undefined;
  if (policyPath !== undefined) {
    const path = resolve(folder, policyPath);
    const content = source.files.read(path);
    if (content.ok) {
      files.push(path);
      policyFile = readDocument(content.value, { file: path, schema: policySchema, env: source.env, keep: keepNothing });
      problems.push(...policyFile.problems);
    } else {
      problems.push(
        main.locate(
          {
            path: ['policy', 'file'],
            part: 'value',
            message: `names ${path}, which ${content.error}`,
            fix: 'Correct the path, or write the rules here.',
          },
          'error',
        ),
      );
    }
  }

  const document = main.value;
  const locate = (mistake: Mistake, severity: ConfigProblem['severity']): ConfigProblem => {
    if (policyFile !== undefined && mistake.path[0] === 'policy')
      return policyFile.locate({ ...mistake, path: mistake.path.slice(1) }, severity);
    return main.locate({ ...mistake, path: document === undefined ? mistake.path : toWritten(document, mistake.path) }, severity);
  };
  const policy = policyFile === undefined ? inlinePolicy(document) : policyFile.value;
  if (document === undefined || policy === undefined) return { shard: undefined, problems, files, cases: [], locate };
  const mistakes: Mistake[] = [];
  const shard = normalize(document, { folder, cores: source.cores, policy: withoutCases(policy) }, (mistake) => mistakes.push(mistake));
  problems.push(...mistakes.map((mistake) => main.locate(mistake, 'error')));
  const cases = namedCases(policy.cases, policyPath === undefined ? folder : dirname(resolve(folder, policyPath)), (place, mistake) =>
    locate({ ...mistake, path: ['policy', ...place], part: 'value' }, 'error'),
  );
  return { shard: mistakes.length > 0 ? undefined : shard, problems, files, cases, locate };
}

/** A policy as written, in the config or in a file of its own. */
type WrittenPolicy = z.output<typeof policySchema>;

/** What the gateway goes by: its cases are run when it is loaded, and are nothing to the workers. */
function withoutCases({ cases: _cases, ...policy }: WrittenPolicy): PolicyDocument {
  return policy;
}

/** The cases that a policy names, relative to the file it stands in. */
function namedCases(
  patterns: readonly string[] = [],
  folder: string,
  complain: (place: Path, mistake: Pick<Mistake, 'message' | 'fix'>) => ConfigProblem,
): readonly NamedCases[] {
  return patterns.map((pattern, i) => ({
    pattern: resolve(folder, pattern),
    complain: (message, fix) => complain(['cases', i], { message, fix }),
    ownPolicy: false,
  }));
}

function inlinePolicy(document: ConfigDocument | undefined): WrittenPolicy | undefined {
  return document !== undefined && 'rules' in document.policy ? document.policy : undefined;
}

/** From a path into the shard to where the same thing is written. */
function toWritten(document: ConfigDocument, path: Path): Path {
  const [root, index, ...rest] = path;
  if (root === 'dataFolder') return ['data'];
  if (root === 'metricsListen') return ['metrics', 'listen'];
  if (root !== 'listeners' || typeof index !== 'number') return path;
  const placed = listenersOf(document)[index];
  if (placed === undefined) return ['listen'];
  return placed.inner ? [...placed.path, ...rest] : placed.path;
}
