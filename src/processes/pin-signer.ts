// The keeper's part in the catalogue: it signs the pins of a server with a key that never leaves it, and remembers which version it signed
// last. So whoever can write the store can neither approve a definition, nor bring an approval back that was taken away, nor make a
// server look as if it had never been seen.

import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signedText } from '../tools/pins.ts';
import { writePrivate } from './private-file.ts';

/** The pins of a server that were signed last. */
export interface PinHead {
  readonly version: number;
  readonly digest: string;
  /** Signed since, and not yet known to be in the store: after a crash in between, either is right. */
  readonly pending?: { readonly version: number; readonly digest: string } | undefined;
}

/** Signs pins. Every member throws when the keeper's own file cannot be read: a new key would look like an answer. */
export interface PinSigner {
  /** PEM. */
  publicKey(): string;
  heads(): Readonly<Record<string, PinHead>>;
  /** Undefined: a set of this version, or of a later one, was signed already. */
  sign(set: { readonly server: string; readonly version: number; readonly digest: string }): string | undefined;
  /** The store has it. */
  kept(server: string, version: number): void;
}

interface State {
  readonly format: 1;
  /** PKCS #8, PEM. */
  readonly key: string;
  readonly heads: Readonly<Record<string, PinHead>>;
}

/** A signer whose key is in `folder`; made when there is none. */
export function createPinSigner(folder: string): PinSigner {
  const file = join(folder, 'pins.json');
  let state: State | undefined;

  const load = (): State => {
    if (state === undefined) {
      const found = read(file);
      state = found ?? fresh();
      if (found === undefined) writePrivate(file, JSON.stringify(state));
    }
    return state;
  };
  const save = (server: string, head: PinHead): void => {
    const { key, heads } = load();
    const next: State = { format: 1, key, heads: { ...heads, [server]: head } };
    writePrivate(file, JSON.stringify(next));
    state = next;
  };

  return {
    publicKey: () => createPublicKey(load().key).export({ type: 'spki', format: 'pem' }).toString(),
    heads: () => load().heads,
    sign: ({ server, version, digest }) => {
      const { key, heads } = load();
      const head = heads[server];
      if (head !== undefined && version <= head.version) return undefined;
      save(server, { version: head?.version ?? 0, digest: head?.digest ?? '', pending: { version, digest } });
      return sign(null, Buffer.from(signedText({ server, version, digest })), createPrivateKey(key)).toString('base64');
    },
    kept: (server, version) => {
      const pending = load().heads[server]?.pending;
      if (pending?.version === version) save(server, { version, digest: pending.digest });
    },
  };
}

function fresh(): State {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { format: 1, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), heads: Object.create(null) };
}

function read(file: string): State | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Error(`${file} cannot be read`, { cause: error });
  }
  const value: unknown = JSON.parse(text);
  if (isState(value)) return { ...value, heads: Object.assign(Object.create(null), value.heads) };
  throw new Error(`${file} is of no known form`);
}

function isState(value: unknown): value is State {
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== 1) return false;
  return 'key' in value && typeof value.key === 'string' && 'heads' in value && typeof value.heads === 'object' && value.heads !== null;
}
