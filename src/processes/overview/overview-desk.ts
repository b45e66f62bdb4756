// How the gateway and its servers do: keeps the history of what workers report, and answers the admin API from it.

import { join } from 'node:path';
import type {
  AdminPorts,
  AdminProblem,
  GatewayStatus,
  Overview,
  OverviewPoint,
  OverviewPort,
  ServerDetail,
  ServerStatus,
  Window,
} from '../../admin/index.ts';
import { ERRORS, fail, ok } from '../../base/index.ts';
import type { Result } from '../../base/index.ts';
import type { ConfigShard } from '../../config/index.ts';
import type { ServerConfig } from '../../servers/index.ts';
import { createHistory } from '../../telemetry/index.ts';
import type { Log, MetricsDump } from '../../telemetry/index.ts';
import type { CatalogueAuthority } from '../catalogue-authority.ts';
import type { Channel } from '../channel.ts';
import type { Links } from '../child.ts';
import { reckonCapacity } from './capacity.ts';
import { createFailures } from './failures.ts';
import { gaugeOf, gaugesOf } from './gauges.ts';
import { createHistoryKeeping } from './history-keeping.ts';
import { readMachine } from './machine.ts';
import { createServerProbes } from './server-probe.ts';
import { toPoint, toServerPoint, toServerTotals, toTotals } from './views.ts';
import { listWarnings } from './warnings.ts';
import { createWorkerLoads } from './worker-loads.ts';

export interface OverviewDeskOptions {
  readonly dataFolder: string;
  readonly links: Links;
  readonly nowMs: () => number;
  /** All that has been counted, control's own counts with it. */
  readonly total: () => MetricsDump;
  readonly shard: () => ConfigShard | undefined;
  readonly authority: () => CatalogueAuthority | undefined;
  readonly isServing: (channel: Channel) => boolean;
  readonly diskFaults: () => readonly string[];
  readonly anchorFaults: () => readonly string[];
  readonly log: Log;
}

/** What the desk asks the other ports. */
export type AskedPorts = Pick<AdminPorts, 'status' | 'servers' | 'approvals' | 'catalogue' | 'vault'>;

export interface OverviewDesk {
  /** A worker's report. `isNew`: it began under this control. */
  take(worker: string, dump: MetricsDump, isNew: boolean): void;
  end(worker: string): void;
  /** The last whole step, for a view that goes along. */
  latest(): OverviewPoint;
  port(ports: AskedPorts): OverviewPort;
  /** Keeps its history for whoever comes next. */
  close(): Promise<void>;
}

const RECENT: Window = '5m';
const MEASURED: Window = '15m';
const HISTORY_FILE = 'overview.history';
const MAX_TOOLS = 1_000;
const MAX_BUSIEST = 50;

