// The files a log writes to: one at a time, and the next one made ready before it is needed, because a write into blocks that
// exist costs half of one that has to find them, and because a full disk then shows while there is still room to say so.

import { join } from 'node:path';

import { toSegmentName } from './format.ts';
import type { LogFile, LogFiles } from './files.ts';

/** Writes to numbered segments. */
export interface Segments {
  /** Writes all of `bytes` into a segment, opening it first if need be. Call again only after `done`. */
  write(place: SegmentPlace, bytes: Uint8Array, done: (error: Error | null) => void): void;
  close(): Promise<void>;
}

/** Where a write goes. */
export interface SegmentPlace {
  readonly number: number;
  /** Size of the segment: its file has that before anything is in it. */
  readonly segmentBytes: number;
  readonly position: number;
}

export interface SegmentsOptions {
  readonly files: LogFiles;
  readonly directory: string;
  readonly segmentBytes: number;
  /** Segments up to this one have a file. */
  readonly lastNumber: number;
  /** The next segment cannot be made ready; there is still room in this one. Said once until it succeeds. */
  readonly onEarlyFault: (error: Error) => void;
  /** How long to wait before trying again. */
  readonly retryMs: number;
}

const FILL_BYTES = 1_048_576;

/** Opens no file before the first write. */
export function createSegments(options: SegmentsOptions): Segments {
  let current: { readonly number: number; readonly file: LogFile } | undefined;
  let next: { readonly number: number; readonly file: Promise<LogFile> } | undefined;
  let { lastNumber } = options;
  let triedAt = -Infinity;
  let failed = false;

  const prepare = async (number: number, segmentBytes: number): Promise<LogFile> => {
    const file = await options.files.open(join(options.directory, toSegmentName(number)), number <= lastNumber ? 'write' : 'create');
    lastNumber = Math.max(lastNumber, number);
    try {
      // A file left behind by a crash while it was made is shorter; what it has is zeros already.
      await fillWithZeros(file, segmentBytes);
    } catch (error) {
      await file.close();
      throw error;
    }
    return file;
  };

  const prepareNext = (number: number): void => {
    if (next !== undefined || performance.now() - triedAt < options.retryMs) return;
    triedAt = performance.now();
    const file = prepare(number, options.segmentBytes);
    next = { number, file };
    file.then(
      () => {
        failed = false;
      },
      (error: Error) => {
        if (next?.file === file) next = undefined;
        if (!failed) options.onEarlyFault(error);
        failed = true;
      },
    );
  };

  const moveTo = async ({ number, segmentBytes }: SegmentPlace): Promise<LogFile> => {
    const file = await (next?.number === number ? next.file : prepare(number, segmentBytes));
    next = undefined;
    const old = current;
    current = { number, file };
    await old?.file.close();
    return file;
  };

  return {
    write(place, bytes, done) {
      const { number, segmentBytes, position } = place;
      if (current?.number !== number) {
        moveTo(place).then((file) => file.write(bytes, position, done), done);
        return;
      }
      if (position > segmentBytes / 2) prepareNext(number + 1);
      current.file.write(bytes, position, done);
    },
    async close() {
      const ready = next?.file;
      const file = current?.file;
      current = undefined;
      next = undefined;
      await file?.close();
      await (await ready?.catch(() => undefined))?.close();
    },
  };
}

async function fillWithZeros(file: LogFile, untilBytes: number): Promise<void> {
  const zeros = Buffer.alloc(FILL_BYTES);
  for (let position = file.sizeBytes; position < untilBytes;) {
    const chunk = zeros.subarray(0, untilBytes - position);
    const at = position;
    await new Promise<void>((resolve, reject) => {
      file.write(chunk, at, (error) => (error === null ? resolve() : reject(error)));
    });
    position += chunk.length;
  }
}
