// What would come of a policy text: read, held against the config that it would stand in, its cases run. Of thousands of rules that takes seconds, so it is
// done in a thread; control goes on answering, the kill switch first of all.

import { ok } from '../base/index.ts';
import {
  compareOutlines,
  diskFiles,
  loadUntestedConfigFile,
  outlinePolicy,
  problemsOfCases,
  readPolicySource,
  testCases,
  withPolicy,
} from '../config/index.ts';
import type { ConfigProblem, ConfigShard, Files, Placed, TestedCases } from '../config/index.ts';

/** A text, and where it would stand. */
export interface PolicyAsk {
  readonly configFile: string;
  readonly dataFolder: string;
  /** The file that the policy stands in, and all that it says now. */
  readonly file: string;
  readonly whole: string;
  readonly text: string;
}

/** What came of it, without what only control knows. */
export interface PolicyReading {
  /** As it is written, before anything is overridden; undefined: it cannot be used. */
  readonly shard: ConfigShard | undefined;
  readonly problems: readonly ConfigProblem[];
  /** Undefined: its cases were not run. */
  readonly tested: TestedCases | undefined;
  /** The whole file with it; undefined: it could not stand there. */
  readonly whole: string | undefined;
  /** Against the policy that stands there. */
  readonly changes: ReturnType<typeof compareOutlines>;
}

/** Says something of a place of the text that was read. */
export interface Read {
  readonly reading: PolicyReading;
  readonly placed: Placed | undefined;
}

/** Reads a text. Nothing is written. */
export function readPolicyText({ configFile, dataFolder, file, whole: before, text }: PolicyAsk): Read {
  const source = readPolicySource(configFile, { env: process.env, files: withText(file, before) });
  const changes = compareOutlines(outlinePolicy(source.ok ? source.value.text : ''), outlinePolicy(text));
  const unusable = { shard: undefined, tested: undefined, changes };
  // Control has read it a moment ago; only a policy that was taken from one file to another meanwhile gets here.
  if (!source.ok) return { reading: { ...unusable, problems: [], whole: undefined }, placed: undefined };
  const replaced = withPolicy(source.value, text);
  if (!replaced.ok) return { reading: { ...unusable, problems: replaced.error, whole: undefined }, placed: undefined };
  const whole = replaced.value;
  const files = withText(file, whole);
  const untested = loadUntestedConfigFile(configFile, process.env, dataFolder, files);
  if (!untested.ok) return { reading: { ...unusable, problems: untested.error, whole }, placed: undefined };
  const { shard, cases, warnings, placed } = untested.value;
  const tested = testCases(shard, cases, files);
  return { reading: { shard, problems: [...warnings, ...problemsOfCases(tested)], tested, whole, changes }, placed };
}

/** The disk with another text in one of its files. */
function withText(file: string, text: string): Files {
  return { ...diskFiles, read: (path) => (path === file ? ok(text) : diskFiles.read(path)) };
}
