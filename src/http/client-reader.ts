// Cuts the bytes of a server's connection into answers: head, body pieces, end. No socket in here, so that it can be fuzzed; the same bytes
// give the same answer however they are cut. Body bytes are handed on as views, never gathered; what it keeps is bounded by maxHeadBytes.

import { appendBytes, createByteStore } from './byte-store.ts';
import type { ByteStore } from './byte-store.ts';
import type { AnswerHead } from './client-head.ts';
import { findHeadEnd, FORBIDDEN, parseAnswerHead } from './client-head.ts';
import { CR, hexValue, HTAB, LF, SP } from './grammar.ts';

/** Takes what the reader finds. After onAnswerEnd or onAnswerRefused nothing more comes until `begin`. */
export interface AnswerSink {
  onAnswerHead(head: AnswerHead): void;
  onAnswerBody(chunk: Uint8Array): void;
  /** `reusable`: the server will take another request here, and has sent nothing beyond this answer. */
  onAnswerEnd(reusable: boolean): void;
  onAnswerRefused(code: 'upstream_malformed' | 'upstream_too_large', detail: string): void;
}

/** Reads the answers of one connection, one at a time. */
export interface AnswerReader {
  /** Makes ready for the next answer. */
  begin(): void;
  feed(bytes: Buffer): void;
  /** The server has closed its side. True if that was how the answer had to end; onAnswerEnd has then been called. */
  finish(): boolean;
  /** Reads no further, whatever comes. */
  stop(): void;
}

type State =
  | 'stopped'
  | 'head'
  | 'length'
  | 'close'
  | 'chunk-size'
  | 'chunk-padding'
  | 'chunk-extension'
  | 'chunk-data'
  | 'chunk-end'
  | 'trailer';

// A chunk-size line is a few digits; whoever sends more wants to keep us reading for ever at no cost in body bytes.
const MAX_CHUNK_LINE_BYTES = 4096;
const MAX_CHUNK_DIGITS = 13;
const MAX_INTERIM_ANSWERS = 16;
const SEMICOLON = 0x3b;

const OVER = -1;

