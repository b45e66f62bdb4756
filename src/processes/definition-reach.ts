// Which agents could call a thing by the policy in force, were it approved. Looked at in small goes: there may be very many agents, and others wait.

import type { DefinitionView, ToolFactsView } from '../admin/index.ts';
import type { Principal } from '../agents/index.ts';
import type { Store } from '../cluster/index.ts';
import type { ConfigShard } from '../config/index.ts';
import { createReach, describeConcern } from '../policies/index.ts';
import type { Reach, Reached } from '../policies/index.ts';
import type { DefinitionKind } from '../tools/index.ts';
import { pause } from './pause.ts';

export interface DefinitionReachOptions {
  readonly tenant: string;
  readonly nowMs: () => number;
  readonly store: () => Store | undefined;
  readonly shard: () => ConfigShard | undefined;
}

/** What is asked about. */
export interface ReachedThing {
  readonly server: string;
  readonly kind: DefinitionKind;
  readonly name: string;
  /** Of a tool. */
  readonly facts: ToolFactsView | null;
}

export interface DefinitionReach {
  /** Null: no policy is in force. */
  of(thing: ReachedThing): Promise<DefinitionView['reach']>;
}

/** Agents that are looked at; some ten microseconds each. */
const MAX_AGENTS = 20_000;
const AT_ONCE = 500;
const MAX_NAMED = 50;
const MAX_RULES = 50;

export function createDefinitionReach({ tenant, nowMs, store, shard }: DefinitionReachOptions): DefinitionReach {
  let made: { readonly of: ConfigShard; readonly reach: Reach } | undefined;
  const reachIn = (config: ConfigShard): Reach => {
    if (made?.of !== config)
      made = {
        of: config,
        reach: createReach(
          config.policy,
          config.servers.map(({ name }) => name),
        ),
      };
    return made.reach;
  };
  return {
    of: async (asked) => {
      const config = shard();
      const known = await store()?.agents(tenant);
      if (config === undefined || known === undefined) return null;
      const reach = reachIn(config);
      const thing = toReached(asked, config);
      const looked = known.agents.slice(0, MAX_AGENTS);
      const named: string[] = [];
      const counts = { yes: 0, depends: 0, no: 0 };
      for (const [at, { name, groups, attributes }] of looked.entries()) {
        if (at % AT_ONCE === 0) await pause();
        const principal: Principal = { tenant, agent: name, user: undefined, groups, attributes, keyId: 'reach' };
        const within = reach.of(principal, thing, nowMs());
        counts[within] += 1;
        if (within !== 'no' && named.length < MAX_NAMED) named.push(name);
      }
      return {
        rules: reach
          .rulesAbout(thing)
          .slice(0, MAX_RULES)
          .map((rule) => ({ rule: rule.name, effect: rule.effect, match: describeConcern(rule) })),
        agents: named,
        agentCount: counts.yes + counts.depends,
        looked: looked.length,
        conditional: counts.depends,
      };
    },
  };
}

function toReached({ server, kind, name, facts }: ReachedThing, config: ConfigShard): Reached {
  const labels = config.servers.find((one) => one.name === server)?.labels ?? [];
  if (facts !== null && kind === 'tool') {
    const callClass = facts.classFrom === 'nothing' ? undefined : facts.class;
    const known = { labels: facts.labels, guessed: facts.guessed, class: callClass, fingerprint: undefined };
    return { server, subject: { kind, name }, facts: known, labels };
  }
  if (kind === 'instructions') return { server, subject: { kind: 'server' }, facts: undefined, labels };
  return { server, subject: { kind: kind === 'prompt' ? 'prompt' : 'resource', name }, facts: undefined, labels };
}
