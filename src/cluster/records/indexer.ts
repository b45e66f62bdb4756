// Brings the index up to what is in the logs, log by log, a batch of lines in one transaction. How far it is stands in the same transaction, with the chain hash
// of the last line, so that the next one, in whatever process, first makes sure that the log goes on from there. Where it does not, the log was begun
// anew, or lost its end in a crash, or was changed: then its index is made again. It judges nothing: that is verify's part.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import {
  createLineSource,
  hasBegun,
  listLogs,
  outcomeFactsOf,
  parseFrame,
  readSegment,
  toEntryLine,
  toSegmentName,
} from '../../audit/index.ts';
import type { CatchUpOptions, IndexReport, LineSource, LogDirectory } from '../../audit/index.ts';
import { createBatch } from './batch.ts';
import type { Batch, LateOutcome } from './batch.ts';
import { createMarks } from './marks.ts';
import type { LogMark, Marks } from './marks.ts';
import { isPlaceable, splitPlace, toEntryNumber, toPlace } from './schema.ts';
import type { Words } from './words.ts';
import { createRowWriter } from './write-rows.ts';
import type { RowWriter } from './write-rows.ts';

/**
 * Lines in one transaction. Rows of many agents and tools touch as many pages of the indexes, whether ten rows are added to a page or one: few large
 * transactions write much less than many small ones.
 */
const BATCH_LINES = 40_000;

/** What became of one log. */
interface LogWork {
  /** Entries were taken out. */
  readonly removed: boolean;
  readonly overtaken: boolean;
}

interface Run {
  readonly options: CatchUpOptions;
  readonly totalBytes: number;
  bytes: number;
  records: number;
  remade: string[];
}

/** Indexes the logs of a directory. */
export class Indexer {
  readonly #database: DatabaseSync;
  readonly #words: Words;
  readonly #marks: Marks;
  readonly #writer: RowWriter;
  readonly #lines: LineSource = createLineSource();

  constructor(database: DatabaseSync, words: Words, isNew: boolean) {
    this.#database = database;
    this.#words = words;
    this.#marks = createMarks(database);
    this.#writer = createRowWriter(database, words, isNew);
  }

  /** Takes in what is new in the logs below a directory, and takes out what is no longer kept. */
  async catchUp(directory: string, options: CatchUpOptions): Promise<IndexReport> {
    const logs = (await listLogs(directory)).filter((log) => log.directory !== directory);
    const run: Run = { options, totalBytes: sizeOf(logs), bytes: 0, records: 0, remade: [] };
    let removed = this.#removeLost(logs);
    for (const log of logs) {
      let did: LogWork;
      do {
        did = await this.#indexLog(log, run);
        removed ||= did.removed;
        // Somebody else went on with this log, maybe with less of it than there is now.
      } while (did.overtaken);
    }
    if (removed) this.#write(() => this.#writer.removeWords());
    return { records: run.records, remade: run.remade };
  }

  async #indexLog(log: LogDirectory, run: Run): Promise<LogWork> {
    const known = this.#marks.read(log.slot);
    const goesOn = known !== undefined && (await this.#fits(log, known));
    if (known !== undefined && !goesOn) {
      run.remade.push(log.slot);
      this.#write(() => this.#forgetLog(known));
    }
    let mark = await this.#removeOld(log, goesOn ? known : this.#write(() => this.#marks.begin(log.slot, log.segments[0] ?? 1)));
    const removed = known !== undefined && (!goesOn || mark.first !== known.first);
    run.bytes += sizeOf([log], (number) => number < mark.segment) + mark.position;
    for (const [at, number] of log.segments.entries()) {
      if (number < mark.segment) continue;
      if (number > mark.segment) mark = { ...mark, segment: number, position: 0 };
      // Asked before reading: once the next segment has begun, nothing more comes into this one.
      const next = log.segments[at + 1];
      const final = next !== undefined && (await hasBegun(log.directory, next));
      const taken = await this.#indexSegment(log, mark, run);
      if (taken === 'overtaken') return { removed, overtaken: true };
      mark = taken;
      if (!final || run.options.signal?.aborted === true) break;
    }
    return { removed, overtaken: false };
  }

  /** To the end of what is there, unless it is told to stop or another process is faster. */
  async #indexSegment(log: LogDirectory, from: LogMark, run: Run): Promise<LogMark | 'overtaken'> {
    let mark = from;
    for (;;) {
      if (run.options.signal?.aborted === true) return mark;
      const batch = createBatch(mark.segment);
      const next = await this.#readBatch(log, mark, batch);
      if (batch.size === 0) return next;
      if (!this.#take(mark, next, batch)) return 'overtaken';
      run.bytes += next.position - mark.position;
      run.records += batch.size;
      run.options.onProgress?.({ records: run.records, bytes: run.bytes, totalBytes: run.totalBytes });
      mark = next;
      await nextTurn();
    }
  }

