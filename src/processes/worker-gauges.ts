// What a worker can say about itself besides what it counts on the road: connections, sessions, memory, processor time. Read once a
// second, when the metrics go to control; nothing of it costs a call anything.

import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { HttpServer, HttpServerStats } from '../http/index.ts';
import type { LegacyServers, OpenExchanges, Processes, Sessions } from '../proxy/index.ts';
import type { Servers } from '../servers/index.ts';
import type { Metrics } from '../telemetry/index.ts';

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
}

const RESOLUTION_MS = 20;

/** A function that brings the gauges up to date. */
export function createWorkerGauges(sources: GaugeSources): () => void {
  const { metrics, doors, open, sessions, legacyServers, processes, servers, routes, revision } = sources;
  const told = new Map<string, HttpServerStats>();
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
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
    for (const server of servers.all()) {
      const label = { 'sallyport.server': server.name };
      const held = legacyServers.countOf(server.name);
      metrics.gauge('sallyport.upstream.running', label).set(server.inFlight);
      metrics.gauge('sallyport.sessions', label).set(sessions.countOf(server.name));
      metrics.gauge('sallyport.bridge.sessions', label).set(held.sessions);
      metrics.gauge('sallyport.bridge.rounds.parked', label).set(held.parked);
      if (server.config.kind === 'stdio') metrics.gauge('sallyport.stdio.processes', label).set(processes.countOf(server.name));
      const pool = server.readiness?.kind === 'ready' ? server.readiness.http?.pool : undefined;
      if (pool !== undefined) metrics.gauge('sallyport.upstream.connections', label).set(pool.open);
    }
    for (const route of routes()) metrics.gauge('sallyport.sessions', { 'sallyport.server': route }).set(sessions.countOf(route));
    metrics.gauge('sallyport.snapshot.revision', {}).set(revision());
    metrics.gauge('sallyport.process.memory', { process: 'worker' }).set(process.memoryUsage.rss());
    const { user, system } = process.cpuUsage();
    metrics.counter('sallyport.process.cpu', { process: 'worker' }).add((user + system - cpuUs) / 1_000_000);
    cpuUs = user + system;
    const { active } = performance.eventLoopUtilization();
    metrics.counter('sallyport.process.loop.active', { process: 'worker' }).add((active - activeMs) / 1_000);
    activeMs = active;
    metrics
      .gauge('sallyport.process.loop.delay', { process: 'worker' })
      .set(Math.max(0, delay.max / 1_000_000_000 - RESOLUTION_MS / 1_000)); // It counts its own period as delay.
    delay.reset();
  };
}
