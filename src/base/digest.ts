// The pure folders' only door to node:crypto: one-shot digests, same input, same answer.

import { createHash, createHmac, hash } from 'node:crypto';

/** SHA-256 of bytes or UTF-8 text, as 64 lowercase hex digits (FIPS 180-4). */
export function sha256Hex(data: Uint8Array | string): string {
  return hash('sha256', data, 'hex');
}

/** SHA-256 of bytes or UTF-8 text, 32 bytes. */
export function sha256(data: Uint8Array | string): Uint8Array {
  return Buffer.from(hash('sha256', data, 'latin1'), 'latin1'); // Half the price of a small buffer that the library makes.
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

/** HMAC-SHA-256 of many values of one length under one key. What is the same each time is done once. */
export interface Mac {
  /** base64url. Throws a RangeError for a value of another length. */
  of(data: Uint8Array): string;
  /** Destroys what was made of the key. */
  wipe(): void;
}

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/** Each value is authenticated with `prefix` before it. `key`: at most 64 bytes. */
export function createMac(key: Uint8Array, prefix: string, dataBytes: number): Mac {
  if (key.length > BLOCK_BYTES) throw new RangeError('this key would have to be hashed first');
  const start = BLOCK_BYTES + Buffer.byteLength(prefix);
  const inner = Buffer.alloc(start + dataBytes);
  const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES);
  for (let i = 0; i < BLOCK_BYTES; i++) {
    inner[i] = (key[i] ?? 0) ^ 0x36;
    outer[i] = (key[i] ?? 0) ^ 0x5c;
  }
  inner.write(prefix, BLOCK_BYTES);
  return {
    of(data) {
      if (data.length !== dataBytes) throw new RangeError(`only values of ${dataBytes} bytes`);
      inner.set(data, start);
      outer.write(hash('sha256', inner, 'latin1'), BLOCK_BYTES, 'latin1');
      return hash('sha256', outer, 'base64url');
    },
    wipe() {
      inner.fill(0);
      outer.fill(0);
    },
  };
}
