// From what somebody wants to know to SQL, by the index that leads there with the fewest steps. Pure: words are numbers here already. SQLite's own planner knows
// nothing of how the words are spread, and reads millions of rows where a hundred would do.

import { WORDS } from './schema.ts';

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
  readonly finding: number | undefined;
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
const WORD_FILTERS = ['tool', 'rule', 'agent', 'subject', 'server', 'verdict', 'status'] as const;
type WordFilter = (typeof WORD_FILTERS)[number];

/** Up to which number the index of a column has no words (schema.ts). */
const LEFT_OUT: Readonly<Record<WordFilter, number>> = {
  tool: 0,
  rule: 0,
  agent: 0,
  subject: 0,
  server: 0,
  verdict: WORDS.allow,
  status: WORDS.ok,
};

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
    if (word === undefined || word <= LEFT_OUT[column]) return [];
    // The index leaves rows out, and SQLite uses it only where that is said in the same words.
    const within = `entry.${column} > ${LEFT_OUT[column]} AND entry.${column} = ${word} AND ${time('entry')}`;
    return [road(`entry INDEXED BY entry_${column}`, within)];
  });
  if (filter.finding !== undefined) roads.push(road(WITH_FINDINGS, `finding.type = ${filter.finding} AND ${time('finding')}`));
  const [first, ...others] = roads;
  return first === undefined ? [road('entry INDEXED BY entry_time', time('entry'))] : [first, ...others];
}

/** The road that goes through all findings, to count them by what they are. */
export function roadByFindings(filter: NumberedFilter): Road {
  return { from: WITH_FINDINGS, where: conditionsOf(filter), within: 'true' };
}

/** The road that goes through all rows, where an index would only be in the way. */
export function roadThroughAll(filter: NumberedFilter): Road {
  return { from: 'entry NOT INDEXED', where: conditionsOf(filter), within: 'true' };
}

/** All conditions. Numbers only: nothing of what somebody wrote gets into the text. */
function conditionsOf(filter: NumberedFilter): string {
  const conditions = [`entry.time >= ${filter.fromMs}`, `entry.time < ${filter.toMs}`];
  for (const column of WORD_FILTERS) if (filter[column] !== undefined) conditions.push(`entry.${column} = ${filter[column]}`);
  if (filter.kinds !== undefined) conditions.push(`entry.kind IN (${filter.kinds.join(', ')})`);
  if (filter.id !== undefined) conditions.push(`entry.prefix = ${filter.id.prefix}`, `entry.count = ${filter.id.count}`);
  if (filter.finding !== undefined)
    conditions.push(
      `EXISTS (SELECT 1 FROM finding AS found WHERE found.type = ${filter.finding} AND found.time = entry.time AND found.entry = entry.number)`,
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
