// `sallyport audit query` and `audit index`: finding something in the record, however long it is.

import type { CountBy, CountedGroup, EntryQuery } from '../audit/index.ts';
import { COUNT_BY, toJsonLine } from '../audit/index.ts';
import type { RecordIndex } from '../audit/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { FILTER_OPTIONS, readCountBy, readFilter, readOrder } from './entry-filter.ts';
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
    'With --count-by it gives figures instead, by what was called and never by who. Groups with fewer people behind them than audit.smallestGroup are named, not counted.',
  ],
  options: [
    ...FILTER_OPTIONS,
    { name: 'limit', value: 'COUNT', text: `so many, or all (default: ${DEFAULT_LIMIT})` },
    { name: 'sort', value: 'ORDER', text: 'newest or oldest first (default: newest)' },
    { name: 'count-by', value: 'WHAT', text: `how many calls, by ${COUNT_BY.join(', ')}` },
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
    const { target, details } = actAbout(folder, args, filter.value);
    const refusal = recordSettings(folder).hidesNames ? refusalOfNames(filter.value) : undefined;
    if (refusal !== undefined) return complain(deps, EXIT.failed, refusal);
    const act = { action: 'audit.query', target, details: { ...details, ...(by === undefined ? {} : { countBy: by.value }) } } as const;
    return withRecord(folder, deps, act, (index) =>
      by === undefined
        ? showEntries(index, { ...filter.value, ...order.value }, args, deps)
        : showCount(index.count(filter.value, by.value, recordSettings(folder).smallestGroup), by.value, folder, args, deps),
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
  groups: readonly CountedGroup[],
  by: CountBy,
  folder: string,
  args: ParsedArguments,
  deps: CliDeps,
): Promise<ExitCode> {
  const { smallestGroup } = recordSettings(folder);
  if (args.output === 'json') {
    printJson(deps, { by, smallestGroup, groups: groups.map(({ group, calls }) => ({ group, calls: calls ?? null })) });
    return EXIT.ok;
  }
  const few = `of fewer than ${smallestGroup} people`;
  if (groups.length === 0) printLine(deps, 'Nothing on record is like that.');
  else
    printTable(
      deps,
      [by.toUpperCase(), 'CALLS'],
      groups.map(({ group, calls }) => [group, calls === undefined ? few : String(calls)]),
    );
  return EXIT.ok;
}

function say(args: ParsedArguments, deps: CliDeps, sentence: string, report: object = {}): ExitCode {
  if (args.output === 'json') printJson(deps, { done: true, ...report });
  else printLine(deps, sentence);
  return EXIT.ok;
}
