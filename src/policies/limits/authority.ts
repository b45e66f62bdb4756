// The one who counts. It leases tokens to holders and refuses what there is no room for; several limits of one call are taken all or none. What
// holders have unspent is asked back before anything is refused, so that a refusal is always true, and never more is given than a limit says,
// however the messages of holders fall. Time is an argument.

import { hasFilled, meaningOf, rowKey } from './accounts.ts';
import type { AccountView, WrittenAccount } from './accounts.ts';
import { createBreakers } from './breaker.ts';
import type { Breakers } from './breaker.ts';
import { breakerShape, bucketShape, kindOf, perOf } from './compile.ts';
import { tenantOf } from './keys.ts';
import { createLedger } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import type { Account, Claim, LeaseReport, Over, Taken, Want } from './leases.ts';
import type { Limit, LimitKind, LimitPer } from './types.ts';

export interface LimitAuthority {
  /** Puts limits in force: a bucket stays as full as it is where its limit still means the same. Says which limits have other numbers now. */
  configure(limits: Readonly<Record<string, Limit>>, nowMs: number): readonly string[];
  /** What the authority before this one wrote down. Before anything is taken. */
  restore(written: readonly WrittenAccount[]): void;
  /** Takes what calls owe. `isLast`: who has unspent tokens was asked. */
  take(holder: string, wants: readonly Want[], nowMs: number, isLast: boolean): Taken;
  report(holder: string, reports: readonly LeaseReport[], nowMs: number): void;
  /** What a holder answers that was asked for what it has unspent; nothing, if it did not. */
  recalled(holder: string, accounts: readonly Account[], reports: readonly LeaseReport[], nowMs: number): void;
  claim(holder: string, claims: readonly Claim[], nowMs: number): void;
  /** Never comes back. */
  leave(holder: string, nowMs: number): void;
  /** What has to be written down before what was taken is used; it counts as written. */
  unwritten(nowMs: number): readonly WrittenAccount[];
  /** What to write down before this authority ends: a successor finds all that is left. */
  last(nowMs: number): readonly WrittenAccount[];
  /** Drops what is as if nothing had ever been taken; gives back what of it had been written down. */
  sweep(nowMs: number): readonly (Account & { readonly tenant: string })[];
  /** Who may have something unspent of some limits, and is asked for it now. */
  recall(limits: readonly string[]): ReadonlyMap<string, readonly Account[]>;
  view(nowMs: number): readonly AccountView[];
}

interface Known {
  readonly limit: Limit;
  readonly kind: LimitKind;
  readonly per: readonly LimitPer[];
  /** Buckets under another meaning are other buckets. */
  readonly meaning: string;
  readonly ledgers: Map<string, Ledger>;
  readonly breakers: Breakers;
}

