// The config as a running gateway takes it: the file, the command line's address in place of the first one, and problems as text.

import type { ConfigProblem, ConfigShard, Files, Placed, PolicySource, TestedCases } from '../config/index.ts';
import {
  checkConfig,
  digestOf,
  diskFiles,
  formatProblem,
  loadConfig,
  loadConfigFile,
  parseAddress,
  readPolicySource,
} from '../config/index.ts';
import { sha256Hex } from '../base/index.ts';
import type { Init } from './messages.ts';

/** A config that may be used, or what is wrong with it. */
export interface ReadConfig {
  readonly shard: ConfigShard | undefined;
  readonly problems: readonly ConfigProblem[];
  /** As the snapshot names it; of what cannot be used, of what is wrong with it. */
  readonly digest: string;
  /** Says something about a place of the policy, where it is written. */
  readonly placed: Placed | undefined;
  /** The texts that it was read from; undefined without a file, and where it cannot be used. */
  readonly written?: WrittenConfig | undefined;
}

/** A config as it is written. */
export interface WrittenConfig {
  readonly file: string;
  readonly text: string;
  readonly policy: PolicySource;
  /** What came of the cases of its policy. */
  readonly tested: TestedCases | undefined;
}

/** Without a file: loopback, no servers, nobody may do anything. */
const NOTHING = 'version: 1\npolicy: { rules: [] }\n';

/** Where a gateway's config is. */
export type ConfigPlace = Overrides & Pick<Init, 'configFile' | 'dataFolder'>;

/** Reads the config file that the gateway was started with. `disk`: another one where somebody asks what would be. */
export function readConfigFile(init: ConfigPlace, disk: Files = diskFiles): ReadConfig {
  const files = withMemory(disk);
  const loaded =
    init.configFile === undefined
      ? loadConfig(NOTHING, { file: `${init.dataFolder}/no-config-file.yaml`, env: process.env, files: diskFiles, cores: 2 })
      : loadConfigFile(init.configFile, process.env, init.dataFolder, files);
  if (!loaded.ok) return { shard: undefined, problems: loaded.error, digest: sha256Hex(JSON.stringify(loaded.error)), placed: undefined };
  const malformed = malformedOverrides(init);
  if (malformed.length > 0) return { shard: undefined, problems: malformed, digest: '', placed: undefined };
  const shard: ConfigShard = { ...override(loaded.value.shard, init), dataFolder: init.dataFolder };
  const isOverridden = init.listenOverride !== undefined || init.consoleOverride !== undefined;
  const doubts = isOverridden ? checkConfig(shard, process.env, diskFiles).filter(({ severity }) => severity === 'error') : [];
  const problems = [
    ...loaded.value.warnings,
    ...doubts.map(({ path: [root], message, fix }) => overrideProblem(root === 'admin' ? '--console' : '--listen', message, fix)),
  ];
  const { placed } = loaded.value;
  const written = init.configFile === undefined ? undefined : writtenIn(init.configFile, files, loaded.value.tested);
  return { shard: doubts.length > 0 ? undefined : shard, problems, digest: digestOf(shard), placed, written };
}

/** Of a file that could be read, and whose texts are remembered: nothing is asked of the disk again. */
function writtenIn(file: string, files: Files, tested: TestedCases | undefined): WrittenConfig | undefined {
  const text = files.read(file);
  const policy = readPolicySource(file, { env: process.env, files });
  return text.ok && policy.ok ? { file, text: text.value, policy: policy.value, tested } : undefined;
}

/** Files of which each is read once, so that whatever is said of a config is said of the same text. */
function withMemory(files: Files): Files {
  const read = new Map<string, ReturnType<Files['read']>>();
  return {
    ...files,
    read: (path) => {
      const known = read.get(path) ?? files.read(path);
      read.set(path, known);
      return known;
    },
  };
}

/** Addresses of the command line, in place of the file's. */
type Overrides = Pick<Init, 'listenOverride' | 'consoleOverride'>;

function malformedOverrides({ listenOverride, consoleOverride }: Overrides): readonly ConfigProblem[] {
  const isAddress = (text: string | undefined): boolean => text === undefined || parseAddress(text) !== undefined;
  return [
    ...(isAddress(listenOverride) ? [] : [overrideProblem('--listen', 'is no address', 'Write HOST:PORT, like 127.0.0.1:7625.')]),
    ...(consoleOverride === 'off' || isAddress(consoleOverride)
      ? []
      : [overrideProblem('--console', 'is no address', 'Write HOST:PORT, like 127.0.0.1:7630, or off.')]),
  ];
}

function overrideProblem(option: '--listen' | '--console', message: string, fix: string | undefined): ConfigProblem {
  return { severity: 'error', file: option, line: 1, column: 1, path: option.slice(2), message, fix };
}

/** Problems as a person reads them: place, what is wrong, what to write instead. */
export function renderProblems(problems: readonly ConfigProblem[]): string {
  return problems.map(formatProblem).join('\n');
}

/** A config with what the command line says in place of the file. */
export function override(shard: ConfigShard, { listenOverride, consoleOverride }: Overrides): ConfigShard {
  const [first, ...rest] = shard.listeners;
  const address = listenOverride === undefined ? undefined : parseAddress(listenOverride);
  const { admin } = shard;
  return {
    ...shard,
    listeners: first === undefined || address === undefined ? shard.listeners : [{ ...first, address }, ...rest],
    admin: admin === undefined || consoleOverride === undefined ? admin : { ...admin, listen: parseAddress(consoleOverride) },
  };
}
