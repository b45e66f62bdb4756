// One accepted connection: requests in, answers out, one after the other in the order of arrival. A request behind the one being
// answered waits, unread, and when too much waits nothing more is read from the socket. Anything refused ends the connection:
// after a disagreement about one message nothing that follows can be trusted.
//
// A FIN from the client while an answer is pending counts as hanging up: cancelling by closing is what modern MCP clients do,
// and TCP cannot tell 'I have sent all' from 'I am gone'. A client that half-closes after its request gets no late answer.

import type { AddressList } from './address-list.ts';
import type { ConnectionHost } from './connection-host.ts';
import { requestPeer } from './forwarded-for.ts';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import type { ParsedHead } from './request-head.ts';
import { RequestReader } from './request-reader.ts';
import { formatRefusal } from './response-head.ts';
import { ServerExchange } from './server-exchange.ts';
import type { AnswerRoad } from './server-exchange.ts';
import { deadlineAfter, LINGER_BYTES, LINGER_MS } from './server-limits.ts';
import type { BodySink, Peer } from './types.ts';
import type { Wire, WireEvents } from './wire.ts';

type State = 'head' | 'body' | 'answer' | 'linger' | 'closed';

const NO_DEADLINE = 0;
const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n');
const LATE_HEAD = refusal('http_timeout', 'the request head did not arrive in time');
const LATE_BODY = refusal('http_timeout', 'the request body did not arrive in time');
const BAD_FORWARDED = refusal('http_malformed', 'X-Forwarded-For of a trusted proxy holds something that is no address');
const FAULT = refusal('internal', 'the handler threw');

// A class because it has a lifetime: close().
export class ServerConnection<Context> implements WireEvents, AnswerRoad {
  readonly #host: ConnectionHost<Context>;
  readonly #wire: Wire;
  readonly #reader: RequestReader;
  readonly #peer: Peer;
  /** Set when the other end is a trusted proxy: then X-Forwarded-For says who the client is. */
  readonly #trusted: AddressList | undefined;
  #state: State = 'head';
  #deadline: number;
  #exchange: ServerExchange<Context> | undefined;
  #requests = 0;
  /** Part of a head is there, and its deadline runs. */
  #headBegun = false;
  /** The client asked for the end, or has had its share of requests. */
  #lastRequest = false;
  /** The body of the request at hand has not been read to its end. */
  #bodyUnread = false;
  /** Takes the body at hand in pieces; undefined: it is held, and given as a whole. */
  #sink: BodySink | undefined;
  #sinkFull = false;
  #expectsContinue = false;
  /** The answer at hand has announced the end. */
  #closing = false;
  #advancing = false;
  #stallWatched = false;
  #lingeredBytes = 0;

  constructor(host: ConnectionHost<Context>, wire: Wire, peer: Peer, trusted: AddressList | undefined) {
    this.#host = host;
    this.#wire = wire;
    this.#peer = peer;
    this.#trusted = trusted;
    this.#reader = new RequestReader(host.limits.maxHeadBytes, host.limits.maxHeaders);
    // A connection that never sends its first byte is a slow sender too.
    this.#deadline = this.#after(host.limits.headTimeoutMs);
  }

  /** Between requests, with nothing of the next one there. */
  get idle(): boolean {
    return this.#state === 'head' && this.#reader.heldBytes === 0;
  }

  get date(): string {
    return this.#host.clock.date;
  }

  /** Ends the connection now, whatever is under way. */
  close(): void {
    this.#wire.destroy();
  }

  /** Ends the connection if no request is under way; sends what is queued first. */
  closeIfIdle(): void {
    if (this.idle) this.#finish();
  }

