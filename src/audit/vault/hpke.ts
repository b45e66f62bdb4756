// Hybrid public key encryption, as much of RFC 9180 as the vault needs: base mode, one message (§6.1), with DHKEM(X25519, HKDF-SHA256) and HKDF-SHA256.
// Whoever seals needs only a public key, and cannot open what they have sealed once the ephemeral key is gone.

import { createCipheriv, createDecipheriv, createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { hmacSha256 } from '../../base/index.ts';

/** What encrypts the message, by its number in the registry of RFC 9180 §7.3. */
export interface Aead {
  readonly id: number;
  readonly keyBytes: number;
  readonly cipher: 'aes-128-gcm' | 'aes-256-gcm';
}

/** What everything in the vault is sealed with. */
export const AES_256_GCM: Aead = Object.freeze({ id: 2, keyBytes: 32, cipher: 'aes-256-gcm' });

/** What both ends must say alike, or nothing opens. */
export interface Bound {
  readonly info: Uint8Array;
  readonly aad: Uint8Array;
}

/** A message, sealed. */
export interface Sealed {
  /** The encapsulated key: the ephemeral public key. */
  readonly enc: Uint8Array;
  /** With its tag. */
  readonly ciphertext: Uint8Array;
}

/** Bytes of a raw X25519 key, public or private. */
export const X25519_BYTES = 32;

const KEM_ID = 0x0020;
const KDF_ID = 0x0001;
const BASE_MODE = 0;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const EMPTY = new Uint8Array(0);

/** Seals a message to a raw public key. `ephemeral` is for test vectors: a key used twice would give both messages away. */
export function sealTo(recipient: Uint8Array, message: Uint8Array, bound: Bound, aead: Aead = AES_256_GCM, ephemeral?: KeyObject): Sealed {
  const privateKey = ephemeral ?? generateKeyPairSync('x25519').privateKey;
  const enc = rawPublicKey(privateKey);
  // A point of low order is refused by OpenSSL, as §7.1.4 wants: the secret would be known to everybody.
  const shared = diffieHellman({ privateKey, publicKey: toPublicKey(recipient) });
  const { key, nonce } = schedule(sharedSecret(shared, enc, recipient), bound.info, aead);
  const cipher = createCipheriv(aead.cipher, key, nonce).setAAD(bound.aad);
  return { enc, ciphertext: Buffer.concat([cipher.update(message), cipher.final(), cipher.getAuthTag()]) };
}

/** Opens what was sealed to this key; undefined where it was sealed to another, for something else, or was changed. */
export function openSealed(
  privateKey: KeyObject,
  { enc, ciphertext }: Sealed,
  bound: Bound,
  aead: Aead = AES_256_GCM,
): Uint8Array | undefined {
  if (enc.length !== X25519_BYTES || ciphertext.length < TAG_BYTES) return undefined;
  try {
    const shared = diffieHellman({ privateKey, publicKey: toPublicKey(enc) });
    const { key, nonce } = schedule(sharedSecret(shared, enc, rawPublicKey(privateKey)), bound.info, aead);
    const end = ciphertext.length - TAG_BYTES;
    const decipher = createDecipheriv(aead.cipher, key, nonce, { authTagLength: TAG_BYTES })
      .setAAD(bound.aad)
      .setAuthTag(ciphertext.subarray(end));
    return Buffer.concat([decipher.update(ciphertext.subarray(0, end)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** A raw X25519 public key as a key. */
export function toPublicKey(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: Buffer.from(raw).toString('base64url') }, format: 'jwk' });
}

/** Up to the key itself, PKCS #8 of an X25519 key is always the same (RFC 8410 §7). */
const PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** A raw X25519 private key as a key. */
export function toPrivateKey(raw: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8, raw]), format: 'der', type: 'pkcs8' });
}

/** The public half of a key, raw. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
}

/** A private key, raw. */
export function rawPrivateKey(key: KeyObject): Uint8Array {
  return key.export({ format: 'der', type: 'pkcs8' }).subarray(PKCS8.length);
}

const KEM_SUITE = Buffer.concat([Buffer.from('KEM'), uint16(KEM_ID)]);

/** ExtractAndExpand of §4.1. */
function sharedSecret(dh: Uint8Array, enc: Uint8Array, recipient: Uint8Array): Uint8Array {
  const prk = labeledExtract(KEM_SUITE, EMPTY, 'eae_prk', dh);
  return labeledExpand(KEM_SUITE, prk, 'shared_secret', Buffer.concat([enc, recipient]), 32);
}

/** KeySchedule of §5.1, in base mode: no pre-shared key. */
function schedule(shared: Uint8Array, info: Uint8Array, aead: Aead): { readonly key: Uint8Array; readonly nonce: Uint8Array } {
  const suite = Buffer.concat([Buffer.from('HPKE'), uint16(KEM_ID), uint16(KDF_ID), uint16(aead.id)]);
  const context = Buffer.concat([
    Buffer.of(BASE_MODE),
    labeledExtract(suite, EMPTY, 'psk_id_hash', EMPTY),
    labeledExtract(suite, EMPTY, 'info_hash', info),
  ]);
  const secret = labeledExtract(suite, shared, 'secret', EMPTY);
  return {
    key: labeledExpand(suite, secret, 'key', context, aead.keyBytes),
    nonce: labeledExpand(suite, secret, 'base_nonce', context, NONCE_BYTES),
  };
}

const VERSION = Buffer.from('HPKE-v1');

function labeledExtract(suite: Uint8Array, salt: Uint8Array, label: string, material: Uint8Array): Uint8Array {
  return hmacSha256(salt, Buffer.concat([VERSION, suite, Buffer.from(label), material]));
}

/** Never longer than one block of HKDF-Expand, so its counter is always 1. */
function labeledExpand(suite: Uint8Array, prk: Uint8Array, label: string, info: Uint8Array, bytes: number): Uint8Array {
  return hmacSha256(prk, Buffer.concat([uint16(bytes), VERSION, suite, Buffer.from(label), info, Buffer.of(1)])).subarray(0, bytes);
}

function uint16(value: number): Uint8Array {
  return Buffer.of(value >> 8, value & 0xff);
}
