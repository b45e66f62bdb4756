// An envelope: what was said in one call one way, so sealed that it takes two to open it.
//
// FORMAT 1. One line of JSON in ASCII (the head), LF, then the ciphertext with its tag.
//     {"v":1,"id":"<call>.args","call":"<call>","part":"arguments","purpose":"incident","time":1700000000000,"tenant":"default","server":"files",
//      "tool":"read","subject":"<pseudonym>","key":"<name>","recipient":"<16 hex>","enc":"<b64url>","dek":"<b64url>","bytes":17,"cut":false,"half":"head"}
//
//     dek          32 random bytes, sealed by HPKE to the public key of the purpose: only who has its private half, never the gateway, gets it back
//     envelope key HKDF(vault key of subject and period, "sallyport vault envelope 2 " id " " SHA-256 of the head line, in hex): only the keeper can say it,
//                  for one envelope at a time, and once the subject is erased nobody. It belongs to the head, because that is what people go by who approve a
//                  release: whoever puts another head into the vault gets with it the half of a key that opens nothing. Without `half` in the head it is
//                  "sallyport vault envelope 1 " id, as in the first envelopes
//     content key  HKDF-Extract(salt: envelope key, dek) → expand "sallyport vault content 1": used for one message, so its nonce is zero
//     ciphertext   AES-256-GCM of the message, with the head line as what is authenticated beside it
//
// So either half by itself opens nothing: not the private key without a release, not a release without the private key, not both after an erasure.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { sha256Hex } from '../../base/index.ts';
import { openSealed, sealTo } from './hpke.ts';
import type { EnvelopeHead, EnvelopeParts } from './types.ts';
import { printHead } from './envelope-head.ts';

/** A sealed envelope. */
export interface Envelope {
  readonly bytes: Uint8Array;
  /** Of all its bytes, in hex. */
  readonly sha256: string;
}

/** To whom and with what something is sealed. */
export interface Sealing {
  /** Public key of the purpose, raw. */
  readonly recipient: Uint8Array;
  /** Key of the subject's envelopes in this period. */
  readonly vaultKey: Uint8Array;
}

const KEY_BYTES = 32;
const NONCE = new Uint8Array(12);
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';
const EMPTY = new Uint8Array(0);
const HPKE_INFO = Buffer.from('sallyport vault 1');
const CONTENT_INFO = Buffer.from('sallyport vault content 1');
const ENVELOPE_INFO = 'sallyport vault envelope 1 ';
const HEAD_INFO = 'sallyport vault envelope 2 ';

/** Seals a message. */
export function sealEnvelope(parts: EnvelopeParts, message: Uint8Array, { recipient, vaultKey }: Sealing): Envelope {
  const dek = randomBytes(KEY_BYTES);
  const { enc, ciphertext } = sealTo(recipient, dek, { info: HPKE_INFO, aad: boundTo(parts) });
  const head = printHead({ ...parts, enc, dek: ciphertext, bytes: message.length });
  const cipher = createCipheriv(CIPHER, contentKey(envelopeKey(vaultKey, parts.id, sha256Hex(head)), dek), NONCE).setAAD(head);
  const bytes = Buffer.concat([head, cipher.update(message), cipher.final(), cipher.getAuthTag()]);
  dek.fill(0);
  return { bytes, sha256: sha256Hex(bytes) };
}

/** The keeper's half of the key of one envelope. `digest`: of its head, as `readHead` gives it. */
export function envelopeKey(vaultKey: Uint8Array, id: string, digest: string | undefined): Uint8Array {
  const info = digest === undefined ? ENVELOPE_INFO + id : `${HEAD_INFO}${id} ${digest}`;
  return new Uint8Array(hkdfSync('sha256', vaultKey, EMPTY, info, KEY_BYTES));
}

/** Both halves of what opens one envelope. */
export interface Opening {
  readonly privateKey: KeyObject;
  /** As `envelopeKey` made it. */
  readonly envelopeKey: Uint8Array;
}

/** Opens an envelope. `recipient`: it was sealed to another key. `changed`: one of the keys is wrong, or the envelope is not what was sealed. */
export function openEnvelope(
  head: EnvelopeHead,
  envelope: Uint8Array,
  { privateKey, envelopeKey: half }: Opening,
): Uint8Array | 'recipient' | 'changed' {
  const dek = openSealed(privateKey, { enc: head.enc, ciphertext: head.dek }, { info: HPKE_INFO, aad: boundTo(head) });
  if (dek === undefined) return 'recipient';
  const sealed = envelope.subarray(head.length);
  if (sealed.length !== head.bytes + TAG_BYTES) return 'changed';
  try {
    const decipher = createDecipheriv(CIPHER, contentKey(half, dek), NONCE, { authTagLength: TAG_BYTES })
      .setAAD(envelope.subarray(0, head.length))
      .setAuthTag(sealed.subarray(head.bytes));
    return Buffer.concat([decipher.update(sealed.subarray(0, head.bytes)), decipher.final()]);
  } catch {
    return 'changed';
  }
}

function contentKey(half: Uint8Array, dek: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', dek, half, CONTENT_INFO, KEY_BYTES));
}

/** What the sealed key belongs to: it opens nothing else. */
function boundTo({ id, purpose, key }: EnvelopeParts): Uint8Array {
  return Buffer.from(JSON.stringify([id, purpose, key]));
}
