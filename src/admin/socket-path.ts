// Reaches a unix socket whose path is longer than the kernel's address field (108 bytes on Linux, 104 on macOS, one of them for the
// end mark). On Linux the folder is named through its open descriptor; elsewhere through a link in a private temporary folder. The
// folder and the socket are the same either way; nothing changes the working directory, which other code may be relying on.

import { closeSync, constants, existsSync, mkdtempSync, openSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

/** The smallest of the limits, less the end mark. */
const MAX_PATH_BYTES = 103;

/** A path by which the socket can be bound or connected. It holds until `close`. */
export interface ReachableSocket {
  readonly path: string;
  close(): void;
}

/** Gives a path to the socket that is short enough. The folder must exist. */
export function reachSocket(socketPath: string): ReachableSocket {
  if (Buffer.byteLength(socketPath) <= MAX_PATH_BYTES) return { path: socketPath, close: () => {} };
  const folder = resolve(dirname(socketPath));
  const name = basename(socketPath);
  if (existsSync('/proc/self/fd')) {
    const descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    return { path: `/proc/self/fd/${descriptor}/${name}`, close: once(() => closeSync(descriptor)) };
  }
  // mkdtemp makes the folder for this user alone: nobody else can put another link in its place.
  const temporary = mkdtempSync(join(tmpdir(), 'sp-'));
  symlinkSync(folder, join(temporary, 'r'), 'dir');
  return { path: join(temporary, 'r', name), close: once(() => rmSync(temporary, { recursive: true, force: true })) };
}

/** A descriptor number is reused by the system: closing it twice would close somebody else's file. */
function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
