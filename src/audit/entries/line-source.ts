// Reads single lines of the logs by where they stand, many of them in nearly the order of the log: a block at a time, the last few kept.

import { join } from 'node:path';
import { diskFiles } from '../files.ts';
import { LINE_MAX_BYTES, toSegmentName } from '../format.ts';
import { readRange } from '../read-lines.ts';

/** Where a line stands. */
export interface LinePlace {
  /** Directory of its log. */
  readonly directory: string;
  readonly segment: number;
  readonly position: number;
}

/** Reads lines. */
export interface LineSource {
  /** The line without its break; undefined where there is none, or its segment is no longer kept. */
  read(place: LinePlace): Promise<string | undefined>;
}

const BLOCK_BYTES = 32_768;
const BLOCKS_KEPT = 256;
const LF = 10;

/** A source that holds at most `BLOCKS_KEPT` blocks. */
export function createLineSource(): LineSource {
  /** In the order of their last use; also those that are only asked for, so that nobody asks twice. */
  const blocks = new Map<string, Promise<Buffer | undefined>>();

  const blockOf = (path: string, number: number): Promise<Buffer | undefined> => {
    const key = `${path} ${number}`;
    const block = blocks.get(key) ?? readBytes(path, number * BLOCK_BYTES, BLOCK_BYTES);
    blocks.delete(key);
    blocks.set(key, block);
    for (const oldest of blocks.keys()) {
      if (blocks.size <= BLOCKS_KEPT) break;
      blocks.delete(oldest);
    }
    block.catch(() => blocks.delete(key));
    return block;
  };

  return {
    async read({ directory, segment, position }) {
      const path = join(directory, toSegmentName(segment));
      const number = Math.floor(position / BLOCK_BYTES);
      const line = lineAt(await blockOf(path, number), position - number * BLOCK_BYTES);
      // It goes on behind the block; or the block is from before it was written.
      return line ?? lineAt(await readBytes(path, position, LINE_MAX_BYTES), 0);
    },
  };
}

function lineAt(bytes: Buffer | undefined, start: number): string | undefined {
  const end = bytes?.indexOf(LF, start) ?? -1;
  return end === -1 ? undefined : bytes?.toString('latin1', start, end);
}

/** Undefined where the file is not there. */
async function readBytes(path: string, from: number, length: number): Promise<Buffer | undefined> {
  try {
    const file = await diskFiles.open(path, 'read');
    try {
      return await readRange(file, from, from + length);
    } finally {
      await file.close();
    }
  } catch (error) {
    // Retention removes whole segments, also while somebody reads.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
