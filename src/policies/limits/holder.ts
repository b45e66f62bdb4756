// The one who lets calls through: a worker. It spends what it was leased, asks for the rest, and takes nothing for a call unless it has everything
// that the call owes. What is over for a known time is refused here until then, so that a flood of refused calls is nobody else's burden.
//
// Time and the way to the authority are arguments. Messages go out in the order in which they are sent, or the authority is a new one: then
// `begin` tells it what is held here, and asks again what was not answered.

import { accountNameOf, closed, emptyAccount, hasNews, idOf, reportOf, spend } from './held.ts';
import type { Held } from './held.ts';
import type { Account, Claim, LeaseReport, Over, Taken, Want } from './leases.ts';
import type { Charge } from './types.ts';

/** What a call took; ended once. */
export interface Receipt {
  readonly kind: 'receipt';
  readonly charges: readonly Charge[];
}

/** The authority cannot be asked, and what is held here is not enough. */
export interface Unreachable {
  readonly kind: 'unreachable';
  readonly limit: string;
}

/** What comes of taking. */
export type Taking = Receipt | Over | Unreachable;

/** The answer comes later. */
export interface Asked {
  readonly kind: 'asked';
  readonly id: number;
}

/** The way to the authority. */
export interface LeaseLine {
  take(id: number, wants: readonly Want[], reports: readonly LeaseReport[]): void;
  report(reports: readonly LeaseReport[]): void;
}

export interface LeaseHolder {
  /** Takes what a call owes. `later` is called once if it was asked, unless the call is abandoned. */
  take(charges: readonly Charge[], nowMs: number, later: (taking: Taking) => void): Receipt | Over | Asked;
  /** The authority has answered. */
  hear(id: number, taken: Exclude<Taken, { kind: 'recall' }>, nowMs: number): void;
  /** The authority does not answer: the call must not wait any longer. */
  giveUp(id: number): void;
  /** Nobody waits for the answer any more. */
  abandon(id: number): void;
  /** A call is over; so many bytes passed for it. */
  end(receipt: Receipt, bytes: number): void;
  /** A call did not go on, whatever it had taken. */
  undo(receipt: Receipt): void;
  /** What is unspent goes back. `isChanged`: what was known of these limits holds no longer. */
  recall(accounts: readonly Account[], isChanged: boolean): readonly LeaseReport[];
  /** Gives back what has not been used for a while, and reports. */
  sweep(nowMs: number): void;
  /** Everything that is unspent goes back now. */
  close(): void;
  /** A new authority: what it must know of what is held here, in messages of bearable size; and what it is asked. */
  begin(nowMs: number): readonly Claim[];
  /** Asks again what no authority has answered. */
  askAgain(): void;
}

interface Waiting {
  readonly charges: readonly Charge[];
  readonly accounts: readonly Held[];
  /** Which of them were asked for; the others have been taken. */
  readonly asked: readonly number[];
  readonly wants: readonly Want[];
  later: ((taking: Taking) => void) | undefined;
}

/** A refusal is believed for so long. */
const RECHECK_MS = 1_000;
/** What is not used for so long goes back. */
const IDLE_MS = 1_000;
/** What is empty and unused for so long is forgotten. */
const FORGET_MS = 60_000;
/** Identical calls remembered; the least recent go first. */
const MAX_CALLS = 50_000;

