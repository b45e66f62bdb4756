// The calls under way at a server: counted from the moment they leave until they are answered, whether or not their agent is still there, so
// that neither a slow server nor an agent that begins calls and hangs up can hold everything.
//
// Only requests whose answer ends by itself count. Streams have a cap of their own. What ends a call (a cancellation, a response that
// a server waits for, the end of a session) must get through most of all when there are too many.

import type { Call } from './exchange.ts';
import type { Refused } from './rescue.ts';

/** Methods whose answer lives until somebody ends it. */
export const LONG_LIVED: ReadonlySet<string> = new Set(['GET', 'subscriptions/listen']);

/** Places at a server that only calls of critical agents take, beyond those for all. */
const KEPT_FOR_CRITICAL = 0.25;

/** Counts a call that leaves for its server. */
export function enter(call: Call): void {
  if (isCounted(call)) call.server.inFlight++;
}

/** Its answer is complete, or will never be. Once for each `enter`. */
export function leave(call: Call): void {
  if (isCounted(call)) call.server.inFlight--;
}

/** Why a call may not leave now; undefined when it may. */
export function tooMany(call: Call): Refused | undefined {
  const { snapshot, principal } = call.arrival;
  const { maxInFlightPerServer } = snapshot.limits;
  // However many others there are, they leave room for those.
  const kept = principal.priority === 'critical' ? Math.ceil(maxInFlightPerServer * KEPT_FOR_CRITICAL) : 0;
  if (!isCounted(call) || call.server.inFlight < maxInFlightPerServer + kept) return undefined;
  return { code: 'overloaded', say: `The MCP server '${call.server.name}' has ${maxInFlightPerServer} calls under way; try again.` };
}

function isCounted({ inbound, question }: Call): boolean {
  // What nobody reads may be a request.
  if (inbound.kind === 'unread') return inbound.method === 'POST' && !LONG_LIVED.has(question.method);
  const isRequest = (inbound.kind === 'modern' || inbound.kind === 'legacy') && inbound.message.kind === 'request';
  return isRequest && !LONG_LIVED.has(question.method);
}
