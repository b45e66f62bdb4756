// Lines on their way into the index: the two lines of a call become one row where they come close together, as nearly all do. Pure.

import { factsOf, outcomeFactsOf, toEntryKind, toEntryLine } from '../../audit/index.ts';
import type { EntryFacts, EntryKind, OutcomeFacts } from '../../audit/index.ts';
import { toPlace } from './schema.ts';

/** A row to be. */
export interface EntryRow {
  readonly seq: number;
  readonly time: number;
  readonly kind: EntryKind;
  readonly place: number;
  readonly facts: EntryFacts;
  /** How it ended, and where that stands. */
  end: OutcomeFacts | undefined;
  outcome: number | undefined;
}

/** An outcome whose decision is not among these lines. */
export interface LateOutcome {
  readonly seq: number;
  readonly time: number;
  readonly place: number;
  readonly facts: OutcomeFacts;
}

/** Some lines of one segment. */
export interface Batch {
  readonly rows: readonly EntryRow[];
  readonly late: readonly LateOutcome[];
  /** Places of lines that can have no entry. */
  readonly unplaced: readonly number[];
  /** Lines that were added or passed over. */
  readonly size: number;
  add(line: { readonly seq: number; readonly time: number; readonly kind: string; readonly text: string }, position: number): void;
  pass(position: number): void;
}

export function createBatch(segment: number): Batch {
  const rows: EntryRow[] = [];
  const late: LateOutcome[] = [];
  const unplaced: number[] = [];
  const open = new Map<string, EntryRow>();
  let size = 0;
  return {
    rows,
    late,
    unplaced,
    get size() {
      return size;
    },
    add({ seq, time, kind: lineKind, text }, position) {
      size += 1;
      const kind = toEntryKind(lineKind);
      if (kind === undefined) return;
      const { members } = toEntryLine(seq, time, text);
      const place = toPlace(segment, position);
      if (kind === 'outcome') {
        const facts = outcomeFactsOf(members);
        const call = open.get(facts.id);
        if (call === undefined) {
          late.push({ seq, time, place, facts });
          return;
        }
        open.delete(facts.id);
        call.end = facts;
        call.outcome = place;
        return;
      }
      const row: EntryRow = { seq, time, kind, place, facts: factsOf(kind, members), end: undefined, outcome: undefined };
      rows.push(row);
      if (isOpen(row)) open.set(row.facts.id, row);
    },
    pass(position) {
      size += 1;
      unplaced.push(toPlace(segment, position));
    },
  };
}

/** A call whose outcome is still to come. */
export function isOpen({ kind, facts, end }: EntryRow): boolean {
  return kind === 'call' && facts.verdict === 'allow' && end === undefined;
}
