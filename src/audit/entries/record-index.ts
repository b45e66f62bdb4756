// How the record is asked, whoever keeps the index (src/cluster). The index only says where to look: it can be thrown away and made again from the logs at
// any time, and what it says is checked against the lines before anybody sees it. Figures alone come from it unchecked.

import type { Entry } from './entry.ts';
import type { EntryFilter } from './filter.ts';

/** What figures can be grouped by. Never by who: figures about single people are what no view of the record gives. */
export const COUNT_BY = ['server', 'tool', 'rule', 'verdict', 'status', 'finding', 'hour'] as const;
/** One of them. */
export type CountBy = (typeof COUNT_BY)[number];

/** Where an entry stands among all. */
export interface EntryPlace {
  readonly slot: string;
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly time: number;
}

/** Which entries, in which order. */
export interface EntryQuery extends EntryFilter {
  readonly order: 'newest' | 'oldest';
  readonly limit?: number | undefined;
  /** Only those behind this one, in that order; it need not be there any more. */
  readonly after?: EntryPlace | undefined;
}

/** Calls of one group. */
export interface CountedGroup {
  /** The name, or the beginning of the hour in ISO 8601; empty for calls that have none. */
  readonly group: string;
  /** Undefined: fewer people than may be told apart are behind it, or it would tell the figure of such a group. */
  readonly calls: number | undefined;
}

/** How far the index has come. */
export interface IndexProgress {
  readonly records: number;
  /** Bytes of log read so far, and what there is in all. */
  readonly bytes: number;
  readonly totalBytes: number;
}

/** What bringing the index up to date did. */
export interface IndexReport {
  /** Lines that were read. */
  readonly records: number;
  /** Logs whose index was made anew because it did not fit them. */
  readonly remade: readonly string[];
}

/** Lines of a log that nothing leads to: no records, or records with a number or time that cannot be. Verify says what is wrong there. */
export interface UnplacedLines {
  readonly slot: string;
  readonly lines: number;
}

export interface CatchUpOptions {
  /** Stops between two batches. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: IndexProgress) => void;
}

/** The record of a data folder, ready to be asked. */
export interface RecordIndex {
  /** Brings the index up to what is in the logs now. Several processes may do so at once. */
  catchUp(options?: CatchUpOptions): Promise<IndexReport>;
  /** The entries, read from the logs. Rejects when the index does not fit them. */
  find(query: EntryQuery): AsyncGenerator<Entry, void, undefined>;
  /** The entry that begins with this line; undefined where none does, or it is no longer kept. Rejects as `find` does. */
  read(slot: string, seq: number): Promise<Entry | undefined>;
  /**
   * How many calls each group has, the largest first; hours in their order. Groups of fewer than `smallestGroup` people are named, not counted, nor is one that
   * would tell what those come to. Where that is more than one person, times are taken as whole days (`toWholeDays`).
   */
  count(filter: EntryFilter, by: CountBy, smallestGroup: number): readonly CountedGroup[];
  /** What of the logs is not in any answer. */
  unplaced(): readonly UnplacedLines[];
  close(): void;
}
