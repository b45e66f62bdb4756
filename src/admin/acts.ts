// The one way in which an act gets on record: its beginning is durable before it is done, its end before anybody is told. A log that takes nothing means
// that nothing is done. What only reads has one record, durable before anything is shown.

import { randomBytes } from 'node:crypto';
import type { ActJournal, ActRecord } from '../audit/index.ts';
import { fail } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { AdminProblem } from './problems.ts';

/** Who does something, and by which way. */
export interface Actor {
  /** `key:` and the agent whose key they showed, else `os:` and the user. */
  readonly by: string;
  readonly via: 'api' | 'cli' | 'console';
}

/** An act, as far as it is known before it is done. */
export interface PerformedAct extends Omit<Actor, 'via'> {
  readonly via: ActRecord['via'];
  readonly action: string;
  readonly kind: 'change' | 'read';
  readonly tenant: string;
  readonly target?: string | null | undefined;
  readonly reason?: string | null | undefined;
  readonly details?: Readonly<Record<string, string | number>> | undefined;
}

/** What only its end tells. */
export type EndOfAct = Pick<PerformedAct, 'target' | 'details'>;

export interface ActsOnRecord {
  readonly journal: ActJournal;
  readonly nowMs: () => number;
}

const ID_BYTES = 8;

/** Does `work` on record. `told` adds what only its result tells. */
export async function performAct<T>(
  { journal, nowMs }: ActsOnRecord,
  act: PerformedAct,
  work: (id: string) => Promise<Result<T, AdminProblem>>,
  told: (value: T) => EndOfAct = () => ({}),
): Promise<Result<T, AdminProblem>> {
  const id = newActId();
  const toRecord = (outcome: ActRecord['outcome'], end: EndOfAct = {}): ActRecord =>
    toActRecord(id, outcome, { ...act, target: end.target ?? act.target, details: { ...act.details, ...end.details } }, nowMs());
  const end = async (record: ActRecord): Promise<boolean> => {
    // Its beginning is on record: that its end is late keeps nobody from learning what has become of it.
    if (act.kind === 'read') return isRecorded(journal, record);
    if (!(await isRecorded(journal, record))) journal.recordSoon([record]);
    return true;
  };

  if (act.kind === 'change' ? !(await isRecorded(journal, toRecord('begun'))) : !journal.canRecord()) return fail(toActProblem());
  let result: Result<T, AdminProblem>;
  try {
    result = await work(id);
  } catch (error) {
    await end(toRecord('failed', { details: { code: 'internal' } }));
    throw error;
  }
  const record = result.ok ? toRecord('done', told(result.value)) : toRecord('refused', { details: { code: result.error.code } });
  return (await end(record)) ? result : fail(toActProblem());
}

/** An act as a record. */
export function toActRecord(act: string, outcome: ActRecord['outcome'], performed: Omit<PerformedAct, 'kind'>, time: number): ActRecord {
  const { action, by, via, tenant, target, reason, details } = performed;
  const hasDetails = details !== undefined && Object.keys(details).length > 0;
  return {
    kind: 'act',
    time,
    act,
    action,
    outcome,
    by,
    via,
    tenant,
    target: target ?? undefined,
    reason: reason === null || reason === '' ? undefined : reason,
    details: hasDetails ? details : undefined,
  };
}

/** That nothing is done, because it could not be put on record. */
export function toActProblem(): AdminProblem {
  return { code: 'unavailable', detail: 'The audit log takes nothing now, and nothing is done that is not on record. The log says why.' };
}

/** Nobody guesses one; and it is short enough to be read out. */
export function newActId(): string {
  return `act_${randomBytes(ID_BYTES).toString('hex')}`;
}

async function isRecorded(journal: ActJournal, record: ActRecord): Promise<boolean> {
  if (!journal.canRecord()) return false;
  try {
    await journal.record([record]);
    return true;
  } catch {
    return false;
  }
}
