// A log that nobody writes any more, of a worker that is not needed, of commands: its last records would stay for ever, since the newest segment of a log
// is never removed. So it gets one more, which begins with the checkpoint that those records have: from there on their time counts.

import { join } from 'node:path';
import { LAST_CHECKPOINT_FILE } from './checkpoint-files.ts';
import { isClaimed } from './claim.ts';
import { diskFiles } from './files.ts';
import type { LogDirectory } from './log-directory.ts';
import { openAuditLog } from './log.ts';
import { readNote } from './note.ts';
import { recoverLog } from './recover.ts';
import { isOver } from './segment-age.ts';
import { readSmallFile } from './small-file.ts';

export interface Renewal {
  /** Name of the node, and who writes. */
  readonly node: string;
  readonly writer: string;
  readonly nowMs: () => number;
}

/** Gives a log that nobody writes a new segment where its last one is over; true where it did. Rejects where the log cannot be read or written. */
export async function renewIdleLog({ slot, directory }: LogDirectory, { node, writer, nowMs }: Renewal): Promise<boolean> {
  if (isClaimed(directory, nowMs())) return false;
  const found = await recoverLog(diskFiles, directory);
  if (found.position === 0 || !isOver(found.segment, nowMs())) return false;
  const note = await readSmallFile(join(directory, LAST_CHECKPOINT_FILE));
  let fault: Error | undefined;
  const log = await openAuditLog({ directory, slot, node, writer, clock: nowMs, onFault: (error) => (fault = error) });
  try {
    if (note !== undefined && readNote(note)?.size === found.seq) log.note({ kind: 'checkpoint', time: nowMs(), note });
  } finally {
    await log.close();
  }
  if (fault !== undefined) throw fault;
  return true;
}
