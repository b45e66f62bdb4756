// When a broken event stream is asked for again (MCP 2025-11-25 basic/transports, "Resumability and Redelivery"): by its last event id,
// after the time that the server named, and not for ever.

import type { ServerSentEvent } from '../../http/index.ts';

export interface Resumption {
  /** An event came: the stream is alive, and can be taken up behind it if it has an id. */
  heard(event: ServerSentEvent): void;
  readonly lastEventId: string | undefined;
  /** How long to wait before the next attempt; undefined: there were enough that brought nothing. */
  nextDelayMs(): number | undefined;
}

/** What goes into a header as it is, and is no burden there. */
const HEADER_VALUE = /^[\x21-\x7e](?:[\x20-\x7e]{0,1022}[\x21-\x7e])?$/;
/** What SDK clients wait where the server names no time. */
const DEFAULT_DELAY_MS = 1_000;
/** A server that says `retry: 0` is not asked in a loop. */
const MIN_DELAY_MS = 100;
/** Nor is one waited for longer than agents wait. */
const MAX_DELAY_MS = 30_000;
/** In a row, without one event: 1, 2, 4, 8 and 16 s are half a minute, in which a server restarts or does not. */
const MAX_ATTEMPTS = 5;

export function createResumption(): Resumption {
  let lastEventId: string | undefined;
  let delayMs = DEFAULT_DELAY_MS;
  let attempts = 0;
  return {
    heard: ({ id, retry }) => {
      attempts = 0;
      // WHATWG HTML §9.2.6: an empty id takes back what was said before. Behind one that no header can hold nothing can be asked for.
      if (id !== undefined) lastEventId = HEADER_VALUE.test(id) ? id : undefined;
      if (retry !== undefined) delayMs = Math.min(Math.max(Number(retry), MIN_DELAY_MS), MAX_DELAY_MS);
    },
    get lastEventId() {
      return lastEventId;
    },
    nextDelayMs: () => {
      if (attempts === MAX_ATTEMPTS) return undefined;
      return Math.min(delayMs * 2 ** attempts++, MAX_DELAY_MS);
    },
  };
}
