// What a worker can say about itself besides what it counts on the road: connections, sessions, memory, processor time. Read once a
// second, when the metrics go to control; nothing of it costs a call anything.

import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { AGENT_PRIORITIES } from '../agents/index.ts';
import type { HttpServer, HttpServerStats } from '../http/index.ts';
import type { LegacyServers, OpenExchanges, Processes, Sessions, Turns } from '../proxy/index.ts';
import type { Server, Servers } from '../servers/index.ts';
import type { Gauge, Metrics } from '../telemetry/index.ts';

export interface GaugeSources {
  readonly metrics: Metrics;
  readonly doors: readonly { readonly listener: string; readonly server: HttpServer }[];
  readonly open: OpenExchanges;
  readonly sessions: Sessions;
  readonly legacyServers: LegacyServers;
  readonly processes: Processes;
  readonly servers: Servers;
  /** Names of the routes that show several servers as one: sessions are played on them as well. */
  readonly routes: () => readonly string[];
  readonly revision: () => number;
  readonly turns: Turns;
}

/** Of one server; those that are not of every server are told of when they are asked for. */
interface ServerGauges {
  readonly running: Gauge;
  readonly sessions: Gauge;
  readonly bridged: Gauge;
  readonly parked: Gauge;
  readonly processes: () => Gauge;
  readonly connections: () => Gauge;
}

/** A function that brings the gauges up to date. */
export function createWorkerGauges(sources: GaugeSources): () => void {
  const { metrics, doors, open, sessions, legacyServers, processes, servers, routes, revision, turns } = sources;
  const told = new Map<string, HttpServerStats>();
  // Once for each turn of the loop, and never by a timer: that would wake a worker that has nothing to do.
  const delay = monitorEventLoopDelay({ samplePerIteration: true });
  delay.enable();
  /** With hundreds of servers, looking the gauges up again would hold up calls every second. */
  const known = new WeakMap<Server, ServerGauges>();
  const gaugesOf = (server: Server): ServerGauges => {
    const before = known.get(server);
    if (before !== undefined) return before;
    const made = createGaugesOf(metrics, server.name);
    known.set(server, made);
    return made;
  };
  let cpuUs = 0;
  let activeMs = 0;
  return () => {
    for (const { listener, server } of doors) {
      const stats = server.stats();
      metrics.gauge('sallyport.connections', { listener }).set(stats.open);
      const before = told.get(listener);
      metrics.counter('sallyport.connections.accepted', { listener }).add(stats.accepted - (before?.accepted ?? 0));
      metrics.counter('sallyport.traffic', { direction: 'in' }).add(stats.bytesIn - (before?.bytesIn ?? 0));
      metrics.counter('sallyport.traffic', { direction: 'out' }).add(stats.bytesOut - (before?.bytesOut ?? 0));
      told.set(listener, stats);
    }
    metrics.gauge('sallyport.requests.running', {}).set(open.count);
    for (const priority of AGENT_PRIORITIES) metrics.gauge('sallyport.calls.waiting', { priority }).set(turns.waiting(priority));
    const sessionsOf = sessions.counts();
    const bridgedOf = legacyServers.counts();
    const processesOf = processes.counts();
    for (const server of servers.all()) {
      const own = gaugesOf(server);
      const held = bridgedOf(server.name);
      own.running.set(server.inFlight);
      own.sessions.set(sessionsOf(server.name));
      own.bridged.set(held.sessions);
      own.parked.set(held.parked);
      if (server.config.kind === 'stdio') own.processes().set(processesOf(server.name));
      const pool = server.readiness?.kind === 'ready' ? server.readiness.http?.pool : undefined;
      if (pool !== undefined) own.connections().set(pool.open);
    }
    for (const route of routes()) metrics.gauge('sallyport.sessions', { 'sallyport.server': route }).set(sessionsOf(route));
    metrics.gauge('sallyport.snapshot.revision', {}).set(revision());
    metrics.gauge('sallyport.process.memory', { process: 'worker' }).set(process.memoryUsage.rss());
    const { user, system } = process.cpuUsage();
    metrics.counter('sallyport.process.cpu', { process: 'worker' }).add((user + system - cpuUs) / 1_000_000);
    cpuUs = user + system;
    const { active } = performance.eventLoopUtilization();
    metrics.counter('sallyport.process.loop.active', { process: 'worker' }).add((active - activeMs) / 1_000);
    activeMs = active;
    metrics.gauge('sallyport.process.loop.delay', { process: 'worker' }).set(delay.max / 1_000_000_000);
    delay.reset();
  };
}

function createGaugesOf(metrics: Metrics, server: string): ServerGauges {
  const label = { 'sallyport.server': server };
  let processes: Gauge | undefined;
  let connections: Gauge | undefined;
  return {
    running: metrics.gauge('sallyport.upstream.running', label),
    sessions: metrics.gauge('sallyport.sessions', label),
    bridged: metrics.gauge('sallyport.bridge.sessions', label),
    parked: metrics.gauge('sallyport.bridge.rounds.parked', label),
    processes: () => (processes ??= metrics.gauge('sallyport.stdio.processes', label)),
    connections: () => (connections ??= metrics.gauge('sallyport.upstream.connections', label)),
  };
}
