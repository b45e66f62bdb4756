// The files of the index, in a folder of their own in the data folder: `records-1.db` and so on. An index that is made anew gets the next number, since the
// journal of a file that others have open would be taken for that of one put in its place. The highest number counts.

import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Ends the name of a file that is still being made. */
const UNFINISHED = '.part';
/** What nobody has written to for so long was left behind by a process that was killed. */
const ABANDONED_MS = 600_000;
const NAME = /^records-(\d{1,9})\.db/;

/** The folder, which is made if need be. */
function indexFolder(dataFolder: string): string {
  const folder = join(dataFolder, 'index');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** The index in use; undefined: there is none. */
export function currentIndex(dataFolder: string): string | undefined {
  const folder = indexFolder(dataFolder);
  const newest = newestNumber(folder);
  return newest === undefined ? undefined : join(folder, `records-${newest}.db`);
}

/** Names for a new one: while it is made, and then. Whoever makes one has their own. */
export function nextIndex(dataFolder: string): { readonly unfinished: string; readonly finished: string } {
  const folder = indexFolder(dataFolder);
  const finished = join(folder, `records-${(newestNumber(folder) ?? 0) + 1}.db`);
  return { unfinished: `${finished}.${randomBytes(8).toString('hex')}${UNFINISHED}`, finished };
}

/** Removes all but the index in use; who has an older one open goes on with it until they close it. */
export function removeOldIndexes(dataFolder: string): void {
  const folder = indexFolder(dataFolder);
  const newest = newestNumber(folder);
  for (const name of readdirSync(folder)) {
    const number = NAME.exec(name)?.[1];
    const isOld = name.endsWith(UNFINISHED) ? isAbandoned(join(folder, name)) : number !== undefined && Number(number) !== newest;
    if (isOld) rmSync(join(folder, name), { force: true });
  }
}

function newestNumber(folder: string): number | undefined {
  const numbers = readdirSync(folder).flatMap((name) => (/^records-\d+\.db$/.test(name) ? [Number(NAME.exec(name)?.[1])] : []));
  return numbers.length === 0 ? undefined : Math.max(...numbers);
}

function isAbandoned(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs > ABANDONED_MS;
}
