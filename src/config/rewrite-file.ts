// Puts a new text in the place of a file that people own: as a whole or not at all, under the same name, with the same owner and rights, and only if it is
// still what the writer has read.

import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';

/** Why a file was not written: somebody else changed it, or it cannot be written, as the end of a sentence about it. */
export type NotWritten = { readonly kind: 'changed' } | { readonly kind: 'fixed'; readonly says: string };

/** Why a file could not be rewritten, as the end of a sentence about it; undefined: it could, as far as can be told. */
export function whyFixed(file: string): string | undefined {
  try {
    const path = realpathSync(file);
    const { uid } = statSync(path);
    // A file of another user would become ours by being replaced.
    if (process.getuid?.() !== 0 && uid !== process.getuid?.()) return 'belongs to another user than the gateway runs as';
    accessSync(path, constants.W_OK);
    accessSync(dirname(path), constants.W_OK);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** Rewrites a file. A link stays a link: what it leads to is written. */
export function rewriteFile(file: string, expected: string, text: string): Result<undefined, NotWritten> {
  const fixed = whyFixed(file);
  if (fixed !== undefined) return fail({ kind: 'fixed', says: fixed });
  let aside: string | undefined;
  try {
    const path = realpathSync(file);
    if (!readFileSync(path).equals(Buffer.from(expected))) return fail({ kind: 'changed' });
    const { mode, uid, gid } = statSync(path);
    aside = join(dirname(path), `.${basename(path)}.new`);
    // What is left over of a gateway that died writing it.
    rmSync(aside, { force: true });
    const fd = openSync(aside, 'wx', 0o600);
    try {
      writeWhole(fd, Buffer.from(text));
      if (process.getuid?.() === 0) fchownSync(fd, uid, gid);
      fchmodSync(fd, mode & 0o7777);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(aside, path);
    syncFolder(dirname(path));
    return ok(undefined);
  } catch (error) {
    if (aside !== undefined) rmSync(aside, { force: true });
    return fail({ kind: 'fixed', says: reasonOf(error) });
  }
}

function writeWhole(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
}

/** That the name leads to the new file survives a power cut too. */
function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'does not exist';
    case 'EACCES':
    case 'EPERM':
      return 'may not be written, or its folder may not, by the user that the gateway runs as';
    case 'EROFS':
      return 'is on a file system that is read only';
    case 'EBUSY':
      return 'is mounted by itself, so that it cannot be replaced';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'cannot be written, because the disk is full';
    default:
      return `cannot be written (${code})`;
  }
}
