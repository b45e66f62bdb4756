// Puts rows into the index and takes them out again. All of it happens within a transaction of the caller's.

import type { DatabaseSync } from 'node:sqlite';
import type { OutcomeFacts } from '../../audit/index.ts';
import { isOpen } from './batch.ts';
import type { Batch, EntryRow, LateOutcome } from './batch.ts';
import { splitId, toEntryNumber, WORD_COLUMNS } from './schema.ts';
import type { Words } from './words.ts';

/** Writes to the tables of entries. */
export interface RowWriter {
  write(log: number, batch: Pick<Batch, 'rows' | 'late' | 'unplaced'>): void;
  /** Takes out the entries of a log that begin before this line, which stands there; undefined: all. */
  remove(log: number, before: LineStart | undefined): void;
  /** Takes out words that no row has any more: a name must not outlive the records that held it. */
  removeWords(): void;
}

/** The number of a line, and its place. */
export interface LineStart {
  readonly seq: number;
  readonly place: number;
}

/** A call whose outcome is still to come. */
interface OpenCall {
  readonly number: number;
  readonly time: number;
}

/** `isNew`: the tables have no indexes yet, and no call of an earlier run. */
export function createRowWriter(database: DatabaseSync, words: Words, isNew: boolean): RowWriter {
  /** By log and id: nearly every outcome that is not beside its decision is found here. */
  const open = new Map<string, OpenCall>();
  // A log that was tampered with may have a number twice. The line that was there first stays in sight, and the other is said to be missing.
  const insert = database.prepare('INSERT OR IGNORE INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const insertUnplaced = database.prepare('INSERT OR IGNORE INTO unplaced VALUES (?, ?)');
  const insertFinding = database.prepare('INSERT OR IGNORE INTO finding VALUES (?, ?, ?)');
  const findCall = isNew
    ? undefined
    : database.prepare(
        'SELECT number, time FROM entry INDEXED BY entry_id WHERE prefix > 0 AND prefix = ? AND count = ? AND number BETWEEN ? AND ? AND outcome IS NULL ORDER BY number DESC LIMIT 1',
      );
  const findPlace = database.prepare('SELECT place FROM entry WHERE number = ?');
  const closeCall = database.prepare('UPDATE entry SET outcome = ?, status = ? WHERE number = ?');

  const addFindings = (types: Iterable<string>, time: number, entry: number): void => {
    for (const type of types) insertFinding.run(words.numberFor(type), time, entry);
  };

  /** Several processes may take the outcome that is left of a call for an entry of its own, each for itself. */
  const isOtherLine = (number: number, place: number): boolean => findPlace.get(number)?.['place'] !== place;

  const addRow = (log: number, row: EntryRow): void => {
    const { seq, time, kind, place, facts, end, outcome } = row;
    const number = toEntryNumber(log, seq);
    const { prefix, count } = splitId(facts.id);
    const of = (word: string): number => words.numberFor(word);
    const { changes } = insert.run(
      number,
      time,
      of(kind),
      place,
      outcome ?? null,
      of(prefix),
      count,
      of(facts.tenant),
      of(facts.agent),
      of(facts.subject),
      of(facts.server),
      of(facts.tool),
      of(facts.rule),
      of(facts.verdict),
      of(end?.status ?? ''),
    );
    if (Number(changes) === 0) {
      if (isOtherLine(number, place)) for (const missing of [place, outcome]) if (missing !== undefined) insertUnplaced.run(log, missing);
      return;
    }
    addFindings(facts.findings, time, number);
    if (end !== undefined) addFindings(end.findings, time, number);
    if (isOpen(row)) open.set(`${log} ${facts.id}`, { number, time });
  };

  const findOpen = (log: number, id: string): OpenCall | undefined => {
    const key = `${log} ${id}`;
    const known = open.get(key);
    open.delete(key);
    if (known !== undefined || findCall === undefined) return known;
    const { prefix, count } = splitId(id);
    const found = findCall.get(words.numberFor(prefix), count, toEntryNumber(log, 0), toEntryNumber(log + 1, 0) - 1);
    return found === undefined ? undefined : { number: Number(found['number']), time: Number(found['time']) };
  };

  const addLate = (log: number, { seq, time, place, facts }: LateOutcome): void => {
    const call = findOpen(log, facts.id);
    if (call === undefined) {
      addRow(log, { seq, time, kind: 'outcome', place, facts: toOrphan(facts), end: facts, outcome: undefined });
      return;
    }
    closeCall.run(place, words.numberFor(facts.status), call.number);
    addFindings(facts.findings, call.time, call.number);
  };

  return {
    write(log, { rows, late, unplaced }) {
      for (const row of rows) addRow(log, row);
      for (const outcome of late) addLate(log, outcome);
      for (const place of unplaced) insertUnplaced.run(log, place);
    },
    remove(log, before) {
      const from = toEntryNumber(log, 0);
      const to = before === undefined ? toEntryNumber(log + 1, 0) : toEntryNumber(log, before.seq);
      database.prepare('DELETE FROM finding WHERE entry >= ? AND entry < ?').run(from, to);
      database.prepare('DELETE FROM entry WHERE number >= ? AND number < ?').run(from, to);
      database.prepare('DELETE FROM unplaced WHERE log = ? AND place < ?').run(log, before?.place ?? Number.MAX_SAFE_INTEGER);
    },
    removeWords() {
      const used = [...WORD_COLUMNS.map((column) => `SELECT ${column} FROM entry`), 'SELECT type FROM finding', 'VALUES (1), (2), (3)'];
      database.exec(`DELETE FROM name WHERE number NOT IN (${used.join(' UNION ')})`);
      words.forget();
    },
  };
}

/** An outcome alone says nothing of who and where. */
function toOrphan({ id, findings }: OutcomeFacts): EntryRow['facts'] {
  return { id, tenant: '', agent: '', subject: '', server: '', tool: '', rule: '', verdict: '', findings };
}
