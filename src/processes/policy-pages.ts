// What the console's pages about policy, catalogue, limits and settings ask control, put together.

import type { ConfigStatus, PolicyPages } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Store } from '../cluster/index.ts';
import type { ConfigShard } from '../config/index.ts';
import type { ConfigPlace, WrittenConfig } from './config-file.ts';
import type { ControlDesks } from './control-desks.ts';
import { createDefinitionReach } from './definition-reach.ts';
import { createDefinitionStory } from './definition-story.ts';
import { createDefinitionsPort, STARTING } from './definitions-port.ts';
import { groupSizes } from './limits-view.ts';
import type { PolicyDesk } from './policy-desk.ts';
import { createSettingsPort } from './settings-port.ts';
import { createFactsOf } from './tool-facts-view.ts';

export interface PolicyPagesOptions {
  readonly tenant: string;
  readonly nowMs: () => number;
  readonly policies: PolicyDesk;
  readonly desks: Pick<ControlDesks, 'catalogue' | 'inspection' | 'limits' | 'privacy'>;
  readonly store: () => Store | undefined;
  readonly shard: () => ConfigShard | undefined;
  /** Where the config is, and the texts that it was read from. */
  readonly place: ConfigPlace;
  readonly written: () => WrittenConfig | undefined;
  readonly configStatus: () => ConfigStatus;
}

export function createPolicyPages(options: PolicyPagesOptions): PolicyPages {
  const { tenant, nowMs, policies, desks, store, shard, place, written, configStatus } = options;
  const factsOf = createFactsOf(() => shard()?.servers ?? []);
  const reach = createDefinitionReach({ tenant, nowMs, store, shard });
  const story = createDefinitionStory({ inspection: desks.inspection, factsOf, reach });
  return {
    policyDocument: policies.port,
    definitions: createDefinitionsPort({ authority: () => desks.catalogue.authority, factsOf, story }),
    settings: createSettingsPort({
      tenant,
      nowMs,
      place,
      written,
      shard,
      store,
      loadedAt: () => configStatus().loadedAt,
      authority: () => desks.catalogue.authority,
    }),
    buckets: async (query) => {
      const known = await store()?.agents(tenant);
      if (known === undefined) return STARTING;
      const page = desks.limits.buckets(query, { privacy: desks.privacy(), sizeOf: groupSizes(known.agents) });
      return page === undefined ? fail({ code: 'limit_unknown', detail: 'No limit has this name.' }) : ok(page);
    },
  };
}
