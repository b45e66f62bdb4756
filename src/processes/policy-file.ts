// The file that the policy is written in, for whoever changes it from elsewhere: what it says, what would come of another text, and that text in its place.
// Only the policy is ever changed: what else people have written in the file, and not put in force yet, is theirs to put in force.

import { isDeepStrictEqual } from 'node:util';
import { fail, ok, sha256Hex } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { diskFiles, readPolicySource, rewriteFile, whyFixed } from '../config/index.ts';
import type { ConfigShard, Files, PolicySource } from '../config/index.ts';
import { override } from './config-file.ts';
import type { ConfigPlace } from './config-file.ts';
import type { PolicyReading } from './policy-check.ts';
import { createPolicyChecker } from './policy-checker.ts';
import type { PolicyChecker, PolicyDoubt } from './policy-checker.ts';

export interface PolicyFileOptions {
  readonly place: ConfigPlace;
  /** What control knows and the file does not: more that would be wrong with a config. */
  readonly doubts: (shard: ConfigShard) => Promise<readonly PolicyDoubt[]>;
  readonly checker?: PolicyChecker;
}

/** What would come of a text. Without a shard it cannot be used. */
export type CheckedText = PolicyReading;

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

export function createPolicyFile({ place, doubts, checker = createPolicyChecker() }: PolicyFileOptions): PolicyFile {
  const { configFile, dataFolder } = place;
  const inPlace = (written: ConfigShard): ConfigShard => ({ ...override(written, place), dataFolder });
  const readSource = readOnce((files) => readPolicySource(configFile ?? '', { env: process.env, files }));
  return {
    read: () => {
      if (configFile === undefined)
        return fail('The gateway was started without a config file: nothing may be called. Start it with --config FILE.');
      const source = readSource();
      return source.ok
        ? source
        : fail(`${source.error.file} ${source.error.says}. Repair it there, and put it in force with 'sallyport reload'.`);
    },
    check: async ({ file, whole }, text) => {
      if (configFile === undefined) return UNUSABLE;
      const read = await checker.check({ configFile, dataFolder, file, whole, text }, (written) => doubts(inPlace(written)));
      const isUsable = !read.problems.some(({ severity }) => severity === 'error');
      return { ...read, shard: isUsable && read.shard !== undefined ? inPlace(read.shard) : undefined };
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

const UNUSABLE: CheckedText = {
  shard: undefined,
  problems: [],
  tested: undefined,
  whole: undefined,
  changes: { rules: [], otherwise: [] },
};

function toSentence(file: string, says: string): string {
  return `${file} ${says}. Change it there, and put it in force with 'sallyport reload'.`;
}

/** The same again where what was read is what it was: a long text takes a while to be understood. */
function readOnce<T>(read: (files: Pick<Files, 'read'>) => T): () => T {
  let last: { readonly texts: ReadonlyMap<string, string | undefined>; readonly value: T } | undefined;
  const textOf = (path: string): string | undefined => {
    const text = diskFiles.read(path);
    return text.ok ? text.value : undefined;
  };
  return () => {
    if (last !== undefined && last.texts.entries().every(([path, text]) => text !== undefined && textOf(path) === text)) return last.value;
    const texts = new Map<string, string | undefined>();
    const value = read({
      read: (path) => {
        const text = diskFiles.read(path);
        texts.set(path, text.ok ? text.value : undefined);
        return text;
      },
    });
    last = { texts, value };
    return value;
  };
}
