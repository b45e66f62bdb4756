// What a holder has of one bucket, and what it says of it. Of identical calls it has nothing, and remembers which were let through.

import type { Account, LeaseReport, Over } from './leases.ts';
import type { Charge } from './types.ts';

/** What is had of one bucket. */
export interface Held {
  readonly charge: Charge;
  /** Tokens that may be spent, or places that are free. */
  held: number;
  /** Of what was held, kept for calls that wait for the rest: not spent before they go on. */
  reserved: number;
  /** Places that calls have. */
  inUse: number;
  /** Not reported yet. */
  spent: number;
  back: number;
  owed: number;
  admitted: number;
  refused: number;
  /** Of identical calls: when they were let through. */
  times: number[];
  /** There is nothing for so much before, says the authority. Asked again sooner, since what was taken may come back. */
  readyAtMs: number;
  readyCost: number;
  emptyUntilMs: number;
  /** Others need it: nothing is kept. */
  isRecalled: boolean;
  usedMs: number;
}

/** Takes from what is held; false: it must be asked for. Bytes are let through as long as any are left. */
export function spend(account: Held, cost: number): boolean {
  switch (account.charge.kind) {
    case 'repeats':
      return false;
    case 'bytes':
      return account.held > 0;
    case 'concurrent':
      if (account.held === 0) return false;
      account.held--;
      account.inUse++;
      return true;
    case 'rate':
    case 'spend':
      if (account.held < cost) return false;
      account.held -= cost;
      account.reserved += cost;
      return true;
    default:
      return account.charge.kind satisfies never;
  }
}

/** The limit that is over for the longest time, of those of which it is known. */
export function closed(taken: readonly Held[], charges: readonly Charge[], nowMs: number): Over | undefined {
  let most: Held | undefined;
  taken.forEach((account, i) => {
    const { emptyUntilMs, readyAtMs, readyCost, held } = account;
    const cost = charges[i]?.cost ?? 0;
    if (emptyUntilMs <= nowMs || cost < readyCost || held >= Math.max(1, cost)) return;
    if (most === undefined || readyAtMs > most.readyAtMs) most = account;
  });
  return most === undefined ? undefined : overBy(most, nowMs);
}

function overBy(account: Held, nowMs: number): Over {
  account.refused++;
  const { limit, kind, key } = account.charge;
  return { kind: 'over', limit, limitKind: kind, key, retryAfterMs: account.readyAtMs - nowMs, empty: true };
}

/** Nothing is had yet. */
export function emptyAccount(charge: Charge): Held {
  return {
    charge,
    held: 0,
    reserved: 0,
    inUse: 0,
    spent: 0,
    back: 0,
    owed: 0,
    admitted: 0,
    refused: 0,
    times: [],
    readyAtMs: 0,
    readyCost: 0,
    emptyUntilMs: 0,
    isRecalled: false,
    usedMs: 0,
  };
}

/** Whether there is anything to report. */
export function hasNews({ spent, back, owed, admitted, refused }: Held): boolean {
  return spent !== 0 || back !== 0 || owed !== 0 || admitted !== 0 || refused !== 0;
}

/** Says it, once. */
export function reportOf(account: Held): LeaseReport {
  const { spent, back, owed, admitted, refused } = account;
  account.spent = 0;
  account.back = 0;
  account.owed = 0;
  account.admitted = 0;
  account.refused = 0;
  return { ...accountNameOf(account), spent, back, owed, admitted, refused };
}

/** Its names. */
export function accountNameOf({ charge: { limit, key } }: Held): Account {
  return { limit, key };
}

/** Its place among those that are had. */
export function idOf({ limit, key }: Account): string {
  return `${limit}\u0001${key}`;
}
