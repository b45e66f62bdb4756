// Whether a folder with logs is there. Throws when it is there and may not be read by this user: that is not to be taken for a record that
// does not exist.

import { accessSync, constants, statSync } from 'node:fs';

/** True if the folder is there. */
export function isFolder(folder: string): boolean {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return false;
  accessSync(folder, constants.R_OK | constants.X_OK);
  return true;
}
