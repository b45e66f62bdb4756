// Reads a small file beside the logs. Whoever can write there may have put anything in its place, and a reader must neither wait for a pipe, nor follow a
// link out of the folder, nor fill its memory with a file that has no end.

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** No file of ours beside a log is longer: notes, keys, what the keeper signed last. */
const MAX_BYTES = 65_536;
/** Windows has neither. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Its text; undefined where there is none. Of what is no regular file or too long, the text is empty: there is something, and it says nothing. */
export async function readSmallFile(path: string): Promise<string | undefined> {
  const file = await open(path, FLAGS).catch((error: unknown) => (codeOf(error) === 'ENOENT' ? undefined : null));
  if (file === undefined) return undefined;
  if (file === null) return '';
  try {
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > MAX_BYTES) return '';
    const bytes = Buffer.alloc(MAX_BYTES);
    const { bytesRead } = await file.read(bytes, 0, MAX_BYTES, 0);
    return bytes.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
