// Chunked request bodies (RFC 9112 §7.1), strictly: no extensions, no trailers, no white space, no leading zeros, CRLF only.
// Each of these is read differently by some implementation, and a difference in where a body ends is a smuggled request.

import { CR, hexValue, LF } from './grammar.ts';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';

type Phase = 'size' | 'size-digits' | 'size-lf' | 'data' | 'data-cr' | 'data-lf' | 'end-cr' | 'end-lf' | 'done' | 'refused';

/** Where the decoding of one body stands. */
export interface ChunkedBody {
  phase: Phase;
  /** Size of the chunk at hand as far as its digits are read; then bytes of it still to come. */
  size: number;
  digits: number;
  readonly maxBytes: number;
  /** Of the body, as far as it has come. */
  receivedBytes: number;
  refusal: Refusal | undefined;
}

// 2^32 - 1 is above every cap, and 8 digits cannot lose precision.
const MAX_SIZE_DIGITS = 8;

/** Takes the part of a body that is bytes[start, end). */
export type TakeBytes = (bytes: Buffer, start: number, end: number) => void;

/** A decoder for one body of at most `maxBytes`. */
export function createChunkedBody(maxBytes: number): ChunkedBody {
  return { phase: 'size', size: 0, digits: 0, maxBytes, receivedBytes: 0, refusal: undefined };
}

/**
 * Decodes bytes[start, end) until the body ends, is refused, or bytes run out; returns the position behind the last byte read. What belongs to the
 * body is given to `take`, where it lies.
 */
export function decodeChunks(body: ChunkedBody, bytes: Buffer, start: number, end: number, take: TakeBytes): number {
  let at = start;
  while (at < end && body.phase !== 'done' && body.phase !== 'refused') {
    if (body.phase === 'data') {
      const until = at + Math.min(body.size, end - at);
      take(bytes, at, until);
      body.receivedBytes += until - at;
      body.size -= until - at;
      at = until;
      if (body.size === 0) body.phase = 'data-cr';
    } else {
      readFraming(body, bytes[at] ?? 0);
      at += 1;
    }
  }
  return at;
}

function readFraming(body: ChunkedBody, byte: number): void {
  switch (body.phase) {
    case 'size':
    case 'size-digits':
      readSize(body, byte);
      return;
    case 'size-lf':
      expect(body, byte, LF, body.size === 0 ? 'end-cr' : 'data');
      return;
    case 'data-cr':
      expect(body, byte, CR, 'data-lf');
      return;
    case 'data-lf':
      expect(body, byte, LF, 'size');
      return;
    case 'end-cr':
      // Anything else begins a trailer field: read by some, dropped by others, a header to a few.
      expect(body, byte, CR, 'end-lf');
      return;
    case 'end-lf':
      expect(body, byte, LF, 'done');
      return;
    case 'data':
    case 'done':
    case 'refused':
      return;
    default:
      body.phase satisfies never;
  }
}

function readSize(body: ChunkedBody, byte: number): void {
  const digit = hexValue(byte);
  if (body.phase === 'size') {
    if (digit < 0) return refuse(body, refusal('http_malformed', 'a chunk has no size'));
    body.size = digit;
    body.digits = 1;
    body.phase = 'size-digits';
    return;
  }
  if (byte === CR) {
    if (body.receivedBytes + body.size > body.maxBytes) return refuse(body, refusal('http_body_too_large', 'the chunks exceed the cap'));
    body.phase = 'size-lf';
    return;
  }
  // A zero in front cannot change the size, only hide it: '0' stands alone. ';' would begin an extension.
  if (digit < 0 || body.size === 0 || body.digits === MAX_SIZE_DIGITS)
    return refuse(body, refusal('http_malformed', 'a chunk size is malformed'));
  body.size = body.size * 16 + digit;
  body.digits += 1;
}

function expect(body: ChunkedBody, byte: number, wanted: number, next: Phase): void {
  if (byte === wanted) body.phase = next;
  else refuse(body, refusal('http_malformed', 'the chunk framing is broken'));
}

function refuse(body: ChunkedBody, why: Refusal): void {
  body.phase = 'refused';
  body.refusal = why;
}
