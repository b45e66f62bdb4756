// The index of the record in the data folder: one SQLite file that leads to the lines of the logs. It is never trusted over them: every entry is read from its
// log and looked at again before it is handed out, and the file is thrown away when it is of another format, or broken.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SQLOutputValue } from 'node:sqlite';
import { createLineSource, matchesEntry, parseFrame, toEntryKind, toEntryLine, toSegmentName, toWholeDays } from '../../audit/index.ts';
import type {
  CatchUpOptions,
  CountBy,
  CountedGroup,
  Entry,
  EntryFilter,
  EntryLine,
  EntryPlace,
  EntryQuery,
  IndexReport,
  RecordIndex,
  UnplacedLines,
} from '../../audit/index.ts';
import { GatewayError } from '../../base/index.ts';
import { buildIndex, CACHE_KIB } from './build-index.ts';
import { countCalls } from './count.ts';
import { currentIndex } from './index-files.ts';
import { Indexer, isFarBehind } from './indexer.ts';
import { hasTables, isPlaceable, splitEntryNumber, splitId, splitPlace, toEntryNumber } from './schema.ts';
import { roadsTo } from './search.ts';
import type { NumberedFilter, Road } from './search.ts';
import { createWords } from './words.ts';
import type { Words } from './words.ts';

const BUSY_TIMEOUT_MS = 10_000;
const PAGE_ROWS = 500;
/** What is read of an entry. */
const ROW = 'entry.number, entry.time, entry.kind, entry.place, entry.outcome';
/** Lines that are read at the same time. */
const ROWS_AT_ONCE = 32;
/** Rows are counted so far to tell which index has fewest. */
const PROBE_ROWS = 100_000;

/**
 * Opens the index of a data folder. It is made anew where there is none that can be used, or where more is missing from it than it is worth keeping. Throws a
 * GatewayError that says what to do.
 */
export async function openRecordIndex(dataFolder: string, options: CatchUpOptions = {}): Promise<RecordIndex> {
  const directory = join(dataFolder, 'audit');
  try {
    let database = openCurrent(dataFolder);
    if (database !== undefined && (await isFarBehind(database, directory))) {
      database.close();
      database = undefined;
    }
    if (database === undefined) {
      await buildIndex(dataFolder, options);
      database = openCurrent(dataFolder);
    }
    if (database === undefined) throw new Error('it was not finished');
    return new SqliteRecords(database, directory);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError('internal', {
      say: `The index of the record in ${dataFolder} cannot be used: ${why}. Make its folder 'index' writable for this user; what is in it can be removed at any time.`,
      cause,
    });
  }
}

