// text/event-stream bytes → events, by the letter of WHATWG HTML §9.2.6: CR, LF and CRLF end lines, one BOM is skipped, comments
// and unknown fields are ignored, an event without its empty line is none. One difference: events without data are handed out too,
// because a gateway relays them (an id alone primes resumption). Works for any chunking, in linear time, and holds at most one event.

import { appendBytes, createByteStore, storedBytes } from './byte-store.ts';
import type { ByteStore } from './byte-store.ts';
import { COLON, CR, isDigit, LF, SP } from './grammar.ts';
import type { ServerSentEvent } from './types.ts';

/** What the decoder reports, and how much it may hold. */
export interface EventDecoderOptions {
  /** Bytes of all lines of one event, comments not counted. */
  readonly maxEventBytes: number;
  /** `data` may be a view on the chunk pushed: that chunk must not be reused. */
  onEvent(event: ServerSentEvent): void;
  /** An event exceeds the cap. Called once; nothing is decoded after it. */
  onOversize(): void;
}

/** Decodes one stream. */
export interface EventDecoder {
  push(chunk: Uint8Array): void;
  /** The stream has ended: an event under way is dropped, as the standard asks. */
  end(): void;
}

/** A decoder for one stream. */
export function createEventDecoder(options: EventDecoderOptions): EventDecoder {
  return new Decoder(options);
}

const BOM = [0xef, 0xbb, 0xbf];
const NO_MORE = Number.POSITIVE_INFINITY;

// A class for the state of one stream.
class Decoder implements EventDecoder {
  readonly #options: EventDecoderOptions;
  #dead = false;
  /** How many bytes of a BOM have been seen at the very start; undefined once that is settled. */
  #bomSeen: number | undefined = 0;
  /** The last chunk ended in CR: an LF that begins the next one belongs to it. */
  #afterCr = false;
  /** The beginning of a line whose end has not come yet. */
  #line: ByteStore | undefined;
  #inComment = false;
  #eventBytes = 0;
  #event: string | undefined;
  #id: string | undefined;
  #retry: string | undefined;
  #data: Uint8Array | undefined;
  /** Set from the second data line on; then #data is not used. */
  #joined: ByteStore | undefined;

  constructor(options: EventDecoderOptions) {
    this.#options = options;
  }

