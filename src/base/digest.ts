// The pure folders' only door to node:crypto: one-shot digests, same input, same answer.

import { createHash, createHmac, hash } from 'node:crypto';

/** SHA-256 of bytes or UTF-8 text, as 64 lowercase hex digits (FIPS 180-4). */
export function sha256Hex(data: Uint8Array | string): string {
  return hash('sha256', data, 'hex');
}

/** SHA-256 of bytes or UTF-8 text, 32 bytes. */
export function sha256(data: Uint8Array | string): Uint8Array {
  return hash('sha256', data, 'buffer');
}

/** A SHA-256 over bytes that come in pieces. */
export interface Sha256 {
  update(data: Uint8Array): void;
  /** 32 bytes; nothing can be added any more. */
  digest(): Uint8Array;
}

/** Begins a SHA-256. */
export function createSha256(): Sha256 {
  const running = createHash('sha256');
  return { update: (data) => void running.update(data), digest: () => running.digest() };
}

/** HMAC-SHA-256 (RFC 2104), 32 bytes. */
export function hmacSha256(key: Uint8Array, data: Uint8Array | string): Uint8Array {
  return createHmac('sha256', key).update(data).digest();
}
