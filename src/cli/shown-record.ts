// The record as a command shows it: without the look that is being taken, which would be found by every word that was asked for, and without names where it takes
// two people to learn whose a pseudonym is.

import { withholdNamesIn } from '../audit/index.ts';
import type { Entry, EntryQuery, RecordIndex } from '../audit/index.ts';

/** What is not shown. */
export interface Unshown {
  /** Id of the act by which this command looks; undefined: it is shown. */
  readonly ownAct: string | undefined;
  readonly hidesNames: boolean;
}

/** The same record, ready to be shown. */
export function toShownRecord(index: RecordIndex, unshown: Unshown): RecordIndex {
  return {
    catchUp: (options) => index.catchUp(options),
    find: (query) => findShown(index, query, unshown),
    read: async (slot, seq) => {
      const entry = await index.read(slot, seq);
      return entry === undefined || !unshown.hidesNames ? entry : withholdNamesIn(entry);
    },
    count: (filter, by, smallestGroup) => index.count(filter, by, smallestGroup),
    unplaced: () => index.unplaced(),
    close: () => index.close(),
  };
}

async function* findShown(index: RecordIndex, query: EntryQuery, { ownAct, hidesNames }: Unshown): AsyncGenerator<Entry, void, undefined> {
  const limit = query.limit ?? Infinity;
  const isOwn = ({ kind, line }: Entry): boolean => kind === 'act' && ownAct !== undefined && line.members['act'] === ownAct;
  let shown = 0;
  // One more, since the own look may be among them.
  for await (const entry of index.find(query.limit === undefined ? query : { ...query, limit: query.limit + 1 })) {
    if (shown === limit) return;
    if (isOwn(entry)) continue;
    shown += 1;
    yield hidesNames ? withholdNamesIn(entry) : entry;
  }
}
