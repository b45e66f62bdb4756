// `sallyport audit whois|erase`: whose a pseudonym of the record is, and having somebody erased. A running gateway does it, since only its keeper
// knows; both need a reason, and are on record with it.

import type { Secret } from '../base/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { findNamedRecords } from './named-records.ts';
import type { NamedRecords } from './named-records.ts';
import { keyFileOption, readPersonKey } from './person-key.ts';
import { complain, printJson, printLine, printText } from './print.ts';
import { complainAbout } from './problems.ts';
import { isPseudonym, slipIn } from './pseudonym.ts';
import { recordSettings } from './record-access.ts';

const DAY_MS = 86_400_000;
const WHO = { name: 'WHO', text: 'a pseudonym, sub_ and 24 hex digits, or the name of an agent' } as const;
const OPTIONS = [
  { name: 'user', text: 'the name is that of a user' },
  { name: 'reason', value: 'TEXT', text: 'why, for the record' },
  keyFileOption('who asks, so that the record says who it was'),
] as const;

const whois: Command = {
  name: 'audit whois',
  summary: 'Say whose a pseudonym is, or by which somebody is on record',
  description: [
    'Names stand apart from the record, and who asks for one says why: that is on record. Where the privacy profile wants two people for it, ask with `sallyport vault request --identity`.',
  ],
  positionals: [WHO],
  options: OPTIONS,
  examples: [['sallyport audit whois sub_0123456789abcdef01234567 --reason "case 7"', 'one name']],
  run: async (args, deps) => {
    const asked = readAsked(args, deps);
    if (asked === undefined) return EXIT.usage;
    const folder = dataFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const { subjects } = deps.admin(folder);
    const { who, reason, key } = asked;
    if (isPseudonym(who)) {
      const found = await subjects.whois({ pseudonym: who, reason }, { key });
      if (!found.ok) return complainAbout(deps, found.error);
      if (args.output === 'json') printJson(deps, found.value);
      else printLine(deps, `${who} is the ${found.value.kind} ${found.value.name}.`);
      return EXIT.ok;
    }
    const found = await subjects.find({ kind: asked.kind, name: who, reason }, { key });
    if (!found.ok) return complainAbout(deps, found.error);
    const { pseudonym } = found.value;
    if (args.output === 'json') printJson(deps, found.value);
    else if (pseudonym !== null) printLine(deps, `The ${asked.kind} ${who} is on record as ${pseudonym}.`);
    if (pseudonym === null)
      return complain(deps, EXIT.failed, `Nothing was ever on record about the ${asked.kind} ${who}, or it was erased.`);
    return EXIT.ok;
  },
};

const erase: Command = {
  name: 'audit erase',
  summary: 'Erase somebody from the record',
  description: [
    'Destroys whose the pseudonym was and every key of theirs: what was sealed of them cannot be opened any more, no value can be tested, and the pseudonym says nobody any more who it was. The record itself stays, with the pseudonym, and still verifies. It cannot be undone.',
    'Where the record holds names of agents (audit.subjects: names), or did so before, those records keep the name until their time is over: nothing is taken out of a log. The command says how many they are, until when, and what to do.',
    'Refused while a legal hold stands that is about them. Whoever calls again after that is somebody new; remove the agent first where that must not be. Where the privacy profile wants two people to learn whose a pseudonym is, say the pseudonym: what becomes of a name would tell. Copies of the folder `keys` in backups have to be destroyed too.',
  ],
  positionals: [WHO],
  options: OPTIONS,
  examples: [['sallyport audit erase desk-7 --reason "request of 3 May, GDPR Art. 17"', 'an agent, by its name']],
  run: async (args, deps) => {
    const asked = readAsked(args, deps);
    if (asked === undefined) return EXIT.usage;
    const folder = dataFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const { who, reason, key } = asked;
    const kind = isPseudonym(who) ? ('pseudonym' as const) : asked.kind;
    const erased = await deps.admin(folder).subjects.erase({ kind, name: who, reason }, { key });
    if (!erased.ok) return complainAbout(deps, erased.error);
    const { pseudonym, months, workers, confirmed, silent } = erased.value;
    const named = await findNamedRecords(folder, kind === 'agent' ? [pseudonym, who] : [pseudonym]);
    if (args.output === 'json') printJson(deps, { ...erased.value, namedRecords: named?.count ?? null });
    else {
      printText(
        deps,
        `Erased: ${named?.count === 0 ? 'nobody can say any more whose the pseudonym was' : 'whose the pseudonym was is destroyed'}, and ${months === 1 ? 'the key of one month is' : `the keys of ${months} months are`} destroyed. ${confirmed} of ${workers} workers hold nothing of them.`,
      );
      if (named?.count !== 0) printText(deps, aboutNames(named, folder));
    }
    if (silent.length === 0) return EXIT.ok;
    return complain(
      deps,
      EXIT.failed,
      `These workers have not answered and may still have keys of this month in memory: ${silent.join(', ')}. They lose them when they end.`,
    );
  },
};

/** What of them stands in the log by name, until when, and what to do about it. */
function aboutNames(named: NamedRecords | undefined, folder: string): string {
  if (named === undefined)
    return 'Whether records have the name itself could not be found out, since the record cannot be searched now. Where audit.subjects is or was names, they have it until their time is over.';
  const { subjects, kept } = recordSettings(folder);
  const until =
    kept === undefined
      ? 'until their time is over'
      : `until their time is over: the last on ${new Date(named.lastMs + kept.retentionDays * DAY_MS).toISOString().slice(0, 10)}, or with the segment it stands in`;
  const { count } = named;
  return [
    `${count} ${count === 1 ? 'record has' : 'records have'} the name itself, and keep it ${until}. Nothing is taken out of a log, so from them it can be told who it was.`,
    "A shorter audit.retentionDays and 'sallyport audit retain' let them go sooner.",
    ...(subjects === 'names' ? ['audit.subjects: pseudonyms keeps names out of what is written from then on.'] : []),
  ].join(' ');
}

export const auditSubjectCommands: readonly Command[] = [whois, erase];

interface AskedAbout {
  readonly who: string;
  readonly kind: 'agent' | 'user';
  readonly reason: string;
  readonly key: Secret | undefined;
}

function readAsked(args: ParsedArguments, deps: CliDeps): AskedAbout | undefined {
  const reason = args.text('reason')?.trim() ?? '';
  const slip = slipIn(args.word('WHO'));
  if (slip !== undefined) {
    complain(deps, EXIT.usage, slip);
    return undefined;
  }
  const key = readPersonKey(args, deps);
  if (reason !== '' && key.ok) return { who: args.word('WHO'), kind: args.flag('user') ? 'user' : 'agent', reason, key: key.value };
  complain(deps, EXIT.usage, key.ok ? 'Say why with --reason: it goes on record.' : key.error);
  return undefined;
}
