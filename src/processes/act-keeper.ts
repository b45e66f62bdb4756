// What control gives the admin API so that acts get on record: its log, who people are by the keys that they show, and how names may stand there.

import { userInfo } from 'node:os';
import type { ActKeeper } from '../admin/index.ts';
import type { ActJournal, PrivacySwitches } from '../audit/index.ts';
import type { Links } from './child.ts';
import { hidesPseudonym } from './hidden-pseudonyms.ts';
import type { People } from './people.ts';
import { createPseudonymFinder, createRecordedNames } from './recorded-names.ts';

export interface ActKeeperOptions {
  readonly journal: ActJournal;
  readonly people: People;
  readonly links: Pick<Links, 'request'>;
  readonly tenant: string;
  readonly nowMs: () => number;
  /** Of the config in force. */
  readonly privacy: () => Pick<PrivacySwitches, 'reidentify' | 'subjects'>;
}

export function createActKeeper({ journal, people, links, tenant, nowMs, privacy }: ActKeeperOptions): ActKeeper {
  const find = createPseudonymFinder({ links, tenant });
  const findPseudonym: ActKeeper['findPseudonym'] = async (kind, name) => (hidesPseudonym(privacy(), kind) ? undefined : find(kind, name));
  return {
    journal,
    tenant,
    nowMs,
    owner: ownUser(),
    whoShows: async (key) => (await people.whoShows(key))?.agent,
    toName: createRecordedNames({ links, tenant, subjects: () => privacy().subjects }),
    findPseudonym,
    findName: async (kind, name) => (kind === 'agent' && privacy().subjects === 'names' ? name : findPseudonym(kind, name)),
  };
}

/** A user id without a name, as in a container, is a user all the same. */
function ownUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}
