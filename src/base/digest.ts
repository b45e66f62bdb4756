// The pure folders' only door to node:crypto: one-shot digests, same input, same answer.

import { createHmac, hash, timingSafeEqual } from 'node:crypto';

/** SHA-256 of bytes or UTF-8 text, as 64 lowercase hex digits (FIPS 180-4). */
export function sha256Hex(data: Uint8Array | string): string {
  return hash('sha256', data, 'hex');
}

/** SHA-256 of bytes or UTF-8 text, as 32 bytes (FIPS 180-4). */
export function sha256(data: Uint8Array | string): Uint8Array {
  return hash('sha256', data, 'buffer');
}

/** HMAC-SHA-256 (RFC 2104), as 64 lowercase hex digits. */
export function hmacSha256Hex(key: Uint8Array, data: Uint8Array | string): string {
  return createHmac('sha256', key).update(data).digest('hex');
}

/** Compares two byte strings in constant time; different lengths are simply unequal. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
