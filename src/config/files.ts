// The few things the config asks of the disk, behind an interface so that tests and dry runs can answer for it.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';

/** No config, policy, certificate or secret is larger. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** What is at a path. `openToOthers`: anyone on this machine may read it. */
export type PathKind =
  | { readonly kind: 'file'; readonly openToOthers: boolean }
  | { readonly kind: 'folder' }
  | { readonly kind: 'absent'; readonly reason: string };

export interface Files {
  /** The text of a file, or why there is none, as the end of a sentence about it: `does not exist`. */
  read(path: string): Result<string, string>;
  look(path: string): PathKind;
  /** Names in a folder, in order, or why there are none. */
  list(folder: string): Result<readonly string[], string>;
}

/** The real disk. Blocking: for start, reload and commands, never for the road. */
export const diskFiles: Files = {
  read(path) {
    try {
      const { size } = statSync(path);
      if (size > MAX_FILE_BYTES) return fail(`has ${size} bytes, more than the ${MAX_FILE_BYTES} allowed`);
      return ok(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)));
    } catch (error) {
      return fail(reasonOf(error));
    }
  },
  look(path) {
    try {
      const stats = statSync(path);
      return stats.isDirectory() ? { kind: 'folder' } : { kind: 'file', openToOthers: (stats.mode & 0o004) !== 0 };
    } catch (error) {
      return { kind: 'absent', reason: reasonOf(error) };
    }
  },
  list(folder) {
    try {
      return ok(readdirSync(folder).sort());
    } catch (error) {
      return fail(reasonOf(error));
    }
  },
};

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'does not exist';
    case 'EACCES':
    case 'EPERM':
    case 'ERR_ACCESS_DENIED':
      return 'may not be read by this user';
    case 'EISDIR':
      return 'is a folder';
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return 'is not UTF-8 text';
    default:
      return `cannot be read (${String(code ?? error)})`;
  }
}