export function createOverviewDesk(options: OverviewDeskOptions): OverviewDesk {
  const { nowMs, total, shard } = options;
  const history = createHistory(nowMs);
  const keeping = createHistoryKeeping({ history, file: join(options.dataFolder, HISTORY_FILE), log: options.log });
  const loads = createWorkerLoads(nowMs);
  const failures = createFailures(nowMs);
  const probes = createServerProbes(options.links, options.isServing);

  const configOf = (name: string): ServerConfig | undefined => shard()?.servers.find((server) => server.name === name);

  const read = async (ports: AskedPorts, window: Window): Promise<Result<Overview, AdminProblem>> => {
    const [status, servers] = await Promise.all([ports.status(), ports.servers()]);
    if (!status.ok) return status;
    const all = servers.ok ? servers.value : [];
    const flow = history.totals(window);
    return ok({
      at: new Date(nowMs()).toISOString(),
      window,
      since: new Date(history.sinceMs).toISOString(),
      points: history.points(window).map(toPoint),
      totals: toTotals(flow),
      busiest: busiestOf(all, window),
      waiting: await waitingOf(ports, options.authority()),
      warnings: warningsOf(status.value, all),
      gateway: gatewayOf(status.value, all, shard()?.workers ?? 0),
    });
  };

  const busiestOf = (servers: readonly ServerStatus[], window: Window): Overview['busiest'] =>
    servers
      .map(({ name, state }) => ({ name, state, ...toServerTotals(history.serverTotals(name, window)) }))
      .filter(({ state, calls }) => calls > 0 || state === 'failed')
      .toSorted((a, b) => b.calls - a.calls)
      .slice(0, MAX_BUSIEST);

  const warningsOf = (status: GatewayStatus, servers: readonly ServerStatus[]): Overview['warnings'] =>
    listWarnings({
      nowMs: nowMs(),
      status,
      wantedWorkers: shard()?.workers ?? 0,
      servers,
      dump: total(),
      flow: history.totals(RECENT),
      flowOf: (server) => history.serverTotals(server, RECENT),
      hasKeeper: options.links.get('keeper') !== undefined,
      diskFaults: options.diskFaults(),
      anchorFaults: options.anchorFaults(),
    });

  const capacity = async (): ReturnType<OverviewPort['capacity']> => {
    const dump = total();
    const config = shard();
    const workers = config?.workers ?? 0;
    return ok(
      reckonCapacity({
        nowMs: nowMs(),
        points: history.points(MEASURED),
        flow: history.totals(MEASURED),
        peak: history.peak(),
        busiestWorker: loads.busiest(),
        workers,
        machine: await readMachine(options.dataFolder, dump),
        connections: sumOf(dump, 'sallyport.connections') + sumOf(dump, 'sallyport.upstream.connections'),
        servers: (config?.servers ?? []).map(({ name }) => {
          const { calls, serverMs } = history.serverTotals(name, MEASURED);
          const running = gaugeOf(dump, 'sallyport.upstream.running', name);
          return { name, calls, running, places: (config?.limits.maxInFlightPerServer ?? 0) * workers, meanMs: serverMs?.mean };
        }),
      }),
    );
  };

  const server = async (ports: AskedPorts, name: string, window: Window): Promise<Result<ServerDetail, AdminProblem>> => {
    const config = configOf(name);
    const listed = await ports.servers();
    if (!listed.ok) return listed;
    const status = listed.value.find((one) => one.name === name);
    if (config === undefined || status === undefined) return fail(unknown(name));
    const dump = total();
    const { limits, workers } = shard() ?? {};
    return ok({
      server: status,
      terms: {
        trust: config.trust,
        discovery: config.discovery ?? 'list',
        timeoutMs: config.timeoutMs ?? limits?.answerTimeoutMs ?? 0,
        place: `servers.${name}`,
      },
      window,
      points: history.serverPoints(name, window).map(toServerPoint),
      totals: toServerTotals(history.serverTotals(name, window)),
      connections: gaugeOf(dump, 'sallyport.upstream.connections', name),
      running: gaugeOf(dump, 'sallyport.upstream.running', name),
      places: (limits?.maxInFlightPerServer ?? 0) * (workers ?? 0),
      tools: await toolsOf(ports, name),
      failures: failures.of(name).map(({ code, times, lastAtMs }) => ({
        code,
        text: textOf(code),
        times,
        lastAt: new Date(lastAtMs).toISOString(),
      })),
      lastProbe: probes.last(name) ?? null,
    });
  };

  return {
    take: (worker, dump, isNew) => {
      history.take(worker, dump, isNew);
      loads.take(worker, dump);
      failures.take(worker, dump, isNew);
    },
    end: (worker) => {
      history.end(worker);
      loads.end(worker);
      failures.end(worker);
    },
    latest: () => toPoint(history.latest()),
    close: () => keeping.close(),
    port: (ports) => ({
      read: (window) => read(ports, window),
      capacity,
      server: (name, window) => server(ports, name, window),
      probe: async (name) => {
        probes.retain(new Set((shard()?.servers ?? []).map((one) => one.name)));
        return configOf(name) === undefined ? fail(unknown(name)) : probes.probe(name);
      },
    }),
  };
}

function unknown(name: string): AdminProblem {
  return { code: 'server_unknown', detail: `The config names no server '${name}'.` };
}

const TEXTS: ReadonlyMap<string, string> = new Map(Object.entries(ERRORS).map(([code, { text }]) => [code, text]));

function textOf(code: string): string {
  return TEXTS.get(code) ?? code;
}

function sumOf(dump: MetricsDump, name: Parameters<typeof gaugesOf>[1]): number {
  return gaugesOf(dump, name).reduce((sum, [, value]) => sum + value, 0);
}

async function waitingOf(ports: AskedPorts, authority: CatalogueAuthority | undefined): Promise<Overview['waiting']> {
  const [approvals, releases] = await Promise.all([ports.approvals.list(false), ports.vault.list()]);
  return {
    approvals: approvals.ok ? approvals.value.length : 0,
    definitions: (authority?.all() ?? []).reduce((sum, { withheld }) => sum + withheld.length, 0),
    // A keeper that does not answer is a warning of its own.
    releases: releases.ok ? releases.value.filter(({ state }) => state === 'pending').length : 0,
  };
}

function gatewayOf(status: GatewayStatus, servers: readonly ServerStatus[], wanted: number): Overview['gateway'] {
  const inState = (state: ServerStatus['state']): number => servers.filter((one) => one.state === state).length;
  return {
    ready: status.ready,
    startedAt: status.startedAt,
    version: status.version,
    workers: { serving: status.workers.filter(({ state }) => state === 'serving').length, wanted },
    agents: status.agents,
    servers: { all: servers.length, ready: inState('ready'), failed: inState('failed') },
    locks: status.lockdown?.locks.length ?? 0,
  };
}

async function toolsOf(ports: AskedPorts, server: string): Promise<ServerDetail['tools']> {
  const [approved, withheld] = await Promise.all([ports.catalogue.approved(server), ports.catalogue.withheld(server)]);
  const known = approved.ok ? approved.value.approved.filter(({ kind }) => kind === 'tool') : [];
  const waiting = withheld.ok ? withheld.value.withheld.filter(({ kind }) => kind === 'tool') : [];
  const tell = (state: 'approved' | 'withheld') => (tool: (typeof known)[number] | (typeof waiting)[number]) => ({
    name: tool.name,
    state,
    class: tool.facts?.class ?? ('standard' as const),
    labels: [...(tool.facts?.labels ?? [])],
  });
  const list = [...waiting.map(tell('withheld')), ...known.map(tell('approved'))].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { approved: known.length, withheld: waiting.length, list: list.slice(0, MAX_TOOLS) };
}
