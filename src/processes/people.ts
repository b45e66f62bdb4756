// Who somebody is whose key is shown at the admin socket: people are known by keys of their own, like agents. A key that was revoked a moment ago is
// nobody's.

import { compileAgents } from '../agents/index.ts';
import type { Principal } from '../agents/index.ts';
import type { Secret } from '../base/index.ts';
import type { Store } from '../cluster/index.ts';

export interface PeopleOptions {
  /** Undefined until it is open. */
  readonly store: () => Store | undefined;
  readonly nowMs: () => number;
}

/** Those whom the store knows now. */
export interface People {
  /** Undefined: it is of nobody, revoked, or has expired. */
  whoShows(key: Secret): Promise<Principal | undefined>;
}

export function createPeople({ store, nowMs }: PeopleOptions): People {
  return {
    whoShows: async (key) => {
      const shard = await store()?.agentsShard();
      return shard === undefined ? undefined : compileAgents(shard.agents).authenticate(`Bearer ${key.reveal()}`, nowMs());
    },
  };
}
