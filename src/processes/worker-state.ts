// What one worker holds for agents and servers: connections, sessions, programs, and where other agents' state is. Lost with the worker, and with
// nothing else.

import {
  createAggregates,
  createLegacyServers,
  createLinkTo,
  createPlacement,
  createProcesses,
  createSessions,
  createSharedListens,
  noteChange,
  withoutSecrets,
} from '../proxy/index.ts';
import type { Inspector, Ports, SealingKey } from '../proxy/index.ts';
import type { Snapshot } from '../config/index.ts';
import { createServers } from '../servers/index.ts';
import type { Server } from '../servers/index.ts';
import type { Log, Metrics } from '../telemetry/index.ts';
import type { CatalogueDoor } from './catalogue-door.ts';
import type { Links } from './child.ts';
import { createSessionClock } from './session-clock.ts';
import { createRunnerDoor, createSecretsDoor } from './worker-doors.ts';

export interface WorkerStateOptions {
  /** The worker's name. */
  readonly self: string;
  readonly links: Links;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
  readonly keys: () => readonly SealingKey[];
  readonly catalogue: CatalogueDoor;
  readonly inspector: Inspector;
  /** What is known of a server has changed. */
  readonly onServer: (server: Server) => void;
}

/** How connections to servers are made and kept. */
export const UPSTREAM_POOL = {
  connectTimeoutMs: 10_000,
  maxConnections: 512,
  maxQueued: 1_024,
  maxHeadBytes: 64 * 1024,
  addressPolicy: 'any',
} as const;

/** The state, by its parts. */
export interface WorkerState extends Pick<Ports, 'servers' | 'sessions' | 'legacyServers' | 'listens' | 'aggregates'> {
  readonly placement: ReturnType<typeof createPlacement>;
  readonly runner: ReturnType<typeof createRunnerDoor>;
  readonly processes: ReturnType<typeof createProcesses>;
  /** Ends what is over, or may not be any more. */
  sweep(snapshot: Snapshot): void;
}

export function createWorkerState(options: WorkerStateOptions): WorkerState {
  const { self, links, log, metrics, nowMs, keys, catalogue, inspector, onServer } = options;
  // A program's last words may be what it was told.
  const runner = createRunnerDoor(links, (text) => withoutSecrets(inspector, text));
  const onNoise = (server: string): void =>
    metrics.counter('sallyport.upstream.failures', { code: 'upstream_malformed', 'sallyport.server': server }).add();
  // How it ended is not for the log: a program's last words may be what it was told.
  const onSessionEnd = (server: string): void => log.debug('a session ended', { server });
  const lasted = createSessionClock(metrics);
  const processes = createProcesses(runner);
  const sessions = createSessions({
    self,
    keys,
    processes,
    nowMs,
    onEnded: (token) => links.get('control')?.send('session-ended', { token }),
    onSessionEnd,
    onNoise,
    onNotification: (server, said) => noteChange(server, said, catalogue),
    onLasted: (life) => lasted(life),
  });
  const legacyServers = createLegacyServers({
    self,
    keys,
    nowMs,
    linkTo: createLinkTo({ processes, log, onNoise }),
    onSessionEnd,
    onNotification: (server, said) => noteChange(server, said, catalogue),
    onLasted: (server, ms) => lasted({ hops: 'server', server, revision: '', ms }),
    onEvent: (event, server) => metrics.counter('sallyport.bridge.events', { event, 'sallyport.server': server }).add(),
  });
  return {
    runner,
    processes,
    sessions,
    legacyServers,
    listens: createSharedListens(),
    aggregates: createAggregates({ keys, nowMs }),
    placement: createPlacement(self),
    servers: createServers({
      stdio: runner,
      secrets: createSecretsDoor(links),
      nowMs,
      ...UPSTREAM_POOL,
      onChange: onServer,
    }),
    sweep: (snapshot) => {
      sessions.sweep(snapshot, nowMs());
      legacyServers.sweep(snapshot, nowMs());
    },
  };
}
