// Figures about calls, by what was called and never by who. Where a group has fewer people behind it than may be told apart, it is named and not counted.

import type { DatabaseSync } from 'node:sqlite';
import type { CountBy, CountedGroup } from '../../audit/index.ts';
import { roadByFindings, roadsTo, roadThroughAll } from './search.ts';
import type { NumberedFilter, Road } from './search.ts';
import type { Words } from './words.ts';

const HOUR_MS = 3_600_000;
/** Groups that are shown; a tool's name can be anything, and so there can be any number. */
const MAX_GROUPS = 10_000;

const GROUP_OF: Readonly<Record<CountBy, string>> = {
  server: 'entry.server',
  tool: 'entry.tool',
  rule: 'entry.rule',
  verdict: 'entry.verdict',
  status: 'entry.status',
  finding: 'finding.type',
  hour: `entry.time / ${HOUR_MS}`,
};

export interface Counting {
  /** Which calls. */
  readonly filter: NumberedFilter;
  readonly by: CountBy;
  readonly smallestGroup: number;
  /** The shortest of these ways. */
  readonly best: (roads: readonly [Road, ...Road[]]) => Road;
}

/** The groups, largest first, hours in their order; those too small to be counted come last. */
export function countCalls(database: DatabaseSync, words: Words, counting: Counting): readonly CountedGroup[] {
  const { filter, by, smallestGroup, best } = counting;
  const road = by === 'finding' ? roadByFindings(filter) : isNarrow(filter) ? best(roadsTo(filter)) : roadThroughAll(filter);
  const order = by === 'hour' ? '1' : '2 DESC, 1';
  const rows = database
    .prepare(
      `SELECT ${GROUP_OF[by]} AS word, count(*) AS calls FROM ${road.from} WHERE ${road.where} GROUP BY 1 ORDER BY ${order} LIMIT ${MAX_GROUPS}`,
    )
    .all();
  const isSmall = (word: number): boolean => {
    const { from, where } = best(roadsTo(withinGroup(filter, by, word)));
    const people = `SELECT count(*) AS people FROM (SELECT DISTINCT entry.tenant, entry.subject FROM ${from} WHERE ${where} LIMIT ${smallestGroup})`;
    return Number(database.prepare(people).get()?.['people']) < smallestGroup;
  };
  const groups = rows.map(({ word, calls }) => ({
    group: by === 'hour' ? new Date(Number(word) * HOUR_MS).toISOString() : words.text(Number(word)),
    calls: smallestGroup > 1 && isSmall(Number(word)) ? undefined : Number(calls),
  }));
  if (by === 'hour') return groups;
  // What is not told by its figure must not be told by its place either.
  const small = groups.filter(({ calls }) => calls === undefined).sort((a, b) => (a.group < b.group ? -1 : 1));
  return [...groups.filter(({ calls }) => calls !== undefined), ...small];
}

function withinGroup(filter: NumberedFilter, by: CountBy, word: number): NumberedFilter {
  if (by !== 'hour') return { ...filter, [by]: word };
  return { ...filter, fromMs: Math.max(filter.fromMs, word * HOUR_MS), toMs: Math.min(filter.toMs, (word + 1) * HOUR_MS) };
}

/** Whether anything but the kind is asked for: if not, an index is longer than all rows. */
function isNarrow({ fromMs, toMs, ...filter }: NumberedFilter): boolean {
  const words = Object.values({ ...filter, kinds: undefined });
  return fromMs > 0 || toMs < Number.MAX_SAFE_INTEGER || words.some((word) => word !== undefined);
}
