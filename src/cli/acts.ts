// What a command does with the record itself is on record before it shows anything: by way of the gateway where one runs, else in a log of the commands'
// own in the data folder. A command that cannot say so must not go on.

import { performAct, toActProblem } from '../admin/index.ts';
import type { AdminProblem, PerformedAct } from '../admin/index.ts';
import type { CommandActInput } from '../admin/contract.ts';
import { DEFAULT_TENANT } from '../agents/index.ts';
import type { ActLog } from '../audit/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { CliDeps } from './command.ts';
import { userName } from './who.ts';

/**
 * Puts on record that a command is about to read the record of a data folder, or to do something with what is kept there; gives back the id of the
 * act. Durable when it resolves. Where it fails, the command must show nothing: `complainAbout` says why.
 */
export async function recordAct(folder: string, deps: CliDeps, act: CommandActInput): Promise<Result<string, AdminProblem>> {
  const answered = await deps.admin(folder).acts.record(act);
  if (answered.ok) return ok(answered.value.act);
  if (answered.error.code !== 'gateway_not_running') return answered;
  const { action, target, reason, details } = act;
  let id = '';
  const recorded = await actDirectly(folder, deps, { action, kind: 'read', target, reason, details }, async (given) => ok((id = given)));
  return recorded.ok ? ok(id) : recorded;
}

/** What is done to a data folder on which no gateway runs, on record in the log of the commands: its beginning before it is done, then its end. */
export async function actDirectly<T>(
  folder: string,
  deps: CliDeps,
  act: Omit<PerformedAct, 'by' | 'via' | 'tenant'>,
  work: (id: string) => Promise<Result<T, AdminProblem>>,
): Promise<Result<T, AdminProblem>> {
  const opened = await openLog(folder, deps);
  if (!opened.ok) return opened;
  const log = opened.value;
  try {
    const performed: PerformedAct = { ...act, by: `os:${userName(deps.env)}`, via: 'cli', tenant: DEFAULT_TENANT };
    return await performAct({ journal: log, nowMs: () => deps.now().getTime() }, performed, work);
  } finally {
    await log.close();
  }
}

async function openLog(folder: string, deps: CliDeps): Promise<Result<ActLog, AdminProblem>> {
  try {
    const log = await deps.openActs(folder);
    if (log.canRecord()) return ok(log);
    await log.close();
    return fail(toActProblem());
  } catch (error) {
    const why = error instanceof Error ? ` (${error.message})` : '';
    return fail({
      code: 'data_forbidden',
      detail: `What is done here goes on record first, in ${folder}/audit/cli, and that cannot be written${why}. Run the command as the user that runs the gateway.`,
    });
  }
}
