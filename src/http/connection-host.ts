// What the connections of one server share, and what they tell it.

import type { Refusal } from './refusal.ts';
import type { SweepClock } from './server-limits.ts';
import type { Peer, RequestHandler, ServerLimits } from './types.ts';

/** The server, as its connections see it. */
export interface ConnectionHost<Context> {
  readonly handler: RequestHandler<Context>;
  readonly limits: ServerLimits;
  readonly clock: SweepClock;
  /** Answers say `Connection: close` from now on. */
  readonly draining: boolean;
  countRequest(): void;
  countRefusal(why: Refusal, peer: Peer): void;
}
