// How the gateway is, as `sallyport status` shows it: put together from what control knows of its workers, its config and its desks.

import type { ConfigStatus, GatewayStatus } from '../admin/index.ts';
import type { Store } from '../cluster/index.ts';
import { formatAddress } from '../config/index.ts';
import type { ConfigShard } from '../config/index.ts';
import type { ControlDesks } from './control-desks.ts';
import { speaksTls } from './other-processes.ts';
import type { StatusBoard } from './status-board.ts';

export interface GatewayStatusOptions {
  readonly version: string;
  readonly startedAt: string;
  readonly dataFolder: string;
  readonly tenant: string;
  readonly board: StatusBoard;
  readonly desks: ControlDesks;
  readonly store: () => Store | undefined;
  readonly shard: () => ConfigShard | undefined;
  readonly configStatus: () => ConfigStatus;
  /** Where the metrics are served, if they are. */
  readonly metricsUrl: () => string | undefined;
  /** Where the console is served, if it is. */
  readonly consoleUrl: () => string | undefined;
  /** What else is wrong. */
  readonly faults: () => readonly string[];
}

export function createGatewayStatus(options: GatewayStatusOptions): () => Promise<GatewayStatus> {
  const { version, startedAt, dataFolder, tenant, board, desks, store, configStatus, metricsUrl, consoleUrl } = options;
  return async () => {
    const shard = options.shard();
    const locked = await desks.lockdown.read();
    const listeners = shard?.listeners ?? [];
    const served = board.listeners(listeners.map((listener) => ({ name: listener.name, tls: speaksTls(listener) })));
    const metrics = metricsUrl();
    const consoleAt = consoleUrl();
    return {
      version,
      pid: process.ppid,
      startedAt,
      dataFolder,
      ready: board.isReady(),
      listeners: served,
      notServed: listeners
        .filter(({ name }) => !served.some((one) => one.name === name))
        .map(({ name, address, ...listener }) => ({ name, url: `${speaksTls(listener) ? 'https' : 'http'}://${formatAddress(address)}` })),
      ...(metrics === undefined ? {} : { metrics }),
      ...(consoleAt === undefined ? {} : { console: consoleAt }),
      agents:
        (
          await store()
            ?.agents(tenant)
            .catch(() => undefined)
        )?.agents.length ?? 0,
      servers: shard?.servers.length ?? 0,
      routes: (shard?.routes ?? []).map(({ path, servers }) => ({ path, servers: [...servers] })),
      ...(locked.ok ? { lockdown: { locks: locked.value.locks, fault: locked.value.fault } } : {}),
      faults: [
        ...board.faults(shard?.workers ?? 0),
        ...desks.catalogueFaults.list(),
        ...desks.retention.faults(),
        ...(await desks.subjects.faults()),
        ...options.faults(),
        ...desks.checkpoints.faults(),
      ],
      config: configStatus(),
      workers: [...board.workers()],
    };
  };
}
