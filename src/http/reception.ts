// From an accepted socket to a ServerConnection: who is at the other end, and whom do we believe about it. X-Forwarded-For and
// the PROXY header are believed from trusted proxies alone; from anyone else they are bytes like all others.

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { plainAddress } from './address-list.ts';
import type { AddressList } from './address-list.ts';
import type { ConnectionCounts } from './connection-counts.ts';
import type { ConnectionHost } from './connection-host.ts';
import { ProxiedStartReader } from './proxied-start.ts';
import type { ProxiedStart } from './proxied-start.ts';
import { refusal } from './refusal.ts';
import { ServerConnection } from './server-connection.ts';
import type { Peer } from './types.ts';
import { createSocketWire } from './wire.ts';
import type { Wire } from './wire.ts';

/** Something that stands on an accepted connection. */
export interface Member {
  /** To be called at every tick of the clock. */
  sweep(): void;
  close(): void;
  closeIfIdle(): void;
}

/** What reception needs to know of its server. */
export interface ReceptionHost<Context> extends ConnectionHost<Context> {
  readonly listener: string;
  readonly trusted: AddressList;
  /** A trusted proxy in front has ended TLS. */
  readonly tlsInFront: boolean;
  readonly proxyProtocol: 'accept' | 'require' | 'refuse';
  readonly counts: ConnectionCounts;
}

/** The address of everyone behind a unix socket. */
export const UNIX_ADDRESS = 'unix';

/** The client's address as the socket knows it; undefined if the connection is already gone. */
export function addressOf(socket: Socket): string | undefined {
  if (socket.remoteAddress !== undefined) return plainAddress(socket.remoteAddress);
  return socket.destroyed || socket.localPort !== undefined ? undefined : UNIX_ADDRESS;
}

/** Serves a connection, TLS already ended. */
export function receiveConnection<Context>(host: ReceptionHost<Context>, socket: Socket, address: string): Member {
  const viaProxy = host.trusted.has(address);
  const tls = socket instanceof TLSSocket;
  const peer: Peer = { address, port: socket.remotePort ?? 0, tls: tls || (viaProxy && host.tlsInFront), listener: host.listener };
  const wire = createSocketWire(socket, host.limits.highWaterBytes);
  if (viaProxy && !tls && host.proxyProtocol !== 'refuse') return serveBehindProxy(host, socket, wire, peer);
  return serve(host, wire, peer, viaProxy);
}

function serve<Context>(host: ReceptionHost<Context>, wire: Wire, peer: Peer, viaProxy: boolean): ServerConnection<Context> {
  const connection = new ServerConnection(host, wire, peer, viaProxy ? host.trusted : undefined);
  wire.attach(connection);
  return connection;
}

function serveBehindProxy<Context>(host: ReceptionHost<Context>, socket: Socket, wire: Wire, peer: Peer): Member {
  const onRefused = (detail: string): void => host.countRefusal(refusal('http_malformed', detail), peer);
  const onStart = (start: ProxiedStart): void => {
    const client = start.client;
    if (client !== undefined && !admit(host, socket, client.address)) {
      host.countRefusal(refusal('overloaded', 'too many connections from one address'), { ...peer, ...client });
      wire.destroy();
      return;
    }
    // The PROXY header moves us one hop on. Only if that hop is a trusted proxy too is its X-Forwarded-For believed.
    const connection = serve(
      host,
      wire,
      client === undefined ? peer : { ...peer, ...client },
      host.trusted.has(client?.address ?? peer.address),
    );
    current = connection;
    if (start.rest.length > 0) connection.onBytes(start.rest);
  };
  const reader = new ProxiedStartReader({
    wire,
    clock: host.clock,
    timeoutMs: host.limits.headTimeoutMs,
    required: host.proxyProtocol === 'require',
    onStart,
    onRefused,
  });
  let current: Member = reader;
  wire.attach(reader);
  return { sweep: () => current.sweep(), close: () => current.close(), closeIfIdle: () => current.closeIfIdle() };
}

function admit<Context>(host: ReceptionHost<Context>, socket: Socket, address: string): boolean {
  if (host.trusted.has(address)) return true;
  if (!host.counts.take(address)) return false;
  socket.once('close', () => host.counts.give(address));
  return true;
}
