// What was taken out of the logs must not live on in the index that leads to them.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openRecordIndex } from '../cluster/index.ts';

/** Brings the index of the record, where there is one, to what the logs hold now. */
export async function updateRecordIndex(dataFolder: string): Promise<void> {
  if (!existsSync(join(dataFolder, 'index'))) return;
  const index = await openRecordIndex(dataFolder);
  try {
    await index.catchUp();
  } finally {
    index.close();
  }
}
