// Cuts the bytes of one accepted connection into requests, however they are chunked. Knows no socket, no time and no answers.
//
// Who owns the bytes: a body handed out is a view on the chunk that brought it, or on a buffer of this reader that is never
// written to again in that region. It stays valid as long as its holder keeps it. Chunks given to `hold` must not be reused.

import { appendBytes, createByteStore, storedBytes } from './byte-store.ts';
import type { ByteStore } from './byte-store.ts';
import { createChunkedBody, decodeChunks } from './chunked-body.ts';
import type { ChunkedBody, TakeBytes } from './chunked-body.ts';
import { CR, HTAB, LF, SP } from './grammar.ts';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { parseRequestHead } from './request-head.ts';
import type { ParsedHead } from './request-head.ts';

/** What a step came to: more bytes are needed, the thing asked for is there, or the bytes are refused. */
export type Step = 'more' | 'ready' | 'refused';

const EMPTY: Buffer = Buffer.alloc(0);
const HEAD_END = Buffer.from('\r\n\r\n');
const UNTRUSTED = refusal('http_malformed', 'the request head has a bare CR, a bare LF or a control character');
const HEAD_TOO_LARGE = refusal('http_head_too_large', 'the request head is too large');
const BODY_TOO_LARGE = refusal('http_body_too_large', 'the declared length exceeds the cap');
/** Room for the last head is made in steps: what grows by a digit needs no other. */
const LAST_HEAD_STEP_BYTES = 128;
/** Bodies up to this size get their buffer at once; larger promises get memory as bytes arrive. */
const PREPAID_BODY_BYTES = 16 * 1024;

// A class for the state of one connection; it is dropped with it.
export class RequestReader {
  /** The head that the last 'ready' of readHead found. */
  parsed: ParsedHead | undefined;
  /** Why the last step was 'refused'. */
  refusal: Refusal = UNTRUSTED;

  readonly #maxHeadBytes: number;
  readonly #maxHeaders: number;
  // Bytes held: #bytes[#start, #end). #store is set while they lie in a buffer of our own.
  #bytes: Buffer = EMPTY;
  #start = 0;
  #end = 0;
  #store: ByteStore | undefined;
  /** Up to here the head at hand was searched for its end. */
  #searched = 0;
  /** Ends of heads found while requests wait, and up to where they were looked for. */
  #counted = 0;
  #countedTo = 0;
  // The last head of this connection, byte for byte, and what it meant: agents repeat themselves. Per connection, so that
  // nothing of one agent's head is ever held beside another's, and it is gone when the agent is.
  #lastBytes: Buffer = EMPTY;
  #lastLength = 0;
  #lastParsed: ParsedHead | undefined;
  #chunked: ChunkedBody | undefined;
  /** What is held of a body that comes whole. */
  #fixed: ByteStore | undefined;
  #fixedBytes = 0;
  #body: Buffer = EMPTY;

  constructor(maxHeadBytes: number, maxHeaders: number) {
    this.#maxHeadBytes = maxHeadBytes;
    this.#maxHeaders = maxHeaders;
  }

  /** Bytes received and not yet read. */
  get heldBytes(): number {
    return this.#end - this.#start;
  }

