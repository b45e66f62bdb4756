// Words of the index and their numbers. Strangers choose some of them, the name of a tool that does not exist for one: what is remembered of them is bounded.

import type { DatabaseSync } from 'node:sqlite';

/** The words of one open index. */
export interface Words {
  /** The number of a word, which it gets if it has none; 0 for none. Only within a transaction. */
  numberFor(text: string): number;
  /** The number of a word; undefined: no entry has it. */
  find(text: string): number | undefined;
  text(number: number): string;
  /** What was numbered in a transaction that came to nothing has no number. */
  forget(): void;
}

const MAX_REMEMBERED = 100_000;

export function createWords(database: DatabaseSync): Words {
  const known = new Map<string, number>();
  const select = database.prepare('SELECT number FROM name WHERE text = ?');
  const insert = database.prepare('INSERT INTO name (text) VALUES (?)');
  const read = database.prepare('SELECT text FROM name WHERE number = ?');

  const remember = (text: string, number: number): number => {
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.set(text, number);
    return number;
  };
  const find = (text: string): number | undefined => {
    if (text === '') return 0;
    const found = select.get(text)?.['number'];
    return typeof found === 'number' ? found : undefined;
  };
  return {
    numberFor(text) {
      if (text === '') return 0;
      return known.get(text) ?? remember(text, find(text) ?? Number(insert.run(text).lastInsertRowid));
    },
    find,
    text(number) {
      const text = read.get(number)?.['text'];
      return typeof text === 'string' ? text : '';
    },
    forget: () => known.clear(),
  };
}
