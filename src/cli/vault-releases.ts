// `sallyport vault request|releases|approve|reject`: one person asks for something and says why, another one says yes or no.

import type { ReleaseInput, ReleaseView } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { parseDuration } from './duration.ts';
import { readTimes, TIME_OPTIONS } from './entry-filter.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { keyFileOption, readPersonKey } from './person-key.ts';
import { complain, printJson, printLine, printTable, printText } from './print.ts';
import { complainAbout } from './problems.ts';

const ID = { name: 'ID', text: 'of the release, as the list has it' } as const;
const DEFAULT_FOR = '8h';
/** As the endpoint has it. */
const LONGEST_FOR_MS = 7 * 86_400_000;

const request: Command = {
  name: 'vault request',
  summary: 'Ask for something sealed, or for whose a pseudonym is',
  description: [
    'Says which envelopes, why, and for how long. Another person has to approve it; what lies in the vault by now and fits is released, and nothing that comes later. Administrators are no exception: everybody is known by a key of their own.',
  ],
  options: [
    { name: 'identity', value: 'PSEUDONYM', text: 'whose this pseudonym is, instead of anything sealed', repeated: true },
    { name: 'call', value: 'ID', text: 'envelopes of this call', repeated: true },
    { name: 'subject', value: 'PSEUDONYM', text: 'envelopes about whoever is on record so', repeated: true },
    { name: 'purpose', value: 'NAME', text: 'envelopes that were sealed for it' },
    { name: 'server', value: 'NAME', text: 'envelopes of calls to it, by name or glob' },
    ...TIME_OPTIONS,
    { name: 'reason', value: 'TEXT', text: 'why, for who approves and for the record' },
    { name: 'for', value: 'TIME', text: `how long it can be had once it is approved, 1m to 7d (default: ${DEFAULT_FOR})` },
    keyFileOption('who asks, one of their own'),
  ],
  examples: [
    ['sallyport vault request --call 0011223344556677-4 --reason "case 7" --for 2h --key-file ada.key', 'one call'],
    ['sallyport vault request --identity sub_0123456789abcdef01234567 --reason "case 7" --key-file ada.key', 'one name'],
  ],
  run: runRequest,
};

const releases: Command = {
  name: 'vault releases',
  summary: 'List what was asked for, who decided, and how often it was used',
  run: runReleases,
};

const approve = decisionCommand('approve', 'Approve what somebody else has asked for');
const reject = decisionCommand('reject', 'Reject it, or take back what you have asked for');

export const releaseCommands: readonly Command[] = [request, releases, approve, reject];

function decisionCommand(decision: 'approve' | 'reject', summary: string): Command {
  return {
    name: `vault ${decision}`,
    summary,
    positionals: [ID],
    options: [keyFileOption('who decides, one of their own')],
    run: (args, deps) => decide(args, deps, decision),
  };
}

async function runRequest(args: ParsedArguments, deps: CliDeps): Promise<ExitCode> {
  const input = readRequest(args, deps);
  if (!input.ok) return complain(deps, EXIT.usage, input.error);
  const key = readPersonKey(args, deps);
  if (!key.ok) return complain(deps, EXIT.usage, key.error);
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  const asked = await deps.admin(folder).vault.request(input.value, { key: key.value });
  if (!asked.ok) return complainAbout(deps, asked.error);
  if (args.output === 'json') printJson(deps, asked.value);
  else {
    printText(deps, `${asked.value.id}: ${asked.value.about}.`);
    printLine(deps, `Another person has to approve it until ${asked.value.endsAt}: sallyport vault approve ${asked.value.id}`);
  }
  return EXIT.ok;
}

async function runReleases(args: ParsedArguments, deps: CliDeps): Promise<ExitCode> {
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  const read = await deps.admin(folder).vault.list();
  if (!read.ok) return complainAbout(deps, read.error);
  if (args.output === 'json') printJson(deps, { releases: read.value });
  else if (read.value.length === 0) printLine(deps, 'Nothing was asked to be released.');
  else printTable(deps, ['ID', 'STATE', 'WHAT', 'REASON', 'ASKED BY', 'DECIDED BY', 'ENDS', 'USED'], read.value.map(toCells));
  return EXIT.ok;
}

async function decide(args: ParsedArguments, deps: CliDeps, decision: 'approve' | 'reject'): Promise<ExitCode> {
  const key = readPersonKey(args, deps);
  if (!key.ok) return complain(deps, EXIT.usage, key.error);
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  const decided = await deps.admin(folder).vault.decide({ release: args.word('ID'), decision }, { key: key.value });
  if (!decided.ok) return complainAbout(deps, decided.error);
  const { id, about, state, requestedBy, endsAt } = decided.value;
  if (args.output === 'json') printJson(deps, decided.value);
  else printText(deps, `${id} is ${state}: ${about}.${state === 'approved' ? ` ${requestedBy} can have it until ${endsAt}.` : ''}`);
  return EXIT.ok;
}

/** What is asked for; the error is a sentence for the person. */
function readRequest(args: ParsedArguments, deps: CliDeps): Result<ReleaseInput, string> {
  const reason = args.text('reason')?.trim() ?? '';
  if (reason === '') return fail('Say why with --reason: who approves reads it, and it goes on record.');
  const forMs = parseDuration(args.text('for') ?? DEFAULT_FOR);
  if (forMs === undefined || forMs > LONGEST_FOR_MS) return fail('--for is how long, 1m to 7d, such as 30m, 8h or 2d.');
  const times = readTimes(args, deps);
  if (!times.ok) return times;
  const identity = [...args.list('identity')];
  const { fromMs, toMs } = times.value;
  const asked = {
    calls: [...args.list('call')],
    purpose: args.text('purpose') ?? null,
    server: args.text('server') ?? null,
    from: toTime(fromMs),
    to: toTime(toMs),
  };
  const subjects = [...args.list('subject')];
  const isAboutEnvelopes =
    subjects.length + asked.calls.length > 0 || [asked.purpose, asked.server, asked.from, asked.to].some((one) => one !== null);
  if (identity.length > 0 === isAboutEnvelopes)
    return fail('Say what is asked for: --identity, or envelopes by --call, --subject, --purpose, --server, --from or --to.');
  return identity.length > 0
    ? ok({ ...asked, kind: 'identity', pseudonyms: identity, reason, forMs })
    : ok({ ...asked, kind: 'envelopes', pseudonyms: subjects, reason, forMs });
}

function toTime(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

function toCells({ id, state, about, reason, requestedBy, decidedBy, endsAt, uses }: ReleaseView): readonly string[] {
  return [id, state, about, reason, requestedBy, decidedBy ?? '', endsAt, String(uses)];
}
