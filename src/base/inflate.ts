// The pure folders' only door to node:zlib: one-shot, same input, same answer, and never more output than asked for, because a few bytes may stand for
// gigabytes (a decompression bomb).

import { constants, gunzipSync, inflateSync } from 'node:zlib';
import { fail, ok } from './result.ts';
import type { Result } from './result.ts';

/** What bytes are compressed as: RFC 1952, RFC 1950. */
export type Compression = 'gzip' | 'zlib';

/** Why there is no output: it would be longer than asked for, or the bytes are not what they say. */
export type InflateFailure = 'too-long' | 'broken';

/** Undoes compression. With `isCut`, bytes are missing at the end, and what can be had without them is. */
export function inflate(
  bytes: Uint8Array,
  compression: Compression,
  limits: { readonly maxBytes: number; readonly isCut: boolean },
): Result<Uint8Array, InflateFailure> {
  const options = { maxOutputLength: limits.maxBytes, finishFlush: limits.isCut ? constants.Z_SYNC_FLUSH : constants.Z_FINISH };
  try {
    const { buffer, byteOffset, length } = compression === 'gzip' ? gunzipSync(bytes, options) : inflateSync(bytes, options);
    return ok(new Uint8Array(buffer, byteOffset, length));
  } catch (cause) {
    return fail(cause instanceof RangeError ? 'too-long' : 'broken');
  }
}
