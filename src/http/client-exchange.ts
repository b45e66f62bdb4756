// One request towards a server and its answer: what the pool queues and a connection carries. Knows how far it has come, so that it can say
// honestly whether the server may have seen it: 'upstream_unreachable' and 'overloaded' only while no byte of it has left the process.

import type { AnswerHead } from './client-head.ts';
import { createDecoder } from './client-decoding.ts';
import type { DecodedSink, Decoder } from './client-decoding.ts';
import { createHeaderList } from './header-list.ts';
import type { HeaderList, UpstreamCall, UpstreamFailure, UpstreamHandler, UpstreamRequest } from './types.ts';

/** Where an exchange is: on a connection, or waiting in the pool for one. */
export interface Carrier {
  pauseReading(): void;
  resumeReading(): void;
  /** The exchange is over before its time. */
  drop(exchange: Exchange): void;
}

/** Caps of an answer. */
export interface AnswerLimits {
  readonly maxBodyBytes: number;
  readonly maxDecodedBytes: number;
}

/** A class, since one lives per request and a prototype spares a closure per method. Its lifetime ends with abort, the last answer byte or a failure. */
export class Exchange implements UpstreamCall, DecodedSink {
  readonly request: UpstreamRequest;
  readonly head: string;
  /** When the answer's head must be there, and until when a free connection is waited for. */
  readonly headDueMs: number;
  readonly connectionDueMs: number;
  carrier: Carrier | undefined;
  /** Request bytes may have reached a server. */
  sent = false;
  replayed = false;
  done = false;
  readonly #handler: UpstreamHandler;
  readonly #limits: AnswerLimits;
  #decoder: Decoder | undefined;
  #receivedBytes = 0;

  constructor(
    request: UpstreamRequest,
    head: string,
    handler: UpstreamHandler,
    limits: AnswerLimits,
    nowMs: number,
    queueTimeoutMs: number,
  ) {
    this.request = request;
    this.head = head;
    this.headDueMs = request.headTimeoutMs === 0 ? Infinity : nowMs + request.headTimeoutMs;
    this.connectionDueMs = Math.min(this.headDueMs, nowMs + queueTimeoutMs);
    this.#handler = handler;
    this.#limits = limits;
  }

  pause(): void {
    if (this.#decoder === undefined) this.carrier?.pauseReading();
    else this.#decoder.pause();
  }

  resume(): void {
    if (this.#decoder === undefined) this.carrier?.resumeReading();
    else this.#decoder.resume();
  }

  abort(): void {
    if (!this.done) this.#finish();
  }

  /** Ends it with an error. Its connection, if any, is closed: what is left of the answer must not meet the next request. */
  fail(code: UpstreamFailure, detail: string): void {
    if (this.done) return;
    this.#finish();
    this.#handler.onError(code, detail);
  }

  answerHead(head: AnswerHead): void {
    if (head.contentLength > this.#limits.maxBodyBytes) {
      this.fail('upstream_too_large', `the answer is longer than ${this.#limits.maxBodyBytes} bytes`);
    } else if (head.encoding === undefined || head.framing === 'none') {
      this.#handler.onHead(head.status, head.headers);
    } else {
      this.#decoder = createDecoder(head.encoding, this.#limits.maxDecodedBytes, this);
      if (this.#decoder === undefined) this.fail('upstream_malformed', 'the answer has an encoding that was not asked for');
      else this.#handler.onHead(head.status, withoutEncoding(head.headers));
    }
  }

  answerBody(chunk: Uint8Array): void {
    this.#receivedBytes += chunk.length;
    if (this.#receivedBytes > this.#limits.maxBodyBytes) {
      this.fail('upstream_too_large', `the answer is longer than ${this.#limits.maxBodyBytes} bytes`);
    } else if (this.#decoder === undefined) {
      this.#handler.onBody(chunk);
    } else if (!this.#decoder.write(chunk)) {
      this.carrier?.pauseReading();
    }
  }

  /** The last byte is there; the connection has been let go. */
  answerEnd(): void {
    if (this.#decoder === undefined) this.#end();
    else this.#decoder.end();
  }

  onDecoded(chunk: Uint8Array): void {
    this.#handler.onBody(chunk);
  }

  onDecodedEnd(): void {
    this.#end();
  }

  onDecodingRefused(code: 'upstream_malformed' | 'upstream_too_large', detail: string): void {
    this.fail(code, detail);
  }

  onDecodingDrain(): void {
    this.carrier?.resumeReading();
  }

  #end(): void {
    if (this.done) return;
    this.done = true;
    this.#handler.onEnd();
  }

  #finish(): void {
    this.done = true;
    this.#decoder?.close();
    this.carrier?.drop(this);
  }
}

/** What is handed on is decoded: the fields that describe the encoded form would be lies. */
function withoutEncoding(headers: HeaderList): HeaderList {
  const names: string[] = [];
  const values: string[] = [];
  for (const [index, name] of headers.names.entries()) {
    if (name === 'content-encoding' || name === 'content-length') continue;
    names.push(name);
    values.push(headers.values[index] ?? '');
  }
  return createHeaderList(names, values);
}
