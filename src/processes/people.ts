// Who somebody is who asks at the admin API: people are known by keys of their own, like agents, or by being signed in to the console. A key that was revoked
// a moment ago is nobody's. Whoever has both is one person where the operator names the agent, or is called like it: nobody approves with one what they asked
// for with the other.

import { compileAgents } from '../agents/index.ts';
import type { Principal } from '../agents/index.ts';
import type { Asking } from '../admin/index.ts';
import type { Secret } from '../base/index.ts';
import type { OperatorRecord, Store } from '../cluster/index.ts';
import type { AgentsShard } from '../config/index.ts';
import { nameIn } from './releases.ts';
import type { Person } from './releases.ts';

export interface PeopleOptions {
  /** Undefined until it is open. */
  readonly store: () => Store | undefined;
  readonly tenant: string;
  readonly nowMs: () => number;
}

/** A person, with what rules about approvers go by. */
export interface KnownPerson extends Person {
  readonly groups: readonly string[];
}

/** Those whom the store knows now. */
export interface People {
  /** Undefined: it is of nobody, revoked, or has expired. */
  whoShows(key: Secret): Promise<Principal | undefined>;
  /** Who asks. Undefined: they show a key of nobody. Whoever shows nothing and is not signed in is not asked about here. */
  personOf(who: Pick<Asking, 'key' | 'signedIn'>): Promise<KnownPerson | undefined>;
  /** Who signs in to the console under this name. */
  operator(name: string): Promise<OperatorRecord | undefined>;
  /** Every name, of agents and of operators, that the person has who stands on record like this. */
  namesOf(by: string): Promise<readonly string[]>;
}

export function createPeople({ store, tenant, nowMs }: PeopleOptions): People {
  const authenticate = ({ agents }: AgentsShard, key: Secret): Principal | undefined =>
    compileAgents(agents).authenticate(`Bearer ${key.reveal()}`, nowMs());
  const namesWith = async (name: string): Promise<readonly string[]> => allNames(name, (await store()?.operators.all(tenant)) ?? []);

  return {
    whoShows: async (key) => {
      const shard = await store()?.agentsShard();
      return shard === undefined ? undefined : authenticate(shard, key);
    },
    personOf: async ({ key, signedIn }) => {
      if (signedIn !== undefined) {
        const { name, groups } = signedIn.operator;
        return { by: `operator:${name}`, names: await namesWith(name), groups, keySinceMs: signedIn.sinceMs };
      }
      const shard = key === undefined ? undefined : await store()?.agentsShard();
      if (key === undefined || shard === undefined) return undefined;
      const principal = authenticate(shard, key);
      if (principal === undefined) return undefined;
      const { agent, groups, keyId } = principal;
      const shown = shard.agents.find(({ name }) => name === agent)?.keys.find(({ id }) => id === keyId);
      return { by: `key:${agent}`, names: await namesWith(agent), groups, keySinceMs: Date.parse(shown?.createdAt ?? '') };
    },
    operator: async (name) => (await store()?.operators.all(tenant))?.find((operator) => operator.name === name),
    namesOf: (by) => namesWith(nameIn(by)),
  };
}

/** The name, and every other that operators tie to it, by however many steps. */
function allNames(name: string, operators: readonly OperatorRecord[]): readonly string[] {
  const names = new Set([name]);
  for (let before = 0; before < names.size;) {
    before = names.size;
    for (const operator of operators) {
      const own = [operator.name, ...operator.agents];
      if (own.some((one) => names.has(one))) for (const one of own) names.add(one);
    }
  }
  return [...names];
}
