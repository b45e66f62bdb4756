// Control's way to the keeper for pins: what is signed there, and whether what the store holds is what was signed last.

import { createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isSigned } from '../tools/index.ts';
import type { PinSet } from '../tools/index.ts';
import type { Fields } from './channel.ts';
import type { Links } from './child.ts';
import type { PinHead } from './pin-signer.ts';

/** The keeper, as control uses it. */
export interface PinKeeping {
  /** Asks the keeper what it signed. Undefined, or why its answer cannot be had. */
  load(): Promise<string | undefined>;
  /** Why pins from the store cannot be believed; undefined: they can. `pins` undefined: the store has none of this server. */
  faultIn(server: string, pins: PinSet | undefined): string | undefined;
  /** The version that the next set of a server must have. */
  nextVersion(server: string): number;
  /** The servers of which something was signed. */
  signed(): readonly string[];
  /** Signs a set. Throws when the keeper does not. */
  sign(set: Pick<PinSet, 'server' | 'version' | 'digest'>): Promise<string>;
  kept(set: PinSet): Promise<void>;
}

const TIMEOUT_MS = 5_000;

/** Checks signatures of the keeper whose public key this is (PEM). */
export function verifierOf(publicKey: string): (text: string, signature: string) => boolean {
  const key: KeyObject = createPublicKey(publicKey);
  return (text, signature) => verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
}

export function createPinKeeping(links: Pick<Links, 'request'>): PinKeeping {
  const heads = new Map<string, PinHead>();
  let check: ((text: string, signature: string) => boolean) | undefined;
  let unreadable: string | undefined = 'the keeper was not asked yet';

  const ask = async (type: string, fields: Fields): Promise<Fields> => {
    const answer = (await links.request('keeper', type, fields, TIMEOUT_MS)).fields;
    if (typeof answer['error'] === 'string') throw new Error(answer['error']);
    return answer;
  };

  return {
    load: async () => {
      try {
        const { publicKey, heads: known } = await ask('pins', {});
        check = verifierOf(String(publicKey));
        heads.clear();
        for (const [server, head] of Object.entries(isRecord(known) ? known : {})) if (isHead(head)) heads.set(server, head);
        unreadable = undefined;
      } catch (error) {
        unreadable = `the keeper cannot say what it signed: ${error instanceof Error ? error.message : 'unknown'}`;
      }
      return unreadable;
    },
    faultIn: (server, pins) => {
      if (unreadable !== undefined || check === undefined) return unreadable;
      const head = heads.get(server);
      // Only something that was signed and has never reached the store may be missing.
      if (pins === undefined) return head === undefined || head.version === 0 ? undefined : 'they are missing from the store';
      if (!isSigned(pins, check)) return 'they are not as the keeper signed them';
      const isLast = head?.version === pins.version && head.digest === pins.digest;
      const isPending = head?.pending?.version === pins.version && head.pending.digest === pins.digest;
      return isLast || isPending ? undefined : 'they are not those that were signed last';
    },
    nextVersion: (server) => {
      const head = heads.get(server);
      return Math.max(head?.version ?? 0, head?.pending?.version ?? 0) + 1;
    },
    signed: () => [...heads.keys()],
    sign: async ({ server, version, digest }) => {
      const { signature } = await ask('sign-pins', { server, version, digest });
      if (typeof signature !== 'string') throw new Error('the keeper gave no signature');
      const head = heads.get(server);
      heads.set(server, { version: head?.version ?? 0, digest: head?.digest ?? '', pending: { version, digest } });
      return signature;
    },
    kept: async ({ server, version, digest }) => {
      await ask('pins-kept', { server, version });
      heads.set(server, { version, digest });
    },
  };
}

function isHead(value: unknown): value is PinHead {
  return isRecord(value) && typeof value['version'] === 'number' && typeof value['digest'] === 'string';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