/** A holder that has nothing yet. */
export function createLeaseHolder(line: LeaseLine): LeaseHolder {
  const accounts = new Map<string, Held>();
  const calls = new Map<string, Held>();
  const waiting = new Map<number, Waiting>();
  let next = 1;

  const accountOf = (charge: Charge): Held => {
    const id = idOf(charge);
    if (charge.kind === 'repeats') return callOf(charge, id);
    let account = accounts.get(id);
    if (account === undefined || account.charge.kind !== charge.kind) accounts.set(id, (account = emptyAccount(charge)));
    return account;
  };
  const callOf = (charge: Charge, id: string): Held => {
    const account = calls.get(id) ?? emptyAccount(charge);
    calls.delete(id);
    calls.set(id, account);
    const [oldest] = calls.size > MAX_CALLS ? calls.keys() : [];
    if (oldest !== undefined) calls.delete(oldest);
    return account;
  };
  /** What was spent for a call that does not go on is held again. */
  const unspend = (account: Held, { kind, cost }: Charge): void => {
    if (kind === 'concurrent') return freePlace(account);
    if (kind === 'repeats' || kind === 'bytes') return;
    account.held += cost;
    account.spent -= cost;
    if (account.isRecalled) giveBack(account);
  };
  const undo = ({ charges }: Receipt): void => {
    for (const charge of charges) {
      const account = accounts.get(idOf(charge));
      if (account !== undefined && account.charge.kind === charge.kind) unspend(account, charge);
    }
  };
  /** What was reserved for a call that did not get the rest. */
  const release = ({ charges, accounts: taken }: Waiting, asked: readonly number[]): void =>
    taken.forEach((account, i) => {
      const { kind, cost } = charges[i] ?? account.charge;
      if (asked.includes(i)) return;
      if (kind === 'concurrent') return freePlace(account);
      if (kind !== 'rate' && kind !== 'spend') return;
      account.reserved -= cost;
      account.held += cost;
      if (account.isRecalled) giveBack(account);
    });
  const freePlace = (account: Held): void => {
    if (account.inUse === 0) return;
    account.inUse--;
    account.held++;
    if (account.isRecalled) giveBack(account);
  };
  const giveBack = (account: Held): void => {
    account.back += account.held;
    account.held = 0;
    line.report([reportOf(account)]);
  };

  /** Takes what is here; gives back what has to be asked for. */
  const spendAll = (taken: readonly Held[], charges: readonly Charge[]): number[] => {
    const lacking: number[] = [];
    taken.forEach((account, i) => {
      if (!spend(account, charges[i]?.cost ?? 0)) lacking.push(i);
    });
    return lacking;
  };
  /** What was reserved is spent. `asked`: the authority has counted these. */
  const admit = (taken: readonly Held[], charges: readonly Charge[], asked: readonly number[]): Receipt => {
    taken.forEach((account, i) => {
      if (asked.includes(i)) return;
      account.admitted++;
      const { kind, cost } = charges[i] ?? account.charge;
      if (kind !== 'rate' && kind !== 'spend') return;
      account.reserved -= cost;
      account.spent += cost;
    });
    return { kind: 'receipt', charges };
  };

  return {
    take: (charges, nowMs, later) => {
      const taken = charges.map(accountOf);
      const over = closed(taken, charges, nowMs);
      if (over !== undefined) return over;
      for (const account of taken) account.usedMs = nowMs;
      const asked = spendAll(taken, charges);
      if (asked.length === 0) return admit(taken, charges, asked);
      const id = next++;
      const wants = asked.flatMap((i) =>
        charges[i] === undefined ? [] : [{ limit: charges[i].limit, key: charges[i].key, cost: charges[i].cost }],
      );
      waiting.set(id, { charges, accounts: taken, asked, wants, later });
      const reports = asked.flatMap((i) => (taken[i] === undefined || !hasNews(taken[i]) ? [] : [reportOf(taken[i])]));
      line.take(id, wants, reports);
      return { kind: 'asked', id };
    },
    hear: (id, answer, nowMs) => {
      const one = waiting.get(id);
      if (one === undefined) return;
      waiting.delete(id);
      const { charges, accounts: taken, asked, later } = one;
      if (answer.kind === 'over') {
        const account = taken.find(({ charge }) => charge.limit === answer.limit && charge.key === answer.key);
        if (account !== undefined && answer.empty) {
          account.readyAtMs = nowMs + answer.retryAfterMs;
          account.readyCost = charges.find(({ limit, key }) => limit === answer.limit && key === answer.key)?.cost ?? 0;
          account.emptyUntilMs = Math.min(account.readyAtMs, nowMs + RECHECK_MS);
        }
        release(one, asked);
        if (later === undefined) return;
        // What came for other calls meanwhile may be enough for this one.
        const still = spendAll(taken, charges);
        if (still.length === 0) return later(admit(taken, charges, still));
        release(one, still);
        return later(answer);
      }
      asked.forEach((i, at) => {
        const account = taken[i];
        if (account === undefined) return;
        const extra = answer.extra[at] ?? 0;
        account.held += extra;
        if (extra > 0) account.isRecalled = false;
        if (account.charge.kind === 'concurrent') account.inUse++;
        if (account.charge.kind === 'repeats') account.times.push(nowMs);
      });
      const receipt = admit(taken, charges, asked);
      if (later === undefined) undo(receipt);
      else later(receipt);
    },
    giveUp: (id) => {
      const one = waiting.get(id);
      const later = one?.later;
      if (one === undefined || later === undefined) return;
      one.later = undefined;
      later({ kind: 'unreachable', limit: one.wants[0]?.limit ?? '' });
    },
    abandon: (id) => {
      const one = waiting.get(id);
      if (one !== undefined) one.later = undefined;
    },
    end: ({ charges }, bytes) => {
      for (const charge of charges) {
        if (charge.kind !== 'concurrent' && charge.kind !== 'bytes') continue;
        const known = accounts.get(idOf(charge));
        // A reload has made something else of this limit meanwhile.
        if (known !== undefined && known.charge.kind !== charge.kind) continue;
        const account = known ?? accountOf(charge);
        if (charge.kind === 'concurrent') {
          freePlace(account);
          continue;
        }
        const leased = Math.min(account.held, bytes);
        account.held -= leased;
        account.spent += leased;
        account.owed += bytes - leased;
        if (bytes > leased) line.report([reportOf(account)]);
      }
    },
    undo,
    recall: (wanted, isChanged) =>
      wanted.flatMap((one) => {
        const account = accounts.get(idOf(one));
        if (account === undefined) return [];
        account.isRecalled = true;
        if (isChanged) account.emptyUntilMs = 0;
        account.back += account.held;
        account.held = 0;
        return [reportOf(account)];
      }),
    sweep: (nowMs) => {
      const reports: LeaseReport[] = [];
      for (const [id, account] of accounts) {
        if (nowMs - account.usedMs > IDLE_MS) {
          account.back += account.held;
          account.held = 0;
        }
        if (hasNews(account)) reports.push(reportOf(account));
        else if (
          account.inUse === 0 &&
          account.held === 0 &&
          account.reserved === 0 &&
          nowMs - account.usedMs > FORGET_MS &&
          account.emptyUntilMs <= nowMs
        )
          accounts.delete(id);
      }
      for (const [id, { usedMs, charge, readyAtMs }] of calls)
        if (nowMs - usedMs > (charge.keptMs ?? 0) && readyAtMs <= nowMs) calls.delete(id);
      if (reports.length > 0) line.report(reports);
    },
    close: () => {
      const reports = [...accounts.values()].map((account) => {
        account.isRecalled = true;
        account.back += account.held;
        account.held = 0;
        return reportOf(account);
      });
      if (reports.length > 0) line.report(reports);
    },
    begin: (nowMs) => {
      for (const [id, one] of waiting) {
        if (one.later !== undefined) continue;
        release(one, one.asked);
        waiting.delete(id);
      }
      const claims: Claim[] = [];
      for (const account of accounts.values()) {
        // What the one before did not hear is told by what is held. A debt stays one.
        account.spent = 0;
        account.back = 0;
        account.isRecalled = false;
        const held = account.held + account.reserved + account.inUse;
        if (held > 0) claims.push({ ...accountNameOf(account), held, times: [], openUntilMs: 0 });
      }
      for (const account of calls.values()) {
        const times = account.times.filter((time) => time > nowMs - (account.charge.keptMs ?? 0));
        account.times = times;
        if (times.length > 0 || account.readyAtMs > nowMs)
          claims.push({ ...accountNameOf(account), held: 0, times, openUntilMs: account.readyAtMs });
      }
      return claims;
    },
    askAgain: () => {
      for (const [id, { wants }] of waiting) line.take(id, wants, []);
    },
  };
}
