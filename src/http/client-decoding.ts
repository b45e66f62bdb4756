// Decodes an answer that was encoded although identity was asked for. A decompression bomb is cut while it unfolds: the
// output is counted piece by piece, and neither its size nor its ratio to the input may pass its cap. Never sees an unknown encoding.

import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { BrotliDecompress, Gunzip, Inflate } from 'node:zlib';

/** Where decoded bytes go. */
export interface DecodedSink {
  onDecoded(chunk: Uint8Array): void;
  onDecodedEnd(): void;
  onDecodingRefused(code: 'upstream_malformed' | 'upstream_too_large', detail: string): void;
  /** There is room for encoded bytes again after `write` has said false. */
  onDecodingDrain(): void;
}

/** Decodes one body. */
export interface Decoder {
  /** False: full, wait for onDecodingDrain. */
  write(chunk: Uint8Array): boolean;
  /** No more encoded bytes; onDecodedEnd follows when all is out. */
  end(): void;
  pause(): void;
  resume(): void;
  close(): void;
}

// Real JSON and text stay below 20:1; deflate tops out near 1000:1. Small answers may be as repetitive as they like.
const MAX_RATIO = 100;
const RATIO_FREE_BYTES = 1024 * 1024;

/** Creates a decoder for a Content-Encoding in lower case; undefined if it is not one of gzip, deflate, br. */
export function createDecoder(encoding: string, maxDecodedBytes: number, sink: DecodedSink): Decoder | undefined {
  const inflate = createInflater(encoding);
  if (inflate === undefined) return undefined;
  let encodedBytes = 0;
  let decodedBytes = 0;
  let over = false;

  const close = (): void => {
    over = true;
    inflate.destroy();
  };
  const refuse = (code: 'upstream_malformed' | 'upstream_too_large', detail: string): void => {
    if (over) return;
    close();
    sink.onDecodingRefused(code, detail);
  };

  inflate.on('data', (chunk: Uint8Array) => {
    if (over) return;
    decodedBytes += chunk.length;
    const isBomb = decodedBytes > RATIO_FREE_BYTES && decodedBytes > encodedBytes * MAX_RATIO;
    if (isBomb) refuse('upstream_too_large', `the ${encoding} answer unfolds to more than ${MAX_RATIO} times its size`);
    else if (decodedBytes > maxDecodedBytes)
      refuse('upstream_too_large', `the ${encoding} answer unfolds to more than ${maxDecodedBytes} bytes`);
    else sink.onDecoded(chunk);
  });
  inflate.on('end', () => {
    if (over) return;
    over = true;
    sink.onDecodedEnd();
  });
  inflate.on('error', () => refuse('upstream_malformed', `the answer is not valid ${encoding}`));
  inflate.on('drain', () => {
    if (!over) sink.onDecodingDrain();
  });

  return {
    write(chunk) {
      encodedBytes += chunk.length;
      return over || inflate.write(chunk);
    },
    end: () => void inflate.end(),
    pause: () => void inflate.pause(),
    resume: () => void inflate.resume(),
    close,
  };
}

function createInflater(encoding: string): Gunzip | Inflate | BrotliDecompress | undefined {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      return undefined;
  }
}