  /** To be called at every tick of the clock. */
  sweep(): void {
    const queued = this.#wire.queuedBytes > 0;
    if (queued !== this.#stallWatched) {
      this.#stallWatched = queued;
      this.#wire.watchStall(queued ? this.#host.limits.writeTimeoutMs : 0);
    }
    // Lingering begins when the answer is out; until then the stall watch guards.
    if (this.#state === 'linger' && this.#deadline === NO_DEADLINE && !queued) this.#deadline = this.#after(LINGER_MS);
    if (this.#deadline !== NO_DEADLINE && this.#host.clock.tick >= this.#deadline) this.#timeOut();
  }

  onBytes(bytes: Buffer): void {
    if (this.#state === 'closed') return;
    if (this.#state === 'linger') {
      this.#lingeredBytes += bytes.length;
      if (this.#lingeredBytes > LINGER_BYTES) this.#wire.destroy();
      return;
    }
    this.#reader.hold(bytes);
    this.#advance();
  }

  onFinished(): void {
    if (this.#state === 'linger' || this.idle) this.#finish();
    else this.#wire.destroy();
  }

  onDrain(): void {
    const exchange = this.#exchange;
    if (exchange?.onDrain === undefined) {
      this.#advance();
      return;
    }
    try {
      exchange.onDrain();
    } catch (cause) {
      this.#fault(cause, exchange);
    }
  }

  onClosed(): void {
    this.#state = 'closed';
    this.#deadline = NO_DEADLINE;
    this.#reader.release();
    this.#tellHangup();
  }

  closesAfterAnswer(): boolean {
    this.#closing = this.#lastRequest || this.#bodyUnread || this.#host.draining;
    return this.#closing;
  }

  write(bytes: Uint8Array, more?: Uint8Array, tail?: Uint8Array): boolean {
    return this.#wire.write(bytes, more, tail);
  }

  pass(front: Uint8Array, bytes: Uint8Array, back: Uint8Array): boolean {
    return this.#wire.pass(front, bytes, back);
  }

  streamBody(maxBytes: number, sink: BodySink): void {
    if (this.#state !== 'answer' || this.#sink !== undefined) return;
    if (!this.#reader.admitLength(maxBytes)) {
      this.#refuse(this.#reader.refusal);
      return;
    }
    this.#sink = sink;
    this.#beginBody(maxBytes);
    this.#advance();
  }

  resumeBody(): void {
    if (this.#state !== 'body' || !this.#sinkFull) return;
    this.#sinkFull = false;
    this.#advance();
  }

  answerEnded(): void {
    this.#exchange = undefined;
    if (this.#closing) {
      this.#finish();
      return;
    }
    this.#state = 'head';
    this.#deadline = this.#after(this.#host.limits.keepAliveTimeoutMs);
    this.#advance();
  }

  cut(): void {
    this.#exchange = undefined;
    this.#wire.destroy();
  }

  /** Reads on after a break between pipelined requests. */
  readOn(): void {
    this.#advance();
  }

  // A loop, not recursion: a handler that answers at once comes back here through answerEnded, once per pipelined request.
  #advance(): void {
    if (this.#advancing) return;
    this.#advancing = true;
    const before = this.#requests;
    while (this.#step()) {
      if (this.#requests - before <= this.#host.limits.maxPipelined || this.#state !== 'head' || this.#reader.heldBytes === 0) continue;
      // One sender of many small requests must not hold the loop for all others.
      this.#wire.pause();
      setImmediate(readOn, this);
      break;
    }
    this.#advancing = false;
  }

  /** Does one thing; true if there may be more to do at once. */
  #step(): boolean {
    switch (this.#state) {
      case 'head':
        return this.#stepHead();
      case 'body':
        return this.#stepBody();
      case 'answer':
        this.#pauseIfFull();
        return false;
      case 'linger':
      case 'closed':
        return false;
      default:
        return this.#state satisfies never;
    }
  }

  #stepHead(): boolean {
    const reader = this.#reader;
    // Who does not take its answers gets no more of them made; onDrain reads on.
    if (reader.heldBytes > 0 && this.#wire.queuedBytes > this.#host.limits.highWaterBytes) {
      this.#wire.pause();
      return false;
    }
    const step = reader.readHead();
    if (step === 'ready' && reader.parsed !== undefined) return this.#begin(reader.parsed);
    if (step === 'refused') return this.#refuse(reader.refusal);
    if (reader.heldBytes > 0 && !this.#headBegun) {
      this.#headBegun = true;
      this.#deadline = this.#after(this.#host.limits.headTimeoutMs);
    }
    this.#wire.resume();
    return false;
  }

  #begin(parsed: ParsedHead): boolean {
    const { handler, limits } = this.#host;
    this.#headBegun = false;
    this.#deadline = NO_DEADLINE;
    this.#requests += 1;
    this.#host.countRequest();
    this.#lastRequest = !parsed.keepAlive || this.#requests >= limits.maxRequestsPerConnection;
    this.#bodyUnread = parsed.head.chunked || (parsed.head.contentLength ?? 0) > 0;
    const peer = requestPeer(this.#peer, parsed.forwardedFor, this.#trusted);
    if (peer === undefined) return this.#refuse(BAD_FORWARDED);
    if (!this.#reader.admitLength(limits.maxBodyBytes)) return this.#refuse(this.#reader.refusal);
    const exchange = new ServerExchange<Context>(parsed.head, peer, this);
    this.#exchange = exchange;
    this.#state = 'answer';
    this.#sink = undefined;
    this.#sinkFull = false;
    this.#expectsContinue = parsed.expectContinue;
    let maxBytes: number | 'answered' | 'later';
    try {
      maxBytes = handler.onHead(exchange);
    } catch (cause) {
      return this.#fault(cause, exchange);
    }
    // An answer given now gives up on the body. While the handler takes its time for it, nothing is read.
    if (exchange !== this.#exchange) return true;
    if (maxBytes === 'later') {
      // What arrives before somebody wants it stays in the kernel. Without a body there is nothing to keep out, and hanging up to be noticed.
      if (this.#bodyUnread && !this.#sinkIsFed()) this.#wire.pause();
      return this.#sinkIsFed();
    }
    if (maxBytes === 'answered' || exchange.answered) return false;
    if (!this.#reader.admitLength(maxBytes)) return this.#refuse(this.#reader.refusal);
    this.#beginBody(maxBytes);
    return true;
  }

  #beginBody(maxBytes: number): void {
    this.#reader.beginBody(Math.min(maxBytes, this.#host.limits.maxBodyBytes));
    if (this.#expectsContinue && this.#bodyUnread) this.#wire.write(CONTINUE);
    this.#state = 'body';
  }

  /** Somebody takes the body in pieces, and has begun to. */
  #sinkIsFed(): boolean {
    return this.#sink !== undefined && this.#state === 'body';
  }

  #stepBody(): boolean {
    return this.#sink === undefined ? this.#stepWhole() : this.#stepPieces(this.#sink);
  }

  /** Hands on what has come. Whoever cannot take more makes the sender wait, and no clock of ours runs against that one meanwhile. */
  #stepPieces(sink: BodySink): boolean {
    const exchange = this.#exchange;
    if (exchange === undefined) return false;
    if (this.#sinkFull) {
      this.#deadline = NO_DEADLINE;
      this.#wire.pause();
      return false;
    }
    try {
      const step = this.#reader.readPieces((piece) => {
        if (!sink.onPiece(piece)) this.#sinkFull = true;
      });
      if (this.#state !== 'body') return false; // It was answered, or given up.
      if (step === 'refused') return this.#refuse(this.#reader.refusal);
      if (step === 'more') return this.#awaitPieces();
      this.#deadline = NO_DEADLINE;
      this.#bodyUnread = false;
      this.#state = 'answer';
      sink.onEnd();
    } catch (cause) {
      return this.#fault(cause, exchange);
    }
    return true;
  }

  #awaitPieces(): boolean {
    if (this.#sinkFull) return true;
    if (this.#deadline === NO_DEADLINE) this.#deadline = this.#after(this.#host.limits.bodyTimeoutMs);
    this.#wire.resume();
    return false;
  }

  #stepWhole(): boolean {
    const step = this.#reader.readBody();
    if (step === 'refused') return this.#refuse(this.#reader.refusal);
    if (step === 'more') {
      if (this.#deadline === NO_DEADLINE) this.#deadline = this.#after(this.#host.limits.bodyTimeoutMs);
      this.#wire.resume();
      return false;
    }
    const exchange = this.#exchange;
    if (exchange === undefined) return false;
    this.#deadline = NO_DEADLINE;
    this.#bodyUnread = false;
    this.#state = 'answer';
    try {
      this.#host.handler.onRequest(exchange, this.#reader.takeBody());
    } catch (cause) {
      return this.#fault(cause, exchange);
    }
    return true;
  }

  #refuse(why: Refusal): boolean {
    const { handler } = this.#host;
    const exchange = this.#exchange;
    const peer = exchange?.peer ?? this.#peer;
    if (exchange?.answered === true) {
      this.#wire.destroy();
    } else {
      this.#wire.write(formatRefusal(why, handler.refusalBody(why.code), exchange?.head.method === 'HEAD', this.date));
      this.#finish();
    }
    this.#tellHangup();
    this.#host.countRefusal(why, peer);
    return false;
  }

  // A fault of ours must not end the process for all other agents, nor leave this one without an end.
  #fault(cause: unknown, exchange: ServerExchange<Context>): boolean {
    this.#host.handler.onFault?.(cause, exchange.peer);
    if (!exchange.answered) return this.#refuse(FAULT);
    // After a whole answer nothing more may be sent: it would pass for the answer to the next request.
    if (exchange.done) this.#finish();
    else this.#wire.destroy();
    return false;
  }

  #tellHangup(): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (exchange?.giveUp() !== true || exchange.onHangup === undefined) return;
    try {
      exchange.onHangup();
    } catch (cause) {
      this.#host.handler.onFault?.(cause, this.#peer);
    }
  }

  #timeOut(): void {
    this.#deadline = NO_DEADLINE;
    if (this.#state === 'body') this.#refuse(LATE_BODY);
    else if (this.#state === 'head' && this.#reader.heldBytes > 0) this.#refuse(LATE_HEAD);
    else if (this.#state === 'head') this.#finish();
    else this.#wire.destroy();
  }

  // The answer is on its way, and so may be more of the request: closing at once would reset the connection, and the client would
  // lose the answer. So end our side, and swallow what comes until the client ends its own, or time or bytes run out.
  #finish(): void {
    if (this.#state === 'closed' || this.#state === 'linger') return;
    this.#state = 'linger';
    this.#deadline = NO_DEADLINE;
    this.#reader.release();
    this.#wire.finish();
    this.#wire.resume();
  }

  #pauseIfFull(): void {
    const { maxPipelined, maxHeadBytes } = this.#host.limits;
    const held = this.#reader.heldBytes;
    if (held === 0) return;
    if (held > maxPipelined * maxHeadBytes || this.#reader.countWaiting() > maxPipelined) this.#wire.pause();
  }

  #after(timeoutMs: number): number {
    return deadlineAfter(this.#host.clock, timeoutMs);
  }
}

function readOn<Context>(connection: ServerConnection<Context>): void {
  connection.readOn();
}
