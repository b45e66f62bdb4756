// How much of the logs a verification has read, in bytes of their files: also within a file, since one of them alone may take a second.

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFiles } from './files.ts';
import type { LogFiles } from './files.ts';
import { toSegmentName } from './format.ts';
import type { LogDirectory } from './log-directory.ts';

/** How far it has come. */
export interface VerifyProgress {
  /** In the files that are done. */
  readonly records: number;
  readonly bytes: number;
  readonly ofBytes: number;
}

export interface ReadMeter {
  /** The disk; what is read from it here is counted. */
  readonly files: LogFiles;
  /** A file is done, whoever has read it. */
  passed(path: string, records: number): void;
  /** A log is done, with files of it that nobody had to read. */
  passedLog(log: LogDirectory): void;
}

/** Tells at once how much there is, and then as it is read. */
export async function createReadMeter(
  logs: readonly LogDirectory[],
  onProgress: ((progress: VerifyProgress) => void) | undefined,
): Promise<ReadMeter> {
  const sizes = new Map<string, number>();
  for (const path of logs.flatMap(pathsOf)) sizes.set(path, await sizeOf(path));
  const read = new Map<string, number>();
  const ofBytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  let records = 0;
  let bytes = 0;
  /** A file that is read once more, since something is wrong with it, counts once. */
  const reach = (path: string, position: number): boolean => {
    const before = read.get(path) ?? 0;
    const now = Math.min(position, sizes.get(path) ?? 0);
    if (now <= before) return false;
    read.set(path, now);
    bytes += now - before;
    return true;
  };
  const tell = (): void => onProgress?.({ records, bytes, ofBytes });
  tell();
  return {
    files: {
      list: (directory) => diskFiles.list(directory),
      open: async (path, mode) => {
        const file = await diskFiles.open(path, mode);
        return {
          ...file,
          read: async (into, position) => {
            const length = await file.read(into, position);
            if (reach(path, position + length)) tell();
            return length;
          },
        };
      },
    },
    passed: (path, inIt) => {
      records += inIt;
      reach(path, Infinity);
      tell();
    },
    passedLog: (log) => {
      for (const path of pathsOf(log)) reach(path, Infinity);
      tell();
    },
  };
}

function pathsOf({ directory, segments }: LogDirectory): readonly string[] {
  return segments.map((number) => join(directory, toSegmentName(number)));
}

/** What cannot be looked at is named where its turn comes. */
async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
