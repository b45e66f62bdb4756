// Turns the stored agents into an index that says who shows a key. A key that two records claim names nobody: which of the two was
// meant cannot be known, and guessing would let one agent act as another.

import { parseBearerKey } from './key.ts';
import type { AgentIndex, AgentKey, AgentRecord, Caller, Principal } from './types.ts';

/** The keyId of principals that showed no key. No key's id can be equal to it. */
export const ANONYMOUS_KEY_ID = 'anonymous';

/** The only tenant there is so far. */
export const DEFAULT_TENANT = 'default';

interface Entry {
  readonly record: AgentRecord;
  readonly key: AgentKey;
  /** Made when the key is first shown: of 100 000 agents few call in the life of a snapshot. */
  shown: Shown | undefined;
}

interface Shown {
  readonly principal: Caller;
  /** Infinity: never. NaN, from a date that cannot be read: nothing is before it, so it counts as expired. */
  readonly expiresAtMs: number;
}

type Found = Entry | 'ambiguous' | undefined;

/** A caller without a key, on a listener that names an agent for those. */
export function anonymousPrincipal(name: string, record?: AgentRecord): Caller {
  return toPrincipal(
    {
      tenant: DEFAULT_TENANT,
      name,
      groups: record?.groups ?? [],
      attributes: record?.attributes ?? {},
      priority: record?.priority ?? 'interactive',
    },
    ANONYMOUS_KEY_ID,
  );
}

/** Compiles records to an index. Every key has one frozen Principal for its whole life, so that others may key caches by its identity. */
export function compileAgents(records: readonly AgentRecord[]): AgentIndex {
  const entries = records.flatMap((record) => record.keys.map((key): Entry => ({ record, key, shown: undefined })));
  const byHash = indexBy(entries, ({ key }) => key.sha256);
  let byId: ReadonlyMap<string, Found> | undefined;
  const anonymous = new Map<string, Caller>();

  // Finding a key by its hash in a Map leaks nothing useful through time: whoever measures it learns about the hash of what they sent
  // themselves, and cannot choose a text whose hash is near a stored one.
  const authenticate = (authorization: string | undefined, nowMs: number): Caller | undefined => {
    if (authorization === undefined) return undefined;
    const hash = parseBearerKey(authorization);
    return hash === undefined ? undefined : live(byHash.get(hash), nowMs);
  };

  const anonymousOf = (name: string): Caller => {
    let principal = anonymous.get(name);
    if (principal === undefined) {
      const record = records.find((candidate) => candidate.name === name && candidate.tenant === DEFAULT_TENANT);
      principal = anonymousPrincipal(name, record);
      anonymous.set(name, principal);
    }
    return principal;
  };

  const current = (principal: Principal, nowMs: number): Caller | undefined => {
    if (principal.keyId === ANONYMOUS_KEY_ID) return anonymousOf(principal.agent);
    byId ??= indexBy(entries, ({ key }) => key.id);
    const now = live(byId.get(principal.keyId), nowMs);
    // An id that now belongs to someone else is not the caller of before.
    return now?.tenant === principal.tenant && now.agent === principal.agent ? now : undefined;
  };

  return Object.freeze({ agents: records.length, keys: byHash.size, authenticate, anonymous: anonymousOf, current });
}

function indexBy(entries: readonly Entry[], name: (entry: Entry) => string): ReadonlyMap<string, Found> {
  const index = new Map<string, Found>();
  for (const entry of entries) {
    const at = name(entry);
    index.set(at, index.has(at) ? 'ambiguous' : entry);
  }
  return index;
}

function live(found: Found, nowMs: number): Caller | undefined {
  if (found === undefined || found === 'ambiguous') return undefined;
  found.shown ??= show(found.record, found.key);
  return nowMs < found.shown.expiresAtMs ? found.shown.principal : undefined;
}

function show(record: AgentRecord, key: AgentKey): Shown {
  return { principal: toPrincipal(record, key.id), expiresAtMs: key.expiresAt === null ? Infinity : Date.parse(key.expiresAt) };
}

function toPrincipal(record: Omit<AgentRecord, 'keys'>, keyId: string): Caller {
  return Object.freeze({
    tenant: record.tenant,
    agent: record.name,
    user: undefined,
    groups: Object.freeze([...record.groups]),
    attributes: Object.freeze({ ...record.attributes }),
    keyId,
    priority: record.priority,
  });
}
