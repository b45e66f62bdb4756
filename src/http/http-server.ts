// The agent-facing listener: accepts, caps, ends TLS, believes proxies only where it is told to, and hands each connection to its
// own ServerConnection. Stops in two ways: drain() lets clients notice and loses nothing, close() cuts.

import { createServer } from 'node:net';
import type { ListenOptions, Server, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { GatewayError } from '../base/index.ts';
import type { ErrorCode } from '../base/index.ts';
import { parseAddressList } from './address-list.ts';
import type { AddressList } from './address-list.ts';
import { createConnectionCounts } from './connection-counts.ts';
import type { ConnectionCounts } from './connection-counts.ts';
import { addressOf, receiveConnection, UNIX_ADDRESS } from './reception.ts';
import type { Member, ReceptionHost } from './reception.ts';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { formatRefusal } from './response-head.ts';
import { createSweepClock, deadlineAfter } from './server-limits.ts';
import type { SweepClock } from './server-limits.ts';
import { createTlsTermination } from './server-tls.ts';
import type { ServerTls, TlsTermination } from './server-tls.ts';
import type { Peer, RequestHandler, ServerLimits } from './types.ts';

/** How a listener is to behave. */
export interface HttpServerOptions<Context> {
  readonly handler: RequestHandler<Context>;
  readonly limits: ServerLimits;
  /** Name of the listener, for Peer. */
  readonly listener: string;
  /** Undefined: plain HTTP. 'external': plain HTTP too, but a trusted proxy in front has ended TLS. */
  readonly tls?: ServerTls | 'external' | undefined;
  /** Addresses and networks whose X-Forwarded-For and PROXY header are believed. From anyone else both mean nothing. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Whether trusted proxies may, must or must not begin with a PROXY v2 header. Never read where TLS is ended here. Default: accept. */
  readonly proxyProtocol?: 'accept' | 'require' | 'refuse' | undefined;
}

/** Where a server listens. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** Counts since the server was made. */
export interface HttpServerStats {
  readonly open: number;
  readonly accepted: number;
  readonly requests: number;
  /** On the wire, of all connections so far. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly handshakesFailed: number;
  readonly refused: Readonly<Partial<Record<ErrorCode, number>>>;
}

/** A listener for agents. */
export interface HttpServer {
  /** Listens on an inherited descriptor that is bound but not yet listening. */
  listenFd(fd: number): Promise<void>;
  listen(host: string, port: number): Promise<void>;
  /** Listens on a unix socket. */
  listenPath(path: string): Promise<void>;
  /** Takes a connection accepted elsewhere, made with allowHalfOpen. A TLSSocket is served as it is, any other socket as if it had been accepted here. */
  accept(socket: Socket): void;
  address(): ListenAddress | undefined;
  /** Swaps the certificate for new handshakes. */
  setSecureContext(tls: ServerTls): void;
  stats(): HttpServerStats;
  /**
   * Stops accepting and lets answers under way end, each with `Connection: close`. Idle connections may send one more request
   * during the grace and are closed after it. What still runs at the hard limit is cut. Resolves when all are gone.
   */
  drain(graceMs: number, hardLimitMs?: number): Promise<void>;
  /** Cuts everything. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Makes a listener that does not listen yet. Throws GatewayError if TLS material or trusted proxies cannot be used. */
export function createHttpServer<Context>(options: HttpServerOptions<Context>): HttpServer {
  return new Listener(options);
}

const BACKLOG = 4096;
const KEEP_ALIVE_PROBE_MS = 60_000;
const NEVER = Number.POSITIVE_INFINITY;
const FULL = refusal('overloaded', 'too many connections');
const FULL_ADDRESS = refusal('overloaded', 'too many connections from one address');

class Listener<Context> implements HttpServer, ReceptionHost<Context> {
  readonly handler: RequestHandler<Context>;
  readonly limits: ServerLimits;
  readonly clock: SweepClock;
  readonly listener: string;
  readonly trusted: AddressList;
  readonly tlsInFront: boolean;
  readonly proxyProtocol: 'accept' | 'require' | 'refuse';
  readonly counts: ConnectionCounts;
  draining = false;
  readonly #server: Server;
  readonly #tls: TlsTermination | undefined;
  readonly #members = new Map<Socket, Member>();
  /** Everything accepted: members, and sockets still in their handshake. */
  readonly #sockets = new Set<Socket>();
  readonly #sweeper: NodeJS.Timeout;
  readonly #refused: Partial<Record<ErrorCode, number>> = {};
  readonly #whenEmpty: (() => void)[] = [];
  #accepted = 0;
  #requests = 0;
  #handshakesFailed = 0;
  /** Of connections that are gone. */
  #bytesIn = 0;
  #bytesOut = 0;
  #closeIdleFrom = NEVER;
  #closeAllFrom = NEVER;

  constructor(options: HttpServerOptions<Context>) {
    const trusted = parseAddressList(options.trustedProxies ?? []);
    if (!trusted.ok) throw new GatewayError('internal', { cause: new TypeError(trusted.error) });
    this.handler = options.handler;
    this.limits = options.limits;
    this.clock = createSweepClock(options.limits);
    this.listener = options.listener;
    this.trusted = trusted.value;
    this.tlsInFront = options.tls === 'external';
    this.proxyProtocol = options.proxyProtocol ?? 'accept';
    this.counts = createConnectionCounts(options.limits.maxConnectionsPerAddress);
    this.#tls =
      options.tls === undefined || options.tls === 'external'
        ? undefined
        : createTlsTermination(options.tls, {
            onSecure: (socket) => this.#serve(socket),
            onFailed: () => {
              this.#handshakesFailed += 1;
            },
          });
    this.#server = createServer(
      {
        allowHalfOpen: true,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS,
        highWaterMark: options.limits.highWaterBytes,
      },
      (socket) => this.accept(socket),
    );
    this.#sweeper = setInterval(() => this.#sweep(), this.clock.sweepMs);
    this.#sweeper.unref();
  }

  listenFd(fd: number): Promise<void> {
    return this.#listen({ fd, backlog: BACKLOG });
  }

  listen(host: string, port: number): Promise<void> {
    return this.#listen({ host, port, backlog: BACKLOG });
  }

  listenPath(path: string): Promise<void> {
    return this.#listen({ path, backlog: BACKLOG });
  }

  accept(socket: Socket): void {
    const address = addressOf(socket);
    if (address === undefined) {
      socket.destroy();
      return;
    }
    if (this.#sockets.size >= this.limits.maxConnections) return this.#turnAway(socket, FULL);
    // All agents behind a proxy share its address, so it has no share of its own; PROXY v2 names one that has.
    const counted = address !== UNIX_ADDRESS && !this.trusted.has(address);
    if (counted && !this.counts.take(address)) return this.#turnAway(socket, FULL_ADDRESS);
    this.#accepted += 1;
    this.#sockets.add(socket);
    socket.on('error', ignore);
    socket.once('close', () => {
      if (counted) this.counts.give(address);
      this.#sockets.delete(socket);
      this.#bytesIn += socket.bytesRead;
      this.#bytesOut += socket.bytesWritten;
      this.#tellIfEmpty();
    });
    if (this.#tls === undefined || socket instanceof TLSSocket) this.#serve(socket);
    else this.#tls.handshake(socket);
  }

  address(): ListenAddress | undefined {
    const address = this.#server.address();
    if (address === null) return undefined;
    return typeof address === 'string' ? { kind: 'unix', path: address } : { kind: 'tcp', host: address.address, port: address.port };
  }

  setSecureContext(tls: ServerTls): void {
    if (this.#tls === undefined) throw new GatewayError('internal', { cause: new TypeError('this listener does not end TLS') });
    this.#tls.setSecureContext(tls);
  }

  stats(): HttpServerStats {
    let bytesIn = this.#bytesIn;
    let bytesOut = this.#bytesOut;
    for (const socket of this.#sockets) {
      bytesIn += socket.bytesRead;
      bytesOut += socket.bytesWritten;
    }
    return {
      open: this.#sockets.size,
      accepted: this.#accepted,
      requests: this.#requests,
      bytesIn,
      bytesOut,
      handshakesFailed: this.#handshakesFailed,
      refused: { ...this.#refused },
    };
  }

  drain(graceMs: number, hardLimitMs = NEVER): Promise<void> {
    this.draining = true;
    this.#stopAccepting();
    this.#closeIdleFrom = Math.min(this.#closeIdleFrom, deadlineAfter(this.clock, graceMs));
    this.#closeAllFrom = Math.min(this.#closeAllFrom, deadlineAfter(this.clock, hardLimitMs));
    return this.#empty();
  }

  close(): Promise<void> {
    this.draining = true;
    this.#stopAccepting();
    for (const member of this.#members.values()) member.close();
    for (const socket of this.#sockets) socket.destroy();
    return this.#empty();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  countRequest(): void {
    this.#requests += 1;
  }

  countRefusal(why: Refusal, peer: Peer): void {
    this.#refused[why.code] = (this.#refused[why.code] ?? 0) + 1;
    this.handler.onRefused(why.code, peer, why.detail);
  }

  #listen(options: ListenOptions & { readonly fd?: number }): Promise<void> {
    const server = this.#server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(options, () => {
        server.off('error', reject);
        // From now on errors are about single accepts (no descriptors left): they must not end the process.
        server.on('error', (cause) => this.handler.onFault?.(cause, { address: '', port: 0, tls: false, listener: this.listener }));
        resolve();
      });
    });
  }

  #serve(socket: Socket): void {
    const address = addressOf(socket);
    if (address === undefined) {
      socket.destroy();
      return;
    }
    this.#members.set(socket, receiveConnection(this, socket, address));
    socket.once('close', () => this.#members.delete(socket));
  }

  // No handshake is spent on who is turned away; without TLS there is a word of reason, best effort.
  #turnAway(socket: Socket, why: Refusal): void {
    const peer: Peer = {
      address: addressOf(socket) ?? '',
      port: socket.remotePort ?? 0,
      tls: this.#tls !== undefined,
      listener: this.listener,
    };
    socket.on('error', ignore);
    if (this.#tls !== undefined) {
      socket.destroy();
    } else {
      socket.end(formatRefusal(why, this.handler.refusalBody(why.code), false, this.clock.date));
      socket.destroySoon();
    }
    this.countRefusal(why, peer);
  }

  #sweep(): void {
    const { clock } = this;
    clock.tick += 1;
    clock.date = new Date().toUTCString();
    if (clock.tick >= this.#closeAllFrom) {
      void this.close();
      return;
    }
    const closeIdle = clock.tick >= this.#closeIdleFrom;
    for (const member of this.#members.values()) {
      member.sweep();
      if (closeIdle) member.closeIfIdle();
    }
  }

  #stopAccepting(): void {
    if (this.#server.listening) this.#server.close();
  }

  #empty(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenEmpty.push(resolve);
      this.#tellIfEmpty();
    });
  }

  #tellIfEmpty(): void {
    if (!this.draining || this.#sockets.size > 0) return;
    clearInterval(this.#sweeper);
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }
}

function ignore(): void {
  // The error of a socket is followed by its 'close', which is where the count is kept.
}
