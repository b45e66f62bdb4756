// Keep-alive connections to one origin. The connection used last is used next, so that the others can grow old and be closed before the
// server closes them. Every wait has a cap: how many connections, how many waiting, how long.

import type { Socket } from 'node:net';
import { createAlarm } from './alarm.ts';
import { ClientConnection } from './client-connection.ts';
import type { ConnectionLimits, ConnectionOwner } from './client-connection.ts';
import { Exchange } from './client-exchange.ts';
import type { AnswerLimits, Carrier } from './client-exchange.ts';
import { createFixedFields, writeRequestHead } from './client-request.ts';
import { createDialer } from './dial.ts';
import type { Dialer, DialOptions } from './dial.ts';
import type { DialFailure } from './dial-failure.ts';
import { certificateEndOf } from './certificate-end.ts';
import type { Origin, UpstreamCall, UpstreamFailure, UpstreamHandler, UpstreamPool, UpstreamRequest } from './types.ts';

/** Caps and times of a pool, and how its origin may be reached. */
export interface PoolOptions extends DialOptions {
  readonly maxConnections: number;
  /** Requests that may wait for a connection. */
  readonly maxQueued: number;
  /** How long one may wait; default: the connect timeout and 5 s. */
  readonly queueTimeoutMs?: number | undefined;
  readonly maxHeadBytes: number;
  /** Of a whole answer as it comes over the wire; default: none, since answers are streamed. */
  readonly maxBodyBytes?: number | undefined;
  /** Of a whole answer that had to be decoded; default 64 MiB. */
  readonly maxDecodedBytes?: number | undefined;
  /** How long a free connection is kept where the server gives no hint; default 4 s. */
  readonly idleTimeoutMs?: number | undefined;
}

const DEFAULT_QUEUE_MARGIN_MS = 5000;
const DEFAULT_IDLE_TIMEOUT_MS = 4000;
const DEFAULT_MAX_DECODED_BYTES = 64 * 1024 * 1024;

/** A connection being made. `exchange`: the one that must not have any other, because it may not meet a reused connection again. */
interface Dialling {
  readonly exchange: Exchange | undefined;
  giveUp: () => void;
}

/** Opens a pool; nothing is connected before the first request. Throws if the origin or the address policy cannot be meant. */
export function createUpstreamPool(origin: Origin, options: PoolOptions): UpstreamPool {
  return new Pool(origin, options);
}

class Pool implements UpstreamPool, ConnectionOwner, Carrier {
  readonly #maxConnections: number;
  readonly #maxQueued: number;
  readonly #queueTimeoutMs: number;
  readonly #connectionLimits: ConnectionLimits;
  readonly #answerLimits: AnswerLimits;
  readonly #fixedFields: string;
  readonly #dialer: Dialer;
  readonly #alarm = createAlarm((nowMs) => this.#sweep(nowMs));
  readonly #connections = new Set<ClientConnection>();
  readonly #free: ClientConnection[] = [];
  /** In order of arrival. */
  readonly #waiting = new Set<Exchange>();
  readonly #dialling = new Set<Dialling>();
  #closed = false;
  #trouble: DialFailure | undefined;
  #certificateEndsMs: number | undefined;

