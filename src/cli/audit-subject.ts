// `sallyport audit subject`: everything on record about one person or agent, for them (GDPR Art. 15 and 20): each call with how it ended, and whatever else names
// them, in a form for programs and one for people.

import type { Entry } from '../audit/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { AdminProblem } from '../admin/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { readTimes, TIME_OPTIONS } from './entry-filter.ts';
import { ENTRY_HEADINGS, toEntryRow } from './entry-row.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { complain, printLine, printTable, printText } from './print.ts';
import { complainAbout } from './problems.ts';
import { isPseudonym, refusalOfNames, slipIn } from './pseudonym.ts';
import { recordFolder, recordSettings, withRecord } from './record-access.ts';
import type { RecordSettings } from './record-access.ts';
import { outputSink } from './sink.ts';

const ROWS_AT_ONCE = 1_000;
const WITHOUT_WORDS = 'all that is on record about one subject was asked for';

export const auditSubjectCommand: Command = {
  name: 'audit subject',
  summary: 'Give everything on record about one person or agent',
  description: [
    'Every call of theirs with how it ended, approvals, locks and acts that are about them, oldest first; with --output json as one document for a program. No arguments and no results are in it, because none are on record.',
    'A name is looked up in the running gateway, which alone knows by which pseudonym somebody is on record; without one, only what is on record under the word itself is found. Both are on record.',
  ],
  positionals: [{ name: 'WHO', text: 'the name of an agent, or a pseudonym: sub_ and 24 hex digits' }],
  options: [
    { name: 'user', text: 'the name is that of a user' },
    ...TIME_OPTIONS,
    { name: 'reason', value: 'TEXT', text: 'why, for the record; needed where the record holds pseudonyms only' },
  ],
  examples: [['sallyport audit subject desk-7 --output json --reason "request of 3 May, GDPR Art. 15"', 'for one agent']],
  run: async (args, deps) => {
    const times = readTimes(args, deps);
    if (!times.ok) return complain(deps, EXIT.usage, times.error);
    const slip = slipIn(args.word('WHO'));
    if (slip !== undefined) return complain(deps, EXIT.usage, slip);
    const folder = recordFolder(args, deps);
    if (typeof folder === 'number') return folder;
    const { subjects, hidesNames } = recordSettings(folder);
    const reason = args.text('reason') ?? (subjects === 'names' ? WITHOUT_WORDS : undefined);
    if (reason === undefined) return complain(deps, EXIT.usage, 'Say why, for the record: --reason TEXT.');
    const named = await namesOf(args, deps, folder, reason);
    if (!named.ok) return complainAbout(deps, named.error);
    // A gateway has refused it; where none runs, older records would tell.
    const refusal = hidesNames ? refusalOfNames({ subject: named.value.who }) : undefined;
    if (refusal !== undefined) return complain(deps, EXIT.failed, refusal);
    const { who, pseudonym } = named.value;
    const target = pseudonym ?? (subjects === 'names' ? who : null);
    const about = pseudonym === undefined || pseudonym === who ? [who] : [who, pseudonym];
    return withRecord(folder, deps, { action: 'audit.subject', target, reason }, async (index) => {
      const found: Found = { about, folder, entries: () => index.find({ ...times.value, about, order: 'oldest' }) };
      return args.output === 'json' ? writeDocument(found, deps) : print(found, deps);
    });
  },
};

interface Named {
  readonly who: string;
  readonly pseudonym: string | undefined;
}

interface Found {
  readonly about: readonly string[];
  readonly folder: string;
  readonly entries: () => AsyncGenerator<Entry, void, undefined>;
}

