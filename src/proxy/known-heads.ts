// What the door has decided about the last head of each connection. An agent says the same in every head, so that its key is read, hashed and looked up
// once and not with every call. It holds for exactly the same words, the same listener and the same snapshot, and a key is asked again each time whether
// it is still good. What was shown as a key is kept no longer than the connection itself.

import type { ListenerConfig, Snapshot } from '../config/index.ts';
import type { Peer, RequestHead } from '../http/index.ts';
import type { Admitted } from './arrival-of.ts';

/** The request that a decision is about. */
interface Asking {
  readonly head: RequestHead;
  readonly peer: Peer;
}

/** Decisions about POSTs that were let in, of one listener's connections. */
export interface KnownHeads {
  /** What was decided, if it would be decided so again. */
  find(asking: Asking, listener: ListenerConfig, snapshot: Snapshot, nowMs: number): Admitted | undefined;
  note(asking: Asking, listener: ListenerConfig, admitted: Admitted): void;
}

interface Known {
  readonly head: RequestHead;
  readonly listener: ListenerConfig;
  readonly admitted: Admitted;
}

/** Whatever of a head the door looks at, beside the parts of its first line. */
const LOOKED_AT = ['authorization', 'content-type', 'accept', 'origin'] as const;

/** Nothing is known yet. */
export function createKnownHeads(): KnownHeads {
  /** By the connection, which has one peer for its whole life. */
  const known = new WeakMap<Peer, Known>();
  return {
    find: ({ head, peer }, listener, snapshot, nowMs) => {
      const before = known.get(peer);
      if (before === undefined || before.listener !== listener || before.admitted.snapshot !== snapshot) return undefined;
      if (before.head !== head && !isAlike(before.head, head)) return undefined;
      const { principal } = before.admitted;
      return snapshot.agents.current(principal, nowMs) === principal ? before.admitted : undefined;
    },
    note: ({ head, peer }, listener, admitted) => {
      if (head.method === 'POST') known.set(peer, { head, listener, admitted });
    },
  };
}

function isAlike(one: RequestHead, other: RequestHead): boolean {
  if (one.method !== other.method || one.path !== other.path || one.query !== other.query || one.host !== other.host) return false;
  for (const name of LOOKED_AT) if (one.headers.get(name) !== other.headers.get(name)) return false;
  return true;
}
