// One connection to a server: carries one exchange at a time and tells the pool what became of it. Bytes that nobody asked for
// close it: the end of one answer must never be read as the beginning of the next.

import type { Socket } from 'node:net';
import { createBodyOutlet } from './body-outlet.ts';
import type { OpenOutlet } from './body-outlet.ts';
import type { Carrier, Exchange } from './client-exchange.ts';
import type { AnswerHead } from './client-head.ts';
import { createAnswerReader } from './client-reader.ts';
import type { AnswerReader, AnswerSink } from './client-reader.ts';
import { errorCode } from './dial-failure.ts';
import type { StreamedBody } from './types.ts';

/** The pool, seen from a connection. */
export interface ConnectionOwner {
  /** It is free for the next exchange. */
  onFree(connection: ClientConnection): void;
  /**
   * It is gone. Called once. `stale`: what it carried when it died as a reused connection and before the first
   * answer byte; the server had most likely closed it before the request came.
   */
  onGone(connection: ClientConnection, stale: Exchange | undefined): void;
  /** Something has to be looked at no later than this. */
  onDeadline(dueMs: number): void;
}

/** Caps and times of a connection. */
export interface ConnectionLimits {
  readonly maxHeadBytes: number;
  readonly idleTimeoutMs: number;
}

// A head and a small body share one buffer and one write; a large body is not worth the copy.
const MAX_JOINED_BYTES = 64 * 1024;
// The server's clock for its keep-alive runs from before our last byte; a hint is never trusted to the last second.
const HINT_MARGIN_MS = 1000;
const MAX_HINT_MS = 60_000;

export class ClientConnection implements Carrier, AnswerSink {
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #limits: ConnectionLimits;
  readonly #reader: AnswerReader;
  #exchange: Exchange | undefined;
  /** Where the body of the request at hand goes, where that comes in pieces. */
  #outlet: OpenOutlet | undefined;
  #reused = false;
  /** Some byte of the answer has come; its head has come. */
  #heard = false;
  #answering = false;
  #paused = false;
  #gone = false;
  #lastByteMs = 0;
  #idleMs: number;
  #idleDueMs = Infinity;
  #error = '';

