// A disk for tests: files by absolute path, a folder is null.

import { basename, dirname } from 'node:path';
import { fail, ok } from '../base/index.ts';
import type { Files } from './files.ts';
import type { ConfigSource } from './parse.ts';

export type FakeFile = string | null | { readonly text: string; readonly openToOthers: true };

/** A disk that holds what is given and nothing else. */
export function fakeFiles(files: Readonly<Record<string, FakeFile>>): Files {
  const textOf = (file: FakeFile): string => (typeof file === 'string' ? file : (file?.text ?? ''));
  return {
    read(path) {
      const file = files[path];
      if (file === undefined) return fail('does not exist');
      return file === null ? fail('is a folder') : ok(textOf(file));
    },
    look(path) {
      const file = files[path];
      if (file === undefined) return { kind: 'absent', reason: 'does not exist' };
      return file === null ? { kind: 'folder' } : { kind: 'file', openToOthers: typeof file === 'object' };
    },
    list(folder) {
      const names = Object.keys(files).flatMap((path) => (dirname(path) === folder ? [basename(path)] : []));
      return names.length === 0 && files[folder] !== null ? fail('does not exist') : ok(names.sort());
    },
  };
}

/** A config at /etc/sally/sallyport.yaml, on a machine with four cores, whose folder is there. */
export function fakeSource(files: Readonly<Record<string, FakeFile>> = {}, env: Readonly<Record<string, string>> = {}): ConfigSource {
  return { file: '/etc/sally/sallyport.yaml', env, files: fakeFiles({ '/etc/sally': null, ...files }), cores: 4 };
}
