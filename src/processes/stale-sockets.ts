// Sockets of workers that were killed stay behind as files, and no other process can listen at a path that is there.

import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Removes what workers of an earlier gateway left. Only for who has the data folder to itself, before a worker of its own listens.
 * @param folder where the sockets are
 */
export function removeStaleSockets(folder: string): void {
  for (const name of readdirSync(folder)) if (name.startsWith('worker-')) rmSync(join(folder, name), { force: true });
}
