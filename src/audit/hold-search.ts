// Whether something of somebody has to be kept: a hold that names them says so itself; of one on a server or a time, only the records can tell.

import { diskFiles } from './files.ts';
import { parseFrame } from './format.ts';
import { createHoldCheck } from './holds.ts';
import type { Hold } from './holds.ts';
import { listLogs } from './log-directory.ts';
import { readLines } from './read-lines.ts';
import { readMembers } from './read-members.ts';
import { withSegment } from './with-segment.ts';

/** Those of `holds` that are about this subject, or about any record of theirs in the logs below a directory. */
export async function findHoldsOn(subject: string, holds: readonly Hold[], directory: string): Promise<readonly Hold[]> {
  const found = new Set(holds.filter((hold) => hold.subject === subject).map(({ id }) => id));
  const unknown = holds.filter((hold) => hold.subject === null);
  if (unknown.length > 0) for (const id of await searchLogs(subject, unknown, directory)) found.add(id);
  return holds.filter(({ id }) => found.has(id));
}

async function searchLogs(subject: string, holds: readonly Hold[], directory: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const check = createHoldCheck(holds);
  for (const log of await listLogs(directory)) {
    for (const number of log.segments) {
      if (found.size === holds.length) return found;
      await withSegment(diskFiles, log.directory, number, (file) =>
        readLines(file, 0, (text) => {
          // Looking for the name first spares reading the members of all other records.
          if (!text.includes(subject)) return true;
          const frame = parseFrame(text);
          if (frame !== undefined && isOf(subject, readMembers(text))) for (const id of check.holdsOf(frame, text)) found.add(id);
          return found.size < holds.length;
        }),
      );
    }
  }
  return found;
}

function isOf(subject: string, members: Readonly<Record<string, unknown>>): boolean {
  return members['subject'] === subject || members['target'] === subject;
}
