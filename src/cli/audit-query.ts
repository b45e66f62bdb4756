// `sallyport audit query` and `audit index`: finding something in the record, however long it is.

import type { CountBy, EntryFilter, EntryQuery } from '../audit/index.ts';
import { COUNT_BY, toJsonLine, toWholeDays } from '../audit/index.ts';
import type { RecordIndex } from '../audit/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { FILTER_OPTIONS, REASON_OPTION, readCountBy, readFilter, readOrder } from './entry-filter.ts';
import { ENTRY_HEADINGS, toEntryRow } from './entry-row.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { complain, printJson, printLine, printTable } from './print.ts';
import { actAbout, rebuildIndex, recordFolder, recordSettings, withRecord } from './record-access.ts';
import { recordAct } from './acts.ts';
import { refusalOfNames } from './pseudonym.ts';
import { complainAbout } from './problems.ts';

const DEFAULT_LIMIT = 50;
/** Columns are as wide as these rows need. */
const ROWS_AT_ONCE = 1_000;

const query: Command = {
  name: 'audit query',
  summary: 'Find something in the record',
  description: [
    'Calls with how they ended, acts, approvals and whatever else is on record, by an index that is brought up to date first. What is shown is read from the record itself. That it was asked is on record.',
    'With --count-by it gives figures instead, by what was called and never by who. Groups with fewer people behind them than audit.smallestGroup are named, not counted, nor is one from which theirs could be had; where that is more than one person, times are whole days.',
  ],
  options: [
    ...FILTER_OPTIONS,
    { name: 'limit', value: 'COUNT', text: `so many, or all (default: ${DEFAULT_LIMIT})` },
    { name: 'sort', value: 'ORDER', text: 'newest or oldest first (default: newest)' },
    { name: 'count-by', value: 'WHAT', text: `how many calls, by ${COUNT_BY.join(', ')}` },
    REASON_OPTION,
  ],
  examples: [
    ['sallyport audit query --verdict deny --from 24h', 'what was denied since yesterday'],
    ['sallyport audit query --finding vendor-token --count-by tool', 'which tools secrets went through'],
  ],
  run: async (args, deps) => {
    const filter = readFilter(args, deps);
    if (!filter.ok) return complain(deps, EXIT.usage, filter.error);
    const order = readOrder(args, DEFAULT_LIMIT);
    if (!order.ok) return complain(deps, EXIT.usage, order.error);
    const wanted = args.text('count-by');
    const by = wanted === undefined ? undefined : readCountBy(wanted);
    if (by?.ok === false) return complain(deps, EXIT.usage, by.error);
    const folder = recordFolder(args, deps);
    if (typeof folder === 'number') return folder;
    const refusal = recordSettings(folder).hidesNames ? refusalOfNames(filter.value) : undefined;
    if (refusal !== undefined) return complain(deps, EXIT.failed, refusal);
    const { target, details } = actAbout(folder, args, filter.value);
    const figures = by === undefined ? {} : { countBy: by.value };
    const act = { action: 'audit.query', target, reason: args.text('reason'), details: { ...details, ...figures } } as const;
    return withRecord(folder, deps, act, (index) =>
      by === undefined
        ? showEntries(index, { ...filter.value, ...order.value }, args, deps)
        : showCount(index, filter.value, by.value, recordSettings(folder).smallestGroup, args, deps),
    );
  },
};

const index: Command = {
  name: 'audit index',
  summary: 'Bring the index of the record up to date',
  description: [
    'Commands that search the record do so by themselves. With --rebuild the index is made anew from the logs, beside the one in use: when it does not fit them, or when in doubt.',
  ],
  options: [{ name: 'rebuild', text: 'make it anew' }],
  run: async (args, deps) => {
    const folder = recordFolder(args, deps);
    if (typeof folder === 'number') return folder;
    const act = { action: 'audit.index', details: { rebuild: args.flag('rebuild') ? 'yes' : 'no' } } as const;
    if (!args.flag('rebuild')) return withRecord(folder, deps, act, async () => say(args, deps, 'The index is up to date.'));
    const recorded = await recordAct(folder, deps, act);
    if (!recorded.ok) return complainAbout(deps, recorded.error);
    const records = await rebuildIndex(folder, deps);
    if (records === undefined) return complain(deps, EXIT.failed, 'The index was not made anew; the one before is still there.');
    return say(args, deps, `The index was made anew from ${records} records.`, { records });
  },
};

export const auditQueryCommands: readonly Command[] = [query, index];

async function showEntries(records: RecordIndex, wanted: EntryQuery, args: ParsedArguments, deps: CliDeps): Promise<ExitCode> {
  const rows: (readonly string[])[] = [];
  let found = 0;
  for await (const entry of records.find(wanted)) {
    found += 1;
    if (args.output === 'json') printLine(deps, toJsonLine(entry));
    else rows.push(toEntryRow(entry));
    if (rows.length === ROWS_AT_ONCE) printTable(deps, ENTRY_HEADINGS, rows.splice(0));
    if (deps.interrupted.aborted) break;
  }
  if (args.output === 'json') return EXIT.ok;
  if (found === 0) printLine(deps, 'Nothing on record is like that.');
  if (rows.length > 0) printTable(deps, ENTRY_HEADINGS, rows);
  if (found === wanted.limit)
    printLine(deps, `\nNo more than ${found} ${found === 1 ? 'is' : 'are'} shown; there may be others: --limit all shows all.`);
  return EXIT.ok;
}

async function showCount(
  records: RecordIndex,
  filter: EntryFilter,
  by: CountBy,
  smallestGroup: number,
  args: ParsedArguments,
  deps: CliDeps,
): Promise<ExitCode> {
  const groups = records.count(filter, by, smallestGroup);
  const { fromMs, toMs } = smallestGroup > 1 ? toWholeDays(filter) : {};
  if (args.output === 'json') {
    const days = { ...(fromMs === undefined ? {} : { from: toIso(fromMs) }), ...(toMs === undefined ? {} : { to: toIso(toMs) }) };
    printJson(deps, { by, smallestGroup, ...days, groups: groups.map(({ group, calls }) => ({ group, calls: calls ?? null })) });
    return EXIT.ok;
  }
  if (groups.length === 0) printLine(deps, 'Nothing on record is like that.');
  else
    printTable(
      deps,
      [by.toUpperCase(), 'CALLS'],
      groups.map(({ group, calls }) => [group, calls === undefined ? 'not told' : String(calls)]),
    );
  if (groups.some(({ calls }) => calls === undefined))
    printLine(deps, `\nNot told: groups of fewer than ${smallestGroup} people, and one more where theirs could be had from it.`);
  const from = fromMs === undefined ? '' : ` from ${toDay(fromMs)}`;
  const to = toMs === undefined ? '' : `${from === '' ? '' : ' to'} before ${toDay(toMs)}`;
  if (from !== '' || to !== '') printLine(deps, `\nThese are figures of whole days, UTC:${from}${to}.`);
  return EXIT.ok;
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}

function toDay(ms: number): string {
  return toIso(ms).slice(0, 10);
}

function say(args: ParsedArguments, deps: CliDeps, sentence: string, report: object = {}): ExitCode {
  if (args.output === 'json') printJson(deps, { done: true, ...report });
  else printLine(deps, sentence);
  return EXIT.ok;
}
