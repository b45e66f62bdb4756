// The config that is in force: read from its file, checked by everyone who knows a part of it, and put in force as a whole or not at all.

import type { ConfigStatus } from '../admin/index.ts';
import type { Store } from '../cluster/index.ts';
import { formatProblem } from '../config/index.ts';
import type { ConfigProblem, ConfigShard, Placed } from '../config/index.ts';
import type { Metrics } from '../telemetry/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { Links } from './child.ts';
import { CONSOLE_LISTENER } from './console-terms.ts';
import type { GatewayActs } from './gateway-acts.ts';
import { readConfigFile } from './config-file.ts';
import type { WrittenConfig } from './config-file.ts';
import type { Init } from './messages.ts';
import { keeperConfig } from './other-processes.ts';
import type { Publisher } from './publisher.ts';

const KEEPER_TIMEOUT_MS = 5_000;

export interface ConfigInForceOptions {
  readonly init: Init;
  readonly links: Links;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly publisher: Publisher;
  /** What becomes of a config is on record. */
  readonly acts: Pick<GatewayActs, 'configApplied' | 'configRefused'>;
  readonly tenant: string;
  /** Undefined until it is open. */
  readonly store: () => Store | undefined;
  /** What control knows and the file does not: more that would be wrong with it. `placed` says it where it is written. */
  readonly check: (shard: ConfigShard, placed: Placed) => Promise<readonly ConfigProblem[]>;
  /** Puts it in force everywhere. */
  readonly apply: (shard: ConfigShard) => Promise<void>;
  /** What is wrong has changed. */
  readonly onFaults: () => void;
  /** A config has been put in force that was read from a file. */
  readonly onApplied: (written: WrittenConfig) => Promise<void>;
}

export interface ConfigInForce {
  readonly shard: ConfigShard | undefined;
  /** The texts that it was read from; undefined where the file was wrong when this process began. */
  readonly written: WrittenConfig | undefined;
  readonly status: ConfigStatus;
  /** What is wrong now, sentences without details: anybody may ask /readyz. */
  faults(): readonly string[];
  /** Reads the file; puts it in force, or keeps what is and gives back why. */
  load(): Promise<readonly ConfigProblem[]>;
  /** The file is wrong, and what the control before this one published goes on. False: it published nothing. */
  keepLast(): Promise<boolean>;
}

export function createConfigInForce(options: ConfigInForceOptions): ConfigInForce {
  const { init, links, log, metrics, publisher, acts, tenant, store } = options;
  let config: ConfigShard | undefined;
  let texts: WrittenConfig | undefined;
  let loadedAt = new Date().toISOString();
  let refusal: ConfigStatus['refusal'] = null;
  let warnings: ConfigStatus['warnings'] = [];

  /** Only the keeper may read the files that certificates come from. */
  const certificateProblems = async (shard: ConfigShard): Promise<readonly ConfigProblem[]> => {
    if (shard.admin?.tls.kind !== 'files' && !shard.listeners.some((listener) => listener.tls.kind === 'files')) return [];
    const { fields } = await links.request('keeper', 'check-certificates', { config: keeperConfig(shard) }, KEEPER_TIMEOUT_MS);
    return Object.entries(fields['faults'] ?? {}).map(([listener, fault]) => ({
      severity: 'error',
      file: init.configFile ?? '',
      line: 1,
      column: 1,
      path: listener === CONSOLE_LISTENER ? 'admin.tls' : `listeners.${listener}.tls`,
      message: String(fault),
      fix: undefined,
    }));
  };

  const refuse = async (digest: string, problems: readonly ConfigProblem[]): Promise<readonly ConfigProblem[]> => {
    const errors = problems.filter(isError);
    const at = new Date().toISOString();
    metrics.counter('sallyport.config.reloads', { result: 'refused' }).add();
    refusal = { at, problems: problems.map(toShown) };
    metrics.gauge('sallyport.config.faults', {}).set(errors.length);
    await store()?.recordRevision({ digest, createdAt: at, outcome: 'refused', reason: errors[0]?.message ?? '' }, tenant);
    acts.configRefused({ file: init.configFile, digest, before: publisher.configDigest }, errors);
    options.onFaults();
    log.error('the config is refused', { stays: publisher.revision, problems: errors.map(formatProblem) });
    return errors;
  };

  return {
    get shard() {
      return config;
    },
    get written() {
      return texts;
    },
    get status() {
      return { file: init.configFile ?? null, revision: publisher.revision, digest: publisher.configDigest, loadedAt, refusal, warnings };
    },
    faults: () =>
      refusal === null
        ? []
        : [`the config file was changed and refused at ${refusal.at}; the one before stays. The log and \`sallyport status\` say why.`],
    load: async () => {
      const { shard, problems: found, digest, placed, written } = readConfigFile(init);
      const known =
        shard === undefined || placed === undefined ? [] : [...(await options.check(shard, placed)), ...(await certificateProblems(shard))];
      const problems = [...found, ...known];
      for (const problem of problems)
        if (!isError(problem)) log.warn('config', { at: `${problem.file}:${problem.line}`, warning: problem.message });
      if (shard === undefined || problems.some(isError)) return refuse(digest, problems);
      refusal = null;
      metrics.gauge('sallyport.config.faults', {}).set(0);
      warnings = problems.map(toShown);
      metrics.counter('sallyport.config.reloads', { result: 'accepted' }).add();
      loadedAt = new Date().toISOString();
      config = shard;
      texts = written;
      await store()?.recordRevision({ digest, createdAt: loadedAt, outcome: 'accepted', reason: '' }, tenant);
      const before = publisher.configDigest;
      await options.apply(shard);
      acts.configApplied({ file: init.configFile, digest, before }, publisher.revision, warnings.length);
      log.info('the config is in force', { revision: publisher.revision });
      if (written !== undefined) await options.onApplied(written);
      options.onFaults();
      return [];
    },
    keepLast: async () => {
      if (publisher.config === undefined) return false;
      config = publisher.config;
      await options.apply(config);
      return true;
    },
  };
}

function toShown({ fix, ...problem }: ConfigProblem): ConfigStatus['warnings'][number] {
  return fix === undefined ? problem : { ...problem, fix };
}

function isError({ severity }: ConfigProblem): boolean {
  return severity === 'error';
}
