// One removal of what the gateway has kept for as long as it says: records, envelopes of the vault, and the keys of months of which nothing is left. The
// keeper signs for each removal or there is none, and each is on record before the first file goes.

import { join } from 'node:path';
import { newActId, toActRecord } from '../admin/index.ts';
import type { RetentionView } from '../admin/index.ts';
import {
  finishRemovals,
  listLogs,
  parseKeys,
  placeTombstone,
  planRetention,
  readTombstone,
  removeEnvelopes,
  removeSegments,
  renewIdleLog,
  vaultFolder,
} from '../audit/index.ts';
import type { ActJournal, ActRecord, Hold, LogPlan, Removal, SweptEnvelopes, VerifierKey } from '../audit/index.ts';
import { sha256Hex } from '../base/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { Fields } from './channel.ts';
import { faultIn } from './checkpoint-port.ts';
import type { Links } from './child.ts';
import type { HoldBook } from './hold-book.ts';
import { toUnevenSince } from './retention-clock.ts';
import type { ClockState, UnevenSince } from './retention-clock.ts';
import { toMonth } from './subject-keys.ts';

export interface RetentionRunOptions {
  readonly dataFolder: string;
  /** Name of the node. */
  readonly node: string;
  readonly log: Log;
  readonly links: Pick<Links, 'request'>;
  readonly journal: Pick<ActJournal, 'record'>;
  readonly tenant: string;
  readonly nowMs: () => number;
  readonly holds: Pick<HoldBook, 'standing'>;
  /** How long envelopes are kept, in days, by purpose, as the config in force has it. */
  readonly keepDays: () => ReadonlyMap<string, number>;
  /** Told when records were removed: whoever has copies of them lets go of those. */
  readonly onRemoved: () => Promise<void>;
}

/** What is wanted of a run. */
export interface WantedRun {
  /** Records are kept so long. */
  readonly days: number;
  readonly isDryRun: boolean;
  /** Somebody has said that the clock is right, although it has leapt. */
  readonly clockIsRight: boolean;
}

const DAY_MS = 86_400_000;
const KEEPER_TIMEOUT_MS = 10_000;

/** Runs once. Rejects where it cannot be said what would have to be kept; nothing is removed then. */
export async function runRetention(options: RetentionRunOptions, wanted: WantedRun): Promise<RetentionView> {
  const { dataFolder, nowMs, holds, log, onRemoved } = options;
  const { days, isDryRun } = wanted;
  const ask = (type: string, fields: Fields): Promise<Fields> => askKeeper(options.links, type, fields);
  const clock = toClock((await ask('retention-clock', { isRight: wanted.clockIsRight && !isDryRun }))['clock']);
  const cutoffMs = nowMs() - days * DAY_MS;
  const standing = await holds.standing();
  if (!isDryRun) await finishInterrupted(options);
  if (!isDryRun) await renewIdleLogs(options);

  const plans = await planRetention(join(dataFolder, 'audit'), { cutoffMs, holds: standing });
  const isSteady = clock.kind === 'steady';
  const logs: RetentionView['logs'] = [];
  for (const plan of plans) {
    const done =
      isDryRun || !isSteady ? { removed: isSteady ? plan.removals : [], fault: plan.fault } : await carryOut(options, plan, standing);
    logs.push({
      slot: plan.slot,
      segments: plan.segments,
      removed: done.removed.map(({ first, last, from, to }) => ({ first, last, from, to })),
      held: plan.held.map(({ number, holds: ids }) => ({ segment: number, holds: [...ids] })),
      fault: done.fault ?? null,
    });
  }
  const isRemoved = !isDryRun && logs.some(({ removed }) => removed.length > 0);
  // At once, and for itself: where one of these fails, the others are done.
  if (isRemoved)
    await onRemoved().catch((error: unknown) => log.warn('copies of what was removed are there still', { reason: String(error) }));
  const sweep = { nowMs: nowMs(), holds: standing, keepDays: options.keepDays(), retentionDays: days };
  const swept = await removeEnvelopes(vaultFolder(dataFolder), { ...sweep, isDryRun: isDryRun || !isSteady });
  // What keeps nothing from being removed is no fault: a gateway that is new, say.
  const isDue = swept.removed > 0 || plans.some(({ removals }) => removals.length > 0);
  const isWhole = logs.every(({ fault }) => fault === null);
  const keys = isSteady && !isDryRun && isWhole ? await expireKeys(plans, swept, ask) : 0;
  return {
    isDryRun,
    days,
    cutoff: new Date(cutoffMs).toISOString(),
    clock: viewClock(clock),
    logs,
    envelopes: isSteady ? swept.removed : 0,
    keys,
    ...(isDue || clock.kind === 'leapt' ? { fault: describeClock(clock), note: null } : { fault: null, note: describeClock(clock) }),
  };
}

/** Logs of workers that are not needed any more, and of commands: their last records get old too. */
async function renewIdleLogs({ dataFolder, node, nowMs, log }: RetentionRunOptions): Promise<void> {
  for (const one of await listLogs(join(dataFolder, 'audit'))) {
    try {
      await renewIdleLog(one, { node, writer: `control pid ${process.pid}`, nowMs });
    } catch (error) {
      log.warn('a log that nobody writes cannot be gone on with', {
        slot: one.slot,
        reason: error instanceof Error ? error.message : 'unknown',
      });
    }
  }
}

