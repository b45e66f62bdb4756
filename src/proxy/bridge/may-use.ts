// Whether what the gateway keeps for an agent may go on: it holds credentials, and what the server was told.

import type { Principal } from '../../agents/index.ts';
import type { Snapshot } from '../../config/index.ts';

/** Whether an agent, as it stands now, has a right to a server. */
export function mayUse(principal: Principal, server: string, snapshot: Snapshot, nowMs: number): boolean {
  const current = snapshot.agents.current(principal, nowMs);
  return current !== undefined && snapshot.policy.decide(current, server, { kind: 'server' }).kind === 'allow';
}
