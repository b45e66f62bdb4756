// Control's end of the console: the door by which requests come, what the process that faces browsers is told, and where it serves. Without a console the rest
// of the gateway is what it was. Where it is, is known from the config and from who has bound the address: people are sent there with links that sign them in,
// so the process that serves it is only asked whether it does.

import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openConsoleDoor } from '../admin/index.ts';
import type { ConsoleDoor, ConsoleDoorOptions } from '../admin/index.ts';
import { formatAddress } from '../config/index.ts';
import type { AdminConfig, ConfigShard } from '../config/index.ts';
import type { Log, Metrics } from '../telemetry/index.ts';
import type { Channel, Fields, Frame } from './channel.ts';
import { report } from './child.ts';
import type { Links } from './child.ts';
import { CONSOLE_LISTENER, consoleTerms, siteOf } from './console-terms.ts';
import { urlOf } from './console/site.ts';

/** What of its sockets is in the data folder. */
const SOCKETS = 'run';
/** It takes a moment to start, and to be replaced. */
const PATIENCE_MS = 15_000;
const LOOK_MS = 50;
const MS_PER_SECOND = 1_000;

export interface ConsoleDeskOptions {
  readonly dataFolder: string;
  readonly links: Links;
  /** The config in force. */
  readonly shard: () => ConfigShard | undefined;
  readonly nowMs: () => number;
  /** A link for the first person, where one is to be shown. */
  readonly firstLink: () => Promise<string | undefined>;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface ConsoleDesk {
  /** Where the console is; undefined: nowhere, or not yet. */
  readonly url: string | undefined;
  /** Resolves when it is there, or is not to be, or has had as long as it may take: whoever asks for a link while it starts waits for it. */
  settled(): Promise<void>;
  /** Opens the door. */
  open(options: Omit<ConsoleDoorOptions, 'folder'>): Promise<void>;
  /** A config is in force: whoever serves the console is told of it. */
  configure(): void;
  onLink(channel: Channel): void;
  onUnlink(channel: Channel): void;
  onFrame(frame: Frame, channel: Channel): void;
  /** The address is bound, with this port; undefined: it is not. */
  onBound(port: number | undefined): void;
  /** What is wrong with it. */
  faults(): readonly string[];
  close(): Promise<void>;
}

export function createConsoleDesk({ dataFolder, links, shard, nowMs, firstLink, log, metrics }: ConsoleDeskOptions): ConsoleDesk {
  let door: ConsoleDoor | undefined;
  /** The processes that serve it: while one replaces another there are two. */
  const served = new Map<Channel, Pick<Fields, 'scheme' | 'port' | 'certificateEndsMs'>>();
  let boundPort: number | undefined;
  let announced: string | undefined;
  let waitingSince = nowMs();

  const wanted = (): AdminConfig | undefined => {
    const admin = shard()?.admin;
    return admin?.listen === undefined ? undefined : admin;
  };

  const greet = (channel: Channel): void => {
    const admin = wanted();
    if (admin === undefined || door === undefined) return;
    channel.send('console', { terms: consoleTerms(admin, join(SOCKETS, basename(door.socketPath))) });
  };

  /** Where it is, if one of its processes serves just there. */
  const place = (): string | undefined => {
    const admin = wanted();
    if (admin?.listen === undefined || boundPort === undefined) return undefined;
    const site = siteOf(admin.listen.host, admin);
    const isServed = [...served.values()].some(({ scheme, port }) => scheme === site.scheme && port === boundPort);
    return isServed ? urlOf(site, boundPort) : undefined;
  };

  /** When the certificate ends that browsers are shown, of two processes the one that ends first; of none there is nothing to tell. */
  const noteCertificate = (): void => {
    const ends = [...served.values()].flatMap(({ certificateEndsMs: ms }) => (typeof ms === 'number' ? [ms] : []));
    const gauge = metrics.gauge('sallyport.certificate.expiry.timestamp', { listener: CONSOLE_LISTENER });
    if (ends.length === 0) gauge.forget();
    else gauge.set(Math.min(...ends) / MS_PER_SECOND);
  };

  /** Said once for each place: a process that takes over is no news. */
  const announce = async (): Promise<void> => {
    const url = place();
    if (url === undefined || url === announced) return;
    announced = url;
    const link = await firstLink().catch((error: unknown) => {
      log.error('no link for the first person could be made', { error: error instanceof Error ? error : new Error(String(error)) });
      return undefined;
    });
    report({ kind: 'console', url, link });
  };

  return {
    get url() {
      return place();
    },
    settled: async () => {
      while (wanted() !== undefined && place() === undefined && nowMs() - waitingSince < PATIENCE_MS) await sleep(LOOK_MS);
    },
    open: async (options) => {
      door = await openConsoleDoor({ ...options, folder: join(dataFolder, SOCKETS) });
    },
    configure: () => {
      for (const channel of links.all('console')) greet(channel);
    },
    onLink: greet,
    onUnlink: (channel) => {
      if (!served.delete(channel)) return;
      if (served.size === 0) waitingSince = nowMs();
      noteCertificate();
    },
    onFrame: ({ type, fields: { scheme, port, certificateEndsMs } }, channel) => {
      if (type !== 'console-serves') return;
      served.set(channel, { scheme, port, certificateEndsMs });
      noteCertificate();
      void announce();
    },
    onBound: (port) => {
      boundPort = port;
      void announce();
    },
    faults: () => {
      const listen = wanted()?.listen;
      if (listen === undefined || place() !== undefined || nowMs() - waitingSince < PATIENCE_MS) return [];
      return [
        `the console is not served on ${formatAddress(listen)}. The log says why; another address is admin.listen in the config, or --console.`,
      ];
    },
    close: async () => door?.close(),
  };
}
