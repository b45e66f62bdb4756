// Figures about calls, by what was called and never by who. Where a group has fewer people behind it than may be told apart, it is named and not counted.
// Over millions of calls rows are not looked at where an index alone can count them.

import type { DatabaseSync } from 'node:sqlite';
import type { CountBy, CountedGroup } from '../../audit/index.ts';
import { LEFT_OUT } from './schema.ts';
import { indexedCount, indexedGroups, roadByFindings, roadsTo } from './search.ts';
import type { NumberedFilter, Road } from './search.ts';
import type { Words } from './words.ts';

const HOUR_MS = 3_600_000;
/** Groups that are shown; a tool's name can be anything, and so there can be any number. */
const MAX_GROUPS = 10_000;
/** Looking at a row costs as much as so many steps through an index. */
const STEPS_PER_ROW = 10;

export interface Counting {
  readonly by: CountBy;
  readonly smallestGroup: number;
  /** The shortest of these ways. */
  readonly best: (roads: readonly [Road, ...Road[]]) => Road;
}

interface Group {
  /** Number of its word, or of its hour since 1970. */
  readonly word: number;
  readonly calls: number;
}

/** The groups, largest first, hours in their order; those too small to be counted come last. */
export function countCalls(database: DatabaseSync, words: Words, filter: NumberedFilter, counting: Counting): readonly CountedGroup[] {
  const { by, smallestGroup } = counting;
  const counter = createCounter(database, counting.best);
  const found = counter.groups(filter, by);
  const people = (group: Group): ReadonlySet<string> => counter.people(withinGroup(filter, by, group.word), smallestGroup);
  const untold = smallestGroup > 1 ? untoldGroups(found, people, smallestGroup) : new Set<Group>();
  const groups = found.map((group) => ({
    group: by === 'hour' ? new Date(group.word * HOUR_MS).toISOString() : words.text(group.word),
    calls: untold.has(group) ? undefined : group.calls,
  }));
  if (by === 'hour') return groups;
  // What is not told by its figure must not be told by its place either.
  const small = groups.filter(({ calls }) => calls === undefined).sort((a, b) => (a.group < b.group ? -1 : 1));
  return [...groups.filter(({ calls }) => calls !== undefined), ...small];
}

/**
 * Groups with too few people. Others are counted by another question, so these can be had together by taking one from the other: where they are too few
 * people together, the smallest of the others is not told either (complementary suppression).
 */
function untoldGroups(groups: readonly Group[], people: (group: Group) => ReadonlySet<string>, smallest: number): ReadonlySet<Group> {
  const untold = new Set<Group>();
  const together = new Set<string>();
  for (const group of groups) {
    const those = people(group);
    if (those.size >= smallest) continue;
    untold.add(group);
    for (const one of those) together.add(one);
  }
  if (untold.size === 0 || together.size >= smallest) return untold;
  const [next] = groups.filter((group) => !untold.has(group)).sort((a, b) => a.calls - b.calls || a.word - b.word);
  return next === undefined ? untold : untold.add(next);
}

interface Counter {
  groups(filter: NumberedFilter, by: CountBy): readonly Group[];
  /** The people behind these calls, no more of them than `enough`. */
  people(filter: NumberedFilter, enough: number): ReadonlySet<string>;
}

function createCounter(database: DatabaseSync, best: Counting['best']): Counter {
  const figure = (sql: string): number => Number(database.prepare(sql).get()?.['figure'] ?? 0);
  const rowsIn = ({ from, where }: Road): number => figure(`SELECT count(*) AS figure FROM ${from} WHERE ${where}`);
  const calls = (filter: NumberedFilter): number => {
    const indexed = indexedCount(filter);
    return indexed === undefined ? rowsIn(best(roadsTo(filter))) : rowsIn(indexed.rows) - rowsIn(indexed.others);
  };
  const grouped = (expression: string, { from, where }: Road): Map<number, number> =>
    new Map(
      database
        .prepare(`SELECT ${expression} AS word, count(*) AS calls FROM ${from} WHERE ${where} GROUP BY 1`)
        .all()
        .map(({ word, calls: count }) => [Number(word), Number(count)]),
    );

  /** The hour of the first entry from this time on; hours of which nothing is on record are stepped over, however many. */
  const hourFrom = (fromMs: number, toMs: number): number | undefined => {
    const time = database
      .prepare(`SELECT min(time) AS time FROM entry INDEXED BY entry_time WHERE time >= ${fromMs} AND time < ${toMs}`)
      .get()?.['time'];
    return typeof time === 'number' ? Math.floor(time / HOUR_MS) : undefined;
  };
  const hours = (filter: NumberedFilter): readonly Group[] => {
    const found: Group[] = [];
    let word = hourFrom(filter.fromMs, filter.toMs);
    while (word !== undefined && found.length < MAX_GROUPS) {
      const group = { word, calls: calls(withinGroup(filter, 'hour', word)) };
      if (group.calls > 0) found.push(group);
      word = hourFrom((word + 1) * HOUR_MS, filter.toMs);
    }
    return found;
  };

  /** Every word by its index; what that leaves out is all the rest. */
  const byIndex = (filter: NumberedFilter, by: keyof typeof LEFT_OUT): Map<number, number> => {
    const { rows, others } = indexedGroups(by, filter);
    const found = grouped(`entry.${by}`, rows);
    for (const [word, count] of grouped(`entry.${by}`, others)) found.set(word, (found.get(word) ?? 0) - count);
    const counted = [...found.values()].reduce((sum, count) => sum + count, 0);
    return found.set(LEFT_OUT[by], calls(filter) - counted);
  };

  /** Whether nothing but a time is asked for, and much of the record is in it. */
  const isMost = (filter: NumberedFilter): boolean =>
    indexedCount(filter)?.isAll === true &&
    calls(filter) * STEPS_PER_ROW > figure('SELECT count(*) AS figure FROM entry INDEXED BY entry_time');

  return {
    groups(filter, by) {
      if (by === 'hour') return hours(filter);
      const found =
        by === 'finding'
          ? grouped('finding.type', roadByFindings(filter))
          : isMost(filter)
            ? byIndex(filter, by)
            : grouped(`entry.${by}`, best(roadsTo(filter)));
      return Array.from(found, ([word, count]) => ({ word, calls: count }))
        .filter((group) => group.calls > 0)
        .sort((a, b) => b.calls - a.calls || a.word - b.word)
        .slice(0, MAX_GROUPS);
    },
    people(filter, enough) {
      const { from, where } = best(roadsTo(filter));
      const select = `SELECT DISTINCT entry.tenant, entry.subject FROM ${from} WHERE ${where} LIMIT ${enough}`;
      const rows = database.prepare(select).all();
      return new Set(rows.map(({ tenant, subject }) => `${Number(tenant)} ${Number(subject)}`));
    },
  };
}

function withinGroup(filter: NumberedFilter, by: CountBy, word: number): NumberedFilter {
  if (by === 'finding') return { ...filter, findings: [...filter.findings, word] };
  if (by !== 'hour') return { ...filter, [by]: word };
  return { ...filter, fromMs: Math.max(filter.fromMs, word * HOUR_MS), toMs: Math.min(filter.toMs, (word + 1) * HOUR_MS) };
}
