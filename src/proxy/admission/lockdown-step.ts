// The kill switch's step: by what is locked at this moment, not by what was when the request began to arrive. A body may trickle in for half
// a minute, and a step may wait for longer.

import { describeDenial, LOCKED_DOWN } from '../../policies/index.ts';
import type { Call, Ports } from '../exchange.ts';
import type { NotAdmitted, Step } from './types.ts';

/** Ends what somebody has locked. First of all, and once more when every other step has let it pass. */
export const stopLocked: Step = ({ call }, ports) => whyLocked(call, ports);

/** Why a call may not go on now. Of several servers asked as one, one that is not locked is enough. */
export function whyLocked(call: Call, ports: Pick<Ports, 'snapshot'>): NotAdmitted | undefined {
  const { lockdown } = ports.snapshot();
  if (!lockdown.isOn) return undefined;
  const { subject } = call.question;
  const { principal } = call.arrival;
  const isStopped =
    call.inbound.kind === 'unread'
      ? (server: string) => lockdown.concerns(principal, server)
      : (server: string) => lockdown.stops(principal, server, subject);
  if ((call.members ?? [call.server.name]).some((server) => !isStopped(server))) return undefined;
  return {
    verdict: 'deny',
    rule: undefined,
    reason: 'lockdown',
    refused: { code: 'denied', say: `${describeDenial(LOCKED_DOWN, subject)} Whoever runs it can look it up: record ${call.id}.` },
  };
}
