// Reads a segment by its number, for who goes on reading as it grows.

import { join } from 'node:path';
import { diskFiles } from './files.ts';
import { toSegmentName } from './format.ts';
import { followLines } from './read-lines.ts';

/** Calls `onLine` for each complete line from `from` on until it returns false; returns where to go on. */
export async function readSegment(
  directory: string,
  segment: number,
  from: number,
  onLine: (line: string, position: number) => boolean,
): Promise<number> {
  const file = await diskFiles.open(join(directory, toSegmentName(segment)), 'read');
  try {
    return (await followLines(file, from, onLine)).position;
  } finally {
    await file.close();
  }
}

/** Whether anything was written to a segment: once that is so, nothing more comes into the one before it. */
export async function hasBegun(directory: string, segment: number): Promise<boolean> {
  try {
    const file = await diskFiles.open(join(directory, toSegmentName(segment)), 'read');
    try {
      const first = Buffer.alloc(1);
      return (await file.read(first, 0)) === 1 && first[0] !== 0;
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}
