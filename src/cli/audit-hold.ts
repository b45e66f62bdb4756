// `sallyport audit hold …`: what has to be kept, whatever its time. The gateway does it, since it is the one that removes; who sets a hold and who lifts it
// are two people, each known by a key of their own.

import type { AddHoldInput, AdminPorts, HoldView } from '../admin/index.ts';
import { compileGlob, nearest } from '../base/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { parseTime } from './entry-filter.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { keyFileOption, readPersonKey } from './person-key.ts';
import { complain, printJson, printLine, printTable, printText } from './print.ts';
import { complainAbout } from './problems.ts';

const KEY_FILE = keyFileOption('who does this, one of their own');
const REASON = { name: 'reason', value: 'TEXT', text: 'why, for the record' } as const;
const REASON_NEEDED = 'Say why, with --reason: it goes on record.';

const add: Command = {
  name: 'audit hold add',
  summary: 'Keep records, whatever their time, until somebody else lifts it',
  description: [
    'While a hold stands, no segment with a record that it is about is removed, nobody whom it is about is erased, and nothing that was sealed of them goes. What is said narrows it: a record has to fit all of it.',
    'Names of users are not kept, only the pseudonym by which they are on record; where the privacy profile hides agents, the same goes for those.',
  ],
  options: [
    { name: 'server', value: 'NAME', text: 'records about this server, by name or glob' },
    { name: 'agent', value: 'NAME', text: 'records about this agent' },
    { name: 'user', value: 'NAME', text: 'records about this user' },
    { name: 'subject', value: 'PSEUDONYM', text: 'records about whoever has this pseudonym' },
    { name: 'from', value: 'TIME', text: 'from then on: 2026-11-22, 2026-11-22T10:00Z, or so long ago: 90m, 12h, 30d, 4w' },
    { name: 'to', value: 'TIME', text: 'until then' },
    { name: 'everything', text: 'all records' },
    REASON,
    KEY_FILE,
  ],
  examples: [['sallyport audit hold add --server payroll --from 2026-05-01 --reason "case 7" --key-file counsel.key', 'one server']],
  run: runAdd,
};

const list: Command = {
  name: 'audit hold list',
  summary: 'List the legal holds',
  options: [{ name: 'all', text: 'also those that were lifted' }],
  run: runList,
};

const lift: Command = {
  name: 'audit hold lift',
  summary: 'Lift a hold that somebody else has set',
  description: ['What is old enough then goes with the next daily removal.'],
  positionals: [{ name: 'ID', text: 'of the hold, as the list has it' }],
  options: [REASON, KEY_FILE],
  run: runLift,
};

export const auditHoldCommands: readonly Command[] = [add, list, lift];

async function runAdd(args: ParsedArguments, deps: CliDeps): Promise<ExitCode> {
  const input = readHold(args, deps);
  if (typeof input === 'string') return complain(deps, EXIT.usage, input);
  const key = readPersonKey(args, deps);
  if (!key.ok) return complain(deps, EXIT.usage, key.error);
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  const added = await deps.admin(folder).holds.add(input, { key: key.value });
  if (!added.ok) return complainAbout(deps, added.error);
  // It stands, since what it is about may be on record from before, or come; but a slip would keep nothing, and nobody would notice in time.
  const doubt = await doubtAbout(input, deps.admin(folder));
  if (args.output === 'json') printJson(deps, { ...added.value, doubt: doubt ?? null });
  else {
    printText(deps, `${added.value.id} stands: ${added.value.about}.`);
    printLine(deps, 'Nothing that it is about is removed or erased, until somebody else lifts it.');
    if (doubt !== undefined) printText(deps, `${doubt} If that is a slip, have ${added.value.id} lifted, and set another.`);
  }
  return EXIT.ok;
}

