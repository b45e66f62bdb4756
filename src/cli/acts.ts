// What commands do to a data folder by themselves is on record: by way of the gateway where one runs, else in a log of their own, `audit/cli`. Whoever
// reads the record, or changes who may call, says so before; a command that cannot must not go on. Only the kill switch waits for nothing.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newActId, performAct, toActProblem, toActRecord } from '../admin/index.ts';
import type { AdminProblem, PerformedAct } from '../admin/index.ts';
import type { CommandActInput } from '../admin/contract.ts';
import { DEFAULT_TENANT } from '../agents/index.ts';
import { DEFAULT_AUDIT } from '../audit/index.ts';
import type { ActLog } from '../audit/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { parseSnapshotDocument } from '../config/index.ts';
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
  return inOwnLog(folder, deps, (log) =>
    performAct(onRecord(log, deps), { ...actorOf(deps), action, kind: 'read', target, reason, details }, async (id) => ok(id)),
  );
}

/** A change to a data folder, as it stands on record. */
export interface DirectAct extends Pick<PerformedAct, 'action' | 'target' | 'reason' | 'details'> {
  /** Whether the target is the name of an agent: it stands there only where the privacy profile has names. */
  readonly isAgent: boolean;
}

/** What is done to a data folder on which no gateway runs: its beginning is on record before it is done, then its end. */
export function actDirectly<T>(
  folder: string,
  deps: CliDeps,
  act: DirectAct,
  work: () => Promise<Result<T, AdminProblem>>,
): Promise<Result<T, AdminProblem>> {
  return inOwnLog(folder, deps, (log) => performAct(onRecord(log, deps), { ...toPerformed(folder, deps, act), kind: 'change' }, work));
}

/** What could not wait and is done: on record after the fact. Fails without harm; the workers have it in their own logs. */
export function recordAfterwards(folder: string, deps: CliDeps, act: DirectAct): Promise<Result<void, AdminProblem>> {
  return inOwnLog(folder, deps, async (log) => {
    const record = toActRecord(newActId(), 'done', toPerformed(folder, deps, act), deps.now().getTime());
    return log.record([record]).then(
      () => ok(undefined),
      () => fail(toActProblem()),
    );
  });
}

function onRecord(journal: ActLog, deps: CliDeps): { readonly journal: ActLog; readonly nowMs: () => number } {
  return { journal, nowMs: () => deps.now().getTime() };
}

function actorOf(deps: CliDeps): Pick<PerformedAct, 'by' | 'via' | 'tenant'> {
  return { by: `os:${userName(deps.env)}`, via: 'cli', tenant: DEFAULT_TENANT };
}

function toPerformed(folder: string, deps: CliDeps, act: DirectAct): Omit<PerformedAct, 'kind'> {
  const { isAgent, target, ...rest } = act;
  return { ...actorOf(deps), ...rest, target: isAgent && !standNames(folder) ? undefined : target };
}

/** Pseudonyms are the keeper's, and it is not there: where names do not stand on record, or nobody knows whether they do, none is written. */
function standNames(folder: string): boolean {
  try {
    const parsed = parseSnapshotDocument(readFileSync(join(folder, 'snapshot.json'), 'utf8'));
    return parsed.ok && (parsed.value.shards.config.audit ?? DEFAULT_AUDIT).subjects === 'names';
  } catch {
    return false;
  }
}

async function inOwnLog<T>(
  folder: string,
  deps: CliDeps,
  use: (log: ActLog) => Promise<Result<T, AdminProblem>>,
): Promise<Result<T, AdminProblem>> {
  let log: ActLog;
  try {
    log = await deps.openActs(folder);
  } catch (error) {
    const why = error instanceof Error ? ` (${error.message})` : '';
    return fail({
      code: 'data_forbidden',
      detail: `What is done here goes on record first, in ${join(folder, 'audit', 'cli')}, and that cannot be written${why}. Run the command as the user that runs the gateway.`,
    });
  }
  try {
    return await use(log);
  } finally {
    await log.close();
  }
}