  /** Takes the next bytes of the connection. */
  hold(chunk: Buffer): void {
    if (this.#start === this.#end) {
      this.#take(chunk);
      return;
    }
    if (this.#store === undefined || this.#store.length + chunk.length > this.#store.bytes.length) {
      // Only what is still unread moves on. A sender that always keeps part of a request back would else grow the buffer without end.
      const store = createByteStore(2 * (this.heldBytes + chunk.length));
      appendBytes(store, this.#bytes, this.#start, this.#end);
      this.#searched = Math.max(0, this.#searched - this.#start);
      this.#countedTo = Math.max(0, this.#countedTo - this.#start);
      this.#start = 0;
      this.#store = store;
    }
    appendBytes(this.#store, chunk, 0, chunk.length);
    this.#bytes = this.#store.bytes;
    this.#end = this.#store.length;
  }

  /** How many request heads may wait in the held bytes. An upper bound: a body can hold empty lines too. */
  countWaiting(): number {
    this.#countedTo = Math.max(this.#countedTo, this.#start);
    for (;;) {
      const found = this.#bytes.indexOf(HEAD_END, this.#countedTo);
      if (found < 0 || found + HEAD_END.length > this.#end) break;
      this.#countedTo = found + HEAD_END.length;
      this.#counted += 1;
    }
    // An end that is only half there must be found next time.
    this.#countedTo = Math.max(this.#countedTo, this.#end - HEAD_END.length + 1);
    return this.#counted;
  }

  /** Reads one head. */
  readHead(): Step {
    this.#counted = 0;
    this.#countedTo = 0;
    if (this.#start === this.#end) {
      // Idle connections must not keep their last chunk alive.
      this.#take(EMPTY);
      return 'more';
    }
    const last = this.#lastLength;
    if (last > 0 && this.heldBytes >= last && this.#bytes.compare(this.#lastBytes, 0, last, this.#start, this.#start + last) === 0) {
      this.#start += last;
      this.parsed = this.#lastParsed;
      return 'ready';
    }
    const end = this.#findHeadEnd();
    if (end < 0) return this.#judgePartialHead();
    if (end - this.#start > this.#maxHeadBytes) return this.#refuseHead(HEAD_TOO_LARGE, end);
    const parsed = parseRequestHead(this.#bytes, this.#start, end, {
      maxHeaders: this.#maxHeaders,
      lastBytes: this.#lastBytes,
      lastParsed: this.#lastParsed,
    });
    if (!parsed.ok) return this.#refuseHead(parsed.error, end);
    this.#remember(end, parsed.value);
    this.parsed = parsed.value;
    this.#start = end;
    return 'ready';
  }

  /** Prepares for the body of the head just read, of at most `maxBytes`. */
  beginBody(maxBytes: number): void {
    const head = this.parsed?.head;
    this.#chunked = head?.chunked === true ? createChunkedBody(maxBytes) : undefined;
    this.#fixed = undefined;
    this.#fixedBytes = head?.contentLength ?? 0;
    this.#body = EMPTY;
  }

  /**
   * Hands on all that is there of the body prepared for, where it lies, and keeps nothing of it. 'ready': that was the rest of it. Instead of
   * `readBody`, not beside it. `give` may let go of this reader.
   */
  readPieces(give: (piece: Buffer) => void): Step {
    const step = this.#chunked === undefined ? this.#givePiece(give) : this.#giveChunks(this.#chunked, give);
    if (this.#start === this.#end) this.#take(EMPTY);
    return step;
  }

  /** Reads the body prepared for. */
  readBody(): Step {
    return this.#chunked === undefined ? this.#readFixed() : this.#readChunked(this.#chunked);
  }

  /** The body that the last 'ready' of readBody found. It is the caller's from now on. */
  takeBody(): Buffer {
    const body = this.#body;
    this.#body = EMPTY;
    if (this.#start === this.#end) this.#take(EMPTY);
    return body;
  }

  /** Whether a declared length is within the cap; otherwise the reason is in `refusal`. */
  admitLength(maxBytes: number): boolean {
    if ((this.parsed?.head.contentLength ?? 0) <= maxBytes) return true;
    this.refusal = BODY_TOO_LARGE;
    return false;
  }

  /** Lets go of everything held. */
  release(): void {
    this.#take(EMPTY);
    this.#chunked = undefined;
    this.#fixed = undefined;
    this.#body = EMPTY;
  }

  #readFixed(): Step {
    const available = this.heldBytes;
    if (this.#fixed === undefined) {
      if (available >= this.#fixedBytes) {
        this.#body = this.#bytes.subarray(this.#start, this.#start + this.#fixedBytes);
        this.#start += this.#fixedBytes;
        return 'ready';
      }
      // Memory follows what arrives, not what is promised: else 4 MiB could be bought with one header.
      this.#fixed = createByteStore(Math.min(this.#fixedBytes, Math.max(PREPAID_BODY_BYTES, available)));
    }
    const take = Math.min(available, this.#fixedBytes - this.#fixed.length);
    appendBytes(this.#fixed, this.#bytes, this.#start, this.#start + take);
    this.#start += take;
    if (this.#fixed.length < this.#fixedBytes) return 'more';
    this.#body = storedBytes(this.#fixed);
    this.#fixed = undefined;
    return 'ready';
  }

  #readChunked(chunked: ChunkedBody): Step {
    const store = (this.#fixed ??= createByteStore(0));
    const step = this.#decode(chunked, (bytes, start, end) => appendBytes(store, bytes, start, end));
    if (step !== 'ready') return step;
    this.#body = storedBytes(store);
    this.#fixed = undefined;
    return step;
  }

  #givePiece(give: (piece: Buffer) => void): Step {
    const piece = this.#bytes.subarray(this.#start, Math.min(this.#end, this.#start + this.#fixedBytes));
    this.#start += piece.length;
    this.#fixedBytes -= piece.length;
    const isRest = this.#fixedBytes === 0;
    if (piece.length > 0) give(piece);
    return isRest ? 'ready' : 'more';
  }

  #giveChunks(chunked: ChunkedBody, give: (piece: Buffer) => void): Step {
    return this.#decode(chunked, (bytes, start, end) => give(bytes.subarray(start, end)));
  }

  #decode(chunked: ChunkedBody, take: TakeBytes): Step {
    const at = decodeChunks(chunked, this.#bytes, this.#start, this.#end, take);
    if (this.#chunked !== chunked) return 'more'; // It was let go of meanwhile.
    this.#start = at;
    if (chunked.phase === 'refused') return this.#refuse(chunked.refusal ?? UNTRUSTED);
    if (chunked.phase !== 'done') return 'more';
    this.#chunked = undefined;
    return 'ready';
  }

  #findHeadEnd(): number {
    const from = Math.max(this.#start, this.#searched - HEAD_END.length + 1);
    const found = this.#bytes.indexOf(HEAD_END, from);
    return found < 0 || found + HEAD_END.length > this.#end ? -1 : found + HEAD_END.length;
  }

  // A head that can no longer become valid is refused at once: '\n\n' would otherwise wait for an end that never comes, and a
  // TLS hello sent to a plain port too. Looks at each byte once, so a sender of single bytes costs no more than another.
  #judgePartialHead(): Step {
    const cap = Math.min(this.#end, this.#start + this.#maxHeadBytes);
    if (!this.#isText(Math.max(this.#start, this.#searched - 1), cap)) return this.#refuse(UNTRUSTED);
    this.#searched = cap;
    return cap - this.#start === this.#maxHeadBytes ? this.#refuse(HEAD_TOO_LARGE) : 'more';
  }

  // The answer must not depend on how the bytes were chunked: what would have been refused while the head was still partial
  // comes before what the whole head is refused for.
  #refuseHead(why: Refusal, end: number): Step {
    return this.#refuse(this.#isText(this.#start, Math.min(end, this.#start + this.#maxHeadBytes)) ? why : UNTRUSTED);
  }

  /** Whether [from, to) is ASCII text whose only control characters are tab and CRLF. A CR at the very end may still get its LF. */
  #isText(from: number, to: number): boolean {
    const bytes = this.#bytes;
    for (let at = from; at < to; at += 1) {
      const byte = bytes[at] ?? 0;
      if ((byte >= SP && byte < 0x7f) || byte === HTAB) continue;
      if (byte === CR && (at + 1 === to || bytes[at + 1] === LF)) continue;
      if (byte === LF && at > this.#start && bytes[at - 1] === CR) continue;
      return false;
    }
    return true;
  }

  // A copy: a view would keep the chunk alive, and with it a body of any size. In memory of its own: of a pool it would keep a whole block for
  // as long as the connection idles.
  #remember(end: number, parsed: ParsedHead): void {
    const length = end - this.#start;
    if (this.#lastBytes.length < length)
      this.#lastBytes = Buffer.allocUnsafeSlow(Math.ceil(length / LAST_HEAD_STEP_BYTES) * LAST_HEAD_STEP_BYTES);
    this.#bytes.copy(this.#lastBytes, 0, this.#start, end);
    this.#lastLength = length;
    this.#lastParsed = parsed;
  }

  #take(chunk: Buffer): void {
    this.#bytes = chunk;
    this.#start = 0;
    this.#end = chunk.length;
    this.#searched = 0;
    this.#counted = 0;
    this.#countedTo = 0;
    this.#store = undefined;
  }

  #refuse(why: Refusal): Step {
    this.refusal = why;
    return 'refused';
  }
}