/** Finishes at once what was cut short: before anybody can set a hold on what is already half gone. */
export async function finishInterrupted({ dataFolder, links, journal, tenant, nowMs }: RetentionRunOptions): Promise<void> {
  const trusted = async (): Promise<readonly VerifierKey[]> =>
    parseKeys(String((await askKeeper(links, 'checkpoints-signed', {}))['key'])) ?? [];
  for (const { slot, first, last } of await finishRemovals(join(dataFolder, 'audit'), trusted)) {
    const facts = { action: 'audit.remove', by: 'gateway', via: 'gateway', tenant, target: slot, details: { first, last } } as const;
    await journal.record([toActRecord(newActId(), 'done', facts, nowMs())]);
  }
}

const UNEVEN: Readonly<Record<UnevenSince | 'unknown', string>> = {
  new: 'The gateway is new here, and has not seen its clock run for three days yet',
  ahead: 'The clock went ahead by more than three days, or the gateway was off for as long',
  back: 'The clock was put back',
  unknown: 'The clock was put ahead or back, or the gateway is new or was off for days',
};

/** What is said of a clock that cannot be gone by; undefined where it can. */
export function describeClock(clock: ClockState): string | null {
  switch (clock.kind) {
    case 'steady':
      return null;
    case 'settling':
      return `${UNEVEN[clock.since ?? 'unknown']}: no record is removed before ${timeOf(clock.untilMs)}.`;
    case 'leapt':
      return `The clock went from ${timeOf(clock.fromMs)} to ${timeOf(clock.toMs)}: no record is removed until somebody says that it is right, with 'sallyport audit retain --clock-is-right --reason TEXT'.`;
    default:
      return clock satisfies never;
  }
}

/** Removes what a plan has found, one after the other; stops at the first that cannot be. */
async function carryOut(
  options: RetentionRunOptions,
  plan: LogPlan,
  standing: readonly Hold[],
): Promise<{ readonly removed: readonly Removal[]; readonly fault: string | undefined }> {
  const removed: Removal[] = [];
  for (const removal of plan.removals) {
    // What has gone before is gone, and whoever has copies of it has to be told.
    const fault = await removeOne(options, plan, { removal, standing }).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    if (fault !== undefined) return { removed, fault };
    removed.push(removal);
  }
  return { removed, fault: plan.fault };
}

async function removeOne(
  { links, journal, tenant, nowMs, holds }: RetentionRunOptions,
  { slot, directory }: LogPlan,
  { removal, standing }: { readonly removal: Removal; readonly standing: readonly Hold[] },
): Promise<string | undefined> {
  const { first, last, from, to } = removal;
  const answer = await askKeeper(links, 'sign-tombstone', { removal }, false);
  const { note } = answer;
  const tombstone = typeof note === 'string' ? readTombstone(note) : undefined;
  if (typeof note !== 'string' || tombstone === undefined)
    return `the keeper does not sign for segments ${first} to ${last}: ${faultIn(answer)}`;
  const known = new Set(standing.map(({ id }) => id));
  if ((await holds.standing()).some(({ id }) => !known.has(id))) return 'a hold was set in between; what is old enough goes next time';

  const act = newActId();
  const details = { origin: tombstone.origin, first, last, from, to, before: timeOf(tombstone.before), tombstone: sha256Hex(note) };
  const write = (outcome: ActRecord['outcome']): Promise<void> => {
    const facts = {
      action: 'audit.remove',
      by: 'gateway',
      via: 'gateway',
      tenant,
      target: slot,
      reason: tombstone.reason,
      details,
    } as const;
    return journal.record([toActRecord(act, outcome, facts, nowMs())]);
  };
  try {
    await write('begun');
    await placeTombstone(directory, first, note);
    await removeSegments(directory, removal);
    await write('done');
    return undefined;
  } catch (fault) {
    // What was begun is finished next time, by the tombstone.
    await write('failed').catch(() => undefined);
    return `segments ${first} to ${last} cannot be removed: ${fault instanceof Error ? fault.message : String(fault)}`;
  }
}

/** Keys of subjects are needed for as long as there is a record or an envelope of their month. */
async function expireKeys(
  plans: readonly LogPlan[],
  swept: SweptEnvelopes,
  ask: (type: string, fields: Fields) => Promise<Fields>,
): Promise<number> {
  const oldest = [...plans.map(({ oldestMs }) => oldestMs), swept.oldestMs].filter((time) => time !== undefined);
  if (oldest.length === 0) return 0;
  const { destroyed } = await ask('subject-expire', { before: toMonth(Math.min(...oldest)) });
  return typeof destroyed === 'number' ? destroyed : 0;
}

async function askKeeper(links: Pick<Links, 'request'>, type: string, fields: Fields, isFatal = true): Promise<Fields> {
  const answer = await links.request('keeper', type, fields, KEEPER_TIMEOUT_MS);
  if (isFatal && answer.fields['error'] !== undefined) throw new Error(`the keeper cannot answer: ${faultIn(answer.fields)}`);
  return answer.fields;
}

function toClock(value: unknown): ClockState {
  if (typeof value === 'object' && value !== null && 'kind' in value) {
    if (value.kind === 'steady') return { kind: 'steady' };
    if (value.kind === 'settling' && 'untilMs' in value)
      return { kind: 'settling', untilMs: Number(value.untilMs), since: 'since' in value ? toUnevenSince(value.since) : undefined };
    if (value.kind === 'leapt' && 'fromMs' in value && 'toMs' in value)
      return { kind: 'leapt', fromMs: Number(value.fromMs), toMs: Number(value.toMs) };
  }
  throw new Error('the keeper does not say whether its clock can be gone by');
}

function viewClock(clock: ClockState): RetentionView['clock'] {
  return {
    state: clock.kind,
    until: clock.kind === 'settling' ? timeOf(clock.untilMs) : null,
    from: clock.kind === 'leapt' ? timeOf(clock.fromMs) : null,
    to: clock.kind === 'leapt' ? timeOf(clock.toMs) : null,
  };
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
