// What the road asks of whoever looks into messages. They only find: types and places. The road holds the bytes, decides what is done, and edits.

import type { Found, Progress, Surface, UnscannedReason } from '../../inspection/index.ts';

/** Looks into messages: small ones at once, large ones in the inspector process. Never throws; what fails is a finding `unscanned`/`failed`. */
export interface Inspector {
  /** A whole message. `done` is called once, before this returns where the message is small. The bytes must not change until then. */
  look(bytes: Uint8Array, surface: Surface, done: (found: readonly Found[]) => void): void;
  /** A whole message, before this returns: for what cannot wait. More than a mebibyte of that is over the budget. */
  lookNow(bytes: Uint8Array, surface: Surface): readonly Found[];
  /** A message that comes in pieces. */
  open(surface: Surface): InspectedStream;
}

/** A message on its way through. What its pieces wait for is bounded: whoever pushes waits for `progressed` where it has little room of its own. */
export interface InspectedStream {
  /**
   * `progressed` is called once for each push, in order, at once or later. The chunk must not change until then. When looking has failed, everything is
   * decided from then on, with one finding that says so: it is for the caller to let nothing more of it pass.
   */
  push(chunk: Uint8Array, progressed: (progress: Progress) => void): void;
  /** No more is pushed; all that is not decided yet is now. */
  end(ended: (progress: Progress) => void): void;
  /** Nobody wants to know any more: nothing is called from now on. */
  abandon(): void;
}

/** What is said of a message that was not looked into, or not to its end. */
export function notLookedInto(reason: UnscannedReason): Found {
  return { type: reason, class: 'unscanned', confidence: 'high', kind: 'message', start: 0, end: 0, path: '$', layers: [] };
}
