// Sealing: facts that the gateway gives away to an agent, to get them back unread and unchanged. Any worker can open what one has
// sealed, nobody else can make or read one, and what was sealed for one agent is of no use to another.
//
// Format: prefix "." kid "." base64url(nonce[12] ‖ ciphertext ‖ tag[16]); AES-256-GCM (NIST SP 800-38D) under the keeper's key `kid`.
// Additional data: the binding, as JSON, so that a token that is opened for anybody or anything else fails its tag.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** A key of the keeper. */
export interface SealingKey {
  readonly kid: string;
  readonly key: Uint8Array;
}

/** What a token is for and whom it was made for; the same when it is opened. */
export interface Sealed {
  /** Kind and version of the token, in front of it: what it says about itself. */
  readonly prefix: string;
  readonly binding: readonly (string | null)[];
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals a text. */
export function seal(text: string, { prefix, binding }: Sealed, key: SealingKey): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.key, nonce);
  cipher.setAAD(Buffer.from(JSON.stringify(binding)));
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${prefix}.${key.kid}.${sealed.toString('base64url')}`;
}

/** Opens a token; undefined for anything that was not sealed here with exactly this prefix and binding. */
export function unseal(token: string, { prefix, binding }: Sealed, keys: readonly SealingKey[]): string | undefined {
  const [kind, kid, body, rest] = token.split('.', 4);
  if (kind !== prefix || body === undefined || rest !== undefined) return undefined;
  const key = keys.find((one) => one.kid === kid);
  const sealed = Buffer.from(body, 'base64url');
  // base64url has several spellings of the same bytes; only the one that was issued counts.
  if (key === undefined || sealed.length < NONCE_BYTES + TAG_BYTES || sealed.toString('base64url') !== body) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(JSON.stringify(binding)));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    return decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return undefined;
  }
}
