// Whether what somebody named is there to be read, asked before anything is checked: an anchor that is not mounted is a mistake of who asks, and must not
// look like a record that was changed. Nor may it be passed over: then the record would be held against less than was meant.

import { access, constants, stat } from 'node:fs/promises';

/** What was named, by what it has to be. */
interface NamedPaths {
  readonly files?: readonly string[];
  readonly folders?: readonly string[];
}

/** A sentence about the first of them that cannot be read; undefined: all can. Pipes count as files. */
export async function findUnreadable({ files = [], folders = [] }: NamedPaths): Promise<string | undefined> {
  for (const path of [...files, ...folders]) {
    try {
      const isFolder = (await stat(path)).isDirectory();
      if (folders.includes(path) !== isFolder) return `${path} is ${isFolder ? 'a folder, and no file' : 'no folder'}.`;
      await access(path, isFolder ? constants.R_OK | constants.X_OK : constants.R_OK);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'ENOENT' || code === 'ENOTDIR') return `${path} is not there.`;
      return `${path} cannot be read by this user.`;
    }
  }
  return undefined;
}
