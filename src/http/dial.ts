// The one way out of the process: resolve, filter, connect, tunnel, secure. Nothing else in the house opens a connection to a server, so that
// trust, the SSRF filter and the corporate proxy cannot be walked around.

import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { fail } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { createAddressFilter } from './address-filter.ts';
import type { AddressPolicy } from './address-filter.ts';
import { bareHost } from './client-request.ts';
import type { DialFailure } from './dial-failure.ts';
import { connectTcp, connectUnix, resolveAllowed, systemLookup } from './dial-tcp.ts';
import type { Attempt, Lookup } from './dial-tcp.ts';
import { createTlsClient } from './dial-tls.ts';
import { openTunnel } from './proxy-connect.ts';
import type { ConnectProxy } from './proxy-connect.ts';
import type { Origin } from './types.ts';

/** How an origin may be reached. */
export interface DialOptions {
  /** For everything together: resolving, connecting, the tunnel, the handshake. */
  readonly connectTimeoutMs: number;
  /** Default 'any': the origin was written by the operator. Whatever was learnt from the network needs 'public'. */
  readonly addressPolicy?: AddressPolicy | undefined;
  readonly proxy?: ConnectProxy | undefined;
  readonly lookup?: Lookup | undefined;
  readonly watch?: DialWatch | undefined;
}

/** Sees each step of making a connection, as it is done. */
export interface DialWatch {
  onResolved(addresses: readonly string[]): void;
  onConnected(socket: Socket): void;
  onSecured(socket: TLSSocket): void;
  onFailed(failure: DialFailure): void;
}

/** Takes the connection, or the reason why there is none. */
export type DialDone = (result: Result<Socket, DialFailure>) => void;

/** Makes connections to one origin. TLS sessions are kept between them and die with the dialer. */
export interface Dialer {
  /** `done` is called once, never before `dial` has returned. The function returned gives up. */
  dial(done: DialDone): () => void;
}

/** Creates the dialer of an origin. Throws a TypeError if the address policy holds something that is no range. */
export function createDialer(origin: Origin, options: DialOptions): Dialer {
  const host = bareHost(origin.host);
  const allows = createAddressFilter(options.addressPolicy ?? 'any');
  // The proxy stands in the operator's configuration, whatever the origin comes from.
  const allowsProxy = createAddressFilter('any');
  const tls = origin.tls === undefined ? undefined : createTlsClient(origin.tls);
  const lookup = options.lookup ?? systemLookup;
  const { connectTimeoutMs, proxy, watch } = options;
  const where = `${origin.host} port ${origin.port}`;

  function connectDirect(attempt: Attempt, done: DialDone): void {
    // Only the gateway itself names a socket path; no URL can.
    if (origin.socketPath !== undefined) return connectUnix(origin.socketPath, attempt, done);
    resolveAllowed(host, allows, lookup, (found) => {
      if (attempt.over) return;
      if (!found.ok) return done(found);
      watch?.onResolved(found.value);
      connectTcp(found.value, origin.port, attempt, done);
    });
  }

  function connectThrough(through: ConnectProxy, attempt: Attempt, done: DialDone): void {
    resolveTarget((target) => {
      if (attempt.over) return;
      if (!target.ok) return done(target);
      const authority = `${isIP(target.value) === 6 ? `[${target.value}]` : target.value}:${origin.port}`;
      resolveAllowed(bareHost(through.host), allowsProxy, lookup, (found) => {
        if (attempt.over) return;
        if (!found.ok) return done(found);
        connectTcp(found.value, through.port, attempt, (tcp) => {
          if (tcp.ok) openTunnel(tcp.value, authority, through, done);
          else done(tcp);
        });
      });
    });
  }

  /** The proxy resolves names by itself. Where that would leave the filter to it, it is given an address that has been checked here. */
  function resolveTarget(done: (target: Result<string, DialFailure>) => void): void {
    const policy = options.addressPolicy ?? 'any';
    if (policy === 'any' && isIP(host) === 0) return done({ ok: true, value: host });
    resolveAllowed(host, allows, lookup, (found) => done(found.ok ? { ok: true, value: found.value[0] ?? host } : found));
  }

  return {
    dial(done) {
      const attempt: Attempt = { over: false, socket: undefined };
      const settle = (result: Result<Socket, DialFailure>): void => {
        if (attempt.over) return;
        attempt.over = true;
        clearTimeout(timer);
        if (!result.ok) {
          abandon(attempt);
          watch?.onFailed(result.error);
        }
        done(result);
      };
      const timer = setTimeout(
        () => settle(fail({ kind: 'timeout', detail: `${where}: no connection within ${connectTimeoutMs} ms` })),
        connectTimeoutMs,
      );
      const onTcp: DialDone = (tcp) => {
        if (tcp.ok && !attempt.over) watch?.onConnected(tcp.value);
        if (!tcp.ok || tls === undefined || attempt.over) return settle(tcp);
        tls.secure(tcp.value, (secured) => {
          if (secured.ok && !attempt.over) watch?.onSecured(secured.value);
          settle(secured);
        });
      };
      process.nextTick(() => {
        if (attempt.over) return;
        if (proxy === undefined) connectDirect(attempt, onTcp);
        else connectThrough(proxy, attempt, onTcp);
      });
      return () => settle(fail({ kind: 'cancelled', detail: `${where}: given up` }));
    },
  };
}

/** Closes what was opened. Errors that come afterwards concern nobody. */
function abandon(attempt: Attempt): void {
  attempt.socket?.on('error', () => {});
  attempt.socket?.destroy();
}
