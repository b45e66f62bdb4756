// Shows what is in the logs, the newest records or all of them, merged by time, and goes on as they grow. It checks nothing: that is
// verify's part. The text of a record is as it stands in the file, ASCII and inert; who decodes it must make it printable again.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { diskFiles } from './files.ts';
import type { LogFile } from './files.ts';
import { parseFrame, toSegmentName } from './format.ts';
import { listLogs } from './log-directory.ts';
import { readLines } from './read-lines.ts';
import { hasBegun } from './read-segment.ts';
import { readMembers } from './read-members.ts';

/** A record as it was read. */
export interface TailRecord {
  readonly slot: string;
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly kind: string;
  /** The line without its line break. */
  readonly text: string;
  readonly members: Readonly<Record<string, unknown>>;
}

export interface TailOptions {
  /** Go on when the end is reached. */
  readonly follow: boolean;
  /** Only so many of the newest; undefined: all. */
  readonly limit: number | undefined;
  readonly signal?: AbortSignal;
  /** How often to look for more. */
  readonly pollMs?: number;
  /** Called when what was there has been read: everything from here on is new. */
  readonly onEnd?: () => void;
}

/** How far one log has been read. */
interface Cursor {
  readonly slot: string;
  readonly directory: string;
  number: number;
  position: number;
  /** Read and not yet shown; `next` is the first of them. */
  batch: readonly TailRecord[];
  next: number;
}

const BATCH_LINES = 1_000;
const POLL_MS = 250;
/** How a log frames itself; of no interest to a reader of calls. */
const FRAMING = new Set(['segment', 'carried']);

/** The records of all logs below a directory. Each log's own order is kept; between logs, the earlier record comes first. */
export async function* tailLogs(directory: string, options: TailOptions): AsyncGenerator<TailRecord, void, undefined> {
  const cursors = new Map<string, Cursor>();
  const merged = mergeCursors(cursors, directory, options.limit);
  if (options.limit === undefined) yield* merged;
  else yield* await keepLast(merged, options.limit);
  options.onEnd?.();
  while (options.follow && options.signal?.aborted !== true) {
    await pause(options.pollMs ?? POLL_MS, options.signal);
    yield* mergeCursors(cursors, directory, undefined);
  }
}

/** Everything that is there and was not read yet. */
async function* mergeCursors(
  cursors: Map<string, Cursor>,
  directory: string,
  limit: number | undefined,
): AsyncGenerator<TailRecord, void, undefined> {
  for (const log of await listLogs(directory)) {
    if (cursors.has(log.slot)) continue;
    const number = await findStart(log.directory, log.segments, limit);
    cursors.set(log.slot, { slot: log.slot, directory: log.directory, number, position: 0, batch: [], next: 0 });
  }
  for (;;) {
    let first: Cursor | undefined;
    for (const cursor of cursors.values()) {
      if (cursor.next === cursor.batch.length) await readBatch(cursor);
      const time = cursor.batch[cursor.next]?.time;
      if (time !== undefined && time < (first?.batch[first.next]?.time ?? Infinity)) first = cursor;
    }
    const record = first?.batch[first.next];
    if (first === undefined || record === undefined) return;
    first.next += 1;
    yield record;
  }
}

/** The segment to begin with, so that at least `limit` records come after. */
async function findStart(directory: string, segments: readonly number[], limit: number | undefined): Promise<number> {
  let found = 0;
  for (const number of limit === undefined ? [] : segments.toReversed()) {
    let lines = 0;
    const file = await openIfThere(directory, number);
    if (file === undefined) continue;
    try {
      await readLines(file, 0, (line) => {
        lines += 1;
        if (!FRAMING.has(parseFrame(line)?.kind ?? '')) found += 1;
        return true;
      });
    } finally {
      await file.close();
    }
    // A segment that is only made ready is no start: the one before it is still being written to.
    if (lines > 0 && found >= (limit ?? 0)) return number;
  }
  return segments[0] ?? 1;
}

/** Fills the cursor's batch with the next records; leaves it empty at the end of the log. */
async function readBatch(cursor: Cursor): Promise<void> {
  const records: TailRecord[] = [];
  for (;;) {
    // Asked before reading: once the next segment has begun, nothing more comes into this one.
    const next = await findNext(cursor);
    const lines = await readSome(cursor, records);
    if (records.length > 0 || (lines === 0 && next === undefined)) break;
    if (lines > 0) continue;
    cursor.number = next ?? cursor.number;
    cursor.position = 0;
  }
  cursor.batch = records;
  cursor.next = 0;
}

/** The segment that has begun behind the cursor's; there may be some between them that were removed, because their time was over. */
async function findNext({ directory, number }: Cursor): Promise<number | undefined> {
  if (await hasBegun(directory, number + 1)) return number + 1;
  const [log] = await listLogs(directory);
  const next = log?.segments.find((one) => one > number + 1);
  return next !== undefined && (await hasBegun(directory, next)) ? next : undefined;
}

/** The next lines of the cursor's segment; none where that was removed meanwhile. */
async function readSome(cursor: Cursor, records: TailRecord[]): Promise<number> {
  let lines = 0;
  const file = await openIfThere(cursor.directory, cursor.number);
  if (file === undefined) return 0;
  try {
    const end = await readLines(file, cursor.position, (text) => {
      lines += 1;
      const frame = parseFrame(text);
      if (frame !== undefined && !FRAMING.has(frame.kind)) {
        records.push({ slot: cursor.slot, seq: frame.seq, time: frame.time, kind: frame.kind, text, members: readMembers(text) });
      }
      return lines < BATCH_LINES;
    });
    cursor.position = end.position;
  } finally {
    await file.close();
  }
  return lines;
}

/** Undefined where the segment was removed since it was listed. */
async function openIfThere(directory: string, number: number): Promise<LogFile | undefined> {
  const path = join(directory, toSegmentName(number));
  try {
    return await diskFiles.open(path, 'read');
  } catch (error) {
    if (existsSync(path)) throw error;
    return undefined;
  }
}

async function keepLast(records: AsyncIterable<TailRecord>, limit: number): Promise<readonly TailRecord[]> {
  const kept: TailRecord[] = [];
  for await (const record of records) {
    kept.push(record);
    // Shifting one by one would move the whole array each time.
    if (kept.length > 2 * limit + BATCH_LINES) kept.splice(0, kept.length - limit);
  }
  return limit === 0 ? [] : kept.slice(-limit);
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
    if (signal?.aborted === true) done();
  });
}
