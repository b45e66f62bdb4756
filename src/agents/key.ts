// Agent keys: how one is made and how one is recognised in an Authorization header.
//
//   text     spk_ + 43 base64url characters: 256 random bits. Shown once, to the person who asked for it.
//   sha256   SHA-256 of the whole text, hex: all that is stored. A plain hash is enough, since 256 random bits cannot be guessed at any speed.
//   id       key_ + the first 16 digits of that hash: names the key in records and commands, and gives nothing of it away.
//
// The text of a key must never be logged, stored or kept in a cache: a worker's memory should hold no key longer than the connection that showed it,
// whose last head is what the next one is compared with.

import { Secret, sha256Hex } from '../base/index.ts';

const PREFIX = 'spk_';
const RANDOM_BYTES = 32;
const TEXT_LENGTH = PREFIX.length + 43;
const SCHEME = 'bearer';

/** A key just made: the only moment at which its text exists on this side. */
export interface NewKey {
  readonly text: Secret;
  readonly id: string;
  readonly sha256: string;
}

/** Makes a key of 32 random bytes, which the caller takes from a cryptographic source. */
export function createKey(random: Uint8Array): NewKey {
  if (random.length !== RANDOM_BYTES) throw new RangeError(`a key takes ${RANDOM_BYTES} random bytes, not ${random.length}`);
  const text = PREFIX + Buffer.from(random).toString('base64url');
  const sha256 = sha256Hex(text);
  return { text: new Secret(text), id: `key_${sha256.slice(0, 16)}`, sha256 };
}

/** The hash of the key in an Authorization header; undefined unless it is `Bearer` (RFC 6750 §2.1, any case) and has the form of a key. */
export function parseBearerKey(authorization: string): string | undefined {
  // The form is judged before hashing, so that a megabyte of rubbish costs nothing.
  const keyAt = authorization.length - TEXT_LENGTH;
  if (keyAt <= SCHEME.length || !authorization.startsWith(PREFIX, keyAt)) return undefined;
  for (let i = SCHEME.length; i < keyAt; i++) {
    if (authorization.charCodeAt(i) !== 0x20) return undefined;
  }
  if (authorization.slice(0, SCHEME.length).toLowerCase() !== SCHEME) return undefined;
  return sha256Hex(authorization.slice(keyAt));
}