  constructor(origin: Origin, options: PoolOptions) {
    this.#maxConnections = options.maxConnections;
    this.#maxQueued = options.maxQueued;
    this.#queueTimeoutMs = options.queueTimeoutMs ?? options.connectTimeoutMs + DEFAULT_QUEUE_MARGIN_MS;
    this.#connectionLimits = { maxHeadBytes: options.maxHeadBytes, idleTimeoutMs: options.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS };
    this.#answerLimits = {
      maxBodyBytes: options.maxBodyBytes ?? Infinity,
      maxDecodedBytes: options.maxDecodedBytes ?? DEFAULT_MAX_DECODED_BYTES,
    };
    this.#fixedFields = createFixedFields(origin);
    this.#dialer = createDialer(origin, options);
  }

  get open(): number {
    return this.#connections.size;
  }

  get idle(): number {
    return this.#free.length;
  }

  get trouble(): DialFailure | undefined {
    return this.#trouble;
  }

  get certificateEndsMs(): number | undefined {
    return this.#certificateEndsMs;
  }

  send(request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall {
    const head = writeRequestHead(request, this.#fixedFields);
    const exchange = new Exchange(request, head, handler, this.#answerLimits, performance.now(), this.#queueTimeoutMs);
    const connection = this.#free.pop();
    if (connection !== undefined) connection.start(exchange);
    else if (this.#closed) failSoon(exchange, 'upstream_unreachable', 'the pool is closed');
    else if (this.#waiting.size >= this.#maxQueued + this.#maxConnections - this.#connections.size)
      failSoon(exchange, 'overloaded', 'too many requests wait for this server');
    else this.#wait(exchange);
    return exchange;
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#free.splice(0)) connection.destroy();
    this.#rest();
  }

  onFree(connection: ClientConnection): void {
    const [next] = this.#waiting;
    if (next !== undefined) {
      this.#waiting.delete(next);
      connection.start(next);
    } else if (this.#closed) {
      connection.destroy();
    } else {
      this.#free.push(connection);
      connection.rest(performance.now());
    }
  }

  onGone(connection: ClientConnection, stale: Exchange | undefined): void {
    this.#connections.delete(connection);
    const at = this.#free.indexOf(connection);
    if (at >= 0) this.#free.splice(at, 1);
    if (stale !== undefined) this.#rescue(stale);
    this.#dialForWaiting();
    this.#rest();
  }

  onDeadline(dueMs: number): void {
    this.#alarm.by(dueMs);
  }

  /** A waiting exchange has no connection that could stop reading. */
  pauseReading(): void {}
  resumeReading(): void {}

  drop(exchange: Exchange): void {
    this.#waiting.delete(exchange);
    this.#rest();
  }

  #wait(exchange: Exchange): void {
    exchange.carrier = this;
    this.#waiting.add(exchange);
    this.#alarm.by(exchange.connectionDueMs);
    this.#dialForWaiting();
  }

  /** What closed one reused connection has most likely closed its free siblings; no request shall find that out the same way. */
  #rescue(stale: Exchange): void {
    for (const connection of this.#free.splice(0)) connection.destroy();
    if (!stale.request.replayable || stale.replayed) {
      stale.fail('outcome_unknown', 'the server closed a reused connection before it answered');
      return;
    }
    stale.replayed = true;
    stale.carrier = this;
    this.#dial(stale);
  }

  #dialForWaiting(): void {
    while (this.#dialling.size < this.#waiting.size && this.#connections.size + this.#dialling.size < this.#maxConnections)
      this.#dial(undefined);
  }

  #dial(exchange: Exchange | undefined): void {
    const dialling: Dialling = { exchange, giveUp: () => {} };
    this.#dialling.add(dialling);
    dialling.giveUp = this.#dialer.dial((result) => {
      this.#dialling.delete(dialling);
      if (result.ok) this.#welcome(result.value, exchange);
      else this.#onDialFailed(exchange, result.error);
    });
  }

  #welcome(socket: Socket, exchange: Exchange | undefined): void {
    this.#trouble = undefined;
    this.#certificateEndsMs = certificateEndOf(socket) ?? this.#certificateEndsMs;
    const connection = new ClientConnection(socket, this, this.#connectionLimits);
    this.#connections.add(connection);
    if (exchange === undefined || exchange.done) this.onFree(connection);
    else connection.start(exchange);
  }

  /** One failed attempt fails one exchange: the others have, or now get, attempts of their own. */
  #onDialFailed(bound: Exchange | undefined, failure: DialFailure): void {
    if (failure.kind !== 'cancelled') this.#trouble = failure;
    const [first] = this.#waiting;
    const exchange = bound ?? first;
    exchange?.fail(exchange.sent ? 'outcome_unknown' : 'upstream_unreachable', failure.detail);
    this.#dialForWaiting();
    this.#rest();
  }

  #sweep(nowMs: number): number {
    let nextMs = Infinity;
    for (const connection of this.#connections) nextMs = Math.min(nextMs, connection.check(nowMs));
    for (const exchange of this.#waiting) {
      if (nowMs < exchange.connectionDueMs) nextMs = Math.min(nextMs, exchange.connectionDueMs);
      else exchange.fail('overloaded', 'no connection to the server became free in time');
    }
    for (const { exchange } of this.#dialling) {
      if (exchange === undefined || exchange.done) continue;
      if (nowMs < exchange.headDueMs) nextMs = Math.min(nextMs, exchange.headDueMs);
      else exchange.fail('upstream_timeout', `no answer within ${exchange.request.headTimeoutMs} ms`);
    }
    return nextMs;
  }

  /** Once closed and without work: lets go of what would keep the process alive. */
  #rest(): void {
    if (!this.#closed || this.#waiting.size > 0) return;
    for (const dialling of this.#dialling) {
      if (dialling.exchange === undefined || dialling.exchange.done) dialling.giveUp();
    }
    if (this.#connections.size === 0 && this.#dialling.size === 0) this.#alarm.close();
  }
}

/** A handler is never called before `send` has returned. */
function failSoon(exchange: Exchange, code: UpstreamFailure, detail: string): void {
  queueMicrotask(() => exchange.fail(code, detail));
}
