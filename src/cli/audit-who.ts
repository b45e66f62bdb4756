// `sallyport audit who`: which agents touched a server, for whoever has to report a breach. It gives names or pseudonyms, as the record has them, in the order of time.

import type { BreachReport, Party } from '../audit/index.ts';
import { createBreachTally } from '../audit/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { readTimes, TIME_OPTIONS } from './entry-filter.ts';
import { EXIT } from './exit-codes.ts';
import { complain, printJson, printLine, printTable } from './print.ts';
import { recordFolder, recordSettings, withRecord } from './record-access.ts';

const MAX_NAMED = 5;

export const auditWhoCommand: Command = {
  name: 'audit who',
  summary: 'Say who touched a server',
  description: [
    'Everybody on record as having called a server in a time, with which key, when first and last, what was called, how much went there and came back, and what was found in it: what a breach has to be reported with.',
    'It is on record with the reason. Where the privacy profile keeps names out of the record, pseudonyms are shown and a reason is needed.',
  ],
  options: [
    { name: 'server', value: 'NAME', text: 'the server' },
    ...TIME_OPTIONS,
    { name: 'reason', value: 'TEXT', text: 'why, for the record' },
  ],
  examples: [['sallyport audit who --server payroll --from 2026-11-20 --to 2026-11-22 --reason "incident 12"', 'two days of one server']],
  run: async (args, deps) => {
    const server = args.text('server');
    if (server === undefined) return complain(deps, EXIT.usage, 'Say which server: --server NAME.');
    const times = readTimes(args, deps);
    if (!times.ok) return complain(deps, EXIT.usage, times.error);
    const folder = recordFolder(args, deps);
    if (typeof folder === 'number') return folder;
    const reason = args.text('reason');
    if (reason === undefined && recordSettings(folder).subjects === 'pseudonyms')
      return complain(deps, EXIT.usage, 'Say why, for the record: --reason TEXT.');
    const act = { action: 'audit.who', target: server, reason: reason ?? null, details: timesOf(args) } as const;
    return withRecord(folder, deps, act, async (index) => {
      const tally = createBreachTally();
      for await (const entry of index.find({ ...times.value, server, kinds: ['call'], order: 'oldest' })) {
        if (deps.interrupted.aborted) return EXIT.failed;
        tally.add(entry);
      }
      const report = tally.report();
      if (args.output === 'json') printJson(deps, { server, ...report, parties: report.parties.map(toJson) });
      else print(deps, server, report);
      return EXIT.ok;
    });
  },
};

function timesOf(args: ParsedArguments): Record<string, string> {
  const [from, to] = [args.text('from'), args.text('to')];
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function toJson({ firstMs, lastMs, ...party }: Party): object {
  return { ...party, first: new Date(firstMs).toISOString(), last: new Date(lastMs).toISOString() };
}

function print(deps: CliDeps, server: string, { parties, calls, unlisted }: BreachReport): void {
  if (parties.length === 0) return printLine(deps, 'Nobody is on record as having called it in this time.');
  printTable(
    deps,
    ['WHO', 'KEY', 'FIRST', 'LAST', 'CALLS', 'REFUSED', 'SENT', 'RECEIVED', 'CALLED', 'FOUND'],
    parties.map((party) => [
      [party.agent, party.user, party.subject].filter((name) => name !== undefined).join(' '),
      party.key,
      new Date(party.firstMs).toISOString(),
      new Date(party.lastMs).toISOString(),
      String(party.calls),
      String(party.refused),
      String(party.requestBytes),
      String(party.answerBytes),
      named(party.tools),
      named(party.findings),
    ]),
  );
  printLine(
    deps,
    `\n${countOf(calls, 'call', 'calls')} of ${countOf(parties.length + unlisted, 'party', 'parties')}; sent and received in bytes.`,
  );
  if (unlisted > 0) printLine(deps, `${countOf(unlisted, 'party is', 'parties are')} not listed: ask for a shorter time.`);
  printLine(deps, `Refused calls did not reach the server. What became known of ${server} elsewhere is not on this record.`);
}

function countOf(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}`;
}

function named(counts: Readonly<Record<string, number>>): string {
  const names = Object.keys(counts).sort();
  const rest = names.length - MAX_NAMED;
  const shown = names.slice(0, MAX_NAMED).map((name) => `${name} ×${counts[name] ?? 0}`);
  return [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ');
}
