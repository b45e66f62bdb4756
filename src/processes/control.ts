// The process that changes things: reads the config, compiles the snapshot, hands it out, answers the admin API, adds up the metrics.
// It alone writes the store. Workers do not need it to serve: when it dies they go on, and the next one takes up where it was.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createAdminServer, createAgentsPort, performAct } from '../admin/index.ts';
import type { AdminServer, PerformedAct } from '../admin/index.ts';
import { DEFAULT_AUDIT } from '../audit/index.ts';
import type { PrivacySwitches } from '../audit/index.ts';
import { openStore } from '../cluster/index.ts';
import type { Store } from '../cluster/index.ts';
import { endedCaptures } from '../config/index.ts';
import type { ConfigProblem, ConfigShard, Placed } from '../config/index.ts';
import { createMetrics, createMetricsTotals, parseMetricsDump } from '../telemetry/index.ts';
import type { Log, MetricsDump } from '../telemetry/index.ts';
import { createActKeeper } from './act-keeper.ts';
import type { Channel } from './channel.ts';
import { report } from './child.ts';
import type { Duties, Links } from './child.ts';
import { renderProblems } from './config-file.ts';
import { conditionProblems, strayToolProblems } from './condition-faults.ts';
import { createConfigInForce } from './config-in-force.ts';
import { createSwitchboard, dropFrame } from './conversation.ts';
import type { Caller, Desk } from './conversation.ts';
import { createConsoleDesk } from './console-desk.ts';
import { createControlDesks } from './control-desks.ts';
import { asReloaded, createControlPorts } from './control-ports.ts';
import { createDiskWatch } from './disk-watch.ts';
import { createGatewayActs } from './gateway-acts.ts';
import { createGatewayStatus } from './gateway-status.ts';
import { markLocation } from './location-mark.ts';
import type { Init } from './messages.ts';
import { serveMetrics } from './metrics-door.ts';
import type { MetricsDoor } from './metrics-door.ts';
import { configureRunner, keeperConfig, planOf } from './other-processes.ts';
import { createOperatorsDesk } from './operators-desk.ts';
import { createOverviewDesk } from './overview/overview-desk.ts';
import { createPeople } from './people.ts';
import type { PolicyDoubt } from './policy-checker.ts';
import { createPolicyDesk } from './policy-desk.ts';
import { createPublisher } from './publisher.ts';
import { removeStaleSockets } from './stale-sockets.ts';
import { createStatusBoard } from './status-board.ts';
import { createTelemetryDesk } from './telemetry-desk.ts';

const STORE_POLL_MS = 1_000;
const TELEMETRY_TICK_MS = 1_000;
/** Whoever looks on is told so often how the gateway does. */
const OVERVIEW_EVERY_MS = 2_000;
const CONFIG_EXIT_CODE = 3;
const KEEPER_TIMEOUT_MS = 5_000;
const TENANT = 'default';

/** Somebody who may signal the gateway's processes wants the file read again; who, the system does not say. */
const RELOAD: PerformedAct = { action: 'config.reload', kind: 'change', by: 'os:unknown', via: 'file', tenant: TENANT, reason: 'SIGHUP' };

/** Of a process's name: `worker-0.5` is the fifth process of this gateway's life. */
function epochOf(name: string): number {
  return Number(name.slice(name.lastIndexOf('.') + 1));
}

