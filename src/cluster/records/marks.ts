// How far each log has been taken into the index.

import type { DatabaseSync } from 'node:sqlite';

/** One log's. */
export interface LogMark {
  readonly number: number;
  readonly slot: string;
  /** The first line that is still kept. */
  readonly first: number;
  /** Where the next line begins, and the last one began. */
  readonly segment: number;
  readonly position: number;
  readonly last: number;
  /** Number and chain hash of the last line. */
  readonly seq: number;
  readonly chain: string;
}

/** The marks in the index. They change with the rows they are about, in one transaction of the caller's. */
export interface Marks {
  slots(): readonly string[];
  read(slot: string): LogMark | undefined;
  /** Of a log that is taken up: the one there is, or one before the first line of this segment. */
  begin(slot: string, segment: number): LogMark;
  set(mark: LogMark): void;
  remove(mark: LogMark): void;
}

export function createMarks(database: DatabaseSync): Marks {
  const select = database.prepare('SELECT * FROM log WHERE slot = ?');
  const read = (slot: string): LogMark | undefined => {
    const row = select.get(slot);
    if (row === undefined) return undefined;
    const { number, first, segment, position, last, seq, chain } = row;
    return {
      number: Number(number),
      slot,
      first: Number(first),
      segment: Number(segment),
      position: Number(position),
      last: Number(last),
      seq: Number(seq),
      chain: String(chain),
    };
  };
  return {
    read,
    slots: () =>
      database
        .prepare('SELECT slot FROM log')
        .all()
        .map(({ slot }) => String(slot)),
    begin(slot, segment) {
      const insert =
        "INSERT INTO log (slot, first, segment, position, last, seq, chain) VALUES (?, 1, ?, 0, 0, 0, '') ON CONFLICT DO NOTHING";
      database.prepare(insert).run(slot, segment);
      const mark = read(slot);
      if (mark === undefined) throw new Error('a row that was just written is not there');
      return mark;
    },
    set({ number, first, segment, position, last, seq, chain }) {
      database
        .prepare('UPDATE log SET first = ?, segment = ?, position = ?, last = ?, seq = ?, chain = ? WHERE number = ?')
        .run(first, segment, position, last, seq, chain, number);
    },
    remove: ({ number }) => void database.prepare('DELETE FROM log WHERE number = ?').run(number),
  };
}
