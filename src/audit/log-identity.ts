// Which log in the world a folder holds, as the heads of its segments say.

import { diskFiles } from './files.ts';
import type { LogDirectory } from './log-directory.ts';
import { toOrigin } from './note.ts';
import { readLines } from './read-lines.ts';
import { readMembers, toText } from './read-members.ts';
import { withSegment } from './with-segment.ts';

/** What a log calls itself. */
export interface LogIdentity {
  /** Undefined in logs from before there were checkpoints. */
  readonly node: string | undefined;
  readonly log: string;
}

/** Reads it from the newest head; undefined where there is none. */
export async function readIdentity({ directory, segments }: LogDirectory): Promise<LogIdentity | undefined> {
  for (const number of [...segments].reverse()) {
    let head: Readonly<Record<string, unknown>> = {};
    await withSegment(diskFiles, directory, number, (file) =>
      readLines(file, 0, (line) => {
        head = readMembers(line);
        return false;
      }),
    );
    const log = toText(head['log']);
    const node = toText(head['node']);
    if (head['kind'] === 'segment' && log !== '') return { node: node === '' ? undefined : node, log };
  }
  return undefined;
}

/** Whether a signed note is about the log. A head from before there were checkpoints names no node: then the log's own random name has to do. */
export function isAbout({ node, log }: LogIdentity, origin: string): boolean {
  return node === undefined ? origin.endsWith(`/${log}`) : origin === toOrigin(node, log);
}
