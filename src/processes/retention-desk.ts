// When what was kept long enough is removed: once a day, and whenever somebody asks. One removal at a time; what keeps it from being done is said in the
// gateway's status, because records that are kept for too long are a fault too.

import type { AdminProblem, RetentionInput, RetentionView } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { Log } from '../telemetry/index.ts';
import { finishInterrupted, runRetention } from './retention-run.ts';
import type { RetentionRunOptions } from './retention-run.ts';

export interface RetentionDeskOptions extends RetentionRunOptions {
  /** How long records are kept, by the config in force; undefined: none is yet. */
  readonly days: () => number | undefined;
}

export interface RetentionDesk {
  removeOld(input: RetentionInput): Promise<Result<RetentionView, AdminProblem>>;
  /** What keeps records for longer than they should be. */
  faults(): readonly string[];
  /** Finishes what was cut short, and begins the daily removal. */
  open(): Promise<void>;
  close(): Promise<void>;
}

/** A gateway that starts has more to do at first, and whoever has just put a config in force may see that it was wrong. */
const FIRST_AFTER_MS = 15 * 60_000;
const DAY_MS = 86_400_000;

export function createRetentionDesk(options: RetentionDeskOptions): RetentionDesk {
  const { log, days } = options;
  let faults: readonly string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const run = async ({ dryRun, clockIsRight }: RetentionInput): Promise<Result<RetentionView, AdminProblem>> => {
    const kept = days();
    if (kept === undefined) return fail({ code: 'unavailable', detail: 'No config is in force yet; try again.' });
    try {
      const view = await runRetention(options, { days: kept, isDryRun: dryRun, clockIsRight });
      if (!dryRun) faults = faultsOf(view);
      return ok(view);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      faults = [`Old records are not removed: ${why}.`];
      log.error('old records are not removed', { reason: why });
      return fail({ code: 'unavailable', detail: `Nothing was removed: ${why}.` });
    }
  };
  /** One at a time: two would plan for the same files. */
  const removeOld = (input: RetentionInput): Promise<Result<RetentionView, AdminProblem>> => {
    const done = turn.then(() => run(input));
    turn = done.catch(() => undefined);
    return done;
  };
  const daily = (): void => {
    timer = setTimeout(daily, DAY_MS).unref();
    removeOld({ dryRun: false, clockIsRight: false, reason: null }).then(
      (done) => (done.ok ? tell(log, done.value) : undefined),
      (error: unknown) => log.error('old records are not removed', { reason: String(error) }),
    );
  };

  return {
    removeOld,
    faults: () => faults,
    open: async () => {
      try {
        await finishInterrupted(options);
      } catch (error) {
        faults = [
          `A removal of old records was cut short, and cannot be finished: ${error instanceof Error ? error.message : String(error)}.`,
        ];
      }
      timer = setTimeout(daily, FIRST_AFTER_MS).unref();
    },
    close: async () => {
      clearTimeout(timer);
      await turn;
    },
  };
}

function faultsOf({ fault, logs }: RetentionView): readonly string[] {
  const each = logs.flatMap((one) => (one.fault === null ? [] : [`Old records of ${one.slot} are not removed: ${one.fault}.`]));
  return fault === null ? each : [fault, ...each];
}

function tell(log: Log, view: RetentionView): void {
  for (const { slot, removed } of view.logs)
    for (const { first, last, from, to } of removed) log.info('old records were removed', { slot, first, last, from, to });
  if (view.envelopes > 0) log.info('envelopes were removed, because their time is over', { count: view.envelopes });
}