  async #readBatch(log: LogDirectory, mark: LogMark, batch: Batch): Promise<LogMark> {
    let { seq, chain, last } = mark;
    const onLine = (text: string, at: number): boolean => {
      const frame = parseFrame(text);
      if (frame === undefined || !isPlaceable(frame)) batch.pass(at);
      else {
        batch.add({ seq: frame.seq, time: frame.time, kind: frame.kind, text }, at);
        ({ seq, chain } = frame);
        last = at;
      }
      return batch.size < BATCH_LINES;
    };
    const position = await readSegment(log.directory, mark.segment, mark.position, onLine).catch(atMissing(mark.position));
    return { ...mark, position, last, seq, chain };
  }

  /** Writes a batch, if nobody else has gone on with this log since it was read. */
  #take(before: LogMark, after: LogMark, batch: Batch): boolean {
    return this.#write(() => {
      const now = this.#marks.read(before.slot);
      if (now?.number !== before.number || toPlace(now.segment, now.position) > toPlace(before.segment, before.position)) return false;
      this.#writer.write(before.number, batch);
      this.#marks.set(after);
      return true;
    });
  }

  /** Whether the last line that was taken in still stands where it stood. What retention has removed since then is no reason to begin again. */
  async #fits(log: LogDirectory, mark: LogMark): Promise<boolean> {
    if (mark.seq === 0) return true;
    if (await this.#knowsOfHoles(log, mark)) return false;
    if (mark.segment < (log.segments[0] ?? 0)) return true;
    const text = await this.#lines.read({ directory: log.directory, segment: mark.segment, position: mark.last });
    const frame = text === undefined ? undefined : parseFrame(text);
    return frame?.seq === mark.seq && frame.chain === mark.chain;
  }

  /**
   * Whether there are entries of segments that were removed from the middle of a log, because the ones before them are held. That is rare: the log is
   * read anew then.
   */
  async #knowsOfHoles(log: LogDirectory, mark: LogMark): Promise<boolean> {
    const held = 'SELECT 1 FROM entry WHERE number >= ? AND number < ? AND place >= ? AND place < ? LIMIT 1';
    for (const [at, next] of log.segments.entries()) {
      const before = log.segments[at - 1];
      if (before === undefined || next === before + 1) continue;
      const text = await this.#lines.read({ directory: log.directory, segment: next, position: 0 });
      const seq = text === undefined ? undefined : seqOf(text);
      if (seq === undefined) continue;
      const range = [toEntryNumber(mark.number, mark.first), toEntryNumber(mark.number, seq), toPlace(before + 1, 0), toPlace(next, 0)];
      if (this.#database.prepare(held).get(...range) !== undefined) return true;
    }
    return false;
  }

  /** Takes out the entries that stood in segments that are gone. What is left of a call, its outcome, becomes an entry of its own. */
  async #removeOld(log: LogDirectory, mark: LogMark): Promise<LogMark> {
    const oldest = log.segments[0] ?? 1;
    const text = await this.#lines.read({ directory: log.directory, segment: oldest, position: 0 });
    const first = text === undefined ? undefined : seqOf(text);
    if (first === undefined || first <= mark.first) return mark;
    const late = await this.#outcomesLeft(log, mark, oldest, first);
    const next = { ...mark, first, ...(mark.segment < oldest ? { segment: oldest, position: 0 } : {}) };
    this.#write(() => {
      this.#writer.remove(mark.number, { seq: first, place: toPlace(oldest, 0) });
      this.#writer.write(mark.number, { rows: [], late, unplaced: [] });
      this.#marks.set(next);
    });
    return next;
  }

  async #outcomesLeft(log: LogDirectory, mark: LogMark, oldest: number, first: number): Promise<readonly LateOutcome[]> {
    const rows = this.#database
      .prepare('SELECT outcome FROM entry WHERE number >= ? AND number < ? AND outcome >= ?')
      .all(toEntryNumber(mark.number, 0), toEntryNumber(mark.number, first), toPlace(oldest, 0));
    const late: LateOutcome[] = [];
    for (const { outcome } of rows) {
      const place = Number(outcome);
      const text = await this.#lines.read({ directory: log.directory, ...splitPlace(place) });
      const frame = text === undefined ? undefined : parseFrame(text);
      if (text === undefined || frame === undefined) continue;
      const { members } = toEntryLine(frame.seq, frame.time, text);
      late.push({ seq: frame.seq, time: frame.time, place, facts: outcomeFactsOf(members) });
    }
    return late;
  }

  /** Logs whose folder is gone. */
  #removeLost(logs: readonly LogDirectory[]): boolean {
    const slots = new Set(logs.map(({ slot }) => slot));
    const lost = this.#marks.slots().filter((slot) => !slots.has(slot));
    for (const slot of lost) {
      const mark = this.#marks.read(slot);
      if (mark !== undefined) this.#write(() => this.#forgetLog(mark));
    }
    return lost.length > 0;
  }

  #forgetLog(mark: LogMark): void {
    this.#writer.remove(mark.number, undefined);
    this.#marks.remove(mark);
  }

  #write<T>(action: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = action();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      this.#words.forget();
      // A commit that failed may have rolled back by itself.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}

/** The number of a line; undefined where it cannot be one of its log. */
function seqOf(line: string): number | undefined {
  const frame = parseFrame(line);
  return frame === undefined || !isPlaceable(frame) ? undefined : frame.seq;
}

/** Retention may remove a segment that was there a moment ago: nothing more comes of it. */
function atMissing(position: number): (error: unknown) => number {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return position;
    throw error;
  };
}

/** More than this, and more than a quarter of all, is faster made anew than added. */
const FAR_BYTES = 67_108_864;

/** Whether so much is missing from an index that it had better be made anew. */
export async function isFarBehind(database: DatabaseSync, directory: string): Promise<boolean> {
  const reached = new Map(
    database
      .prepare('SELECT slot, segment FROM log')
      .all()
      .map(({ slot, segment }) => [String(slot), Number(segment)]),
  );
  const logs = await listLogs(directory);
  const missing = logs.map((log) => sizeOf([log], (number) => number > (reached.get(log.slot) ?? 0)));
  const bytes = missing.reduce((sum, size) => sum + size, 0);
  return bytes > FAR_BYTES && bytes > sizeOf(logs) / 4;
}

function sizeOf(logs: readonly LogDirectory[], which: (segment: number) => boolean = () => true): number {
  const sizes = logs.flatMap(({ directory, segments }) =>
    segments.filter(which).map((number) => statSync(join(directory, toSegmentName(number)), { throwIfNoEntry: false })?.size ?? 0),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
