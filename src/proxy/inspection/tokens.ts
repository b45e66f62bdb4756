// Tokens in the place of values: the same value becomes the same token for the same tenant and purpose, so that an agent can compare and pass on what it
// never sees; the gateway turns it back on the way to a server that the config names. Nothing is stored: the value is inside, encrypted.
//
// Format: "sptok." type "." base64url(iv[16] ‖ ciphertext). The iv is a keyed digest of the value and of all that it is bound to, and the ciphertext is under
// that iv: deterministic authenticated encryption in the manner of RFC 5297 (SIV), with HMAC-SHA-256 as the digest and AES-256-CTR as the cipher.
// Whoever has two tokens learns whether their values are equal, and how long they are; that is what they are for.

import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** What a token is bound to: for another tenant or purpose it cannot be turned back. */
export interface TokenScope {
  readonly tenant: string;
  readonly purpose: string;
}

/** Makes tokens and turns them back. */
export interface Tokens {
  /** ASCII that needs no escape in JSON. `type` is that of the finding. Undefined: there is no key, so there are no tokens now. */
  make(value: string, type: string, scope: TokenScope): string | undefined;
  /** The value; undefined for anything that was not made here for this scope. */
  open(token: string, scope: TokenScope): string | undefined;
}

/** A token wherever it stands. */
export const TOKEN = /sptok\.([a-z0-9-]{1,64})\.([A-Za-z0-9_-]{23,16384})/g;
/** What every token begins with. */
export const TOKEN_PREFIX = 'sptok.';

const IV_BYTES = 16;
const KEY_BYTES = 32;

/** Where nobody has the key: values are left out, and tokens stay what they are. */
export const NO_TOKENS: Tokens = Object.freeze({ make: () => undefined, open: () => undefined });

/** Makes tokens under the keeper's key, 32 bytes. */
export function createTokens(key: Uint8Array): Tokens {
  const digestKey = derive(key, 'digest');
  const cipherKey = derive(key, 'cipher');
  const digest = (value: string, type: string, { tenant, purpose }: TokenScope): Buffer =>
    createHmac('sha256', digestKey)
      .update(JSON.stringify([1, tenant, purpose, type, value]))
      .digest()
      .subarray(0, IV_BYTES);
  return {
    make: (value, type, scope) => {
      const iv = digest(value, type, scope);
      const cipher = createCipheriv('aes-256-ctr', cipherKey, iv);
      return `${TOKEN_PREFIX}${type}.${Buffer.concat([iv, cipher.update(value, 'utf8'), cipher.final()]).toString('base64url')}`;
    },
    open: (token, scope) => {
      const [prefix, type, body, rest] = token.split('.', 4);
      if (`${prefix}.` !== TOKEN_PREFIX || type === undefined || body === undefined || rest !== undefined) return undefined;
      const sealed = Buffer.from(body, 'base64url');
      // base64url has several spellings of the same bytes; only the one that was issued counts.
      if (sealed.length <= IV_BYTES || sealed.toString('base64url') !== body) return undefined;
      const iv = sealed.subarray(0, IV_BYTES);
      const decipher = createDecipheriv('aes-256-ctr', cipherKey, iv);
      const value = Buffer.concat([decipher.update(sealed.subarray(IV_BYTES)), decipher.final()]).toString('utf8');
      return timingSafeEqual(digest(value, type, scope), iv) ? value : undefined;
    },
  };
}

function derive(key: Uint8Array, use: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, new Uint8Array(0), `sallyport tokens 1 ${use}`, KEY_BYTES));
}
