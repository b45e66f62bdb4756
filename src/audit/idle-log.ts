// Logs that nobody writes: those of workers that are no more, and of commands. They are signed from their files, as they are.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { requestCheckpoint } from './checkpointing.ts';
import type { AskForCheckpoint, CheckpointAnswer } from './checkpointing.ts';
import { diskFiles } from './files.ts';
import { toSegmentName } from './format.ts';
import type { LogDirectory } from './log-directory.ts';
import { readNewLeaves } from './read-tree.ts';
import { recoverLog } from './recover.ts';

/** Has a log signed that nobody writes. Undefined: it holds nothing that could be. Rejects where it cannot be read, or nobody signs. */
export async function signIdleLog(
  { directory }: LogDirectory,
  ask: AskForCheckpoint,
): Promise<Exclude<CheckpointAnswer, { readonly kind: 'elsewhere' }> | undefined> {
  const { log, tree, chain } = await recoverLog(diskFiles, directory);
  if (log === undefined || tree === undefined || tree.to === 0) return undefined;
  return requestCheckpoint(ask, { name: log, whole: tree, chain, readLeaves: (range) => readNewLeaves(diskFiles, directory, range) }, tree);
}

/** Changes when something is written to a log: to know without reading it whether there is anything to be signed. */
export function stampOf({ directory, segments }: LogDirectory): string {
  return segments
    .slice(-2) // The one that is written, and the one that was made ready behind it.
    .map((number) => {
      const file = statSync(join(directory, toSegmentName(number)), { throwIfNoEntry: false });
      return `${number} ${file?.mtimeMs ?? 0}`;
    })
    .join();
}
