// The two halves of a key of the vault, as people handle them: the public one stands in the config, the private one in a file that never comes to the
// gateway. Each says by its first letters what it is, so that nobody puts the one where the other belongs.

import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { sha256Hex } from '../../base/index.ts';
import { rawPrivateKey, rawPublicKey, sealTo, toPrivateKey, X25519_BYTES } from './hpke.ts';

const PUBLIC = 'sallyport-vault1:';
const PRIVATE = 'SALLYPORT-VAULT-KEY-1:';
const EMPTY = new Uint8Array(0);

/** A new pair. */
export function createVaultKey(): KeyObject {
  return generateKeyPairSync('x25519').privateKey;
}

/** The public half as text, for the config. */
export function printRecipient(key: KeyObject): string {
  return PUBLIC + Buffer.from(rawPublicKey(key)).toString('base64url');
}

/** Reads a public half: raw; undefined where it is none that can be sealed to. */
export function parseRecipient(text: string): Uint8Array | undefined {
  const raw = rawKey(text, PUBLIC);
  if (raw === undefined) return undefined;
  try {
    // A point of low order looks like any other key and can be sealed to by nobody.
    sealTo(raw, EMPTY, { info: EMPTY, aad: EMPTY });
    return raw;
  } catch {
    return undefined;
  }
}

/** What a public half is called where it would be too long. */
export function fingerprintOf(recipient: string): string {
  return sha256Hex(recipient).slice(0, 16);
}

/** The file with the private half. */
export function printVaultKeyFile(key: KeyObject, createdAt: Date): string {
  return [
    '# Opens what the gateway has sealed for a purpose. Keep it away from the gateway: whoever has both can read everything.',
    `# created: ${createdAt.toISOString()}`,
    `# public key: ${printRecipient(key)}`,
    PRIVATE + Buffer.from(rawPrivateKey(key)).toString('base64url'),
    '',
  ].join('\n');
}

/** Reads such a file; undefined where it holds no private half, or several. */
export function parseVaultKeyFile(text: string): KeyObject | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const raw = lines.length === 1 ? rawKey((lines[0] ?? '').trim(), PRIVATE) : undefined;
  return raw === undefined ? undefined : toPrivateKey(raw);
}

function rawKey(text: string, prefix: string): Uint8Array | undefined {
  if (!text.startsWith(prefix)) return undefined;
  const encoded = text.slice(prefix.length);
  const raw = /^[A-Za-z0-9_-]{43}$/.test(encoded) ? Buffer.from(encoded, 'base64url') : undefined;
  // One text for each key: what is left of the last letter must be zero.
  return raw?.length === X25519_BYTES && raw.toString('base64url') === encoded ? raw : undefined;
}
