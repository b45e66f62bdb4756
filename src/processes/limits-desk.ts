// Control's end of limits: the one authority of this gateway. What it gives is written down before it is used; after its death its successor asks
// every worker what it holds before it gives anything.
//
// On many nodes, control would be the holder of a lease from the store that they share, as its workers are holders of leases from it: the same
// `take`, `report`, `recall` and `claim` (policies/limits/leases.ts), with the name of the node.

import type { BucketPage, BucketQuery, LimitsView } from '../admin/index.ts';
import type { LevelName, LevelStore } from '../cluster/index.ts';
import { createLimitAuthority } from '../policies/index.ts';
import type { Account, Limit, LimitAuthority, PolicyDocument } from '../policies/index.ts';
import type { Log, Metrics } from '../telemetry/index.ts';
import type { Channel, Frame } from './channel.ts';
import type { Caller, Desk } from './conversation.ts';
import { readClaims, readReports, readTake } from './limits-frames.ts';
import type { TakeFrame } from './limits-frames.ts';
import { pageBuckets, viewLimits } from './limits-view.ts';
import type { Shown } from './limits-view.ts';
import { steadyNowMs } from './steady-clock.ts';

/** A worker answers at once, or hangs; what it holds counts as spent then. */
const RECALL_MS = 500;
/** Workers that lived before this process and have not said what they hold by then have died meanwhile. */
const CLAIMS_MS = 3_000;
const SWEEP_MS = 10_000;
const GAUGE_MS = 1_000;
/** The first failure to write is said, and then one a minute. */
const SAY_AGAIN_MS = 60_000;

export interface LimitsDeskOptions {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Names of workers that were there before this process. */
  readonly expected: readonly string[];
  readonly nowMs?: () => number;
}

export interface LimitsDesk extends Desk {
  /** Takes up what was written down. */
  open(store: LevelStore): Promise<void>;
  /** Puts the limits of a policy in force, before workers hear of them. */
  configure(policy: PolicyDocument): void;
  view(shown: Shown): LimitsView;
  /** The buckets of one limit, by page; undefined: there is no such limit. */
  buckets(query: BucketQuery, shown: Shown): BucketPage | undefined;
}

