// From what somebody wants to know to SQL, by the index that leads there with the fewest steps. Pure: words are numbers here already. SQLite's own planner knows
// nothing of how the words are spread, and reads millions of rows where a hundred would do.

import { isInIndex, LEFT_OUT, WORDS } from './schema.ts';
import type { WordColumn } from './schema.ts';

/** A filter whose words are numbers. */
export interface NumberedFilter {
  readonly kinds: readonly number[] | undefined;
  readonly id: { readonly prefix: number; readonly count: number } | undefined;
  readonly agent: number | undefined;
  readonly subject: number | undefined;
  readonly about: readonly number[] | undefined;
  readonly server: number | undefined;
  readonly tool: number | undefined;
  readonly rule: number | undefined;
  readonly verdict: number | undefined;
  readonly status: number | undefined;
  /** Each of them was found. */
  readonly findings: readonly number[];
  readonly fromMs: number;
  readonly toMs: number;
}

/** A way to the rows. */
export interface Road {
  /** What to read from. */
  readonly from: string;
  /** What has to hold of a row. */
  readonly where: string;
  /** The part of it that the way itself answers: how many rows it has to go through. */
  readonly within: string;
}

const WITH_FINDINGS = 'finding CROSS JOIN entry ON entry.number = finding.entry';
/** In the order in which they are likely to leave few rows. */
const WORD_FILTERS: readonly WordColumn[] = ['tool', 'rule', 'agent', 'subject', 'server', 'verdict', 'status'];

/** The roads that lead to what is wanted, to be chosen from by how many rows each has. */
export function roadsTo(filter: NumberedFilter): readonly [Road, ...Road[]] {
  const where = conditionsOf(filter);
  const road = (from: string, within: string): Road => ({ from, where: `${within} AND ${where}`, within });
  if (filter.id !== undefined) return [road('entry INDEXED BY entry_id', 'entry.prefix > 0')];
  if (filter.about !== undefined)
    return [road(`(${aboutRows(filter.about)}) AS about CROSS JOIN entry ON entry.number = about.number`, 'true')];
  const time = (table: string): string => `${table}.time >= ${filter.fromMs} AND ${table}.time < ${filter.toMs}`;
  const roads = WORD_FILTERS.flatMap((column) => {
    const word = filter[column];
    if (word === undefined || word === LEFT_OUT[column]) return [];
    const within = `${isInIndex(column)} AND entry.${column} = ${word} AND ${time('entry')}`;
    return [road(`entry INDEXED BY entry_${column}`, within)];
  });
  for (const type of filter.findings) roads.push(road(WITH_FINDINGS, `finding.type = ${type} AND ${time('finding')}`));
  const [first, ...others] = roads;
  return first === undefined ? [road('entry INDEXED BY entry_time', time('entry'))] : [first, ...others];
}

/** The road that goes through all findings, to count them by what they are. */
export function roadByFindings(filter: NumberedFilter): Road {
  return { from: WITH_FINDINGS, where: conditionsOf(filter), within: 'true' };
}

/** What an index alone can count: rows of one word, or of all, in a time. Calls are these but what is no call. */
export interface IndexedCount {
  readonly rows: Road;
  readonly others: Road;
  /** Of all words. */
  readonly isAll: boolean;
}

/** Undefined: rows have to be looked at. */
export function indexedCount(filter: NumberedFilter): IndexedCount | undefined {
  const { kinds, findings, about, id } = filter;
  const isCalls = kinds?.length === 1 && kinds[0] === WORDS.call;
  const given = WORD_FILTERS.filter((column) => filter[column] !== undefined);
  if (!isCalls || findings.length > 0 || about !== undefined || id !== undefined || given.length > 1) return undefined;
  const [road] = roadsTo({ ...filter, kinds: undefined });
  const isAll = given.length === 0;
  // A word that its index leaves out is found by looking at rows.
  if (!isAll && road.from.endsWith('entry_time')) return undefined;
  return { rows: { ...road, where: road.within }, others: otherRows(conditionsOf({ ...filter, kinds: undefined })), isAll };
}

/** What is no call, of these rows. */
function otherRows(conditions: string): Road {
  const where = `entry.kind > ${WORDS.call} AND ${conditions}`;
  return { from: 'entry INDEXED BY entry_other', where, within: where };
}

/** All words of a column in the order of its index, but the one that it leaves out. */
export function indexedGroups(column: WordColumn, { fromMs, toMs }: NumberedFilter): IndexedCount {
  const where = `${isInIndex(column)} AND entry.time >= ${fromMs} AND entry.time < ${toMs}`;
  return { rows: { from: `entry INDEXED BY entry_${column}`, where, within: where }, others: otherRows(where), isAll: true };
}

/** All conditions. Numbers only: nothing of what somebody wrote gets into the text. */
function conditionsOf(filter: NumberedFilter): string {
  const conditions = [`entry.time >= ${filter.fromMs}`, `entry.time < ${filter.toMs}`];
  for (const column of WORD_FILTERS) if (filter[column] !== undefined) conditions.push(`entry.${column} = ${filter[column]}`);
  if (filter.kinds !== undefined) conditions.push(`entry.kind IN (${filter.kinds.join(', ')})`);
  if (filter.id !== undefined) conditions.push(`entry.prefix = ${filter.id.prefix}`, `entry.count = ${filter.id.count}`);
  for (const type of filter.findings)
    conditions.push(
      `EXISTS (SELECT 1 FROM finding AS found WHERE found.type = ${type} AND found.time = entry.time AND found.entry = entry.number)`,
    );
  return conditions.join(' AND ');
}

function aboutRows(words: readonly number[]): string {
  const list = words.join(', ');
  return (
    `SELECT number FROM entry INDEXED BY entry_agent WHERE agent > 0 AND agent IN (${list}) ` +
    `UNION SELECT number FROM entry INDEXED BY entry_subject WHERE subject > 0 AND subject IN (${list})`
  );
}
