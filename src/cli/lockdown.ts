// `sallyport lockdown …`: the kill switch. A running gateway is asked first, because it can say that every worker goes by it. Where it does not
// answer, whatever is the matter with it, the lock is written where workers look by themselves.

import { existsSync } from 'node:fs';
import { lockInputSchema } from '../admin/contract.ts';
import type { AdminProblem, LockdownPort, LockdownView, LockedView, LockView } from '../admin/index.ts';
import { fail } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { recordAfterwards } from './acts.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { complain, printJson, printLine, printTable, printText } from './print.ts';
import { complainAbout } from './problems.ts';
import { userName } from './who.ts';

const KINDS = ['agent', 'server', 'tool', 'all'] as const;
type Kind = (typeof KINDS)[number];

const WHAT = [
  { name: 'KIND', text: `what it is: ${KINDS.join(', ')}` },
  { name: 'NAME', text: 'its name, or a glob; of a tool SERVER/TOOL, or only TOOL for every server', optional: true },
] as const;
const REASON = { name: 'reason', value: 'TEXT', text: 'why, for the record and for whoever looks later' } as const;

const show: Command = {
  name: 'lockdown',
  summary: 'Lock an agent, a server, a tool or everything; without arguments, show what is locked',
  description: [
    'No new call passes, and what is open is cut, on every worker, within a second; until it is lifted, also across restarts. It needs neither the store nor the process that answers commands.',
    'Agents read that it is a lockdown, and not why.',
  ],
  positionals: WHAT.map((word) => ({ ...word, optional: true })),
  options: [REASON],
  examples: [
    ['sallyport lockdown agent billing --reason "its key is in a public repository"', 'nothing that this agent does gets through'],
    ['sallyport lockdown tool mail/send_*', 'these tools of one server are shown to nobody and refused'],
    ['sallyport lockdown all', 'everything stops'],
    ['sallyport lockdown', 'what is locked, since when, by whom and why'],
  ],
  run: (args, deps) => (args.word('KIND') === '' ? list(args, deps) : lock(args, deps)),
};

const lift: Command = {
  name: 'lockdown lift',
  summary: 'Lift what was locked',
  description: ['With the same words as it was locked. `--every` lifts everything, also what cannot be read.'],
  positionals: WHAT.map((word) => ({ ...word, optional: true })),
  options: [REASON, { name: 'every', text: 'everything that is locked' }],
  run: (args, deps) => liftLocks(args, deps),
};

export const lockdownCommands: readonly Command[] = [show, lift];

async function list(args: ParsedArguments, deps: CliDeps): Promise<ExitCode> {
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  const read = await onLockdown(folder, deps, (port) => port.read());
  if (!read.ok) return complainAbout(deps, read.error);
  if (args.output === 'json') printJson(deps, read.value);
  else printLockdown(deps, read.value);
  return EXIT.ok;
}

async function lock(args: ParsedArguments, deps: CliDeps): Promise<ExitCode> {
  const kind = readKind(args, deps);
  if (kind === undefined) return EXIT.usage;
  const checked = lockInputSchema.safeParse({ kind, name: args.word('NAME'), ...whoAndWhy(args, deps) });
  if (!checked.success) return complain(deps, EXIT.usage, malformed(checked.error));
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  let byItself = false;
  const done = await onLockdown(folder, deps, (port, isDirect) => {
    byItself = isDirect;
    return port.lock(checked.data);
  });
  if (!done.ok) return complainAbout(deps, done.error);
  const { lock: made, isKnown, workers, confirmed, fault } = done.value;
  if (args.output === 'json') printJson(deps, done.value);
  else {
    printText(deps, `Locked: ${nameOf(made)}. ${inForce(byItself, workers, confirmed, true)}`);
    if (fault !== null) printText(deps, everythingLocked(fault));
  }
  if (byItself) await putOnRecord(folder, deps, 'lockdown.lock', made);
  // It holds all the same: the name may come later. But who typed it wrong must learn that nothing has stopped.
  if (isKnown === false)
    return complain(
      deps,
      EXIT.failed,
      `There is no ${kind} '${made.name}' now. If that was a typing error, nothing has stopped: lock the right one.`,
    );
  return confirmed < workers ? stuck(deps, done.value) : EXIT.ok;
}

async function liftLocks(args: ParsedArguments, deps: CliDeps): Promise<ExitCode> {
  const every = args.flag('every');
  if (every === (args.word('KIND') !== ''))
    return complain(deps, EXIT.usage, `Give a KIND (${KINDS.join(', ')}) and its NAME, or --every.`);
  const kind = every ? null : readKind(args, deps);
  if (kind === undefined) return EXIT.usage;
  const name = args.word('NAME');
  if (kind !== null && (kind === 'all') !== (name === ''))
    return complain(deps, EXIT.usage, kind === 'all' ? "'all' takes no name." : 'NAME is missing.');
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  let byItself = false;
  const done = await onLockdown(folder, deps, (port, isDirect) => {
    byItself = isDirect;
    return port.lift({ kind, name, every, ...whoAndWhy(args, deps) });
  });
  if (!done.ok) return complainAbout(deps, done.error);
  const { lifted, workers, confirmed, fault } = done.value;
  // While everything is locked for another reason, no worker lifts anything, and it is not because it is stuck.
  const effect = fault === null ? ` ${inForce(byItself, workers, confirmed, false)}` : '';
  if (args.output === 'json') printJson(deps, done.value);
  else for (const one of lifted) printText(deps, `Lifted: ${nameOf(one)}.${effect}`);
  if (byItself) for (const one of lifted) await putOnRecord(folder, deps, 'lockdown.lift', { ...one, reason: args.text('reason') ?? '' });
  const missed = kind !== null && lifted.length === 0 ? [notLocked({ kind, name })] : [];
  const stays = fault === null ? [] : [everythingLocked(fault)];
  const [first, ...others] = [...missed, ...stays];
  if (first !== undefined) return complain(deps, EXIT.failed, first, ...others);
  if (every && lifted.length === 0 && args.output === 'table') printLine(deps, 'Nothing is locked now.');
  return confirmed < workers ? stuck(deps, done.value) : EXIT.ok;
}

