// The calls of a legacy session, under way and parked, and which of them is meant by what does not say so.

import type { MessageId } from '../../mcp/index.ts';
import type { LegacyCall } from './legacy-call.ts';
import type { Patience } from './patience.ts';

/** A call on the link. */
export interface Flight {
  readonly call: LegacyCall;
  /** Sends it once more, on another session, when the server has not taken it on this one. */
  readonly again: (() => void) | undefined;
  readonly startedMs: number;
  /** Until the next sign of life, where that is waited for here. */
  readonly patience: Patience | undefined;
  /** The server has said something about it: it has seen it. */
  heard: boolean;
}

/** The calls of one session, by their ids on the link. */
export interface Flights {
  readonly size: number;
  readonly anyFull: boolean;
  add(number: number, flight: Flight): void;
  get(id: MessageId): Flight | undefined;
  remove(number: number): void;
  all(): Iterable<Flight>;
  /** The newest that somebody listens to. */
  heardNow(): Flight | undefined;
  /** The newest that can be asked something, rather one that is not parked; `isCertain`: there is no other. */
  askable(): { readonly flight: Flight; readonly isCertain: boolean } | undefined;
}

/** None yet. */
export function createFlights(): Flights {
  const flights = new Map<MessageId, Flight>();
  return {
    get size() {
      return flights.size;
    },
    get anyFull() {
      return flights.values().some(({ call }) => call.isFull);
    },
    add: (number, flight) => void flights.set(number, flight),
    get: (id) => flights.get(id),
    remove: (number) => {
      flights.get(number)?.patience?.close();
      flights.delete(number);
    },
    all: () => flights.values(),
    heardNow: () => {
      let newest: Flight | undefined;
      for (const flight of flights.values()) if (!flight.call.isParked) newest = flight;
      return newest;
    },
    askable: () => {
      let newest: Flight | undefined;
      let count = 0;
      for (const flight of flights.values()) {
        if (!flight.call.isInteractive) continue;
        count++;
        if (newest === undefined || newest.call.isParked || !flight.call.isParked) newest = flight;
      }
      return newest && { flight: newest, isCertain: count === 1 };
    },
  };
}
