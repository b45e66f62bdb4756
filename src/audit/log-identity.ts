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

/**
 * Reads it from the newest head; where somebody has taken out the heads, from the newest checkpoint on record, whose signature is checked by whoever goes by
 * it. Undefined where there is neither.
 */
export async function readIdentity({ directory, segments }: LogDirectory): Promise<LogIdentity | undefined> {
  let signed: LogIdentity | undefined;
  for (const number of [...segments].reverse()) {
    let head: LogIdentity | undefined;
    await withSegment(diskFiles, directory, number, (file) =>
      readLines(file, 0, (line) => {
        const members = readMembers(line);
        head = fromHead(members);
        signed ??= fromCheckpoint(members);
        return head === undefined;
      }),
    ).catch(() => undefined); // One that cannot be read says nothing; who reads the log says so.
    if (head !== undefined) return head;
  }
  return signed;
}

type Members = Readonly<Record<string, unknown>>;

function fromHead(members: Members): LogIdentity | undefined {
  const log = toText(members['log']);
  const node = toText(members['node']);
  return members['kind'] === 'segment' && log !== '' ? { node: node === '' ? undefined : node, log } : undefined;
}

function fromCheckpoint(members: Members): LogIdentity | undefined {
  const { kind, note } = members;
  if (kind !== 'checkpoint' || !Array.isArray(note)) return undefined;
  const [, node, log] = toText(note[0]).split('/');
  return node === undefined || log === undefined ? undefined : { node, log };
}

/** Whether a signed note is about the log. A head from before there were checkpoints names no node: then the log's own random name has to do. */
export function isAbout({ node, log }: LogIdentity, origin: string): boolean {
  return node === undefined ? origin.endsWith(`/${log}`) : origin === toOrigin(node, log);
}
