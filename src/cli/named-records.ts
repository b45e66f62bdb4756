// Which records say by name who somebody is whose pseudonym nobody can resolve any more: what stands in the log stays there until its time is over.

import { join } from 'node:path';
import { withholdNames } from '../audit/index.ts';
import { openRecordIndex } from '../cluster/index.ts';
import { isFolder } from './record-folder.ts';

/** Records that have a name, and when the last of them was written. */
export interface NamedRecords {
  readonly count: number;
  readonly lastMs: number;
}

const NONE: NamedRecords = { count: 0, lastMs: 0 };

/** Those about somebody, by the words by which they are on record; undefined: nobody can say. Shows nothing of them, so it is no look that goes on record. */
export async function findNamedRecords(folder: string, about: readonly string[]): Promise<NamedRecords | undefined> {
  try {
    if (!isFolder(join(folder, 'audit'))) return NONE;
    const index = await openRecordIndex(folder);
    try {
      await index.catchUp();
      let found = NONE;
      for await (const { line } of index.find({ about, order: 'oldest' }))
        if (withholdNames(line) !== line) found = { count: found.count + 1, lastMs: Math.max(found.lastMs, line.time) };
      return found;
    } finally {
      index.close();
    }
  } catch {
    // The erasure is done all the same, and whoever wanted it reads that this could not be told.
    return undefined;
  }
}
