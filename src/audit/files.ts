// The disk as the audit log sees it: small enough that a test can stand in for it and run full or break.
// Durability comes from O_DSYNC alone: fsync and fdatasync are denied under Node's permission model. A new file's name is durable
// with its first O_DSYNC write, since that has to commit the file's creation (ext4, XFS, Btrfs; APFS without a flush of the drive's cache).

import { close, constants, fstat, open, read, write } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';

/** An open file. */
export interface LogFile {
  /** Its size when it was opened. */
  readonly sizeBytes: number;
  /** Reads up to the length of `into`; 0 at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Writes all of `bytes`; `done` without an error means that they are durable. */
  write(bytes: Uint8Array, position: number, done: (error: Error | null) => void): void;
  close(): Promise<void>;
}

/** Where files are. */
export interface LogFiles {
  /** Names in a directory, in any order. */
  list(directory: string): Promise<readonly string[]>;
  /** `create` fails when the file exists, `write` and `read` when it does not, `read` also when it can be no segment: a pipe, a link, or without end. */
  open(path: string, mode: 'read' | 'write' | 'create'): Promise<LogFile>;
}

const openFile = promisify(open);
const statFile = promisify(fstat);
const readFile = promisify(read);
const closeFile = promisify(close);

/** Many times what a segment is ever made with: whoever reads one goes over all of it. */
const SEGMENT_CAP_BYTES = 268_435_456;

const FLAGS = {
  // Opening a pipe must not wait for somebody who writes into it. Windows has neither of the two.
  read: constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
  write: constants.O_RDWR | constants.O_DSYNC,
  create: constants.O_RDWR | constants.O_DSYNC | constants.O_CREAT | constants.O_EXCL,
} as const;

/** The real disk. */
export const diskFiles: LogFiles = {
  list: (directory) => readdir(directory),
  async open(path, mode) {
    // Windows has no O_DSYNC in Node; a log that only seems durable would be worse than none.
    if (mode !== 'read' && constants.O_DSYNC === undefined) throw new Error('this platform cannot write durably (no O_DSYNC)');
    const fd = await openFile(path, FLAGS[mode], 0o600);
    const stat = await statFile(fd);
    const { size } = stat;
    if (mode === 'read' && (!stat.isFile() || size > SEGMENT_CAP_BYTES)) {
      await closeFile(fd);
      throw new Error(stat.isFile() ? `the file has ${size} bytes, and no segment is that large` : 'this is no regular file');
    }
    return {
      sizeBytes: size,
      read: async (into, position) => (await readFile(fd, into, 0, into.length, position)).bytesRead,
      write: (bytes, position, done) => writeAll(fd, bytes, 0, position, done),
      close: () => closeFile(fd),
    };
  },
};

/** The kernel may take less than it is given, for one when the disk runs full; the rest then fails by itself. */
function writeAll(fd: number, bytes: Uint8Array, from: number, position: number, done: (error: Error | null) => void): void {
  write(fd, bytes, from, bytes.length - from, position + from, (error, written) => {
    if (error !== null) done(error);
    else if (from + written < bytes.length) writeAll(fd, bytes, from + written, position, done);
    else done(null);
  });
}
