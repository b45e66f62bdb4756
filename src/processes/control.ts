// The process that changes things: reads the config, compiles the snapshot, hands it out, answers the admin API, adds up the metrics.
// It alone writes the store. Workers do not need it to serve: when it dies they go on, and the next one takes up where it was.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createAdminServer, createAgentsPort } from '../admin/index.ts';
import type { AdminServer, ConfigStatus, GatewayStatus } from '../admin/index.ts';
import { ok } from '../base/index.ts';
import { openStore } from '../cluster/index.ts';
import type { Store } from '../cluster/index.ts';
import { formatAddress, formatProblem } from '../config/index.ts';
import type { ConfigProblem, ConfigShard } from '../config/index.ts';
import { createMetrics, createMetricsTotals, parseMetricsDump } from '../telemetry/index.ts';
import type { Log } from '../telemetry/index.ts';
import { createCatalogueDesk } from './catalogue-desk.ts';
import { createCataloguePort } from './catalogue-review.ts';
import type { Channel } from './channel.ts';
import { report } from './child.ts';
import type { Duties, Links } from './child.ts';
import { readConfigFile, renderProblems } from './config-file.ts';
import { createSwitchboard, dropFrame } from './conversation.ts';
import type { Caller, Desk } from './conversation.ts';
import type { Init } from './messages.ts';
import { serveMetrics } from './metrics-door.ts';
import type { MetricsDoor } from './metrics-door.ts';
import { birthDigest, configureRunner, keeperConfig, speaksTls } from './other-processes.ts';
import { createPublisher } from './publisher.ts';
import { holdsOf } from './server-holds.ts';
import { createStatusBoard } from './status-board.ts';

const STORE_POLL_MS = 1_000;
const CONFIG_EXIT_CODE = 3;
const TENANT = 'default';