/** Creates a reader that is stopped until `begin`. */
export function createAnswerReader(maxHeadBytes: number, sink: AnswerSink): AnswerReader {
  let state: State = 'stopped';
  let keepAlive = false;
  /** Body bytes, or bytes of this chunk, still to come. */
  let remaining = 0;
  /** Bytes of the chunk-size line or of the trailer section so far. */
  let overhead = 0;
  let digits = 0;
  let afterCr = false;
  let lineEmpty = true;
  let interims = 0;
  /** The part of a head that came without its end. */
  let held: ByteStore | undefined;

  function refuse(code: 'upstream_malformed' | 'upstream_too_large', detail: string): number {
    state = 'stopped';
    sink.onAnswerRefused(code, detail);
    return OVER;
  }

  function end(reusable: boolean): number {
    state = 'stopped';
    sink.onAnswerEnd(reusable);
    return OVER;
  }

  function readHead(bytes: Buffer, at: number): number {
    if (held === undefined) return readWholeHead(bytes, at);
    const before = held.length;
    appendBytes(held, bytes, at, Math.min(bytes.length, at + maxHeadBytes - before));
    // A CR that came last could not be judged without its successor.
    const from = held.bytes[before - 1] === CR ? before - 1 : before;
    const headEnd = findHeadEnd(held.bytes, 0, from, held.length);
    if (headEnd < 0) return headEnd === FORBIDDEN ? refuseByte() : held.length < maxHeadBytes ? bytes.length : refuseSize();
    const text = held.bytes.toString('latin1', 0, headEnd);
    held = undefined;
    return takeHead(bytes, at + headEnd - before, text);
  }

  /** The usual case: the head comes in one piece and is read where it lies. */
  function readWholeHead(bytes: Buffer, at: number): number {
    const limit = Math.min(bytes.length, at + maxHeadBytes);
    const headEnd = findHeadEnd(bytes, at, at, limit);
    if (headEnd >= 0) return takeHead(bytes, headEnd, bytes.toString('latin1', at, headEnd));
    if (headEnd === FORBIDDEN) return refuseByte();
    if (limit - at === maxHeadBytes) return refuseSize();
    held = createByteStore(limit - at);
    appendBytes(held, bytes, at, limit);
    return bytes.length;
  }

  function refuseByte(): number {
    return refuse('upstream_malformed', 'the head holds a control character or a bare CR');
  }

  function refuseSize(): number {
    return refuse('upstream_too_large', `the head is longer than ${maxHeadBytes} bytes`);
  }

  function takeHead(bytes: Buffer, at: number, text: string): number {
    const parsed = parseAnswerHead(text);
    if (!parsed.ok) return refuse('upstream_malformed', parsed.error);
    const head = parsed.value;
    if (head.status === 101) return refuse('upstream_malformed', 'the server changes the protocol without having been asked');
    if (head.status < 200) {
      // RFC 9110 §15.2: any number of interim answers may come first; none is ever wanted here.
      return ++interims > MAX_INTERIM_ANSWERS ? refuse('upstream_malformed', 'there are too many interim answers') : at;
    }
    keepAlive = head.keepAlive;
    remaining = head.contentLength;
    const next: State = head.framing === 'chunked' ? 'chunk-size' : head.framing === 'none' ? 'length' : head.framing;
    state = next;
    startLine();
    sink.onAnswerHead(head);
    if (state !== next) return OVER;
    return head.framing === 'none' ? end(keepAlive && at === bytes.length) : at;
  }

  function startLine(): void {
    overhead = 0;
    digits = 0;
    afterCr = false;
    lineEmpty = true;
  }

  /** Hands on body bytes; returns the offset behind them, or OVER if the sink has stopped the reader. */
  function readCounted(bytes: Buffer, at: number): number {
    const until = Math.min(bytes.length, at + remaining);
    remaining -= until - at;
    const current = state;
    sink.onAnswerBody(at === 0 && until === bytes.length ? bytes : bytes.subarray(at, until));
    return state === current ? until : OVER;
  }

  function readLength(bytes: Buffer, at: number): number {
    const next = readCounted(bytes, at);
    return next >= 0 && remaining === 0 ? end(keepAlive && next === bytes.length) : next;
  }

  function readChunkData(bytes: Buffer, at: number): number {
    const next = readCounted(bytes, at);
    if (next >= 0 && remaining === 0) {
      state = 'chunk-end';
      startLine();
    }
    return next;
  }

  /** `chunk-size [ BWS ";" ext ] CRLF` (RFC 9112 §7.1). Extensions mean nothing to us and are dropped. */
  function readChunkLine(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === undefined || ++overhead > MAX_CHUNK_LINE_BYTES) return refuse('upstream_malformed', 'a chunk-size line is too long');
      if (byte === LF) {
        if (digits === 0) return refuse('upstream_malformed', 'a chunk has no size');
        state = remaining === 0 ? 'trailer' : 'chunk-data';
        startLine();
        return at + 1;
      }
      if (afterCr) return refuse('upstream_malformed', 'a chunk-size line holds a bare CR');
      if (byte === CR) afterCr = true;
      else if (state === 'chunk-extension') continue;
      else if (byte === SEMICOLON) state = 'chunk-extension';
      else if (byte === SP || byte === HTAB) state = 'chunk-padding';
      else if (state === 'chunk-padding' || !takeDigit(hexValue(byte))) return refuse('upstream_malformed', 'a chunk size is malformed');
    }
    return bytes.length;
  }

  function takeDigit(digit: number): boolean {
    if (digit < 0 || ++digits > MAX_CHUNK_DIGITS) return false;
    remaining = remaining * 16 + digit;
    return true;
  }

  function readChunkEnd(bytes: Buffer, at: number): number {
    if (bytes[at] === LF) {
      state = 'chunk-size';
      startLine();
    } else if (bytes[at] === CR && !afterCr) {
      afterCr = true;
    } else {
      return refuse('upstream_malformed', 'a chunk is longer than its size');
    }
    return at + 1;
  }

  /** Trailer fields are dropped: nothing that decides may come after the body (RFC 9110 §6.5.1). */
  function readTrailer(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at];
      if (++overhead > maxHeadBytes) return refuse('upstream_too_large', `the trailers are longer than ${maxHeadBytes} bytes`);
      if (byte === LF) {
        if (lineEmpty) return end(keepAlive && at + 1 === bytes.length);
        lineEmpty = true;
        afterCr = false;
      } else if (afterCr) {
        return refuse('upstream_malformed', 'a trailer holds a bare CR');
      } else if (byte === CR) {
        afterCr = true;
      } else {
        lineEmpty = false;
      }
    }
    return bytes.length;
  }

  function readUntilClose(bytes: Buffer, at: number): number {
    sink.onAnswerBody(at === 0 ? bytes : bytes.subarray(at));
    return state === 'close' ? bytes.length : OVER;
  }

  function step(bytes: Buffer, at: number): number {
    switch (state) {
      case 'stopped':
        return OVER;
      case 'head':
        return readHead(bytes, at);
      case 'length':
        return readLength(bytes, at);
      case 'close':
        return readUntilClose(bytes, at);
      case 'chunk-size':
      case 'chunk-padding':
      case 'chunk-extension':
        return readChunkLine(bytes, at);
      case 'chunk-data':
        return readChunkData(bytes, at);
      case 'chunk-end':
        return readChunkEnd(bytes, at);
      case 'trailer':
        return readTrailer(bytes, at);
    }
  }

  return {
    begin() {
      state = 'head';
      interims = 0;
      held = undefined;
    },
    feed(bytes) {
      // OVER: the answer is over or stopped, and a sink may already have begun the next one on this very reader.
      for (let at = 0; at >= 0 && at < bytes.length;) at = step(bytes, at);
    },
    finish() {
      if (state !== 'close') return false;
      end(false);
      return true;
    },
    stop() {
      state = 'stopped';
    },
  };
}