/** By way of the gateway; else, whatever keeps it from answering, at once on the disk. What it refuses is refused. */
async function onLockdown<T>(
  folder: string,
  deps: CliDeps,
  action: (port: LockdownPort, isDirect: boolean) => Promise<Result<T, AdminProblem>>,
): Promise<Result<T, AdminProblem>> {
  const answered = await action(deps.admin(folder).lockdown, false);
  if (answered.ok || answered.error.code === 'malformed' || answered.error.code === 'data_forbidden') return answered;
  if (!existsSync(folder))
    return fail({
      code: 'gateway_not_running',
      detail: `There is no data folder ${folder}. Name the one of the gateway with --data, or its config with --config.`,
    });
  return action(deps.openLockdown(folder), true);
}

/** It is done, and known: nobody has waited for this. */
async function putOnRecord(folder: string, deps: CliDeps, action: string, { kind, name, reason, id }: LockView): Promise<void> {
  const act = { action, target: kind === 'all' ? undefined : name, isAgent: kind === 'agent', reason, details: { kind, lock: id } };
  const recorded = await recordAfterwards(folder, deps, act);
  if (!recorded.ok) complain(deps, EXIT.ok, `It is in force, but not on record here; workers put it on theirs. ${recorded.error.detail}`);
}

function readKind(args: ParsedArguments, deps: CliDeps): Kind | undefined {
  const word = args.word('KIND');
  const kind = KINDS.find((one) => one === word);
  if (kind === undefined) complain(deps, EXIT.usage, `'${word}' cannot be locked: it is ${KINDS.join(', ')}.`);
  return kind;
}

function whoAndWhy(args: ParsedArguments, deps: CliDeps): { readonly by: string; readonly reason: string } {
  return { by: userName(deps.env), reason: args.text('reason') ?? '' };
}

function malformed(error: { readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] }): string {
  const [issue] = error.issues;
  return `${String(issue?.path[0] ?? 'it').toUpperCase()} ${issue?.message ?? 'is not as expected'}.`;
}

/** What is true now, in a sentence. */
function inForce(byItself: boolean, workers: number, confirmed: number, isLocked: boolean): string {
  if (byItself)
    return `The gateway did not answer; if one runs on this folder, its workers see it within a second by themselves. ${isLocked ? 'One that starts later is locked from the first.' : ''}`.trimEnd();
  if (confirmed < workers) return `It is in force on ${confirmed} of ${workers} workers.`;
  return workers === 1 ? 'It is in force on the one worker.' : `It is in force on all ${workers} workers.`;
}

function stuck(deps: CliDeps, { workers, silent }: Pick<LockedView, 'workers' | 'silent'>): ExitCode {
  return complain(
    deps,
    EXIT.failed,
    `${silent.length} of ${workers} workers did not say that they go by it: ${silent.join(', ')}. End their processes if they do not answer: new ones are locked from the first.`,
  );
}

function everythingLocked(fault: string): string {
  return `EVERYTHING IS LOCKED, because nobody can say what is: the lockdown folder ${fault}. Repair it, or lift everything: sallyport lockdown lift --every`;
}

function notLocked({ kind, name }: Pick<LockView, 'kind' | 'name'>): string {
  return kind === 'all'
    ? "Nobody has locked everything; 'sallyport lockdown' shows what is locked."
    : `Nothing is locked as ${kind} '${name}'; 'sallyport lockdown' shows what is.`;
}

function nameOf({ kind, name }: Pick<LockView, 'kind' | 'name'>): string {
  return kind === 'all' ? 'everything' : `${kind} ${name}`;
}

function printLockdown(deps: CliDeps, { locks, fault, lifted }: LockdownView): void {
  if (fault !== null) printText(deps, everythingLocked(fault));
  if (locks.length > 0)
    printTable(
      deps,
      ['LOCKED', 'SINCE', 'BY', 'REASON'],
      locks.map((one) => [nameOf(one), one.since, one.by, one.reason]),
    );
  else if (fault === null) printLine(deps, 'Nothing is locked.');
  if (lifted.length === 0) return;
  printLine(deps, '');
  printTable(
    deps,
    ['LIFTED', 'LOCKED SINCE', 'LIFTED AT', 'BY', 'REASON'],
    lifted.map((one) => [nameOf(one), one.since, one.lifted.at, one.lifted.by, one.lifted.reason]),
  );
}
