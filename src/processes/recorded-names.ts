// How names of people and agents may stand on record: users by pseudonym always, agents where the privacy profile keeps names out. Whose a pseudonym is,
// only the keeper knows.

import type { PrivacySwitches } from '../audit/index.ts';
import type { Links } from './child.ts';

export interface RecordedNamesOptions {
  readonly links: Pick<Links, 'request'>;
  readonly tenant: string;
  /** Whether names stand on record, by the config in force. */
  readonly subjects: () => PrivacySwitches['subjects'];
}

/** A name as it may stand on record. Rejects where the keeper does not answer, or cannot write. */
export type ToRecordedName = (kind: 'agent' | 'user', name: string) => Promise<string>;

/** What stands where nobody can say which pseudonym it is; a name never does. */
export const NOT_KNOWN = 'unknown';

/** Records wait for the keeper no longer than calls do. */
const KEEPER_TIMEOUT_MS = 2_000;

export function createRecordedNames({ links, tenant, subjects }: RecordedNamesOptions): ToRecordedName {
  return async (kind, name) => {
    if (kind === 'agent' && subjects() === 'names') return name;
    const { fields } = await links.request('keeper', 'subject-pseudonym', { tenant, kind, name }, KEEPER_TIMEOUT_MS);
    const { pseudonym, error } = fields;
    if (typeof pseudonym !== 'string') throw new Error(`the keeper gives no pseudonym: ${typeof error === 'string' ? error : 'no reason'}`);
    return pseudonym;
  };
}

/** The pseudonym that somebody has; undefined: none. Rejects where the keeper does not answer. */
export function createPseudonymFinder({
  links,
  tenant,
}: Pick<RecordedNamesOptions, 'links' | 'tenant'>): (kind: 'agent' | 'user', name: string) => Promise<string | undefined> {
  return async (kind, name) => {
    const { fields } = await links.request('keeper', 'subject-find', { tenant, kind, name }, KEEPER_TIMEOUT_MS);
    const { pseudonym, error } = fields;
    if (error !== undefined) throw new Error(`the keeper finds nobody: ${typeof error === 'string' ? error : 'no reason'}`);
    return typeof pseudonym === 'string' ? pseudonym : undefined;
  };
}
