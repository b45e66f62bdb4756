// Which records are durable. A ticket stands for one appended record; tickets only rise, and records become durable in their order.
// A ticket is not the record's seq: after a fault the log takes up its seq again at what is on disk, and a record that was lost must
// never look durable because another got its number.

import type { GatewayError } from '../base/index.ts';

/** Told whether the record became durable: without an error it did. */
export type OnDurable = (error: GatewayError | undefined) => void;

/** Hands out tickets and settles them. */
export interface Tickets {
  /** The ticket handed out last; 0 before the first. */
  readonly last: number;
  issue(): number;
  isDurable(ticket: number): boolean;
  /** True while the ticket's record is on its way. */
  isPending(ticket: number): boolean;
  /** Calls back once the ticket is settled: at once, in this turn, if it is already. Ticket 0 counts as refused. */
  whenSettled(ticket: number, callback: OnDurable): void;
  /** All tickets up to this one are durable. */
  settle(upTo: number): void;
  /** All tickets that are not settled are lost. Returns how many. */
  lose(error: GatewayError): number;
}

interface LostRange {
  readonly from: number;
  readonly to: number;
  readonly error: GatewayError;
}

const MAX_LOST_RANGES = 64;

/** A new series of tickets. `refused` is what ticket 0 gets; `onThrow` takes what a callback throws, so that the others still run. */
export function createTickets(refused: () => GatewayError, onThrow: (cause: unknown) => void): Tickets {
  let last = 0;
  let settled = 0;
  // One entry per fault so far; beyond the bound the oldest are widened, which errs on the safe side.
  const lost: LostRange[] = [];
  let waiting: { ticket: number; callback: OnDurable }[] = [];

  const lossOf = (ticket: number): LostRange | undefined => lost.find(({ from, to }) => ticket >= from && ticket <= to);

  const call = (callback: OnDurable, error: GatewayError | undefined): void => {
    try {
      callback(error);
    } catch (cause) {
      onThrow(cause);
    }
  };

  const release = (error: GatewayError | undefined): void => {
    const due = waiting.filter(({ ticket }) => ticket <= settled);
    if (due.length === 0) return;
    waiting = due.length === waiting.length ? [] : waiting.filter(({ ticket }) => ticket > settled);
    for (const { callback } of due) call(callback, error);
  };

  return {
    get last() {
      return last;
    },
    issue: () => (last += 1),
    isDurable: (ticket) => ticket > 0 && ticket <= settled && (lost.length === 0 || lossOf(ticket) === undefined),
    isPending: (ticket) => ticket > settled && ticket <= last,
    whenSettled(ticket, callback) {
      if (ticket > settled && ticket <= last) waiting.push({ ticket, callback });
      else if (ticket <= 0 || ticket > last) call(callback, refused());
      else call(callback, lossOf(ticket)?.error);
    },
    settle(upTo) {
      settled = Math.max(settled, upTo);
      release(undefined);
    },
    lose(error) {
      const count = last - settled;
      if (count === 0) return 0;
      lost.push({ from: settled + 1, to: last, error });
      if (lost.length > MAX_LOST_RANGES) lost.splice(0, 2, { from: lost[0]?.from ?? 0, to: lost[1]?.to ?? 0, error });
      settled = last;
      release(error);
      return count;
    },
  };
}
