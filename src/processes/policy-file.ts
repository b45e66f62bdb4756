// The file that the policy is written in, for whoever changes it from elsewhere: what it says, what would come of another text, and that text in its place.
// Only the policy is ever changed: what else people have written in the file, and not put in force yet, is theirs to put in force.

import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { fail, ok, sha256Hex } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import {
  diskFiles,
  loadUntestedConfigFile,
  problemsOfCases,
  readPolicySource,
  rewriteFile,
  testCases,
  whyFixed,
  withPolicy,
} from '../config/index.ts';
import type { ConfigProblem, ConfigShard, Files, Placed, PolicySource, TestedCases } from '../config/index.ts';
import { override } from './config-file.ts';
import type { ConfigPlace } from './config-file.ts';

export interface PolicyFileOptions {
  readonly place: ConfigPlace;
  /** What control knows and the file does not: more that would be wrong with a config. */
  readonly check: (shard: ConfigShard, placed: Placed) => Promise<readonly ConfigProblem[]>;
}

/** What would come of a text. */
export interface CheckedText {
  /** Undefined: it cannot be used. */
  readonly shard: ConfigShard | undefined;
  readonly problems: readonly ConfigProblem[];
  /** Undefined: its cases were not run. */
  readonly tested: TestedCases | undefined;
  /** The whole file with it; undefined: it could not stand there. */
  readonly whole: string | undefined;
}

export interface PolicyFile {
  /** As it stands now; fails with a sentence. */
  read(): Result<PolicySource, string>;
  check(source: PolicySource, text: string): Promise<CheckedText>;
  /** A sentence; undefined: it can be written, as far as can be told. */
  whyFixed(source: PolicySource): string | undefined;
  /** Writes `whole` where `source` was read. */
  write(source: PolicySource, whole: string): Result<undefined, 'changed' | { readonly says: string }>;
}

/** Names a text; equal only for equal texts. */
export function tagOf(text: string): string {
  return sha256Hex(text);
}

/** Whether two configs are the same but for their policies. */
export function differOnlyInPolicy(one: ConfigShard, other: ConfigShard): boolean {
  return isDeepStrictEqual({ ...one, policy: undefined }, { ...other, policy: undefined });
}

export function createPolicyFile({ place, check }: PolicyFileOptions): PolicyFile {
  const { configFile, dataFolder } = place;
  return {
    read: () => {
      if (configFile === undefined)
        return fail('The gateway was started without a config file: nothing may be called. Start it with --config FILE.');
      const source = readPolicySource(configFile, { env: process.env, files: diskFiles });
      return source.ok
        ? source
        : fail(`${source.error.file} ${source.error.says}. Repair it there, and put it in force with 'sallyport reload'.`);
    },
    check: async (source, text) => {
      const whole = withPolicy(source, text);
      if (!whole.ok || configFile === undefined) return { ...UNUSABLE, problems: whole.ok ? [] : whole.error };
      const files = withText(source.file, whole.value);
      // Each step of a long text takes a while: between them the thread answers others, the kill switch among them.
      await setImmediate();
      const untested = loadUntestedConfigFile(configFile, process.env, dataFolder, files);
      if (!untested.ok) return { ...UNUSABLE, problems: untested.error, whole: whole.value };
      const { shard: written, cases, warnings, placed } = untested.value;
      await setImmediate();
      const tested = testCases(written, cases, files);
      await setImmediate();
      const shard = { ...override(written, place), dataFolder };
      const problems = [...warnings, ...problemsOfCases(tested), ...(await check(shard, placed))];
      const isUsable = !problems.some(({ severity }) => severity === 'error');
      return { shard: isUsable ? shard : undefined, problems, tested, whole: whole.value };
    },
    whyFixed: ({ file }) => {
      const says = whyFixed(file);
      return says === undefined ? undefined : toSentence(file, says);
    },
    write: ({ file, whole: before }, whole) => {
      const written = rewriteFile(file, before, whole);
      if (written.ok) return ok(undefined);
      return fail(written.error.kind === 'changed' ? 'changed' : { says: toSentence(file, written.error.says) });
    },
  };
}

const UNUSABLE: Omit<CheckedText, 'problems'> = { shard: undefined, tested: undefined, whole: undefined };

function toSentence(file: string, says: string): string {
  return `${file} ${says}. Change it there, and put it in force with 'sallyport reload'.`;
}

/** The disk with another text in one of its files. */
function withText(file: string, text: string): Files {
  return { ...diskFiles, read: (path) => (path === file ? ok(text) : diskFiles.read(path)) };
}