export function createLimitsDesk({ log, metrics, expected, nowMs = steadyNowMs }: LimitsDeskOptions): LimitsDesk {
  let store: LevelStore | undefined;
  let authority: LimitAuthority = createLimitAuthority();
  let limits: Readonly<Record<string, Limit>> | undefined;
  let isOpen = false;
  let saidMs = -Infinity;
  const workers = new Map<string, Channel>();
  /** Who has not said yet what it holds. */
  const silent = new Set(expected);
  /** What came before anything can be given. */
  let early: (() => void)[] | undefined = [];
  /** In order: what is asked back comes behind what was given before. */
  let outbox: (() => void)[] = [];
  let isWriting = false;
  let dropped: readonly LevelName[] = [];

  /** Everything that is ready now goes out behind one write. */
  const flush = async (): Promise<void> => {
    if (isWriting) return;
    isWriting = true;
    // Frames that lie in the same buffer are answered together.
    await new Promise((resolve) => setImmediate(resolve));
    for (;;) {
      const rows = authority.unwritten(nowMs());
      const out = outbox;
      const gone = dropped;
      outbox = [];
      dropped = [];
      if (rows.length === 0 && gone.length === 0 && out.length === 0) break;
      if (rows.length > 0 || gone.length > 0) await store?.write(rows, gone).catch(complain);
      for (const say of out) say();
    }
    isWriting = false;
  };
  /** Calls go on: this process knows what it gave. A successor would not, and begins from what was written last. */
  const complain = (error: unknown): void => {
    if (nowMs() - saidMs < SAY_AGAIN_MS) return;
    saidMs = nowMs();
    log.error('how much of the limits is left cannot be written down; it is known here only', {
      error: error instanceof Error ? error : new Error(String(error)),
    });
  };

  const decide = ({ channel, name }: Caller, take: TakeFrame, isLast: boolean): void => {
    const taken = authority.take(name, take.wants, nowMs(), isLast);
    if (taken.kind !== 'recall') {
      outbox.push(() => channel.send('limits-taken', { id: take.id, taken }));
      return void flush();
    }
    const asked = [...taken.from].map(([worker, accounts]) => recall(worker, accounts, false));
    void Promise.all(asked).then(() => decide({ channel, name }, take, true));
  };
  /** Asks a worker for what it has unspent; one that does not answer keeps it. */
  const recall = async (worker: string, accounts: readonly Account[], isChanged: boolean): Promise<void> => {
    try {
      await new Promise<void>((resolve) => {
        outbox.push(resolve);
        void flush();
      });
      const channel = workers.get(worker);
      if (channel === undefined) throw new Error('the worker is gone');
      const { fields } = await channel.request('limits-recall', { accounts, isChanged }, RECALL_MS);
      authority.recalled(worker, accounts, readReports(fields), nowMs());
    } catch {
      // It is gone, which is heard elsewhere, or hangs: what it holds counts as spent.
      authority.recalled(worker, accounts, [], nowMs());
    }
  };

  const beginWhenReady = (): void => {
    if (early === undefined || !isOpen || limits === undefined || silent.size > 0) return;
    const waiting = early;
    early = undefined;
    for (const act of waiting) act();
  };
  const whenReady = (act: () => void): void => {
    if (early === undefined) act();
    else early.push(act);
  };
  const heard = (worker: string): void => {
    silent.delete(worker);
    beginWhenReady();
  };

  const take = (frame: Frame, from: Caller): void => {
    const wanted = readTake(frame.fields);
    if (wanted === undefined) return;
    whenReady(() => {
      authority.report(from.name, wanted.reports, nowMs());
      decide(from, wanted, false);
    });
  };
  const claims: { readonly name: string; readonly frame: Frame }[] = [];
  const claim = (frame: Frame, { channel, name }: Caller): void => {
    workers.set(name, channel);
    // Claims are about limits, and these may not be known yet.
    if (limits === undefined || !isOpen) claims.push({ name, frame });
    else authority.claim(name, readClaims(frame.fields), nowMs());
    if (frame.fields['isLast'] === true) heard(name);
  };
  const takeUp = (): void => {
    if (limits === undefined || !isOpen) return;
    for (const { name, frame } of claims.splice(0)) if (workers.has(name)) authority.claim(name, readClaims(frame.fields), nowMs());
    beginWhenReady();
  };

  const gauge = (): void => {
    if (limits === undefined) return;
    const least = new Map<string, number>();
    for (const { limit, remaining } of authority.view(nowMs())) least.set(limit, Math.min(least.get(limit) ?? Infinity, remaining));
    for (const { name, capacity } of viewLimits(limits, [], nowMs()).limits)
      metrics.gauge('sallyport.limit.remaining', { limit: name }).set(least.get(name) ?? capacity);
  };
  const sweep = (): void => {
    if (early !== undefined) return;
    dropped = [...dropped, ...authority.sweep(nowMs())];
    void flush();
  };

  setInterval(gauge, GAUGE_MS).unref();
  setInterval(sweep, SWEEP_MS).unref();
  if (silent.size > 0)
    setTimeout(() => {
      silent.clear();
      beginWhenReady();
    }, CLAIMS_MS).unref();

  return {
    open: async (opened) => {
      store = opened;
      try {
        authority.restore(await opened.levels());
      } catch (error) {
        // Nobody knows what was taken, so it is taken to be everything: buckets begin empty and fill with time.
        authority = createLimitAuthority(true);
        if (limits !== undefined) authority.configure(limits, nowMs());
        log.error('how much of the limits was left cannot be read; they begin empty', {
          error: error instanceof Error ? error : new Error(String(error)),
        });
      }
      isOpen = true;
      takeUp();
    },
    configure: (policy) => {
      limits = policy.limits ?? {};
      const changed = authority.configure(limits, nowMs());
      takeUp();
      // What was leased under other numbers may be more than there is now.
      for (const [worker, accounts] of authority.recall(changed)) void recall(worker, accounts, true);
      void flush();
    },
    view: (shown) => viewLimits(limits ?? {}, authority.view(nowMs()), nowMs(), shown),
    buckets: (query, shown) => pageBuckets(limits ?? {}, authority.view(nowMs()), query, { nowMs: nowMs(), shown }),
    hears: {
      'limits-take': take,
      'limits-report': ({ fields }, { name }) =>
        whenReady(() => {
          authority.report(name, readReports(fields), nowMs());
          void flush();
        }),
      'limits-claim': claim,
    },
    onWorkerGone: ({ name }) => {
      workers.delete(name);
      whenReady(() => {
        authority.leave(name, nowMs());
        void flush();
      });
      heard(name);
    },
    close: async () => {
      await flush();
      // A gateway that was started with nothing in force has nothing to say.
      if (early === undefined) await store?.write(authority.last(nowMs()), []).catch(complain);
    },
  };
}