  /** Over TLS Node says in the next turn of the loop that a request is written, which its answer may outrun: what is not written by then is an early answer. */
  readonly #onSettled = (): void => {
    if (this.#gone) return;
    if (this.#socket.writableLength === 0) this.#owner.onFree(this);
    else this.destroy();
  };

  constructor(socket: Socket, owner: ConnectionOwner, limits: ConnectionLimits) {
    this.#socket = socket;
    this.#owner = owner;
    this.#limits = limits;
    this.#idleMs = limits.idleTimeoutMs;
    this.#reader = createAnswerReader(limits.maxHeadBytes, this);
    socket.on('data', (bytes: Buffer) => this.#onData(bytes));
    socket.on('end', () => this.#onServerEnd());
    socket.on('error', (error: unknown) => (this.#error = errorCode(error)));
    socket.on('close', () => this.#onLost());
    socket.resume();
  }

  /** Sends a request; the connection must be free. */
  start(exchange: Exchange): void {
    exchange.carrier = this;
    exchange.sent = true;
    this.#exchange = exchange;
    this.#heard = false;
    this.#answering = false;
    this.#idleDueMs = Infinity;
    this.resumeReading();
    this.#reader.begin();
    this.#owner.onDeadline(exchange.headDueMs);
    const { body, stream } = exchange.request;
    this.#outlet = undefined;
    this.#write(exchange.head, stream === undefined ? body : undefined);
    if (stream !== undefined) this.#stream(exchange, stream);
  }

  /** Marks it free from now on. */
  rest(nowMs: number): void {
    this.resumeReading();
    this.#idleDueMs = nowMs + this.#idleMs;
    this.#owner.onDeadline(this.#idleDueMs);
  }

  /** Acts on deadlines that have passed; returns the next one. */
  check(nowMs: number): number {
    const exchange = this.#exchange;
    if (exchange === undefined) {
      if (nowMs < this.#idleDueMs) return this.#idleDueMs;
      this.destroy();
      return Infinity;
    }
    const { idleTimeoutMs, headTimeoutMs } = exchange.request;
    const dueMs = this.#answering
      ? idleTimeoutMs === 0 || this.#paused
        ? Infinity
        : this.#lastByteMs + idleTimeoutMs
      : exchange.headDueMs;
    if (nowMs < dueMs) return dueMs;
    const what = this.#answering ? `no byte of the answer within ${idleTimeoutMs} ms` : `no answer within ${headTimeoutMs} ms`;
    exchange.fail('upstream_timeout', what);
    return Infinity;
  }

  pauseReading(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resumeReading(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#lastByteMs = performance.now();
    this.#socket.resume();
    this.#watchIdle();
  }

  drop(): void {
    this.destroy();
  }

  /** Closes it at once. Whoever destroys a connection has settled its exchange before. */
  destroy(): void {
    this.#close(undefined);
  }

  onAnswerHead(head: AnswerHead): void {
    this.#answering = true;
    const hintMs = head.keepAliveHintMs;
    this.#idleMs = hintMs === undefined ? this.#limits.idleTimeoutMs : Math.min(hintMs - HINT_MARGIN_MS, MAX_HINT_MS);
    this.#exchange?.answerHead(head);
  }

  onAnswerBody(chunk: Uint8Array): void {
    this.#exchange?.answerBody(chunk);
  }

  onAnswerEnd(reusable: boolean): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    exchange.carrier = undefined;
    this.#exchange = undefined;
    this.#reused = true;
    // An early answer: the server will never read the rest of the request as what it is.
    if (!reusable || this.#outlet?.isEnded === false || this.#idleMs <= 0) this.destroy();
    else if (this.#socket.writableLength === 0) this.#owner.onFree(this);
    else setImmediate(this.#onSettled);
    exchange.answerEnd();
  }

  onAnswerRefused(code: 'upstream_malformed' | 'upstream_too_large', detail: string): void {
    this.#exchange?.fail(code, detail);
  }

  #close(stale: Exchange | undefined): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#exchange = undefined;
    this.#reader.stop();
    this.#socket.destroy();
    this.#owner.onGone(this, stale);
  }

  /** Lets the body come, in its own time: nobody is called back before `send` has returned. A fault of whoever gives it ends this exchange alone. */
  #stream(exchange: Exchange, stream: StreamedBody): void {
    const isOpen = (): boolean => !this.#gone && this.#exchange === exchange;
    const outlet = createBodyOutlet(this.#socket, stream.bytes, {
      isOpen,
      onMisfit: () => exchange.fail('outcome_unknown', 'the body of the request is not as long as announced'),
    });
    this.#outlet = outlet;
    queueMicrotask(() => {
      if (!isOpen()) return;
      try {
        stream.start(outlet);
      } catch {
        exchange.fail('outcome_unknown', 'the body of the request could not be given');
      }
    });
  }

  #write(head: string, body: Uint8Array | undefined): void {
    const socket = this.#socket;
    if (body === undefined) {
      socket.write(head, 'latin1');
    } else if (body.length <= MAX_JOINED_BYTES) {
      const message = Buffer.allocUnsafe(head.length + body.length);
      message.write(head, 0, 'latin1');
      message.set(body, head.length);
      socket.write(message);
    } else {
      socket.cork();
      socket.write(head, 'latin1');
      socket.write(body);
      socket.uncork();
    }
  }

  #onData(bytes: Buffer): void {
    const exchange = this.#exchange;
    if (exchange === undefined) {
      this.destroy();
      return;
    }
    this.#heard = true;
    this.#lastByteMs = performance.now();
    let isRead = false;
    try {
      this.#reader.feed(bytes);
      isRead = true;
    } finally {
      // A handler that throws in the middle of its answer costs its own connection, which has lost its place. The fault goes on to whoever
      // watches the process. If it throws at the end, the connection is already somebody else's, and in order.
      if (!isRead && this.#exchange === exchange) exchange.abort();
    }
    this.#watchIdle();
  }

  #watchIdle(): void {
    const exchange = this.#exchange;
    if (exchange !== undefined && this.#answering && exchange.request.idleTimeoutMs > 0)
      this.#owner.onDeadline(this.#lastByteMs + exchange.request.idleTimeoutMs);
  }

  #onServerEnd(): void {
    if (!this.#reader.finish()) this.#onLost();
  }

  #onLost(): void {
    const exchange = this.#exchange;
    const isStale = this.#reused && !this.#heard;
    const why = this.#error === '' ? 'the server closed the connection' : `the connection broke (${this.#error})`;
    if (exchange === undefined) return this.destroy();
    exchange.carrier = undefined;
    this.#close(isStale ? exchange : undefined);
    if (!isStale) exchange.fail('outcome_unknown', this.#heard ? `${why} in the middle of the answer` : `${why} before it answered`);
  }
}
