// The config as a running gateway takes it: the file, the command line's address in place of the first one, and problems as text.

import type { ConfigProblem, ConfigShard, Placed } from '../config/index.ts';
import { checkConfig, digestOf, diskFiles, formatProblem, loadConfig, loadConfigFile, parseAddress } from '../config/index.ts';
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
}

/** Without a file: loopback, no servers, nobody may do anything. */
const NOTHING = 'version: 1\npolicy: { rules: [] }\n';

/** Reads the config file that the gateway was started with. */
export function readConfigFile(init: Pick<Init, 'configFile' | 'listenOverride' | 'dataFolder'>): ReadConfig {
  const loaded =
    init.configFile === undefined
      ? loadConfig(NOTHING, { file: `${init.dataFolder}/no-config-file.yaml`, env: process.env, files: diskFiles, cores: 2 })
      : loadConfigFile(init.configFile, process.env, init.dataFolder);
  if (!loaded.ok) return { shard: undefined, problems: loaded.error, digest: sha256Hex(JSON.stringify(loaded.error)), placed: undefined };
  const shard: ConfigShard = { ...override(loaded.value.shard, init.listenOverride), dataFolder: init.dataFolder };
  const malformed = init.listenOverride !== undefined && parseAddress(init.listenOverride) === undefined;
  if (malformed)
    return {
      shard: undefined,
      problems: [listenProblem('is no address', 'Write HOST:PORT, like 127.0.0.1:7625.')],
      digest: '',
      placed: undefined,
    };
  const doubts =
    init.listenOverride === undefined ? [] : checkConfig(shard, process.env, diskFiles).filter((doubt) => doubt.severity === 'error');
  const problems = [...loaded.value.warnings, ...doubts.map(({ message, fix }) => listenProblem(message, fix))];
  const { placed } = loaded.value;
  return { shard: doubts.length > 0 ? undefined : shard, problems, digest: digestOf(shard), placed };
}

function listenProblem(message: string, fix: string | undefined): ConfigProblem {
  return { severity: 'error', file: '--listen', line: 1, column: 1, path: 'listen', message, fix };
}

/** Problems as a person reads them: place, what is wrong, what to write instead. */
export function renderProblems(problems: readonly ConfigProblem[]): string {
  return problems.map(formatProblem).join('\n');
}

function override(shard: ConfigShard, listen: string | undefined): ConfigShard {
  const [first, ...rest] = shard.listeners;
  const address = listen === undefined ? undefined : parseAddress(listen);
  if (first === undefined || address === undefined) return shard;
  return { ...shard, listeners: [{ ...first, address }, ...rest] };
}
