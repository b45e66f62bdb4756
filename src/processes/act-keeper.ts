// What control gives the admin API so that acts get on record: its log, who people are by the keys that they show, and how names may stand there.

import { userInfo } from 'node:os';
import type { ActKeeper } from '../admin/index.ts';
import type { ActJournal } from '../audit/index.ts';
import type { People } from './people.ts';

export interface ActKeeperOptions {
  readonly journal: ActJournal;
  readonly people: People;
  readonly tenant: string;
  readonly nowMs: () => number;
}

export function createActKeeper({ journal, people, tenant, nowMs }: ActKeeperOptions): ActKeeper {
  return {
    journal,
    tenant,
    nowMs,
    owner: userInfo().username,
    identify: async (key) => {
      const principal = await people.whoShows(key);
      return principal === undefined ? undefined : `key:${principal.agent}`;
    },
    toName: async (_kind, name) => name,
  };
}
