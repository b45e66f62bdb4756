// How the keeper writes its own files: whole or not at all, and for nobody else to read.

import { closeSync, constants, openSync, renameSync, writeSync } from 'node:fs';

/** Replaces a file. It is on disk when this returns. */
export function writePrivate(file: string, text: string): void {
  // O_DSYNC: the permission model denies fsync. The folder is the keeper's own, so nobody else can be reading the new file.
  const fd = openSync(`${file}.new`, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_DSYNC, 0o600);
  try {
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
  renameSync(`${file}.new`, file);
}
