// Counting: how many of how many, and which rows are the others. Pure.

import type { Labelled } from './corpus.ts';

/** So many of so many, and by their ids the rows that are missing, or that should not be there. Never what stands in them. */
export interface Rate {
  readonly name: string;
  /** `recall`, `precision`: more is better, `ids` are the rest. `alarms`: less is better, `ids` are those counted. */
  readonly kind: 'recall' | 'precision' | 'alarms';
  readonly count: number;
  readonly of: number;
  readonly ids: readonly string[];
}

/** What a figure must reach. An aim that nothing was measured for is neither kept nor missed. */
export interface Aim {
  readonly name: string;
  readonly measured: number | undefined;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly verdict: 'kept' | 'missed' | 'not measured';
}

/** How many rows of a list have something. */
export function recallOf<Row extends { readonly id: string }>(name: string, rows: readonly Row[], has: (row: Row) => boolean): Rate {
  const missed = rows.filter((row) => !has(row));
  return { name, kind: 'recall', count: rows.length - missed.length, of: rows.length, ids: missed.map(({ id }) => id) };
}

/** How many rows of a list raise an alarm that they should not. */
export function alarmsOf<Row extends { readonly id: string }>(name: string, rows: readonly Row[], raises: (row: Row) => boolean): Rate {
  const raised = rows.filter(raises);
  return { name, kind: 'alarms', count: raised.length, of: rows.length, ids: raised.map(({ id }) => id) };
}

/** The share; undefined of nothing. */
export function shareOf({ count, of }: Rate): number | undefined {
  return of === 0 ? undefined : count / of;
}

/** Holds a rate to an aim, as a share. */
export function aimFor(name: string, rate: Rate, limit: { readonly atLeast: number } | { readonly atMost: number }): Aim {
  const measured = shareOf(rate);
  if (measured === undefined) return { name, measured, ...limit, verdict: 'not measured' };
  const isKept = 'atLeast' in limit ? measured >= limit.atLeast : measured <= limit.atMost;
  return { name, measured, ...limit, verdict: isKept ? 'kept' : 'missed' };
}

/** Rows by what they have in common, in the order in which that first occurs. */
export function groupBy<Row>(rows: readonly Row[], key: (row: Row) => string): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group === undefined) groups.set(key(row), [row]);
    else group.push(row);
  }
  return groups;
}

/** Whether two spans of a text are the same but for white space and punctuation at their ends. */
export function isSameSpan(text: string, one: Omit<Labelled, 'type'>, other: Omit<Labelled, 'type'>): boolean {
  const [a, b] = [trimmed(text, one), trimmed(text, other)];
  return a.start === b.start && a.end === b.end;
}

function trimmed(text: string, span: Omit<Labelled, 'type'>): Omit<Labelled, 'type'> {
  const value = text.slice(span.start, span.end);
  const front = /^[\p{P}\p{S}\s]*/u.exec(value)?.[0].length ?? 0;
  if (front === value.length) return span;
  const back = /[\p{P}\p{S}\s]*$/u.exec(value)?.[0].length ?? 0;
  return { start: span.start + front, end: span.end - back };
}