/** What in it is nothing that this gateway knows; undefined: nothing, or nobody can say. */
async function doubtAbout({ server, agent }: AddHoldInput, admin: Pick<AdminPorts, 'agents' | 'servers'>): Promise<string | undefined> {
  const servers = server === null ? undefined : await admin.servers();
  if (server !== null && servers?.ok === true) {
    const names = servers.value.map(({ name }) => name);
    const matches = compileGlob(server);
    if (!names.some(matches)) return `No server of the config is called ${server}.${meant(nearest(server, names))}`;
  }
  const agents = agent === null ? undefined : await admin.agents.list();
  if (agent !== null && agents?.ok === true) {
    const names = agents.value.agents.map(({ name }) => name);
    if (!names.includes(agent)) return `There is no agent ${agent}.${meant(nearest(agent, names))}`;
  }
  return undefined;
}

function meant(name: string | undefined): string {
  return name === undefined ? '' : ` Did you mean ${name}?`;
}

async function runList(args: ParsedArguments, deps: CliDeps): Promise<ExitCode> {
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  const read = await deps.admin(folder).holds.list();
  if (!read.ok) return complainAbout(deps, read.error);
  const holds = read.value.filter(({ lifted }) => args.flag('all') || lifted === null);
  if (args.output === 'json') printJson(deps, { holds });
  else if (holds.length === 0) printLine(deps, 'No legal hold stands.');
  else
    printTable(
      deps,
      ['ID', 'ABOUT', 'SINCE', 'BY', 'REASON', ...(args.flag('all') ? ['LIFTED'] : [])],
      holds.map((hold) => toCells(hold, args)),
    );
  return EXIT.ok;
}

async function runLift(args: ParsedArguments, deps: CliDeps): Promise<ExitCode> {
  const reason = args.text('reason');
  if (reason === undefined) return complain(deps, EXIT.usage, REASON_NEEDED);
  const key = readPersonKey(args, deps);
  if (!key.ok) return complain(deps, EXIT.usage, key.error);
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  const lifted = await deps.admin(folder).holds.lift({ id: args.word('ID'), reason }, { key: key.value });
  if (!lifted.ok) return complainAbout(deps, lifted.error);
  if (args.output === 'json') printJson(deps, lifted.value);
  else printText(deps, `${lifted.value.id} is lifted: ${lifted.value.about}.`);
  return EXIT.ok;
}

/** What is asked for; a sentence where it cannot be understood. */
function readHold(args: ParsedArguments, deps: CliDeps): AddHoldInput | string {
  const reason = args.text('reason');
  if (reason === undefined) return REASON_NEEDED;
  const from = readTime(args.text('from'), deps);
  const to = readTime(args.text('to'), deps);
  if (from === 'malformed' || to === 'malformed')
    return 'A time is a day, as 2026-11-22, a time of a day, as 2026-11-22T10:00Z, or so long ago: 90m, 12h, 30d, 4w.';
  const names = { server: args.text('server'), agent: args.text('agent'), user: args.text('user'), subject: args.text('subject') };
  const everything = args.flag('everything');
  const isNarrow = [...Object.values(names), from, to].some((part) => part !== undefined);
  if (everything === isNarrow)
    return 'Say what has to be kept, with --server, --agent, --user, --subject, --from or --to, or say --everything.';
  const { server = null, agent = null, user = null, subject = null } = names;
  return { server, agent, user, subject, from: timeOf(from), to: timeOf(to), everything, reason };
}

function readTime(text: string | undefined, deps: CliDeps): number | undefined | 'malformed' {
  return text === undefined ? undefined : (parseTime(text, deps.now().getTime()) ?? 'malformed');
}

function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

function toCells({ id, about, since, by, reason, lifted }: HoldView, args: ParsedArguments): readonly string[] {
  const end = lifted === null ? '-' : `${lifted.at} by ${lifted.by}: ${lifted.reason}`;
  return [id, about, since, by, reason, ...(args.flag('all') ? [end] : [])];
}
