// A segment opened to be read, and closed again whatever comes of it.

import { join } from 'node:path';
import type { LogFile, LogFiles } from './files.ts';
import { toSegmentName } from './format.ts';

/** Reads from one segment of the log in `directory`. */
export async function withSegment<T>(files: LogFiles, directory: string, number: number, read: (file: LogFile) => Promise<T>): Promise<T> {
  const file = await files.open(join(directory, toSegmentName(number)), 'read');
  try {
    return await read(file);
  } finally {
    await file.close();
  }
}