/** Undefined: there is none, or none that is of use. */
function openCurrent(dataFolder: string): DatabaseSync | undefined {
  const path = currentIndex(dataFolder);
  if (path === undefined) return undefined;
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    // NORMAL: what a power cut takes from an index is read from the logs again. Removed names are written over.
    database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON; PRAGMA cache_size = -${CACHE_KIB};`,
    );
    if (hasTables(database)) return database;
  } catch (error) {
    database.close();
    if (isBroken(error)) return undefined;
    throw error;
  }
  database.close();
  return undefined;
}

/** SQLITE_CORRUPT and SQLITE_NOTADB (sqlite.org/rescode.html), and a table that should be there and is not. */
function isBroken(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false;
  return [11, 26].includes(error.errcode & 0xff) || error.message.startsWith('no such');
}

class SqliteRecords implements RecordIndex {
  readonly #database: DatabaseSync;
  readonly #directory: string;
  readonly #words: Words;
  readonly #lines = createLineSource();

  constructor(database: DatabaseSync, directory: string) {
    this.#database = database;
    this.#directory = directory;
    this.#words = createWords(database);
  }

  catchUp(options: CatchUpOptions = {}): Promise<IndexReport> {
    return new Indexer(this.#database, this.#words, false).catchUp(this.#directory, options);
  }

  async *find(query: EntryQuery): AsyncGenerator<Entry, void, undefined> {
    const filter = this.#numbered(query);
    if (filter === undefined) return;
    const road = this.#best(roadsTo(filter));
    let left = query.limit ?? Infinity;
    let after = query.after === undefined ? undefined : this.#cursorAt(query.after, query.order);
    while (left > 0) {
      const rows = this.#page(road, query.order, after);
      after = rows.at(-1);
      for (let at = 0; at < rows.length && left > 0;) {
        const some = rows.slice(at, at + Math.min(ROWS_AT_ONCE, left));
        at += some.length;
        for (const entry of await Promise.all(some.map((row) => this.#read(row, query)))) {
          if (entry === undefined) continue;
          yield entry;
          left -= 1;
        }
      }
      if (rows.length < PAGE_ROWS) return;
    }
  }

  async read(slot: string, seq: number): Promise<Entry | undefined> {
    const log = this.#database.prepare('SELECT number FROM log WHERE slot = ?').get(slot)?.['number'];
    if (typeof log !== 'number' || !isPlaceable({ seq, time: 0 })) return undefined;
    const row = this.#database.prepare(`SELECT ${ROW} FROM entry WHERE entry.number = ?`).get(toEntryNumber(log, seq));
    return row === undefined ? undefined : this.#read(this.#toFound(row), {});
  }

  count(filter: EntryFilter, by: CountBy, smallestGroup: number): readonly CountedGroup[] {
    const times = smallestGroup > 1 ? toWholeDays(filter) : {};
    const numbered = this.#numbered({ ...filter, ...times, kinds: ['call'] });
    if (numbered === undefined) return [];
    return countCalls(this.#database, this.#words, numbered, { by, smallestGroup, best: (roads) => this.#best(roads) });
  }

  unplaced(): readonly UnplacedLines[] {
    return this.#database
      .prepare('SELECT slot, count(*) AS lines FROM unplaced JOIN log ON log.number = unplaced.log GROUP BY slot ORDER BY slot')
      .all()
      .map(({ slot, lines }) => ({ slot: String(slot), lines: Number(lines) }));
  }

  close(): void {
    this.#database.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Undefined: a word of it is in no entry. */
  #numbered(query: EntryFilter): NumberedFilter | undefined {
    let missing = false;
    const number = (word: string | undefined): number | undefined => {
      const found = word === undefined ? undefined : this.#words.find(word);
      if (word !== undefined && found === undefined) missing = true;
      return found;
    };
    /** Those that there are, one of which has to be there. */
    const anyOf = (words: readonly string[] | undefined): readonly number[] | undefined => {
      const found = words?.map((word) => this.#words.find(word)).filter((one) => one !== undefined);
      if (found?.length === 0) missing = true;
      return found;
    };
    const id = query.id === undefined ? undefined : splitId(query.id);
    const prefix = number(id?.prefix);
    const finding = number(query.finding);
    const filter: NumberedFilter = {
      kinds: anyOf(query.kinds),
      id: id === undefined || prefix === undefined ? undefined : { prefix, count: id.count },
      agent: number(query.agent),
      subject: number(query.subject),
      about: anyOf(query.about),
      server: number(query.server),
      tool: number(query.tool),
      rule: number(query.rule),
      verdict: number(query.verdict),
      status: number(query.status),
      findings: finding === undefined ? [] : [finding],
      fromMs: wholeMs(query.fromMs ?? 0),
      toMs: wholeMs(query.toMs ?? Number.MAX_SAFE_INTEGER),
    };
    return missing ? undefined : filter;
  }

  /** The road with the fewest rows. */
  #best([first, ...others]: readonly [Road, ...Road[]]): Road {
    if (others.length === 0) return first;
    const priced = [first, ...others].map((road) => {
      const probe = `SELECT count(*) AS rows FROM (SELECT 1 FROM ${road.from} WHERE ${road.within} LIMIT ${PROBE_ROWS})`;
      return { road, rows: Number(this.#database.prepare(probe).get()?.['rows']) };
    });
    return priced.reduce((best, one) => (one.rows < best.rows ? one : best)).road;
  }

  #page(road: Road, order: EntryQuery['order'], after: Cursor | undefined): readonly FoundRow[] {
    const [past, way] = order === 'newest' ? ['<', 'DESC'] : ['>', 'ASC'];
    const cursor = after === undefined ? '' : ` AND (entry.time, entry.number) ${past} (${after.time}, ${after.number})`;
    const select = `SELECT ${ROW} FROM ${road.from} WHERE ${road.where}${cursor} ORDER BY entry.time ${way}, entry.number ${way} LIMIT ${PAGE_ROWS}`;
    return this.#database
      .prepare(select)
      .all()
      .map((row) => this.#toFound(row));
  }

  #toFound({ number, time, kind, place, outcome }: Record<string, SQLOutputValue>): FoundRow {
    return {
      number: Number(number),
      time: Number(time),
      kind: this.#words.text(Number(kind)),
      place: Number(place),
      outcome: typeof outcome === 'number' ? outcome : undefined,
    };
  }

  /** Of a log that is gone, nothing that was written at the same time as the place is told again. */
  #cursorAt({ slot, seq, time }: EntryPlace, order: EntryQuery['order']): Cursor {
    const log = this.#database.prepare('SELECT number FROM log WHERE slot = ?').get(slot)?.['number'];
    const gone = order === 'newest' ? 0 : Number.MAX_SAFE_INTEGER;
    const isThere = typeof log === 'number' && isPlaceable({ seq, time });
    return { time: wholeMs(time), number: isThere ? toEntryNumber(log, seq) : gone };
  }

  /** The entry as its log has it; undefined where it is no longer kept. */
  async #read(row: FoundRow, filter: EntryFilter): Promise<Entry | undefined> {
    const { log, seq } = splitEntryNumber(row.number);
    const slot = this.#database.prepare('SELECT slot FROM log WHERE number = ?').get(log)?.['slot'];
    if (typeof slot !== 'string') return undefined;
    const line = await this.#line(slot, row.place);
    const outcome = row.outcome === undefined ? undefined : await this.#line(slot, row.outcome);
    // Retention removes whole segments, also while somebody reads.
    if (line === undefined && !this.#isKept(slot, row.place)) return undefined;
    const entry = line === undefined ? undefined : toEntry(slot, line, outcome);
    if (entry !== undefined && entry.line.seq === seq && matchesEntry(filter, entry)) return entry;
    throw new GatewayError('internal', {
      say: `The index does not fit the record at line ${seq} of ${slot}. Make it again with 'sallyport audit index --rebuild', and check the record with 'sallyport audit verify'.`,
    });
  }

  #isKept(slot: string, place: number): boolean {
    return existsSync(join(this.#directory, slot, toSegmentName(splitPlace(place).segment)));
  }

  async #line(slot: string, place: number): Promise<FoundLine | undefined> {
    const text = await this.#lines.read({ directory: join(this.#directory, slot), ...splitPlace(place) });
    const frame = text === undefined ? undefined : parseFrame(text);
    return text === undefined || frame === undefined ? undefined : { ...toEntryLine(frame.seq, frame.time, text), kind: frame.kind };
  }
}

interface FoundLine extends EntryLine {
  readonly kind: string;
}

/** Undefined where the lines do not belong together. */
function toEntry(slot: string, line: FoundLine, outcome: FoundLine | undefined): Entry | undefined {
  const kind = toEntryKind(line.kind);
  const belongs = outcome === undefined || (outcome.kind === 'outcome' && outcome.members['id'] === line.members['id']);
  return kind === undefined || !belongs ? undefined : { slot, kind, line, outcome };
}

interface Cursor {
  readonly number: number;
  readonly time: number;
}

interface FoundRow extends Cursor {
  readonly kind: string;
  readonly place: number;
  readonly outcome: number | undefined;
}

/** Numbers stand in the text of a query: nothing but a whole number may get there. */
function wholeMs(ms: number): number {
  return Number.isSafeInteger(ms) && ms >= 0 ? ms : 0;
}