  push(chunk: Uint8Array): void {
    if (this.#dead || chunk.length === 0) return;
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at = this.#skipBom(bytes);
    if (at < bytes.length && this.#afterCr) {
      if (bytes[at] === LF) at += 1;
      this.#afterCr = false;
    }
    // Each of the two is searched for only when it has been passed, so that a stream without CR is not searched for it per line.
    let nextLf = -1;
    let nextCr = -1;
    while (at < bytes.length && !this.#dead) {
      if (nextLf < at) nextLf = find(bytes, LF, at);
      if (nextCr < at) nextCr = find(bytes, CR, at);
      const end = Math.min(nextLf, nextCr);
      if (end === NO_MORE) {
        this.#keepPartial(bytes, at);
        return;
      }
      this.#endLine(bytes, at, end);
      at = end + 1;
      if (end !== nextCr) continue;
      if (at === bytes.length) this.#afterCr = true;
      else if (bytes[at] === LF) at += 1;
    }
  }

  end(): void {
    this.#dead = true;
    this.#reset();
    this.#line = undefined;
  }

  #skipBom(bytes: Buffer): number {
    if (this.#bomSeen === undefined) return 0;
    let at = 0;
    while (at < bytes.length && this.#bomSeen < BOM.length && bytes[at] === BOM[this.#bomSeen]) {
      this.#bomSeen += 1;
      at += 1;
    }
    if (at === bytes.length && this.#bomSeen < BOM.length) return at;
    // Bytes that only began like a BOM are the beginning of a line after all.
    if (this.#bomSeen < BOM.length && this.#bomSeen > at) this.#keepPartial(Buffer.from(BOM.slice(0, this.#bomSeen - at)), 0);
    const skipped = this.#bomSeen === BOM.length ? at : 0;
    this.#bomSeen = undefined;
    return skipped;
  }

  #keepPartial(bytes: Buffer, from: number): void {
    if (this.#inComment) return;
    if (this.#line === undefined && bytes[from] === COLON) {
      // Comments are never held: an endless one costs nothing.
      this.#inComment = true;
      return;
    }
    this.#line ??= createByteStore(bytes.length - from);
    if (this.#exceeds(this.#line.length + bytes.length - from)) return;
    appendBytes(this.#line, bytes, from, bytes.length);
  }

  #endLine(bytes: Buffer, start: number, end: number): void {
    if (this.#inComment) {
      this.#inComment = false;
      return;
    }
    const begun = this.#line;
    if (begun === undefined) {
      this.#readLine(bytes, start, end);
      return;
    }
    this.#line = undefined;
    if (this.#exceeds(begun.length + end - start)) return;
    appendBytes(begun, bytes, start, end);
    this.#readLine(storedBytes(begun), 0, begun.length);
  }

  #readLine(bytes: Buffer, start: number, end: number): void {
    if (start === end) {
      this.#dispatch();
      return;
    }
    if (bytes[start] === COLON) return;
    if (this.#exceeds(end - start)) return;
    this.#eventBytes += end - start + 1;
    // No known field has a longer name; looking further would cost a line without colon its whole length.
    let nameEnd = start;
    while (nameEnd < end && nameEnd - start <= LONGEST_FIELD && bytes[nameEnd] !== COLON) nameEnd += 1;
    let valueStart = Math.min(nameEnd + 1, end);
    if (bytes[valueStart] === SP && valueStart < end) valueStart += 1;
    this.#setField(bytes.toString('latin1', start, nameEnd), bytes, valueStart, end);
  }

  #setField(name: string, bytes: Buffer, start: number, end: number): void {
    switch (name) {
      case 'data':
        this.#addData(bytes, start, end);
        return;
      case 'event':
        this.#event = bytes.toString('utf8', start, end);
        return;
      case 'id':
        // An id with NUL is ignored by the standard.
        if (bytes.subarray(start, end).indexOf(0) < 0) this.#id = bytes.toString('utf8', start, end);
        return;
      case 'retry':
        if (isNumber(bytes, start, end)) this.#retry = bytes.toString('latin1', start, end);
        return;
      default:
    }
  }

  #addData(bytes: Buffer, start: number, end: number): void {
    if (this.#data === undefined) {
      this.#data = bytes.subarray(start, end);
      return;
    }
    if (this.#joined === undefined) {
      this.#joined = createByteStore(this.#data.length + 1 + end - start);
      appendBytes(this.#joined, Buffer.from(this.#data), 0, this.#data.length);
    }
    appendBytes(this.#joined, NEW_LINE, 0, 1);
    appendBytes(this.#joined, bytes, start, end);
  }

  #dispatch(): void {
    const event: ServerSentEvent = {
      event: this.#event,
      id: this.#id,
      retry: this.#retry,
      data: this.#joined === undefined ? this.#data : storedBytes(this.#joined),
    };
    this.#reset();
    if (event.event !== undefined || event.id !== undefined || event.retry !== undefined || event.data !== undefined)
      this.#options.onEvent(event);
  }

  #exceeds(lineBytes: number): boolean {
    if (this.#eventBytes + lineBytes <= this.#options.maxEventBytes) return false;
    this.end();
    this.#options.onOversize();
    return true;
  }

  #reset(): void {
    this.#eventBytes = 0;
    this.#event = undefined;
    this.#id = undefined;
    this.#retry = undefined;
    this.#data = undefined;
    this.#joined = undefined;
  }
}

const NEW_LINE = Buffer.from('\n');
const LONGEST_FIELD = 'event'.length;

function find(bytes: Buffer, byte: number, from: number): number {
  const found = bytes.indexOf(byte, from);
  return found < 0 ? NO_MORE : found;
}

function isNumber(bytes: Buffer, start: number, end: number): boolean {
  if (start === end) return false;
  for (let at = start; at < end; at += 1) if (!isDigit(bytes[at] ?? 0)) return false;
  return true;
}
