// The caller of before, as it stands now: keys are revoked, and listeners stop admitting agents without one.

import { ANONYMOUS_KEY_ID } from '../agents/index.ts';
import type { Caller, Principal } from '../agents/index.ts';
import type { Snapshot } from '../config/index.ts';

/** Who came by this listener, by what is in force now; undefined: nobody any more. */
export function currentCaller(principal: Principal, listener: string, snapshot: Snapshot, nowMs: number): Caller | undefined {
  if (principal.keyId !== ANONYMOUS_KEY_ID) return snapshot.agents.current(principal, nowMs);
  const anonymous = snapshot.listeners.find((one) => one.name === listener)?.anonymous;
  return anonymous === principal.agent ? snapshot.agents.anonymous(principal.agent) : undefined;
}