/** An authority without limits. `isBlind`: nobody knows what was taken before, so every bucket begins empty. */
export function createLimitAuthority(isBlind = false): LimitAuthority {
  const known = new Map<string, Known>();
  const written = new Map<string, WrittenAccount>();
  const changed = new Set<Ledger>();
  const names = new Map<Ledger, Account & { readonly tenant: string }>();

  const ledgerOf = (entry: Known, { limit, key }: Account, nowMs: number): Ledger | undefined => {
    const before = entry.ledgers.get(key);
    if (before !== undefined) return before;
    const shape = bucketShape(entry.limit);
    if (shape === undefined) return undefined;
    const row = written.get(rowKey(limit, key));
    const isSame = row !== undefined && row.meaning === entry.meaning;
    const isUnknown = isBlind && row === undefined && shape.amount > 0;
    const ledger = createLedger(
      shape,
      nowMs,
      isSame ? row : isUnknown ? { ...shape, level: 0, room: shape.capacity, atMs: nowMs } : undefined,
    );
    entry.ledgers.set(key, ledger);
    names.set(ledger, { limit, key, tenant: tenantOf(key) });
    return ledger;
  };
  const drop = (entry: Known, key: string, ledger: Ledger): void => {
    entry.ledgers.delete(key);
    names.delete(ledger);
    changed.delete(ledger);
  };
  const rowOf = (ledger: Ledger, nowMs: number, isLast: boolean): readonly WrittenAccount[] => {
    const account = names.get(ledger);
    const entry = account === undefined ? undefined : known.get(account.limit);
    if (account === undefined || entry === undefined) return [];
    const row = { ...account, meaning: entry.meaning, ...ledger.write(nowMs, isLast) };
    written.set(rowKey(account.limit, account.key), row);
    return [row];
  };
  const note = (ledger: Ledger): void => {
    if (ledger.isUnwritten) changed.add(ledger);
  };

  /** What has no room, with how long it will be so. */
  const lacking = (
    wants: readonly Want[],
    nowMs: number,
  ): readonly { readonly want: Want; readonly over: Over; readonly ledger: Ledger }[] =>
    wants.flatMap((want) => {
      const entry = known.get(want.limit);
      const ledger = entry === undefined ? undefined : ledgerOf(entry, want, nowMs);
      if (entry === undefined || ledger === undefined) return [];
      const needed = Math.max(1, want.cost);
      if (ledger.has(needed, nowMs)) return [];
      const isPlaces = entry.kind === 'concurrent';
      const retryAfterMs = isPlaces ? PLACE_WAIT_MS : ledger.waitMs(needed);
      const over: Over = { kind: 'over', limit: want.limit, limitKind: entry.kind, key: want.key, retryAfterMs, empty: !isPlaces };
      return [{ want, over, ledger }];
    });

  /** Whether identical calls keep one of them; looked at last, because the one that is too many opens the breaker. */
  const broken = (wants: readonly Want[], nowMs: number): Over | undefined => {
    for (const { limit, key } of wants) {
      const entry = known.get(limit);
      const shape = entry === undefined ? undefined : breakerShape(entry.limit);
      if (entry === undefined || shape === undefined) continue;
      const retryAfterMs = entry.breakers.heldMs(key, shape, nowMs);
      if (retryAfterMs > 0) return { kind: 'over', limit, limitKind: 'repeats', key, retryAfterMs, empty: true };
    }
    return undefined;
  };

  const refuse = (over: Over, nowMs: number): Over => {
    const ledger = known.get(over.limit)?.ledgers.get(over.key);
    if (ledger !== undefined) {
      ledger.refused++;
      ledger.lastRefusedMs = nowMs;
    }
    return over;
  };

  const report = (holder: string, reports: readonly LeaseReport[], nowMs: number): void => {
    for (const said of reports) {
      const entry = known.get(said.limit);
      const ledger = entry === undefined ? undefined : ledgerOf(entry, { limit: said.limit, key: said.key }, nowMs);
      if (ledger === undefined) continue;
      ledger.report(holder, said, nowMs);
      ledger.admitted += said.admitted;
      ledger.refused += said.refused;
      if (said.refused > 0) ledger.lastRefusedMs = nowMs;
      note(ledger);
    }
  };

  return {
    configure: (limits, nowMs) => {
      for (const [name, entry] of known) {
        const next = limits[name];
        if (next !== undefined && meaningOf(next) === entry.meaning) continue;
        for (const [key, ledger] of entry.ledgers) drop(entry, key, ledger);
        known.delete(name);
      }
      const others: string[] = [];
      for (const [name, limit] of Object.entries(limits)) {
        const before = known.get(name);
        const ledgers = before?.ledgers ?? new Map<string, Ledger>();
        const breakers = before?.breakers ?? createBreakers();
        known.set(name, { limit, kind: kindOf(limit), per: perOf(limit), meaning: meaningOf(limit), ledgers, breakers });
        const shape = bucketShape(limit);
        if (before === undefined || JSON.stringify(shape) === JSON.stringify(bucketShape(before.limit))) continue;
        others.push(name);
        for (const ledger of ledgers.values()) {
          if (shape !== undefined) ledger.change(shape, nowMs);
          note(ledger);
        }
      }
      // What was written down is there again, also for whoever looks before anybody takes.
      for (const row of written.values()) {
        const entry = known.get(row.limit);
        if (entry?.meaning === row.meaning) ledgerOf(entry, row, nowMs);
      }
      return others;
    },
    restore: (rows) => {
      for (const row of rows) written.set(rowKey(row.limit, row.key), row);
    },
    take: (holder, wants, nowMs, isLast) => {
      const missing = lacking(wants, nowMs);
      if (missing.length > 0) {
        const from = isLast ? new Map<string, Account[]>() : holdersBut(holder, missing);
        if (from.size > 0) return { kind: 'recall', from };
        return refuse(longest(missing.map(({ over }) => over)), nowMs);
      }
      const held = broken(wants, nowMs);
      if (held !== undefined) return refuse(held, nowMs);
      const extra = wants.map(({ limit, key, cost }) => {
        const entry = known.get(limit);
        if (entry === undefined) return 0; // Dropped by a reload that the holder has not heard of yet.
        const ledger = ledgerOf(entry, { limit, key }, nowMs);
        if (ledger === undefined) {
          entry.breakers.passed(key, nowMs);
          return 0;
        }
        ledger.admitted++;
        const lease = ledger.take(holder, cost, nowMs);
        note(ledger);
        return lease;
      });
      return { kind: 'taken', extra };
    },
    report,
    recalled: (holder, accounts, reports, nowMs) => {
      report(holder, reports, nowMs);
      for (const { limit, key } of accounts) known.get(limit)?.ledgers.get(key)?.recalled(holder);
    },
    claim: (holder, claims, nowMs) => {
      for (const { limit, key, held, times, openUntilMs } of claims) {
        const entry = known.get(limit);
        if (entry === undefined) continue;
        const ledger = ledgerOf(entry, { limit, key }, nowMs);
        if (ledger === undefined) entry.breakers.claim(key, times, openUntilMs);
        else {
          ledger.claim(holder, held, nowMs);
          note(ledger);
        }
      }
    },
    leave: (holder, nowMs) => {
      for (const ledger of names.keys()) {
        ledger.leave(holder, nowMs);
        note(ledger);
      }
    },
    unwritten: (nowMs) => {
      const rows = [...changed].flatMap((ledger) => rowOf(ledger, nowMs, false));
      changed.clear();
      return rows;
    },
    last: (nowMs) => [...names.keys()].flatMap((ledger) => (ledger.shape.amount === 0 ? [] : rowOf(ledger, nowMs, true))),
    sweep: (nowMs) => {
      for (const entry of known.values()) {
        for (const [key, ledger] of entry.ledgers)
          if (ledger.isFull(nowMs) && nowMs - ledger.lastRefusedMs > SHOWN_MS) drop(entry, key, ledger);
        const shape = breakerShape(entry.limit);
        if (shape !== undefined) entry.breakers.sweep(shape, nowMs);
      }
      const gone: (Account & { readonly tenant: string })[] = [];
      for (const [id, row] of written) {
        if (known.get(row.limit)?.ledgers.has(row.key) === true || !hasFilled(row, known.get(row.limit)?.limit, nowMs)) continue;
        written.delete(id);
        gone.push({ limit: row.limit, key: row.key, tenant: row.tenant });
      }
      return gone;
    },
    recall: (limits) => {
      const from = new Map<string, Account[]>();
      for (const [ledger, { limit, key }] of names) {
        if (!limits.includes(limit)) continue;
        for (const [name, { held }] of ledger.holders) {
          if (held === 0) continue;
          ledger.recall();
          push(from, name, { limit, key });
        }
      }
      return from;
    },
    view: (nowMs) => [
      ...[...names].map(([ledger, { limit, key }]) => {
        const kind = known.get(limit)?.kind;
        const isFree = ledger.has(1, nowMs);
        let held = 0;
        if (kind !== 'concurrent') for (const holder of ledger.holders.values()) held += holder.held;
        return {
          limit,
          key,
          remaining: ledger.remaining(nowMs) + held,
          admitted: ledger.admitted,
          refused: ledger.refused,
          lastRefusedMs: ledger.lastRefusedMs,
          retryAfterMs: isFree ? 0 : kind === 'concurrent' ? PLACE_WAIT_MS : ledger.waitMs(1),
        };
      }),
      ...[...known].flatMap(([limit, { breakers }]) =>
        breakers.open(nowMs).map(([key, until]): AccountView => ({
          limit,
          key,
          remaining: 0,
          admitted: 0,
          refused: 0,
          lastRefusedMs: 0,
          retryAfterMs: until - nowMs,
        })),
      ),
    ],
  };
}

/** Nobody knows when a call ends; whoever asks again after a second does no harm. */
const PLACE_WAIT_MS = 1_000;
/** A bucket that refused somebody is shown for so long. */
const SHOWN_MS = 3_600_000;

function longest(overs: readonly Over[]): Over {
  return overs.reduce((most, over) => (over.retryAfterMs > most.retryAfterMs ? over : most));
}

/** Whoever may have something unspent. The one who asks has nothing, or what it has been asked back is on its way here. */
function holdersBut(holder: string, missing: readonly { readonly want: Want; readonly ledger: Ledger }[]): Map<string, Account[]> {
  const from = new Map<string, Account[]>();
  for (const { want, ledger } of missing) {
    const { isContended } = ledger;
    for (const [name, { held, isRecalled }] of ledger.holders) {
      if (held === 0 || isRecalled || (name === holder && !isContended)) continue;
      ledger.recall();
      push(from, name, { limit: want.limit, key: want.key });
    }
  }
  return from;
}

function push(map: Map<string, Account[]>, name: string, account: Account): void {
  const list = map.get(name);
  if (list === undefined) map.set(name, [account]);
  else list.push(account);
}
