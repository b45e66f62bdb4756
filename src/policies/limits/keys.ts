// The names of buckets: the tenant and whatever a limit counts apart. What a server or an agent chooses (the tool) stands last, so that no name can
// pass for another's.

import type { Principal } from '../../agents/index.ts';
import type { LimitPer } from './types.ts';

const SEPARATOR = '\u0001';

/** Whose call it is, and where to. */
export interface KeyParts {
  readonly principal: Principal;
  readonly group: string;
  readonly server: string;
  readonly tool: string;
}

/** The bucket of a call; `per` in its usual order. Keys of an agent play no part: who is given a new one stands where they stood. */
export function bucketKey(per: readonly LimitPer[], { principal, group, server, tool }: KeyParts): string {
  let key = principal.tenant;
  for (const one of per) {
    const part = one === 'agent' ? principal.agent : one === 'group' ? group : one === 'server' ? server : tool;
    key += SEPARATOR + part;
  }
  return key;
}

/** One call of one agent, by the digest of its arguments. */
export function callKey({ tenant, agent }: Principal, server: string, digest: string, tool: string): string {
  return [tenant, agent, server, digest, tool].join(SEPARATOR);
}

/** What a bucket counts, for people; a digest is left out. */
export interface ReadKey {
  readonly tenant: string;
  readonly agent?: string;
  readonly group?: string;
  readonly server?: string;
  readonly tool?: string;
}

/** Reads a key back; `per` undefined: of one call. */
export function readKey(key: string, per: readonly LimitPer[] | undefined): ReadKey {
  const names = per ?? (['agent', 'server', undefined, 'tool'] as const);
  const parts = key.split(SEPARATOR);
  const [tenant = ''] = parts;
  const read: { -readonly [Name in keyof ReadKey]: ReadKey[Name] } = { tenant };
  names.forEach((name, i) => {
    // The last one may hold anything, also what separates.
    if (name !== undefined) read[name] = i === names.length - 1 ? parts.slice(i + 1).join(SEPARATOR) : (parts[i + 1] ?? '');
  });
  return read;
}

/** The tenant of a key. */
export function tenantOf(key: string): string {
  return key.split(SEPARATOR, 1)[0] ?? '';
}