/** Sets up control's duties. */
export function beginControl(init: Init, links: Links, log: Log, version: string): Duties {
  const totals = createMetricsTotals();
  const metrics = createMetrics();
  const board = createStatusBoard({ log, notice: (text) => report({ kind: 'notice', text }) });
  const publisher = createPublisher({ dataFolder: init.dataFolder, links, log });
  const nowMs = (): number => Date.now();
  const people = createPeople({ store: () => store, tenant: TENANT, nowMs });
  const desks = createControlDesks({
    init,
    links,
    version,
    log,
    metrics,
    tenant: TENANT,
    people,
    nowMs,
    store: () => store,
    shard: () => config.shard,
    nameOf: (worker) => board.nameOf(worker),
    onFaults: () => tellFaults(),
  });
  const { catalogue, catalogueFaults, limits, controlLog: journal } = desks;
  const privacy = (): PrivacySwitches => (config.shard ?? publisher.config)?.audit ?? DEFAULT_AUDIT;
  const keeper = createActKeeper({ journal, people, links, tenant: TENANT, nowMs, privacy });
  const operators = createOperatorsDesk({
    store: () => store,
    keeper,
    nowMs,
    version,
    admin: () => config.shard?.admin,
    url: () => consoleDesk.url,
    settled: () => consoleDesk.settled(),
  });
  const consoleDesk = createConsoleDesk({
    dataFolder: init.dataFolder,
    links,
    shard: () => config.shard,
    nowMs,
    // A control that takes over has nobody in front of it.
    firstLink: async () => (init.offersLink && !init.restarted ? (await operators.firstLink())?.url : undefined),
    log,
    metrics,
  });
  const acts = createGatewayActs({ journal, tenant: TENANT, nowMs, version });
  const disk = createDiskWatch({ dataFolder: init.dataFolder, log, metrics });
  const countAll = (): MetricsDump => {
    totals.update('control', init.epoch, metrics.dump());
    return totals.total();
  };
  const overview = createOverviewDesk({
    dataFolder: init.dataFolder,
    links,
    nowMs,
    total: countAll,
    shard: () => config.shard,
    authority: () => catalogue.authority,
    isServing: (worker) => serving.has(worker),
    diskFaults: () => disk.faults(),
    anchorFaults: () => desks.checkpoints.faults(),
    log,
  });
  const telemetry = createTelemetryDesk({ version, node: init.node, log, metrics, total: countAll, nowMs });
  let store: Store | undefined;
  let admin: AdminServer | undefined;
  let metricsDoor: MetricsDoor | undefined;
  let agentsVersion = -1;
  /** Workers that serve, by their channel: each is told of all, to know who holds which agent's state. */
  const serving = new Map<Channel, string>();

  /** From here on, everything goes by this config. */
  const apply = async (shard: ConfigShard): Promise<void> => {
    markLocation(init.dataFolder, shard.audit?.location);
    board.setServers(shard.servers);
    await links.request('keeper', 'configure', { config: keeperConfig(shard) }, KEEPER_TIMEOUT_MS);
    configureRunner(links.get('runner'), shard);
    limits.configure(shard.policy);
    desks.checkpoints.configure(shard.audit ?? DEFAULT_AUDIT);
    await publisher.publish({ config: shard });
    report(planOf(shard));
    await openMetricsDoor(shard);
    telemetry.configure(shard);
    for (const worker of links.all('worker')) worker.send('renew-certificates', {});
    consoleDesk.configure();
    catalogueFaults.recheck();
  };
  /** What control knows and the file does not. */
  const doubtsOf = async (shard: ConfigShard): Promise<readonly PolicyDoubt[]> => {
    const { authority } = catalogue;
    if (authority === undefined) return [];
    // What runs is never worse than what is not there: a gateway that starts again says what has become wrong, and serves.
    const isStart = config.shard === undefined;
    const ended = isStart ? [] : endedCaptures(shard.policy, shard.audit ?? DEFAULT_AUDIT, nowMs());
    const doubts = [...(await conditionProblems(shard, authority)), ...strayToolProblems(shard, authority), ...ended];
    return isStart ? doubts.map((doubt) => ({ ...doubt, severity: 'warning' })) : doubts;
  };
  const checkWhole = async (shard: ConfigShard, placed: Placed): Promise<readonly ConfigProblem[]> =>
    (await doubtsOf(shard)).map(({ path, message, fix, severity }) => placed(path, message, fix, severity));
  const policies = createPolicyDesk({
    init,
    tenant: TENANT,
    nowMs,
    desks,
    people,
    store: () => store,
    shard: () => config.shard,
    written: () => config.written,
    warnings: () => config.status.warnings.map(({ fix, ...warning }) => ({ ...warning, fix })),
    doubts: doubtsOf,
    load: () => config.load(),
  });
  const config = createConfigInForce({
    init,
    links,
    log,
    metrics,
    publisher,
    acts,
    tenant: TENANT,
    store: () => store,
    check: checkWhole,
    apply,
    onApplied: (written) => policies.onApplied(written),
    onFaults: () => tellFaults(),
  });

  const openMetricsDoor = async (shard: ConfigShard): Promise<void> => {
    const wanted = shard.metricsListen;
    if (metricsDoor !== undefined && JSON.stringify(metricsDoor.address) === JSON.stringify(wanted)) return;
    metricsDoor?.close();
    metricsDoor = wanted === undefined ? undefined : await serveMetrics(wanted, render, (text) => report({ kind: 'notice', text }));
  };

  const render = (): string => {
    countAll();
    return totals.render();
  };

  const tellFaults = (): void => {
    const faults = [...config.faults(), ...catalogueFaults.brief()];
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
    desks.news.changed('agents');
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
    const ports = createControlPorts({
      dataFolder: init.dataFolder,
      tenant: TENANT,
      nowMs,
      links,
      keeper,
      people,
      agents,
      policies,
      place: init,
      written: () => config.written,
      operators,
      overview,
      desks,
      board,
      totals,
      store: () => store,
      shard: () => config.shard,
      revision: () => publisher.revision,
      status,
      load: () => config.load(),
      configStatus: () => config.status,
    });
    admin = await createAdminServer({ socketPath: join(init.dataFolder, 'run', 'admin.sock'), log, keeper, ports });
    await consoleDesk.open({ ports, keeper, log, metrics: render });
    // It has the socket now, so the folder is its own; and no worker listens before it is told what is in force.
    if (!init.restarted) removeStaleSockets(join(init.dataFolder, 'run'));
    await desks.open(store);
    for (const name of init.died) acts.processGone('control', name, false);
    acts.started(!init.restarted);
    const errors = await config.load();
    if (errors.length > 0) {
      // Started with a wrong config, nothing runs. Replaced while the file is wrong, the gateway goes on with what was in force.
      if (!init.restarted || !(await config.keepLast()))
        return report({ kind: 'unusable', text: renderProblems(errors), exitCode: CONFIG_EXIT_CODE });
      log.error('the config is refused; the last good one stays in force', { problems: renderProblems(errors) });
    }
    setInterval(() => void noticeOthers().then(storeAnswers, storeFails), STORE_POLL_MS).unref();
    setInterval(() => desks.news.point(() => overview.latest()), OVERVIEW_EVERY_MS).unref();
    setInterval(() => telemetry.tick(), TELEMETRY_TICK_MS).unref();
    disk.open();
    report({ kind: 'ready' });
  };

  /** A store that cannot be read is no reason to be away: calls, the kill switch and the status need none. Said once, not every second. */
  let storeFault: string | undefined;
  const storeAnswers = (): void => {
    storeFault = undefined;
  };
  const storeFails = (error: unknown): void => {
    const fault = error instanceof Error ? error.message : String(error);
    if (fault !== storeFault) log.error('the store cannot be read; agents and keys stay as they are', { reason: fault });
    storeFault = fault;
  };

  /** A command that ran while this process was away, or beside it, wrote to the store directly. */
  const noticeOthers = async (): Promise<void> => {
    if (store !== undefined && (await store.agentsVersion(TENANT)) !== agentsVersion) await publishAgents();
  };

  const status = createGatewayStatus({
    version,
    startedAt: new Date().toISOString(),
    dataFolder: init.dataFolder,
    tenant: TENANT,
    board,
    desks,
    store: () => store,
    shard: () => config.shard,
    configStatus: () => config.status,
    metricsUrl: () => metricsDoor?.url,
    faults: () => [...disk.faults(), ...consoleDesk.faults(), ...telemetry.faults()],
    consoleUrl: () => consoleDesk.url,
  });

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
        if (!dump.ok || slot === undefined) return;
        totals.update(slot, Number(epoch), dump.value);
        overview.take(name, dump.value, !init.restarted || epochOf(name) > init.epoch);
      },
      'server-status': ({ fields }) => {
        if (board.setServer(fields)) desks.news.changed('servers');
      },
      'session-ended': ({ fields }, { channel }) => {
        for (const worker of links.all('worker')) if (worker !== channel) worker.send('session-ended', fields);
      },
    },
    onWorkerGone: ({ channel, name }) => {
      board.removeWorker(channel);
      serving.delete(channel);
      tellWorkers();
      totals.end(name.split('.')[0] ?? name);
      overview.end(name);
    },
  };
  const all: readonly Desk[] = [own, telemetry, ...desks.all];
  const switchboard = createSwitchboard<Caller>(all);

  start().catch((error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    log.error('control cannot start', { error: error instanceof Error ? error : new Error(text) });
    // The workers go on with what they have; the supervisor tries again, after a growing pause.
    if (init.restarted) return process.exit(1);
    report({ kind: 'unusable', text: `The gateway cannot start: ${text}`, exitCode: 1 });
  });

  return {
    onLink: (role, channel, name) => {
      // Whom the control before this one has seen begin, it has put on record.
      if (!init.restarted || epochOf(name) > init.epoch) acts.processBegan(role, name);
      const { shard } = config;
      if (shard === undefined) return;
      // A process that was replaced is told what its predecessor knew.
      if (role === 'keeper') void channel.request('configure', { config: keeperConfig(shard) }, KEEPER_TIMEOUT_MS).catch(() => {});
      if (role === 'runner') configureRunner(channel, shard);
      if (role === 'console') consoleDesk.onLink(channel);
      if (role === 'worker') {
        // First what is approved and taken: with the snapshot it begins to serve.
        for (const desk of all) desk.onWorker?.({ channel, name });
        publisher.greet(channel);
        tellFaults();
      }
    },
    onUnlink: (role, channel, name) => {
      // Where a gateway stops, its workers go first: what goes after them was told to.
      acts.processGone(role, name, role === 'worker' ? board.isDraining(channel) : links.all('worker').length === 0);
      if (!board.isDraining(channel)) metrics.counter('sallyport.process.restarts', { process: role }).add();
      if (role === 'worker') for (const desk of all) desk.onWorkerGone?.({ channel, name });
      if (role === 'console') consoleDesk.onUnlink(channel);
    },
    onFrame: (from, frame, channel) => {
      if (from.role === 'console') return consoleDesk.onFrame(frame, channel);
      if (from.role === 'worker' && !switchboard.hear(frame, { channel, name: from.name })) dropFrame(frame, log);
    },
    onConsoleBound: (port) => consoleDesk.onBound(port),
    onReload: () =>
      void performAct(keeper, RELOAD, async () => asReloaded(await config.load()))
        .then((done) =>
          !done.ok && done.error.code === 'unavailable'
            ? log.error('the config is not read again', { reason: done.error.detail })
            : undefined,
        )
        .catch((error: unknown) =>
          log.error('the config could not be loaded', { error: error instanceof Error ? error : new Error(String(error)) }),
        ),
    onStop: async () => {
      await Promise.all([admin?.close(), consoleDesk.close()]);
      operators.close();
      disk.close();
      acts.stopping(links.all('worker').length === 0);
      metricsDoor?.close();
      await telemetry.close();
      await overview.close();
      await desks.close();
      await store?.close();
    },
  };
}
