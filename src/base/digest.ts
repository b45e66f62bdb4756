// The pure folders' only door to node:crypto: one-shot digests, same input, same answer.

import { hash } from 'node:crypto';

/** SHA-256 of bytes or UTF-8 text, as 64 lowercase hex digits (FIPS 180-4). */
export function sha256Hex(data: Uint8Array | string): string {
  return hash('sha256', data, 'hex');
}