/** Sets up control's duties. */
export function beginControl(init: Init, links: Links, log: Log, version: string): Duties {
  const totals = createMetricsTotals();
  const metrics = createMetrics();
  const board = createStatusBoard({ log, notice: (text) => report({ kind: 'notice', text }) });
  const publisher = createPublisher({ dataFolder: init.dataFolder, links, log });
  const catalogue = createCatalogueDesk({
    dataFolder: init.dataFolder,
    links,
    log,
    tenant: TENANT,
    trustOf: (name) => config?.servers.find((server) => server.name === name)?.trust,
  });
  const startedAt = new Date().toISOString();
  let store: Store | undefined;
  let admin: AdminServer | undefined;
  let metricsDoor: MetricsDoor | undefined;
  let config: ConfigShard | undefined;
  let loadedAt = startedAt;
  let refusal: ConfigStatus['refusal'] = null;
  let agentsVersion = -1;
  /** Workers that serve, by their channel: each is told of all, to know who holds which agent's state. */
  const serving = new Map<Channel, string>();

  const configStatus = (): ConfigStatus => ({
    file: init.configFile ?? null,
    revision: publisher.revision,
    digest: publisher.configDigest,
    loadedAt,
    refusal,
  });

  /** Reads the file; puts it in force, or keeps what is and says why. */
  const load = async (): Promise<readonly ConfigProblem[]> => {
    const read = readConfigFile(init);
    const problems = [...read.problems, ...(await certificateProblems(read.shard))];
    const errors = problems.filter((problem) => problem.severity === 'error');
    for (const problem of read.problems)
      if (problem.severity === 'warning') log.warn('config', { at: `${problem.file}:${problem.line}`, warning: problem.message });
    if (read.shard === undefined || errors.length > 0) {
      metrics.counter('sallyport.config.reloads', { result: 'refused' }).add();
      refusal = {
        at: new Date().toISOString(),
        problems: problems.map(({ fix, ...problem }) => (fix === undefined ? problem : { ...problem, fix })),
      };
      await store?.recordRevision(
        { digest: read.digest, createdAt: refusal.at, outcome: 'refused', reason: errors[0]?.message ?? '' },
        TENANT,
      );
      tellFaults();
      log.error('the config is refused', { stays: publisher.revision, problems: errors.map(formatProblem) });
      return errors;
    }
    refusal = null;
    metrics.counter('sallyport.config.reloads', { result: 'accepted' }).add();
    loadedAt = new Date().toISOString();
    const shard = read.shard;
    config = shard;
    await store?.recordRevision({ digest: read.digest, createdAt: loadedAt, outcome: 'accepted', reason: '' }, TENANT);
    await configureOthers(shard);
    await publisher.publish({ config: shard });
    log.info('the config is in force', { revision: publisher.revision });
    tellFaults();
    report({
      kind: 'plan',
      listeners: shard.listeners.map(({ name, address }) => ({
        name,
        host: address.host === 'localhost' ? '127.0.0.1' : address.host,
        port: address.port,
      })),
      workers: shard.workers,
      drainGraceMs: shard.limits.drainGraceMs,
      birthDigest: birthDigest(shard),
    });
    await openMetricsDoor(shard);
    for (const worker of links.all('worker')) worker.send('renew-certificates', {});
    return [];
  };

  /** Only the keeper may read the files that certificates come from. */
  const certificateProblems = async (shard: ConfigShard | undefined): Promise<readonly ConfigProblem[]> => {
    if (shard === undefined || !shard.listeners.some((listener) => listener.tls.kind === 'files')) return [];
    const { fields } = await links.request('keeper', 'check-certificates', { config: keeperConfig(shard) }, 5_000);
    return Object.entries(fields['faults'] ?? {}).map(([listener, fault]) => ({
      severity: 'error',
      file: init.configFile ?? '',
      line: 1,
      column: 1,
      path: `listeners.${listener}.tls`,
      message: String(fault),
      fix: undefined,
    }));
  };

  const configureOthers = async (shard: ConfigShard): Promise<void> => {
    board.setServers(shard.servers);
    await links.request('keeper', 'configure', { config: keeperConfig(shard) }, 5_000);
    configureRunner(links.get('runner'), shard);
  };

  const openMetricsDoor = async (shard: ConfigShard): Promise<void> => {
    const wanted = shard.metricsListen;
    if (metricsDoor !== undefined && JSON.stringify(metricsDoor.address) === JSON.stringify(wanted)) return;
    metricsDoor?.close();
    metricsDoor = wanted === undefined ? undefined : await serveMetrics(wanted, render, (text) => report({ kind: 'notice', text }));
  };

  const render = (): string => {
    totals.update('control', init.epoch, metrics.dump());
    return totals.render();
  };

  /** Anybody may ask /readyz, so what is wrong stands in the log and the status only. */
  const tellFaults = (): void => {
    const faults =
      refusal === null
        ? []
        : [`the config file was changed and refused at ${refusal.at}; the one before stays. The log and \`sallyport status\` say why.`];
    for (const worker of links.all('worker')) worker.send('config-faults', { faults });
  };

  const tellWorkers = (): void => {
    const names = [...serving.values()];
    for (const worker of links.all('worker')) worker.send('workers', { names });
  };

  const publishAgents = async (): Promise<void> => {
    if (store === undefined) return;
    agentsVersion = await store.agentsVersion(TENANT);
    await publisher.publish({ agents: await store.agentsShard() });
  };

  const start = async (): Promise<void> => {
    store = openStore(init.dataFolder);
    agentsVersion = await store.agentsVersion(TENANT);
    publisher.setAgents(await store.agentsShard());
    // First of all: who has the socket has the data folder, and nothing in it may be touched while another gateway does.
    const agents = createAgentsPort({
      store,
      tenant: TENANT,
      randomBytes: (count) => randomBytes(count),
      now: () => new Date(),
      changed: publishAgents,
    });
    admin = await createAdminServer({
      socketPath: join(init.dataFolder, 'run', 'admin.sock'),
      log,
      ports: {
        agents,
        catalogue: createCataloguePort(() => catalogue.authority),
        status: async () => ok(await status()),
        servers: async () => {
          const dump = totals.total();
          return ok(board.servers().map((server) => ({ ...server, holds: holdsOf(server.name, dump) })));
        },
        reload: async () => {
          const problems = await load();
          if (problems.length > 0)
            return {
              ok: false,
              error: { code: 'config_refused', detail: 'The config cannot be put in force; the one before stays.', problems },
            };
          return ok(configStatus());
        },
      },
    });
    await catalogue.open(store);
    const errors = await load();
    if (errors.length > 0) {
      // Started with a wrong config, nothing runs. Replaced while the file is wrong, the gateway goes on with what was in force.
      if (!init.restarted || publisher.config === undefined)
        return report({ kind: 'unusable', text: renderProblems(errors), exitCode: CONFIG_EXIT_CODE });
      log.error('the config is refused; the last good one stays in force', { problems: renderProblems(errors) });
      config = publisher.config;
      await configureOthers(config);
    }
    setInterval(() => void noticeOthers(), STORE_POLL_MS).unref();
    report({ kind: 'ready' });
  };

  /** A command that ran while this process was away, or beside it, wrote to the store directly. */
  const noticeOthers = async (): Promise<void> => {
    if (store !== undefined && (await store.agentsVersion(TENANT)) !== agentsVersion) await publishAgents();
  };

  const status = async (): Promise<GatewayStatus> => {
    const workers = board.workers();
    const listeners = config?.listeners ?? [];
    const served = board.listeners(listeners.map((listener) => ({ name: listener.name, tls: speaksTls(listener) })));
    return {
      version,
      pid: process.ppid,
      startedAt,
      dataFolder: init.dataFolder,
      ready: workers.some((worker) => worker.state === 'serving'),
      listeners: served,
      notServed: listeners
        .filter(({ name }) => !served.some((one) => one.name === name))
        .map(({ name, address, ...listener }) => ({ name, url: `${speaksTls(listener) ? 'https' : 'http'}://${formatAddress(address)}` })),
      ...(metricsDoor?.url === undefined ? {} : { metrics: metricsDoor.url }),
      agents: (await store?.agents(TENANT))?.agents.length ?? 0,
      servers: config?.servers.length ?? 0,
      routes: (config?.routes ?? []).map(({ path, servers }) => ({ path, servers: [...servers] })),
      config: configStatus(),
      workers: [...workers],
    };
  };

  /** What is this process's own. */
  const own: Desk = {
    hears: {
      status: ({ fields }, { channel, name }) => {
        if (fields['state'] === 'serving') serving.set(channel, name);
        else serving.delete(channel);
        tellWorkers();
        board.setWorker(channel, fields);
      },
      metrics: ({ fields }, { name }) => {
        const dump = parseMetricsDump(fields['dump']);
        const [slot, epoch] = name.split('.');
        if (dump.ok && slot !== undefined) totals.update(slot, Number(epoch), dump.value);
      },
      'server-status': ({ fields }) => board.setServer(fields),
      'session-ended': ({ fields }, { channel }) => {
        for (const worker of links.all('worker')) if (worker !== channel) worker.send('session-ended', fields);
      },
    },
    onWorkerGone: ({ channel, name }) => {
      board.removeWorker(channel);
      serving.delete(channel);
      tellWorkers();
      totals.end(name.split('.')[0] ?? name);
    },
  };
  const desks: readonly Desk[] = [own, catalogue];
  const switchboard = createSwitchboard<Caller>(desks);

  start().catch((error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    log.error('control cannot start', { error: error instanceof Error ? error : new Error(text) });
    report({ kind: 'unusable', text: `The gateway cannot start: ${text}`, exitCode: 1 });
  });

  return {
    onLink: (role, channel, name) => {
      if (config === undefined) return;
      // A process that was replaced is told what its predecessor knew.
      if (role === 'keeper') void channel.request('configure', { config: keeperConfig(config) }, 5_000).catch(() => {});
      if (role === 'runner') configureRunner(channel, config);
      if (role === 'worker') {
        // First what is approved and taken: with the snapshot it begins to serve.
        for (const desk of desks) desk.onWorker?.({ channel, name });
        publisher.greet(channel);
        tellFaults();
      }
    },
    onUnlink: (role, channel, name) => {
      if (!board.isDraining(channel)) metrics.counter('sallyport.process.restarts', { process: role }).add();
      if (role === 'worker') for (const desk of desks) desk.onWorkerGone?.({ channel, name });
    },
    onFrame: (from, frame, channel) => {
      if (from.role === 'worker' && !switchboard.hear(frame, { channel, name: from.name })) dropFrame(frame, log);
    },
    onReload: () =>
      void load().catch((error: unknown) =>
        log.error('the config could not be loaded', { error: error instanceof Error ? error : new Error(String(error)) }),
      ),
    onStop: async () => {
      await admin?.close();
      metricsDoor?.close();
      for (const desk of desks) await desk.close?.();
      await store?.close();
    },
  };
}
