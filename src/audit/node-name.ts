// What a node is called in its records and in what is signed about them: a random name, made once and kept in the data folder. A host's own name would say
// more than a record has to, and may change or be that of another.

import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'node-name';
const NAME_BYTES = 6;

/** The name of the node that this data folder belongs to; made when there is none. Throws where the file cannot be read or written, or holds no name. */
export function nodeName(dataFolder: string): string {
  const file = join(dataFolder, FILE);
  try {
    // Only one of two that begin at the same time makes it, and both go by it.
    writeFileSync(file, `node-${randomBytes(NAME_BYTES).toString('hex')}\n`, { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const name = readFileSync(file, 'utf8').trim();
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(name)) throw new Error(`${file} holds no name of a node`);
  return name;
}
