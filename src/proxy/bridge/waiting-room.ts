// What waits for a session to open: in order, few, and failed together when it does not.

import type { Refused } from '../rescue.ts';

/** Waits for a session. */
export interface Waiting<Opened> {
  readonly go: (opened: Opened) => void;
  /** Nothing of it was sent. */
  readonly fail: (refused: Refused) => void;
}

/** Where requests wait for one session. */
export interface WaitingRoom<Opened> {
  readonly size: number;
  /** What the session opened with; undefined while it has not. */
  readonly opened: Opened | undefined;
  /** Goes on at once where the session is open. */
  enter(one: Waiting<Opened>): void;
  /** False: it does not wait, or not any more. */
  leave(one: Waiting<Opened>): boolean;
  open(opened: Opened): void;
  /** The session will not open, or is over. */
  close(refused: Refused): void;
}

/** An agent that begins with a burst of calls has a dozen. */
const MAX_WAITING = 64;

/** Nobody waits yet. */
export function createWaitingRoom<Opened>(server: string): WaitingRoom<Opened> {
  const waiting = new Set<Waiting<Opened>>();
  let opened: Opened | undefined;
  let closed: Refused | undefined;
  return {
    get size() {
      return waiting.size;
    },
    get opened() {
      return opened;
    },
    enter: (one) => {
      if (closed !== undefined) one.fail(closed);
      else if (opened !== undefined) one.go(opened);
      else if (waiting.size < MAX_WAITING) waiting.add(one);
      else one.fail({ code: 'overloaded', say: `Too many calls wait for a session with the MCP server '${server}'.` });
    },
    leave: (one) => waiting.delete(one),
    open: (value) => {
      if (closed !== undefined) return;
      opened = value;
      for (const one of waiting) {
        waiting.delete(one);
        one.go(value);
      }
    },
    close: (refused) => {
      closed ??= refused;
      for (const one of waiting) {
        waiting.delete(one);
        one.fail(closed);
      }
    },
  };
}