/** By what somebody is on record. */
async function namesOf(args: ParsedArguments, deps: CliDeps, folder: string, reason: string): Promise<Result<Named, AdminProblem>> {
  const who = args.word('WHO');
  if (isPseudonym(who)) return ok({ who, pseudonym: who });
  const found = await deps.admin(folder).subjects.find({ kind: args.flag('user') ? 'user' : 'agent', name: who, reason });
  if (found.ok) return ok({ who, pseudonym: found.value.pseudonym ?? undefined });
  if (found.error.code !== 'gateway_not_running') return fail(found.error);
  complain(
    deps,
    EXIT.failed,
    `No gateway runs here, so nobody can say by which pseudonym ${who} is on record: only what names them is shown.`,
  );
  return ok({ who, pseudonym: undefined });
}

/** One JSON document, written as it is read. */
async function writeDocument({ about, folder, entries }: Found, deps: CliDeps): Promise<ExitCode> {
  const { kept } = recordSettings(folder);
  const sink = outputSink(deps);
  const head = { format: 'sallyport-subject/1', about, made: deps.now().toISOString(), ...keptIn(kept), meaning: MEANING };
  await sink.write(`${JSON.stringify(head).slice(0, -1)},"entries":[`);
  let count = 0;
  for await (const { slot, kind, line, outcome } of entries()) {
    if (deps.interrupted.aborted) return EXIT.failed;
    const entry = { slot, kind, time: new Date(line.time).toISOString(), record: line.members, outcome: outcome?.members ?? null };
    await sink.write(`${count === 0 ? '' : ','}\n${JSON.stringify(entry)}`);
    count += 1;
  }
  await sink.write(`\n],"count":${count}}\n`);
  return EXIT.ok;
}

async function print({ about, folder, entries }: Found, deps: CliDeps): Promise<ExitCode> {
  const { kept } = recordSettings(folder);
  const rows: (readonly string[])[] = [];
  let count = 0;
  let looks = 0;
  for await (const entry of entries()) {
    if (deps.interrupted.aborted) return EXIT.failed;
    if (count === 0) printText(deps, `On record about ${about.join(', also ')}, oldest first:\n`);
    count += 1;
    if (isLook(entry)) looks += 1;
    rows.push(toEntryRow(entry));
    if (rows.length === ROWS_AT_ONCE) printTable(deps, ENTRY_HEADINGS, rows.splice(0));
  }
  if (rows.length > 0) printTable(deps, ENTRY_HEADINGS, rows);
  const howLong = kept === undefined ? '' : ` Records are kept for ${kept.retentionDays} days (profile ${kept.profile}).`;
  if (count === 0) printText(deps, `Nothing is on record about ${about.join(', also ')}.${howLong}\n`);
  else
    printLine(
      deps,
      `\n${count} entries.${howLong}${looks === count ? ' All of them are questions that somebody asked of the record.' : ''}\n`,
    );
  for (const [name, text] of Object.entries(MEANING)) printLine(deps, `${name}: ${text}`);
  return EXIT.ok;
}

/** Somebody asked about them; of what they did themselves it says nothing. */
function isLook({ kind, line }: Entry): boolean {
  const { action } = line.members;
  return kind === 'act' && typeof action === 'string' && action.startsWith('audit.');
}

function keptIn(kept: RecordSettings['kept']): object {
  return kept === undefined ? {} : { profile: kept.profile, retentionDays: kept.retentionDays };
}

/** What the members of records mean, for who reads them as the person they are about. */
const MEANING: Readonly<Record<string, string>> = {
  why: 'So that what agents did with the tools of an organisation can be checked afterwards, and that nobody can change what is on record.',
  who: 'agent: the program that called. user: on whose behalf. subject: a pseudonym that stands for them. keyId: which key was shown.',
  what: 'server, method, tool, prompt, resource: what was asked for. args and answer: numbers by which a known value can be tested, never the value.',
  decision:
    'verdict, rule, reason: whether it was let through, and by which rule. findings: what kind of content was found and what was done, never the content.',
  end: 'status, code: how it ended. requestBytes, answerBytes, gatewayUs, serverUs: how large it was and how long it took.',
};
