// Who somebody is whose key is shown at the admin socket: people are known by keys of their own, like agents. A key that was revoked a moment ago is
// nobody's.

import { compileAgents } from '../agents/index.ts';
import type { Principal } from '../agents/index.ts';
import type { Secret } from '../base/index.ts';
import type { Store } from '../cluster/index.ts';
import type { AgentsShard } from '../config/index.ts';
import type { Person } from './releases.ts';

export interface PeopleOptions {
  /** Undefined until it is open. */
  readonly store: () => Store | undefined;
  readonly nowMs: () => number;
}

/** Those whom the store knows now. */
export interface People {
  /** Undefined: it is of nobody, revoked, or has expired. */
  whoShows(key: Secret): Promise<Principal | undefined>;
  /** The same as a person of whom it matters since when their key has been theirs. */
  personOf(key: Secret): Promise<Person | undefined>;
}

export function createPeople({ store, nowMs }: PeopleOptions): People {
  const authenticate = ({ agents }: AgentsShard, key: Secret): Principal | undefined =>
    compileAgents(agents).authenticate(`Bearer ${key.reveal()}`, nowMs());
  return {
    whoShows: async (key) => {
      const shard = await store()?.agentsShard();
      return shard === undefined ? undefined : authenticate(shard, key);
    },
    personOf: async (key) => {
      const shard = await store()?.agentsShard();
      const principal = shard === undefined ? undefined : authenticate(shard, key);
      if (principal === undefined) return undefined;
      const shown = shard?.agents.find(({ name }) => name === principal.agent)?.keys.find(({ id }) => id === principal.keyId);
      return { by: `key:${principal.agent}`, keySinceMs: Date.parse(shown?.createdAt ?? '') };
    },
  };
}
