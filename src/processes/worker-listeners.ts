// A worker's doors to the network: the listeners it was handed, the one over which other workers hand it requests, and their certificates.

import type { ErrorCode } from '../base/index.ts';
import type { ListenerConfig, Snapshot } from '../config/index.ts';
import { createHttpServer } from '../http/index.ts';
import type { HttpServer, HttpServerOptions, Peer } from '../http/index.ts';
import { createDoor, serverLimits } from '../proxy/index.ts';
import type { Ports, Turns } from '../proxy/index.ts';
import type { Metrics } from '../telemetry/index.ts';
import { certificateEnd } from '../tls/index.ts';
import type { Links } from './child.ts';
import type { Init } from './messages.ts';

const CERTIFICATE_TIMEOUT_MS = 5_000;
/** While it drains, a kept connection may be used once more and learn that it ends; after this it is closed if it is idle. */
const IDLE_GRACE_MS = 2_000;
const MS_PER_SECOND = 1_000;

/** One listener, open. */
export interface OpenListener {
  readonly listener: string;
  readonly server: HttpServer;
  readonly endsTls: boolean;
}

export interface WorkerListenersOptions {
  readonly init: Init;
  readonly links: Links;
  readonly ports: Ports;
  readonly metrics: Metrics;
  readonly snapshot: () => Snapshot;
  readonly readiness: () => { readonly ready: boolean; readonly body: Uint8Array };
  readonly turns: Turns;
  /** Something was refused that nobody has read. */
  readonly onTurnedAway: (code: ErrorCode, peer: Peer) => void;
}

export interface WorkerListeners {
  readonly open: readonly OpenListener[];
  /** Takes over how listeners are configured now. One that was renamed or removed still ends its calls while this worker drains. */
  update(listeners: readonly ListenerConfig[]): void;
  /** Begins to accept. */
  listen(): Promise<void>;
  /** Renews certificates in place: connections stay, new handshakes see the new one. One that cannot be used changes nothing. */
  renewCertificates(): Promise<void>;
  /** Stops accepting; resolves when the last connection has ended. */
  drain(graceMs: number): Promise<void>;
}

export function createWorkerListeners(options: WorkerListenersOptions): WorkerListeners {
  const { init, links, ports, metrics, snapshot, readiness, turns, onTurnedAway } = options;
  const configured = new Map<string, ListenerConfig>();
  const open: OpenListener[] = [];
  let relayed: HttpServer | undefined;
  const handler = (isRelay: boolean): ReturnType<typeof createDoor> =>
    createDoor({ ports, snapshot, listener: (name) => configured.get(name), readiness, turns, onTurnedAway, relayed: isRelay });

  const noteEnd = (listener: string, tls: HttpServerOptions<unknown>['tls']): void => {
    const ends = typeof tls === 'object' ? certificateEnd(String(tls.cert)) : undefined;
    if (ends !== undefined) metrics.gauge('sallyport.certificate.expiry.timestamp', { listener }).set(ends.getTime() / MS_PER_SECOND);
  };

  return {
    open,
    update: (listeners) => {
      for (const listener of listeners) configured.set(listener.name, listener);
    },
    listen: async () => {
      const { limits } = snapshot();
      for (const handed of init.listeners) {
        const listener = configured.get(handed.name);
        if (listener === undefined) continue;
        const secured = await tlsFor(listener, links);
        noteEnd(listener.name, secured.tls);
        const server = createHttpServer({
          handler: handler(false),
          limits: serverLimits(limits),
          listener: listener.name,
          ...secured,
        });
        await server.listenFd(handed.fd);
        open.push({ listener: listener.name, server, endsTls: listener.tls.kind === 'files' || listener.tls.kind === 'self-signed' });
      }
      relayed = createHttpServer({
        handler: handler(true),
        limits: { ...serverLimits(limits), maxConnectionsPerAddress: limits.maxConnections },
        listener: '@relay',
      });
      await relayed.listenPath(`run/${init.name}`);
    },
    renewCertificates: async () => {
      for (const { listener, server, endsTls } of open) {
        const config = snapshot().listeners.find((one) => one.name === listener);
        const { tls } = config === undefined ? {} : await tlsFor(config, links);
        // Whether a listener ends TLS at all is settled at birth; a worker for which that has changed is being replaced.
        if (typeof tls !== 'object' || !endsTls) continue;
        server.setSecureContext(tls);
        noteEnd(listener, tls);
      }
    },
    drain: async (graceMs) => {
      await Promise.all(open.map(({ server }) => server.drain(Math.min(IDLE_GRACE_MS, graceMs))));
      // The other workers keep connections to this door for as long as they live, and they may be waiting for us in the same way.
      await relayed?.drain(0);
    },
  };
}

async function tlsFor(listener: ListenerConfig, links: Links): Promise<Pick<HttpServerOptions<unknown>, 'tls' | 'trustedProxies'>> {
  switch (listener.tls.kind) {
    case 'off':
      return {};
    case 'external':
      return { tls: 'external', trustedProxies: listener.trustedProxies };
    case 'self-signed':
    case 'files': {
      const { fields } = await links.request('keeper', 'tls', { listener: listener.name }, CERTIFICATE_TIMEOUT_MS);
      if (typeof fields['error'] === 'string') throw new Error(fields['error']);
      return { tls: { key: String(fields['key']), cert: String(fields['certificate']) } };
    }
    default:
      return listener.tls satisfies never;
  }
}
