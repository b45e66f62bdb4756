// Whether what the gateway keeps for an agent may go on: it holds credentials, and what the server was told.

import type { Principal } from '../../agents/index.ts';
import type { Snapshot } from '../../config/index.ts';
import type { Subject } from '../../policies/index.ts';
import { mayEver } from '../verdicts.ts';

/** Whether an agent, as it stands now, has a right to a server, and to what it uses there. */
export function mayUse(principal: Principal, server: string, snapshot: Snapshot, nowMs: number, subject?: Subject): boolean {
  const current = snapshot.agents.current(principal, nowMs);
  if (current === undefined || snapshot.policy.decide(current, server, { kind: 'server' }).kind !== 'allow') return false;
  return subject === undefined || subject.kind === 'server' || mayEver(current, server, subject, snapshot);
}
