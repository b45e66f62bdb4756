// Reads a segment line by line in bounded memory, while it may still be written to. Never believes its size or its contents.

import { LINE_MAX_BYTES } from './format.ts';
import type { LogFile } from './files.ts';

/** Where the lines of a segment end, and what comes after. */
export interface SegmentEnd {
  /** First byte that belongs to no complete line. */
  readonly position: number;
  /** First byte after which there are only zeros; equal to `position` when nothing comes after the lines. */
  readonly restEnd: number;
}

/** Takes a line and its first byte; false: no more. */
type OnLine = (line: string, position: number) => boolean;

const CHUNK_BYTES = 262_144;
const LF = 10;
const ZEROS = Buffer.alloc(CHUNK_BYTES);

/** Calls `onLine` for each complete line from `from` on, without its LF, until it returns false or a zero byte or the end comes. */
export async function readLines(file: LogFile, from: number, onLine: OnLine): Promise<SegmentEnd> {
  const { position, stopped } = await followLines(file, from, onLine);
  return { position, restEnd: stopped ? position : await endOfContent(file, position) };
}

/** The same for who does not ask what comes after the lines: first byte that belongs to no complete line, or that was not asked for. */
export async function followLines(
  file: LogFile,
  from: number,
  onLine: OnLine,
): Promise<{ readonly position: number; readonly stopped: boolean }> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let position = from;
  for (;;) {
    // Each read begins at a line, so a line that spans two chunks is simply read again: no joining.
    const length = await fill(file, chunk, position);
    const bytes = chunk.subarray(0, length);
    const zero = bytes.indexOf(0);
    const limit = zero === -1 ? length : zero;
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(LF, start);
      if (end === -1 || end >= limit) break;
      if (!onLine(bytes.toString('latin1', start, end), position + start)) return { position: position + end + 1, stopped: true };
      start = end + 1;
    }
    position += start;
    if (length < chunk.length || zero !== -1 || length - start > LINE_MAX_BYTES) return { position, stopped: false };
  }
}

/** The bytes of a range. */
export async function readRange(file: LogFile, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(to - from);
  return bytes.subarray(0, await fill(file, bytes, from));
}

/** True for a segment that was made ready and not yet written to. */
export async function isBlank(file: LogFile): Promise<boolean> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let position = 0; ; position += CHUNK_BYTES) {
    const length = await fill(file, chunk, position);
    if (!chunk.subarray(0, length).equals(ZEROS.subarray(0, length))) return false;
    if (length < CHUNK_BYTES) return true;
  }
}

/** First position at or after `from` behind which there are only zeros. */
async function endOfContent(file: LogFile, from: number): Promise<number> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let end = from;
  for (let position = from; ; position += CHUNK_BYTES) {
    const length = await fill(file, chunk, position);
    const bytes = chunk.subarray(0, length);
    if (!bytes.equals(ZEROS.subarray(0, length))) end = position + bytes.findLastIndex((byte) => byte !== 0) + 1;
    if (length < CHUNK_BYTES) return end;
  }
}

async function fill(file: LogFile, into: Buffer, position: number): Promise<number> {
  let length = 0;
  while (length < into.length) {
    const count = await file.read(into.subarray(length), position + length);
    if (count === 0) break;
    length += count;
  }
  return length;
}
