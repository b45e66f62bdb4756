// The tables of the index of the record, and how an entry is numbered in them. Everything in this file can be made again from the logs, so a file of another
// format is thrown away, never migrated. It holds what the records hold and no more: names, times, places; where a record goes, its row goes.

import type { DatabaseSync } from 'node:sqlite';

/** Counted up whenever a column, an index or what is put into them changes. */
export const INDEX_FORMAT = 4;

/** Numbers of words that queries and partial indexes name. 0 stands for no word. */
export const WORDS = { call: 1, allow: 2, ok: 3 } as const;

/** Words stand once, in `name`; rows hold their numbers. `unplaced`: lines that nothing in `entry` leads to, and that are no framing of the log. */
const TABLES = `
  CREATE TABLE name (number INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
  CREATE TABLE log (
    number INTEGER PRIMARY KEY, slot TEXT NOT NULL UNIQUE, first INTEGER NOT NULL,
    segment INTEGER NOT NULL, position INTEGER NOT NULL, last INTEGER NOT NULL, seq INTEGER NOT NULL, chain TEXT NOT NULL
  );
  CREATE TABLE entry (
    number INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind INTEGER NOT NULL, place INTEGER NOT NULL, outcome INTEGER,
    prefix INTEGER NOT NULL, count INTEGER NOT NULL, tenant INTEGER NOT NULL, agent INTEGER NOT NULL, subject INTEGER NOT NULL,
    server INTEGER NOT NULL, tool INTEGER NOT NULL, rule INTEGER NOT NULL, verdict INTEGER NOT NULL, status INTEGER NOT NULL
  );
  CREATE TABLE finding (
    type INTEGER NOT NULL, time INTEGER NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (type, time, entry)
  ) WITHOUT ROWID;
  CREATE TABLE unplaced (log INTEGER NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (log, place)) WITHOUT ROWID;
`;

/**
 * An index that leaves out what nearly all calls have (verdict allow, status ok) finds the rest at once and costs nothing for them. `entry_other` is what is no
 * call: figures about calls are all rows of an index but those.
 */
const INDEXES = `
  CREATE INDEX entry_time ON entry (time);
  CREATE INDEX entry_other ON entry (time) WHERE kind > ${WORDS.call};
  CREATE INDEX entry_id ON entry (prefix, count) WHERE prefix > 0;
  CREATE INDEX entry_agent ON entry (agent, time) WHERE agent > 0;
  CREATE INDEX entry_subject ON entry (subject, time) WHERE subject > 0;
  CREATE INDEX entry_server ON entry (server, time) WHERE server > 0;
  CREATE INDEX entry_tool ON entry (tool, time) WHERE tool > 0;
  CREATE INDEX entry_rule ON entry (rule, time) WHERE rule > 0;
  CREATE INDEX entry_verdict ON entry (verdict, time) WHERE verdict <> ${WORDS.allow};
  CREATE INDEX entry_status ON entry (status, time) WHERE status <> ${WORDS.ok};
`;

/** The word that the index of a column leaves out; 0 is none. */
export const LEFT_OUT = { tool: 0, rule: 0, agent: 0, subject: 0, server: 0, verdict: WORDS.allow, status: WORDS.ok } as const;
/** A column with an index of its own. */
export type WordColumn = keyof typeof LEFT_OUT;

/** What SQLite has to be told, in the same words, to use the index of a column. */
export function isInIndex(column: WordColumn): string {
  return LEFT_OUT[column] === 0 ? `entry.${column} > 0` : `entry.${column} <> ${LEFT_OUT[column]}`;
}

/** Columns of `entry` that hold the number of a word. */
export const WORD_COLUMNS = ['kind', 'prefix', 'tenant', 'agent', 'subject', 'server', 'tool', 'rule', 'verdict', 'status'] as const;

/** Whether a file has these tables and their indexes. */
export function hasTables(database: DatabaseSync): boolean {
  return database.prepare('PRAGMA user_version').get()?.['user_version'] === INDEX_FORMAT;
}

/** Makes the tables, without indexes. */
export function createTables(database: DatabaseSync): void {
  database.exec(TABLES);
  const insert = database.prepare('INSERT INTO name (number, text) VALUES (?, ?)');
  for (const [text, number] of Object.entries(WORDS)) insert.run(number, text);
}

/** Makes the indexes: over many rows at once they cost a tenth of what they cost row by row. With them the file is of this format. */
export function createIndexes(database: DatabaseSync): void {
  database.exec(INDEXES);
  database.exec(`PRAGMA user_version = ${INDEX_FORMAT}`);
}

/** Lines of one log that have a number; more than any disk holds. */
const LINES_PER_LOG = 2 ** 40;
const BYTES_PER_SEGMENT = 2 ** 32;

/** The number of the entry that begins with this line. */
export function toEntryNumber(log: number, seq: number): number {
  return log * LINES_PER_LOG + seq;
}

/** Last moment that is a date (ECMA-262, time range). */
const MAX_TIME_MS = 8.64e15;

/**
 * Whether a line can have an entry. Whoever took over a worker chooses what it writes, and the chain holds: a number beyond those of its log would be that
 * of an entry of another one.
 */
export function isPlaceable({ seq, time }: { readonly seq: number; readonly time: number }): boolean {
  return seq >= 1 && seq < LINES_PER_LOG && time <= MAX_TIME_MS;
}

/** The log of an entry, and its line there. */
export function splitEntryNumber(number: number): { readonly log: number; readonly seq: number } {
  const log = Math.floor(number / LINES_PER_LOG);
  return { log, seq: number - log * LINES_PER_LOG };
}

/** Where a line stands, as one number. */
export function toPlace(segment: number, position: number): number {
  return segment * BYTES_PER_SEGMENT + position;
}

/** The segment and the first byte of a place. */
export function splitPlace(place: number): { readonly segment: number; readonly position: number } {
  const segment = Math.floor(place / BYTES_PER_SEGMENT);
  return { segment, position: place - segment * BYTES_PER_SEGMENT };
}

/**
 * An id as a word and a count: those of calls are a random part for each process and a number that it counts up (audit/call-ids.ts), so that millions of
 * them are one word and rising numbers, which an index takes at its end.
 */
export function splitId(id: string): { readonly prefix: string; readonly count: number } {
  const at = id.lastIndexOf('-');
  const count = at < 1 ? Number.NaN : Number.parseInt(id.slice(at + 1), 36);
  return Number.isSafeInteger(count) && `${id.slice(0, at)}-${count.toString(36)}` === id
    ? { prefix: id.slice(0, at), count }
    : { prefix: id, count: -1 };
}
