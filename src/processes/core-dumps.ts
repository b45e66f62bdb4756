// A core dump would write what is being said, and keys, to a disk that nobody watches. What a dump may hold is a setting of a process that its children
// inherit, also through exec (Linux, Documentation/filesystems/proc.rst, coredump_filter): set once, before the first of them is started, it holds for all. A
// limit on the size of dumps would not do: it does not bind where they are piped to a program.

import { existsSync, writeFileSync } from 'node:fs';
import type { Log } from '../telemetry/index.ts';

const FILTER = '/proc/self/coredump_filter';

/** Keeps memory out of the core dumps of this process and of all that it starts. Where there is no such setting, dumps are off unless somebody turns them on. */
export function keepMemoryOutOfDumps(log: Log): void {
  if (!existsSync(FILTER)) return;
  try {
    writeFileSync(FILTER, '0');
  } catch (error) {
    log.warn('core dumps may hold what is said to tools: set the limit on their size to 0', { error });
  }
}
